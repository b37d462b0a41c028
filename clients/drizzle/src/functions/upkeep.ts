/** Calendars, explanations, and what operators and tests call. */
import { columnsOf, row, rows, value, type RowOf } from '../definition.js';
import { bigint, boolean, instant, interval, jsonText, nothing, optional, text, uuid } from '../types.js';
import { instantOrNull, scheduleId, textOrNull, userId, window } from './shared.js';

/** A person's schedules as an iCalendar document. */
export const calendarFeed = value(
	'calendar_feed',
	{ userId, name: optional(text), alarm: optional(interval), since: optional(instant), horizon: optional(instant, `now() + '2 years'::interval`) },
	text,
);

const explanation = { isDose: boolean, explanation: text };
/** Whether an instant is a dose, and why. */
export interface DoseExplanation extends RowOf<typeof explanation> {}

/** Why an instant is, or is not, a dose of a schedule. */
export const explainDose = row('explain_dose', { userId, scheduleId, at: instant }, columnsOf<DoseExplanation>(explanation));

const integrityProblem = { rule: text, userId: uuid, rowId: text, problem: text };
/** What breaks a rule in the tables. */
export interface IntegrityProblem extends RowOf<typeof integrityProblem> {}

/** What in the tables breaks a rule; no row where all is well. */
export const checkIntegrity = rows('check_integrity', {}, columnsOf<IntegrityProblem>(integrityProblem));

const movedDose = { userId: uuid, scheduleId: uuid, formerScheduledFor: instant, scheduledFor: instantOrNull, problem: textOrNull };
/** A recorded dose that moved, or that stays with a problem. */
export interface MovedDose extends RowOf<typeof movedDose> {}

/** After a correction of the time zone data: moves recorded doses that are none any more; a row for each, with a problem where it stays. */
export const moveRecordedDoses = rows(
	'move_recorded_doses',
	{ timeZone: text, formerOffset: interval, ...window },
	columnsOf<MovedDose>(movedDose),
);

/** The version of medsched in the database, such as 0.2.0. */
export const version = value('version', {}, text);

const erased = { medications: bigint, schedules: bigint, doses: bigint };
/** How many rows of a person were removed. */
export interface ErasedUser extends RowOf<typeof erased> {}

/** Removes everything about a person; for roles that were granted it. */
export const eraseUser = row('erase_user', { userId }, columnsOf<ErasedUser>(erased));

/** Everything that medsched has of a person as one document in JSON, for `importUser`. */
export const exportUser = value('export_user', { userId }, jsonText);

const imported = { userId: uuid, medications: bigint, schedules: bigint, doses: bigint };
/** Whose document was imported, and how many rows there were. */
export interface ImportedUser extends RowOf<typeof imported> {}

/** Brings in a person whom `exportUser` gave, as text: parsed, it could lose digits.  For the tables' owner. */
export const importUser = row('import_user', { document: jsonText }, columnsOf<ImportedUser>(imported));

/**
 * Empties medsched's tables, and every table that refers to them, in a database for tests: one in which it was called
 * before anything was written.  In any other it is refused.
 */
export const resetForTests = value('reset_for_tests', {}, nothing);
