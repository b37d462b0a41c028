/** What became of a dose: taken, skipped, extra, taken back, moved; and what limits allow. */
import { columnsOf, row, rows, value, type RowOf } from '../definition.js';
import { boolean, doseLimits, doseReports, instant, integer, interval, listOf, nothing, numeric, oneOf, optional, orNull, text, uuid, wallClock } from '../types.js';
import { at, changeOperations, instantOrNull, integerOrNull, jsonOrNull, numericOrNull, outcomes, scheduledFor, scheduleId, textOrNull, userId, uuidOrNull, window } from './shared.js';

const record = {
	userId: uuid,
	scheduleId: uuid,
	scheduledFor: instant,
	outcome: oneOf(outcomes),
	takenAt: instantOrNull,
	amount: numericOrNull,
	reason: textOrNull,
	note: textOrNull,
	recordedBy: textOrNull,
	recordedAt: instant,
	despiteLimits: textOrNull,
};
/** What is recorded of a dose. */
export interface RecordedDose extends RowOf<typeof record> {}

const taken = { ...record, newlyTaken: boolean };
/** A dose recorded as taken; newlyTaken is false where it was before. */
export interface TakenDose extends RowOf<typeof taken> {}

const skipped = { ...record, newlySkipped: boolean };
/** A dose recorded as skipped; newlySkipped is false where it was before. */
export interface SkippedDose extends RowOf<typeof skipped> {}

const taking = {
	takenAt: optional(instant, 'now()'),
	recordedBy: optional(text),
	amount: optional(numeric),
	note: optional(text),
	/** Why it was taken in spite of the limits: with a reason they are not looked at. */
	despiteLimits: optional(text),
};
const skipping = { reason: optional(text), recordedBy: optional(text), note: optional(text) };

/** Records that a dose was taken.  Called again it changes nothing and gives the first record. */
export const markDoseTaken = row('mark_dose_taken', { userId, scheduleId, scheduledFor, ...taking }, columnsOf<TakenDose>(taken));

/** markDoseTaken for the handle of a dose. */
export const markDoseTakenById = row('mark_dose_taken_by_id', { userId, doseId: text, ...taking }, columnsOf<TakenDose>(taken));

/** Records that a dose is left out.  Called again it changes nothing and gives the first record. */
export const skipDose = row('skip_dose', { userId, scheduleId, scheduledFor, ...skipping }, columnsOf<SkippedDose>(skipped));

/** skipDose for the handle of a dose. */
export const skipDoseById = row('skip_dose_by_id', { userId, doseId: text, ...skipping }, columnsOf<SkippedDose>(skipped));

const result = {
	nth: integer,
	doseId: textOrNull,
	scheduleId: uuidOrNull,
	scheduledFor: instantOrNull,
	outcome: orNull(oneOf(outcomes)),
	takenAt: instantOrNull,
	amount: numericOrNull,
	reason: textOrNull,
	note: textOrNull,
	recordedBy: textOrNull,
	recordedAt: instantOrNull,
	despiteLimits: textOrNull,
	newlyRecorded: orNull(boolean),
	errorCode: textOrNull,
	errorConstraint: textOrNull,
	errorMessage: textOrNull,
	errorDetail: textOrNull,
	errorHint: textOrNull,
};
/** What came of one of several doses: the record, or the error, of which `MedschedError.ofResult` makes one. */
export interface DoseResult extends RowOf<typeof result> {}

const { amount: _, ...takingTogether } = taking;

/** markDoseTakenById for several doses, each as if alone: a row for each handle, in their order. */
export const markDosesTaken = rows('mark_doses_taken', { userId, doseIds: listOf(text), ...takingTogether }, columnsOf<DoseResult>(result));

/** skipDoseById for several doses, each as if alone: a row for each handle, in their order. */
export const skipDoses = rows('skip_doses', { userId, doseIds: listOf(text), ...skipping }, columnsOf<DoseResult>(result));

