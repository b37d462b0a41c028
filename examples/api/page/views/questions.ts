/** What is asked of a dose: when, why, how much. */
import { html, nothing } from 'lit-html';
import type { CurrentSchedule } from '../api.js';
import { localInput, timeAndDayOf } from '../clock.js';
import { words } from '../words.js';
import type { Warning } from './as-needed.js';
import { ask } from './dialog.js';

/** Clocks of devices differ a little. */
const AHEAD_MS = 60_000;

const timeField = (at: Date) => html`<label>${words.when.label}<input type="datetime-local" name="at" value=${localInput(at)} max=${localInput(new Date())} required /></label>`;

const amountField = (label: string, amount: string | null) =>
	html`<label>${label}<input name="amount" inputmode="decimal" autocomplete="off" value=${amount ?? ''} /></label>`;

const despiteField = html`<label>${words.despite.label}<input name="despite" autocomplete="off" maxlength="1000" placeholder=${words.despite.placeholder} /></label>`;

function checkTime(fields: FormData): string | undefined {
	const at = Date.parse(text(fields, 'at'));
	if (Number.isNaN(at)) return words.when.invalid;
	return at > Date.now() + AHEAD_MS ? words.when.future : undefined;
}

function checkAmount(fields: FormData): string | undefined {
	const amount = text(fields, 'amount').replace(',', '.');
	return amount === '' || (/^\d{1,20}(\.\d{1,20})?$/.test(amount) && Number(amount) > 0) ? undefined : words.amountInvalid;
}

function text(fields: FormData, name: string): string {
	return String(fields.get(name) ?? '').trim();
}

/** The time that was given; the present one, to the second, where it was left at this minute. */
function timeGiven(fields: FormData): Date {
	const given = text(fields, 'at');
	const now = new Date();
	return given === localInput(now) ? now : new Date(given);
}

/** Whether it is said to have been taken just now. What was taken earlier may have been allowed: the server knows. */
const isNow = (fields: FormData) => Date.now() - timeGiven(fields).getTime() < 2 * AHEAD_MS;

const amountGiven = (fields: FormData) => text(fields, 'amount').replace(',', '.') || undefined;

export async function askWhen(dose: string, proposed: Date): Promise<Date | undefined> {
	const answer = await ask({ title: words.when.title(dose), content: timeField(proposed), choices: [{ value: 'record', label: words.when.record }], check: checkTime });
	return answer && timeGiven(answer.fields);
}

/** Asks whether a dose that is due much later was taken. */
export async function askWhetherAhead(dose: string, due: string): Promise<boolean> {
	const content = html`<p>${words.ahead.text(timeAndDayOf(due))}</p>`;
	return (await ask({ title: words.ahead.title(dose), content, choices: [{ value: 'record', label: words.ahead.record }] })) !== undefined;
}

export async function askWhy(dose: string): Promise<{ reason: string | undefined } | undefined> {
	const choice = (value: string, label: string, checked = false) =>
		html`<label class="radio"><input type="radio" name="reason" value=${value} ?checked=${checked} />${label}</label>`;
	const answer = await ask({
		title: words.why.title(dose),
		content: html`<fieldset>
				<legend>${words.why.label}</legend>
				${choice('', words.why.none, true)} ${words.why.reasons.map((reason) => choice(reason, reason))}
			</fieldset>
			<label>${words.why.other}<input name="other" autocomplete="off" maxlength="500" /></label>`,
		choices: [{ value: 'skip', label: words.why.record }],
	});
	return answer && { reason: text(answer.fields, 'other') || text(answer.fields, 'reason') || undefined };
}

export interface Taking {
	at: Date;
	amount: string | undefined;
	despiteLimits: string | undefined;
}

/** Asks about a dose as needed. */
export async function askTaking(schedule: CurrentSchedule, warning: Warning | undefined): Promise<Taking | undefined> {
	const answer = await ask({
		title: words.asNeededTitle(schedule.medicationName),
		content: html`${warning === undefined ? nothing : html`<p class="warning">${warning.text}</p>`} ${amountField(words.amount(schedule.doseUnit), schedule.doseAmount)} ${timeField(new Date())}
			${warning?.needsReason ? despiteField : nothing}`,
		choices: [{ value: 'record', label: words.when.record }],
		check: (fields) => checkTime(fields) ?? checkAmount(fields) ?? (warning?.needsReason && isNow(fields) && text(fields, 'despite') === '' ? words.despite.missing : undefined),
	});
	return answer && { at: timeGiven(answer.fields), amount: amountGiven(answer.fields), despiteLimits: text(answer.fields, 'despite') || undefined };
}

export interface Extra extends Omit<Taking, 'despiteLimits'> {
	schedule: CurrentSchedule;
	reason: string | undefined;
}

export async function askExtra(schedules: CurrentSchedule[]): Promise<Extra | undefined> {
	const named = ({ medicationName, doseAmount, doseUnit }: CurrentSchedule) => [medicationName, doseAmount, doseUnit].filter(Boolean).join(' ');
	const answer = await ask({
		title: words.extraTitle,
		content: html`<label
				>${words.medicine}<select name="schedule">
					${schedules.map((schedule) => html`<option value=${schedule.scheduleId}>${named(schedule)}</option>`)}
				</select></label
			>
			${amountField(words.otherAmount, null)} ${timeField(new Date())}
			<label>${words.extraReason}<input name="reason" autocomplete="off" maxlength="500" /></label>`,
		choices: [{ value: 'record', label: words.record }],
		check: (fields) => checkTime(fields) ?? checkAmount(fields),
	});
	const schedule = answer && schedules.find(({ scheduleId }) => scheduleId === answer.fields.get('schedule'));
	return schedule && { schedule, at: timeGiven(answer.fields), amount: amountGiven(answer.fields), reason: text(answer.fields, 'reason') || undefined };
}

/** Asks why a dose that the limits refused is recorded all the same. */
export async function askDespite(dose: string, problem: string): Promise<string | undefined> {
	const answer = await ask({
		title: dose,
		content: html`<p class="warning">${problem}</p>
			${despiteField}`,
		choices: [{ value: 'record', label: words.wasTaken }],
		check: (fields) => (text(fields, 'despite') === '' ? words.despite.missing : undefined),
	});
	return answer && text(answer.fields, 'despite');
}

/** Asks what becomes of what was not sent. */
export async function askLeaving(unsettled: number): Promise<'keep' | 'discard' | undefined> {
	const answer = await ask({
		title: words.leaving.title,
		content: html`<p>${words.leaving.text(unsettled)}</p>`,
		choices: [
			{ value: 'keep', label: words.leaving.keep, means: words.leaving.keepMeans },
			{ value: 'discard', label: words.leaving.discard },
		],
		giveUp: words.leaving.stay,
	});
	return answer?.choice as 'keep' | 'discard' | undefined;
}
