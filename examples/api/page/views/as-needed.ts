/** Medicines taken as needed: what is still allowed, and from when. */
import { html, nothing, type TemplateResult } from 'lit-html';
import { repeat } from 'lit-html/directives/repeat.js';
import type { Allowance, CurrentSchedule } from '../api.js';
import { timeAndDayOf } from '../clock.js';
import { words } from '../words.js';
import { amountOf } from '../shown.js';

export interface AsNeeded {
	schedule: CurrentSchedule;
	/** Null: it ends before one is allowed. */
	allowedAt: string | null;
	substance: string | null;
	/** Absent: its substance has no limits. */
	allowance: Allowance | null;
}

export interface Allowed {
	/** Whether what is allowed is known: not while something is not sent yet. */
	known: boolean;
	/** When it was asked, where that is not now. */
	asOf: number | undefined;
	now: number;
}

export function asNeededList(list: AsNeeded[], allowed: Allowed, take: (item: AsNeeded) => void): TemplateResult {
	return html`<h2 id="as-needed">${words.asNeeded}</h2>
		<ul class="as-needed" aria-labelledby="as-needed">
			${repeat(
				list,
				({ schedule }) => schedule.scheduleId,
				(item) => html`<li>
					<div class="what">
						<p class="name"><bdi>${item.schedule.medicationName}</bdi></p>
						<p class="more"><bdi>${amountOf(item.schedule)}</bdi></p>
						<p class="allowed" data-state=${stateOf(item, allowed)}>${allowedOf(item, allowed)}</p>
						${leftOf(item, allowed)}
					</div>
					<button type="button" class="take" aria-label=${words.takeAsNeededOf(item.schedule.medicationName)} @click=${() => take(item)}>${words.takeAsNeeded}</button>
				</li>`,
			)}
		</ul>`;
}

/** When one is allowed, in words. */
function allowedOf({ allowedAt }: AsNeeded, { known, asOf, now }: Allowed): string {
	if (!known) return words.allowanceUnknown;
	const text = allowedAt === null ? words.notAnyMore : Date.parse(allowedAt) <= now ? words.allowedNow : words.allowedFrom(timeAndDayOf(upToTheMinute(allowedAt)));
	return asOf === undefined ? text : `${text} (${words.allowanceAsOf(timeAndDayOf(new Date(asOf)))})`;
}

function stateOf({ allowedAt }: AsNeeded, { known, now }: Allowed): 'unknown' | 'now' | 'later' {
	if (!known) return 'unknown';
	return allowedAt !== null && Date.parse(allowedAt) <= now ? 'now' : 'later';
}

export interface Warning {
	text: string;
	/** It is known not to be allowed: to record it all the same takes a reason. */
	needsReason: boolean;
}

/** What speaks against taking one now; undefined: nothing that is known. */
export function warningOf(item: AsNeeded, allowed: Allowed): Warning | undefined {
	switch (stateOf(item, allowed)) {
		case 'now':
			return undefined;
		case 'unknown':
			return { text: words.allowanceUnknownWarning, needsReason: false };
		case 'later':
			return { text: words.tooEarly(allowedOf(item, allowed)), needsReason: true };
	}
}

function leftOf({ allowance, substance }: AsNeeded, { known, now }: Allowed) {
	if (!known || !allowance || substance === null) return nothing;
	const left = [
		allowance.amount === null ? undefined : words.left([allowance.amount, allowance.unit].filter(Boolean).join(' '), substance),
		allowance.doses === null ? undefined : words.leftDoses(allowance.doses, substance),
	].filter((text) => text !== undefined);
	if (left.length === 0) return nothing;
	const text = left.join(', ');
	return html`<p class="left"><bdi>${Date.parse(allowance.allowedAt) <= now ? text : words.leftFrom(text, timeAndDayOf(upToTheMinute(allowance.allowedAt)))}</bdi></p>`;
}

/** Never a minute that is too early by seconds. */
function upToTheMinute(instant: string): Date {
	return new Date(Math.ceil(Date.parse(instant) / 60_000) * 60_000);
}
