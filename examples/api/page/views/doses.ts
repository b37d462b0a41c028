/** The list of a day's doses. */
import { html, nothing, type TemplateResult } from 'lit-html';
import { repeat } from 'lit-html/directives/repeat.js';
import { dueAt, elsewhere, timeAndDayOf, timeOf } from '../clock.js';
import { amountOf, isRecorded, type ShownDose } from '../shown.js';
import { words } from '../words.js';

export interface DoseActs {
	take: (dose: ShownDose) => void;
	takeAt: (dose: ShownDose) => void;
	skip: (dose: ShownDose) => void;
	undo: (dose: ShownDose) => void;
}

export interface DoseList {
	doses: ShownDose[];
	/** A dose of a day to come is not ticked off: it cannot have been taken. */
	canTake: boolean;
	label: string;
	/** Said where there are none. */
	empty: string;
}

/** What a dose is called: "Metformin 08:00". */
export function doseName(dose: { medicationName: string; scheduledFor: string; dueAt?: string }): string {
	return words.dose(dose.medicationName, timeOf(dueAt(dose)));
}

export function outcomeOf(dose: { status: string; takenAt: string | null }): string {
	if (dose.status === 'taken' && dose.takenAt !== null) return words.taken(timeOf(dose.takenAt));
	if (dose.status === 'extra' && dose.takenAt !== null) return words.extra(timeOf(dose.takenAt));
	return dose.status === 'skipped' ? words.skipped : '';
}

export function doseList({ doses, canTake, label, empty }: DoseList, acts: DoseActs): TemplateResult {
	return html`<h2 id="day" tabindex="-1">${label}</h2>
		${doses.length === 0 ? html`<p class="empty">${empty}</p>` : nothing}
		<ul class="doses" aria-labelledby="day">
			${repeat(
				doses,
				({ key }) => key,
				(dose) => doseRow(dose, canTake, acts),
			)}
		</ul>`;
}

/**
 * One dose. What can be done keeps its place, and its room while it is away: nothing moves under a finger, and
 * where one act was there is never another.
 */
function doseRow(dose: ShownDose, canTake: boolean, { take, takeAt, skip, undo }: DoseActs): TemplateResult {
	const name = doseName(dose);
	const recorded = isRecorded(dose);
	const outcome = outcomeOf(dose);
	const away = (isAway: boolean) => (isAway ? 'away' : '');
	const badge = words.badges[dose.status];
	return html`<li class="dose" data-status=${dose.status} data-key=${dose.key}>
		<button
			type="button"
			class="tick ${away(!canTake && !recorded)}"
			aria-label=${recorded ? words.done(name, outcome) : words.take(name)}
			aria-disabled=${String(recorded)}
			@click=${() => !recorded && take(dose)}
		></button>
		<div class="what">
			<p class="when">
				<span class="time">${timeOf(dueAt(dose))}</span>
				${zoneOf(dose)} ${movedFrom(dose)} ${badge === '' ? nothing : html`<span class="badge">${badge}</span>`}
			</p>
			<p class="name"><bdi>${dose.medicationName}</bdi></p>
			<p class="more"><bdi>${amountOf(dose)}</bdi></p>
		</div>
		<div class="acts">
			<div class="choose ${away(recorded)}">
				<button type="button" class="skip ${away(dose.asNeeded)}" aria-label="${words.skip} ${name}" @click=${() => skip(dose)}>${words.skip}</button>
				<button type="button" class="other ${away(!canTake)}" aria-label="${words.otherTime}: ${words.takeAt(name)}" @click=${() => takeAt(dose)}>${words.otherTime}</button>
			</div>
			<p class="outcome">${outcome}${dose.waiting ? html` <span class="waiting">${words.waiting}</span>` : nothing}</p>
			<button type="button" class="undo ${away(!recorded)}" aria-label="${words.undo} ${name}" @click=${() => undo(dose)}>${words.undo}</button>
		</div>
	</li>`;
}

function movedFrom(dose: ShownDose) {
	const due = new Date(dueAt(dose));
	if (due.getTime() === Date.parse(dose.scheduledFor)) return nothing;
	return html`<span class="moved">${words.movedFrom(timeAndDayOf(dose.scheduledFor, due))}</span>`;
}

function zoneOf(dose: ShownDose) {
	const other = elsewhere(dose);
	return other === undefined ? nothing : html`<bdi class="zone">${other}</bdi>`;
}
