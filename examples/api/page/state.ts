/** What the page knows, and what follows from it. Who changes it calls changed(). */
import type { DayCounts, Me } from './api.js';
import { dueAt, midnight, type Day } from './clock.js';
import type { KnownDoses, KnownSchedules } from './read.js';
import { shownDoses, type ShownDose } from './shown.js';
import type { Entry, Kept, Session } from './store.js';
import type { Allowed } from './views/as-needed.js';
import { words } from './words.js';

export const REFRESH_MS = 20_000;
/** After so long, what was read is no longer taken for what is. */
const CURRENT_MS = 3 * REFRESH_MS;

/** Whether this device is reminded; denied: the browser's settings do not let it be. */
export type Reminding = 'on' | 'off' | 'denied' | 'failed';

export interface State {
	session: Session | undefined;
	me: Me | undefined;
	/** The day that is shown. */
	day: Day;
	doses: Kept<KnownDoses> | undefined;
	schedules: Kept<KnownSchedules> | undefined;
	history: Kept<DayCounts[]> | undefined;
	historyIsOpen: boolean;
	/** The outbox of who is signed in, for all their persons. */
	entries: Entry[];
	/** Undefined where reminders cannot come, or that is not known. */
	reminding: Reminding | undefined;
	/** Why what is shown may be old. */
	trouble: 'unreachable' | 'troubled' | undefined;
	/** What there is to say. */
	notice: string;
	/** Something failed that should not, and what was done last may be lost: until the page is opened again. */
	broken: boolean;
}

/** What is known of the person whose doses are shown. */
export const nothingKnown = { doses: undefined, schedules: undefined, history: undefined, historyIsOpen: false, trouble: undefined, day: 0 } as const;

export const state: State = { ...nothingKnown, session: undefined, me: undefined, reminding: undefined, entries: [], notice: '', broken: false };

let listener = () => {};

export function onChange(draw: () => void): void {
	listener = draw;
}

export function changed(): void {
	listener();
}

/** The name of a person that the signed-in one acts for. */
export function nameOf(person: string): string | undefined {
	return state.me?.actsFor.find(({ id }) => id === person)?.name;
}

export function title(): string {
	const name = state.session && nameOf(state.session.person);
	return name === undefined ? words.yours : words.of(name);
}

export function isCurrent(read: Kept<unknown> | undefined, now: number): boolean {
	return read !== undefined && state.trouble === undefined && now - read.at < CURRENT_MS;
}

/** What was tapped for the person whose doses are shown. */
function personsEntries(): Entry[] {
	return state.entries.filter(({ person }) => person === state.session?.person);
}

export function dosesOf(day: Day, now: number): ShownDose[] {
	const [from, to] = [midnight(day).getTime(), midnight(day + 1).getTime()];
	const asNeeded = new Set((state.schedules?.value.asNeeded ?? []).map(({ schedule }) => schedule.scheduleId));
	const all = shownDoses(state.doses?.value.doses ?? [], personsEntries(), { asNeeded, current: isCurrent(state.doses, now), now });
	return all.filter((dose) => from <= Date.parse(dueAt(dose)) && Date.parse(dueAt(dose)) < to);
}

/** Whether the doses of a day have been read. */
export function isKnown(day: Day): boolean {
	const at = midnight(day).getTime();
	return state.doses !== undefined && state.doses.value.from <= at && at < state.doses.value.to;
}

/** What is known of what is allowed as needed: nothing while something may still change it that is not sent. */
export function allowed(now: number): Allowed {
	const { schedules } = state;
	const known = !personsEntries().some((entry) => entry.state === 'waiting' || (entry.state === 'sent' && (entry.sentAt ?? 0) >= (schedules?.at ?? 0)));
	return { known, asOf: isCurrent(schedules, now) ? undefined : schedules?.at, now };
}
