/** The doses as they are shown: what the server said, and on top of it what was tapped since. */
import type { Dose } from './api.js';
import { dueAt, localInput, zone } from './clock.js';
import { doseKey } from './outbox.js';
import type { Entry } from './store.js';

export interface ShownDose extends Omit<Dose, 'status' | 'doseId' | 'recordedBy'> {
	key: string;
	/** open: not recorded, and whether it is due or missed cannot be told from here. */
	status: Dose['status'] | 'open';
	asNeeded: boolean;
	/** What was tapped last is not sent yet. */
	waiting: boolean;
}

export function amountOf({ doseAmount, doseUnit, instructions }: { doseAmount: string | null; doseUnit: string | null; instructions: string | null }): string {
	return [[doseAmount, doseUnit].filter(Boolean).join(' '), instructions].filter(Boolean).join(' · ');
}

export function isRecorded(dose: ShownDose): boolean {
	return dose.status === 'taken' || dose.status === 'skipped' || dose.status === 'extra';
}

export function shownDoses(doses: Dose[], entries: Entry[], { asNeeded, current, now }: { asNeeded: Set<string>; current: boolean; now: number }): ShownDose[] {
	const shown = new Map<string, ShownDose>();
	for (const dose of doses) {
		const key = doseKey(dose);
		const recorded = dose.status === 'taken' || dose.status === 'skipped' || dose.status === 'extra';
		// What was due when there was a connection may be missed now, and what was to come may be due.
		const status = recorded || current ? dose.status : openStatus(dose, now);
		shown.set(key, { ...dose, key, status, asNeeded: asNeeded.has(dose.scheduleId), waiting: false });
	}
	for (const entry of entries) {
		if (entry.state !== 'refused') overlay(shown, entry, now);
	}
	return [...shown.values()].sort((a, b) => Date.parse(dueAt(a)) - Date.parse(dueAt(b)) || a.medicationName.localeCompare(b.medicationName));
}

function overlay(shown: Map<string, ShownDose>, { report, dose, state }: Entry, now: number): void {
	const key = doseKey(report);
	const waiting = state === 'waiting';
	const before = shown.get(key);
	if (report.outcome === 'none') {
		if (!before || before.status !== report.expected?.outcome || !sameInstant(before.takenAt, report.expected.takenAt)) return;
		if (before.asNeeded || before.status === 'extra') shown.delete(key);
		else shown.set(key, { ...before, status: openStatus(before, now), takenAt: null, waiting });
	} else if (!before) {
		const localTime = `${localInput(new Date(report.scheduledFor))}:00`;
		shown.set(key, { ...dose, key, scheduleId: report.scheduleId, scheduledFor: report.scheduledFor, localTime, timeZone: zone(), status: report.outcome, takenAt: report.takenAt ?? report.scheduledFor, waiting });
	} else if (!isRecorded(before)) {
		shown.set(key, { ...before, status: report.outcome, takenAt: report.takenAt ?? null, waiting });
	}
}

function openStatus(dose: { scheduledFor: string; dueAt?: string }, now: number): 'upcoming' | 'open' {
	return Date.parse(dueAt(dose)) > now ? 'upcoming' : 'open';
}

function sameInstant(a: string | null, b: string | null): boolean {
	return a === b || (a !== null && b !== null && Date.parse(a) === Date.parse(b));
}
