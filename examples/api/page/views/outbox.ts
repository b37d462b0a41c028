/** What is not sent yet, and what was refused. */
import { html, nothing, type TemplateResult } from 'lit-html';
import { repeat } from 'lit-html/directives/repeat.js';
import { timeAndDayOf, withLocalTimes } from '../clock.js';
import type { Entry } from '../store.js';
import { words } from '../words.js';
import { doseName, outcomeOf } from './doses.js';

/** Problems that a reason overcomes. */
const LIMITS = new Set(['as_needed_min_interval', 'as_needed_max_per_24h', 'as_needed_limits', 'substance_limits'].map((name) => `urn:medsched:${name}`));

export function entryName({ dose, report }: Entry): string {
	return doseName({ medicationName: dose.medicationName, scheduledFor: report.scheduledFor });
}

export function actOf({ report }: Entry): string {
	return report.outcome === 'none' ? words.takenBack : outcomeOf({ status: report.outcome, takenAt: report.takenAt ?? report.scheduledFor });
}

export function problemOf({ problem }: Entry): string {
	const text = problem?.detail ?? problem?.title ?? '';
	return withLocalTimes(text.charAt(0).toUpperCase() + text.slice(1));
}

/** nameOf gives the person's name where it is not the one whose doses are shown. */
export function outboxPanel(entries: Entry[], nameOf: (person: string) => string | undefined, acts: { seen: (entry: Entry) => void; insist: (entry: Entry) => void }): TemplateResult {
	const waiting = entries.filter(({ state }) => state === 'waiting');
	const refused = entries.filter(({ state }) => state === 'refused');
	const line = (entry: Entry) => {
		const person = nameOf(entry.person);
		return html`${person === undefined ? nothing : html`<bdi>${person}</bdi>: `}${words.entry(entryName(entry), actOf(entry), timeAndDayOf(entry.tappedAt))}`;
	};
	return html`<div class="refused" role="alert">
			${repeat(
				refused,
				({ n }) => n,
				(entry) => html`<section aria-label="${words.refused}: ${entryName(entry)}">
					<p><strong>${words.refused}.</strong> ${line(entry)}</p>
					<p>${problemOf(entry)}</p>
					${LIMITS.has(entry.problem?.type ?? '') ? html`<button type="button" @click=${() => acts.insist(entry)}>${words.wasTaken}</button>` : nothing}
					<button type="button" @click=${() => acts.seen(entry)}>${words.seen}</button>
				</section>`,
			)}
		</div>
		${waiting.length === 0
			? nothing
			: html`<details class="waiting-list">
					<summary>${words.waitingCount(waiting.length)}</summary>
					<ul>
						${waiting.map((entry) => html`<li>${line(entry)}</li>`)}
					</ul>
				</details>`}`;
}