/** Records a dose taken beside those of a schedule at set times: vomited and taken again, a rescue dose. */
export const recordExtraDose = row('record_extra_dose', { userId, scheduleId, ...taking, reason: optional(text) }, columnsOf<TakenDose>(taken));

/** Takes back what was recorded of a dose.  Gives the record removed, or no row. */
export const undoDose = rows('undo_dose', { userId, scheduleId, scheduledFor }, columnsOf<RecordedDose>(record));

/** undoDose for the handle of a dose. */
export const undoDoseById = rows('undo_dose_by_id', { userId, doseId: text }, columnsOf<RecordedDose>(record));

const reported = { nth: integer, changed: boolean };
/** Whether a report was news. */
export interface ReportResult extends RowOf<typeof reported> {}

/** Records what a device kept while it was offline: all reports, in their order, or, with an error, none.  May be sent again. */
export const recordReports = rows('record_reports', { userId, reports: doseReports, recordedBy: optional(text) }, columnsOf<ReportResult>(reported));

const moved = {
	userId: uuid,
	scheduleId: uuid,
	scheduledFor: instant,
	doseId: text,
	dueAt: instant,
	reason: textOrNull,
	movedBy: textOrNull,
	/** When it was moved; null: it is due at its own time. */
	movedAt: instantOrNull,
};
/** A dose that was moved, and when it is due now. */
export interface MoveOfDose extends RowOf<typeof moved> {}

const moving = { dueAt: optional(instant), reason: optional(text), movedBy: optional(text), /** Instead of dueAt, by the clock of the schedule. */ localTime: optional(wallClock) };

/** Moves one dose to another time, or back to its own.  It keeps its handle. */
export const moveDose = row('move_dose', { userId, scheduleId, scheduledFor, ...moving }, columnsOf<MoveOfDose>(moved));

/** moveDose for the handle of a dose. */
export const moveDoseById = row('move_dose_by_id', { userId, doseId: text, ...moving }, columnsOf<MoveOfDose>(moved));

/** Moves all doses of a person that are due in a window and not recorded, by the same length of time: all of them or none. */
export const moveDoses = rows('move_doses', { userId, ...window, moveBy: interval, reason: optional(text), movedBy: optional(text) }, columnsOf<MoveOfDose>(moved));

const doseChange = {
	changedAt: instant,
	operation: oneOf(changeOperations),
	changedBy: textOrNull,
	changedRole: text,
	before: jsonOrNull,
	after: jsonOrNull,
};
/** A change to what is recorded of a dose. */
export interface DoseChange extends RowOf<typeof doseChange> {}

/** What was recorded of a dose and undone, in order, where `medsched.enable_history()` was called. */
export const doseHistory = rows('dose_history', { userId, scheduleId, scheduledFor }, columnsOf<DoseChange>(doseChange));

/** Records a dose of a medication taken as needed, where its limits allow one. */
export const takeAsNeeded = row('take_as_needed', { userId, scheduleId, ...taking }, columnsOf<TakenDose>(taken));

/** The first instant from `at` on at which a dose as needed is allowed; null: none before its end. */
export const nextAsNeededAt = value('next_as_needed_at', { userId, scheduleId, at }, instantOrNull);

/** Sets how much of a substance a person may take, by all medications that hold it, in place of what was set before. */
export const setSubstanceLimits = value(
	'set_substance_limits',
	{ userId, substance: text, limits: optional(doseLimits), unit: optional(text), minInterval: optional(interval), timeZone: optional(text) },
	nothing,
);

/** Removes the limits of a substance; false: there were none. */
export const removeSubstanceLimits = value('remove_substance_limits', { userId, substance: text }, boolean);

const allowed = { allowedAt: instant, amount: numericOrNull, unit: textOrNull, doses: integerOrNull };
/** How much of a substance is allowed, and when. */
export interface Allowance extends RowOf<typeof allowed> {}

/** How much of a substance is still allowed: when any is, and how much and in how many doses then; null: no limit of it. */
export const allowance = row('allowance', { userId, substance: text, at }, columnsOf<Allowance>(allowed));
