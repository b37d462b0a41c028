/** What can be done with a dose. Each act is kept on the device first, then shown, then sent. */
import { dueAt } from './clock.js';
import { announce, focusOn, focusOnDay } from './speak.js';
import { readOutbox, refresh } from './session.js';
import type { ShownDose } from './shown.js';
import { allowed, state } from './state.js';
import * as store from './store.js';
import { warningOf, type AsNeeded } from './views/as-needed.js';
import { doseName } from './views/doses.js';
import { actOf, entryName, problemOf } from './views/outbox.js';
import { askDespite, askExtra, askTaking, askWhen, askWhetherAhead, askWhy } from './views/questions.js';
import { words } from './words.js';

/** A dose that is due later than this is asked about: the tick may be meant for another. */
const AHEAD_MS = 3 * 3_600_000;

export async function take(dose: ShownDose): Promise<void> {
	// Of a day that is over, the time is not now.
	if (state.day < 0) return await takeAt(dose);
	const isAhead = Date.parse(dueAt(dose)) - Date.now() > AHEAD_MS;
	if (isAhead && !(await askWhetherAhead(doseName(dose), dueAt(dose)))) return;
	await report(dose, { outcome: 'taken', takenAt: new Date().toISOString() }, 'tick');
}

export async function takeAt(dose: ShownDose): Promise<void> {
	const at = await askWhen(doseName(dose), state.day < 0 ? new Date(dueAt(dose)) : new Date());
	if (at) await report(dose, { outcome: 'taken', takenAt: at.toISOString() }, 'undo');
}

export async function skip(dose: ShownDose): Promise<void> {
	const answer = await askWhy(doseName(dose));
	if (answer) await report(dose, { outcome: 'skipped', ...given({ reason: answer.reason }) }, 'undo');
}

export async function undo(dose: ShownDose): Promise<void> {
	const { status, takenAt } = dose;
	if (status !== 'taken' && status !== 'skipped' && status !== 'extra') return;
	await report(dose, { outcome: 'none', expected: { outcome: status, takenAt } }, 'tick');
}

async function report(dose: ShownDose, what: Omit<store.Report, 'scheduleId' | 'scheduledFor'>, focus: 'tick' | 'undo'): Promise<void> {
	const { scheduleId, scheduledFor } = dose;
	await enter({ scheduleId, scheduledFor, ...what }, dose);
	focusOn(dose, focus);
}

export async function takeAsNeeded(item: AsNeeded): Promise<void> {
	const { schedule } = item;
	const taking = await askTaking(schedule, warningOf(item, allowed(Date.now())));
	if (!taking) return;
	const { at, amount, despiteLimits } = taking;
	const second = toTheSecond(at);
	const report = { scheduleId: schedule.scheduleId, scheduledFor: second, outcome: 'taken', takenAt: second, ...given({ amount, despiteLimits }) } as const;
	await enter(report, { ...schedule, doseAmount: amount ?? schedule.doseAmount });
}

export async function takeExtra(): Promise<void> {
	const answer = await askExtra(state.schedules?.value.timed ?? []);
	if (!answer) return;
	const { schedule, at, amount, reason } = answer;
	const report = { scheduleId: schedule.scheduleId, scheduledFor: toTheSecond(at), outcome: 'extra', ...given({ amount, reason }) } as const;
	await enter(report, { ...schedule, doseAmount: amount ?? schedule.doseAmount });
}

/** A dose that is at no set time is that of the second when it was taken. */
function toTheSecond(at: Date): string {
	return at.toISOString().replace(/\.\d+Z$/, 'Z');
}

/** Those that have a value. */
function given<Names extends string>(values: Record<Names, string | undefined>): Partial<Record<Names, string>> {
	return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Partial<Record<Names, string>>;
}

/** Keeps what was tapped, shows it, and sends it. */
async function enter(report: store.Report, { medicationName, doseAmount, doseUnit, instructions, asNeeded }: store.Entry['dose']): Promise<void> {
	if (!state.session) return;
	const { owner, person } = state.session;
	const entry = await store.add({ owner, person, report, dose: { medicationName, doseAmount, doseUnit, instructions, asNeeded } });
	await readOutbox();
	announce(words.done(entryName(entry), actOf(entry)));
	void sendWhenClosed();
	void settle(entry);
}

/** Sends, reads anew, and says of a tap what else there is to say of it. */
async function settle({ n }: store.Entry): Promise<void> {
	await refresh();
	const entry = state.entries.find((each) => each.n === n);
	// What was refused says so itself, in a region that is announced.
	if (entry?.state !== 'waiting') return;
	announce(`${words.done(entryName(entry), actOf(entry))}, ${words.waiting}`);
	// A browser that runs out of room is not to make it here.
	await navigator.storage?.persist?.();
}

/** Has the service worker send what is left when the page is closed, where the browser can do that. */
async function sendWhenClosed(): Promise<void> {
	const registration: (ServiceWorkerRegistration & { sync?: { register(tag: string): Promise<void> } }) | undefined = await navigator.serviceWorker?.ready;
	// A person who does not allow it has what is left sent when the page is opened next.
	await registration?.sync?.register('outbox').catch(() => {});
}

export async function seen(entry: store.Entry): Promise<void> {
	await store.forget(entry.n);
	await readOutbox();
	focusOnDay();
}

/** Records all the same what the limits refused. */
export async function insist(entry: store.Entry): Promise<void> {
	const despiteLimits = await askDespite(entryName(entry), problemOf(entry));
	if (despiteLimits === undefined || state.session?.owner !== entry.owner) return;
	await store.add({ owner: entry.owner, person: entry.person, dose: entry.dose, report: { ...entry.report, despiteLimits } });
	await seen(entry);
	await refresh();
}
