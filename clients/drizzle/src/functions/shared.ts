/** Arguments that many functions have, and words that a column may hold. */
import { called, instant, integer, interval, json, keyInstant, numeric, optional, orNull, text, uuid } from '../types.js';

export const userId = uuid;
export const scheduleId = uuid;
export const medicationId = uuid;
export const scheduledFor = keyInstant;

/** Half-open: from ≤ instant < to. */
export const window = { from: called('window_start', instant), to: called('window_end', instant) };
export const cycle = { cycleDaysOn: optional(integer), cycleDaysOff: optional(integer) };
/** An instant that is now where it is left out. */
export const at = optional(instant, 'now()');

export const instantOrNull = orNull(instant);
export const textOrNull = orNull(text);
export const uuidOrNull = orNull(uuid);
export const numericOrNull = orNull(numeric);
export const integerOrNull = orNull(integer);
export const intervalOrNull = orNull(interval);
export const jsonOrNull = orNull(json);

/** What a dose that was recorded has become. */
export const outcomes = ['taken', 'skipped', 'extra'] as const;
export type Outcome = (typeof outcomes)[number];

/** How a dose stands. */
export const doseStatuses = [...outcomes, 'upcoming', 'due', 'missed'] as const;
export type DoseStatus = (typeof doseStatuses)[number];

/** How a schedule stands. */
export const scheduleStates = ['medication inactive', 'replaced', 'ended', 'planned', 'as needed', 'over', 'current'] as const;
export type ScheduleState = (typeof scheduleStates)[number];

/** What an entry of a stock says: so much more, so much is there, so much less, a difference. */
export const stockEntryKinds = ['dispensed', 'counted', 'lost', 'corrected', 'expired'] as const;
export type StockEntryKind = (typeof stockEntryKinds)[number];

/** What may change a row. */
export const changeOperations = ['INSERT', 'UPDATE', 'DELETE'] as const;
export type ChangeOperation = (typeof changeOperations)[number];

/**
 * What a reminder says: a dose is ahead, is due, was put off until now, is still not recorded, or is not and somebody else is told;
 * a medication is to be refilled, or there is too little left.
 */
export const reminderKinds = ['ahead', 'due', 'snoozed', 'again', 'escalation', 'refill', 'stock'] as const;
export type ReminderKind = (typeof reminderKinds)[number];

/** How urgent it is: in quiet hours only what is high is said. */
export const urgencies = ['low', 'normal', 'high'] as const;
export type Urgency = (typeof urgencies)[number];
