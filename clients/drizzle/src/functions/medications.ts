/** Medications and their schedules: made, changed, ended, listed. */
import { columnsOf, row, rows, value, type RowOf } from '../definition.js';
import { boolean, date, doseLimits, instant, integer, interval, json, listOf, medicationChanges, numeric, oneOf, optional, orNull, routineEvents, schedule, scheduleChanges, schedules, text, time, timesOfEvents, uuid, wallClock } from '../types.js';
import { at, instantOrNull, integerOrNull, intervalOrNull, medicationId, numericOrNull, scheduleId, scheduleStates, textOrNull, userId, uuidOrNull } from './shared.js';

const medication = {
	medicationId: uuid,
	name: text,
	notes: textOrNull,
	inactivatedAt: instantOrNull,
	createdAt: instant,
	ownColumns: json,
	substance: textOrNull,
	substanceAmount: numericOrNull,
	substanceUnit: textOrNull,
	therapeuticClass: textOrNull,
	refillLeadTime: intervalOrNull,
	refillReserve: numericOrNull,
	refillReserveUnit: textOrNull,
};
/** A medication, as it is listed, and after a change. */
export interface ChangedMedication extends RowOf<typeof medication> {}

const currentSchedule = {
	medicationId: uuid,
	medicationName: text,
	medicationNotes: textOrNull,
	medicationOwnColumns: json,
	scheduleId: uuid,
	state: oneOf(scheduleStates),
	startsAt: wallClock,
	timeZone: text,
	timeZonePinned: boolean,
	rrule: textOrNull,
	rdates: listOf(wallClock),
	exdates: listOf(wallClock),
	cycleDaysOn: integerOrNull,
	cycleDaysOff: integerOrNull,
	asNeeded: boolean,
	minInterval: intervalOrNull,
	maxPer24h: integerOrNull,
	grace: intervalOrNull,
	doseAmount: numericOrNull,
	doseUnit: textOrNull,
	instructions: textOrNull,
	effectiveFrom: instantOrNull,
	endsAt: instantOrNull,
	replaces: uuidOrNull,
	replacedBy: uuidOrNull,
	createdAt: instant,
	ownColumns: json,
	limits: orNull(doseLimits),
	afterLast: intervalOrNull,
	hoursFrom: orNull(time),
	hoursUntil: orNull(time),
	maxPerDay: integerOrNull,
	regimenId: uuidOrNull,
	follows: uuidOrNull,
	followsBy: intervalOrNull,
	events: orNull(routineEvents),
};
/** A schedule with all that a form shows. */
export interface CurrentSchedule extends RowOf<typeof currentSchedule> {}

const newMedication = {
	userId,
	name: text,
	schedules,
	notes: optional(text),
	ownColumns: optional(json),
	/** What limits of a substance count it by; substanceAmount of it, in substanceUnit, are in one doseUnit. */
	substance: optional(text),
	substanceAmount: optional(numeric),
	substanceUnit: optional(text),
};

/** A medication with its schedules, in one call.  Gives its id. */
export const createMedication = value('create_medication', newMedication, uuid);

/** createMedication, which gives the schedules inserted, in the order given. */
export const createMedicationReturning = rows('create_medication_returning', newMedication, columnsOf<CurrentSchedule>(currentSchedule));

/** Gives a medication another name.  Gives the medication. */
export const renameMedication = row('rename_medication', { userId, medicationId, name: text }, columnsOf<ChangedMedication>(medication));

/** Changes name, notes or columns of your own of a medication.  Gives the medication. */
export const updateMedication = row('update_medication', { userId, medicationId, changes: medicationChanges }, columnsOf<ChangedMedication>(medication));

/** A person's medications by name, those that were inactivated among them. */
export const medicationsOf = rows('medications_of', { userId }, columnsOf<ChangedMedication>(medication));

/** All of a person's schedules, those that are over or were replaced among them, with all that a form shows. */
export const schedulesOf = rows('schedules_of', { userId, medicationId: optional(uuid) }, columnsOf<CurrentSchedule>(currentSchedule));

/** A person's schedules that are in force or to come, with all that a form shows. */
export const currentSchedules = rows('current_schedules', { userId, medicationId: optional(uuid) }, columnsOf<CurrentSchedule>(currentSchedule));

/** One more schedule of a medication.  Gives it. */
export const addSchedule = row('add_schedule', { userId, medicationId, schedule }, columnsOf<CurrentSchedule>(currentSchedule));

/** Changes a schedule as though it had been meant so from the start.  Gives it; its id stays. */
export const correctSchedule = row('correct_schedule', { userId, scheduleId, changes: scheduleChanges }, columnsOf<CurrentSchedule>(currentSchedule));

/** Ends one schedule, after what is recorded of it.  Gives when it ended, which a second call does not change. */
export const endSchedule = value('end_schedule', { userId, scheduleId, at }, instant);

/** Ends a medication, after what is recorded of it.  Gives when it ended, which a second call does not change. */
export const inactivateMedication = value('inactivate_medication', { userId, medicationId, at }, instant);

const reactivated = { oldScheduleId: uuid, newScheduleId: uuid };
/** A schedule that a medication was taken up again with, and the one it replaces. */
export interface ReactivatedSchedule extends RowOf<typeof reactivated> {}

/** Takes an inactivated medication up again. */
export const reactivateMedication = rows('reactivate_medication', { userId, medicationId, at }, columnsOf<ReactivatedSchedule>(reactivated));

/**
 * Changes a schedule from an instant on; what was before stays as it was.  Gives the id of the schedule that holds from
 * then on: a new one, or the same where it has no dose before.
 */
export const reviseSchedule = value('revise_schedule', { userId, scheduleId, effectiveFrom: instant, changes: scheduleChanges }, uuid);

const revision = {
	scheduleId: uuid,
	replaces: uuidOrNull,
	startsAt: wallClock,
	timeZone: text,
	rrule: textOrNull,
	effectiveFrom: instantOrNull,
	endsAt: instantOrNull,
	doseAmount: numericOrNull,
	doseUnit: textOrNull,
	instructions: textOrNull,
	createdAt: instant,
	revision: integer,
};
/** A schedule of a medication's history. */
export interface ScheduleRevision extends RowOf<typeof revision> {}

/** A medication's schedules, each with the one it replaced. */
export const scheduleHistory = rows('schedule_history', { userId, medicationId }, columnsOf<ScheduleRevision>(revision));

const summary = {
	medicationId: uuid,
	medicationName: text,
	scheduleId: uuid,
	state: oneOf(scheduleStates),
	description: text,
	doseAmount: numericOrNull,
	doseUnit: textOrNull,
	lastRecorded: instantOrNull,
	nextDose: instantOrNull,
	effectiveFrom: instantOrNull,
	endsAt: instantOrNull,
	replaces: uuidOrNull,
	replacedBy: uuidOrNull,
};
/** A schedule in words, and how it stands. */
export interface ScheduleSummary extends RowOf<typeof summary> {}

/** A person's schedules for who helps them: in words, how they stand, the dose recorded last and the next. */
export const scheduleOverview = rows('schedule_overview', { userId }, columnsOf<ScheduleSummary>(summary));

const timeZoneChange = {
	oldScheduleId: uuid,
	newScheduleId: uuidOrNull,
	outcome: oneOf(['moved', 'left', 'pinned', 'as_needed', 'in_zone']),
	effectiveFrom: instantOrNull,
	shortestInterval: orNull(interval),
	reason: textOrNull,
};
/** What became of a schedule when a person changed time zone. */
export interface TimeZoneChange extends RowOf<typeof timeZoneChange> {}

/**
 * Moves a person's schedules to another time zone.  Gives what became of each that is not over: `moved` from effectiveFrom on, with
 * the shortest time between two of its doses around the change; `left` as it was, with the reason; `pinned`; `as_needed`; or
 * `in_zone` already.
 */
export const changeTimeZone = rows('change_time_zone', { userId, timeZone: text, effectiveFrom: optional(instant, 'now()') }, columnsOf<TimeZoneChange>(timeZoneChange));

const routineChange = { ...timeZoneChange, outcome: oneOf(['moved', 'same', 'left']) };
/** What became of a schedule that names events when a person's routine changed. */
export interface RoutineChange extends RowOf<typeof routineChange> {}

/**
 * Sets when a person wakes, eats and goes to bed (`{ CM: '07:30', HS: '22:30' }`), on days of the week (1 Monday … 7 Sunday) or on all, from
 * an instant on.  Gives what became of each schedule that names events and is not over: `moved` to the new times, with the shortest
 * time between two of its doses around the change; the `same`; or `left` as it was, with the reason.
 */
export const setRoutine = rows(
	'set_routine',
	{ userId, times: timesOfEvents, daysOfWeek: optional(listOf(integer)), effectiveFrom: optional(instant, 'now()') },
	columnsOf<RoutineChange>(routineChange),
);

const routineTime = { event: text, dayOfWeek: integer, timeOfDay: time, isOwn: boolean };
/** When an event of a person's day is, on a day of the week; not their own: the default. */
export interface TimeOfRoutine extends RowOf<typeof routineTime> {}

/** When a person wakes, eats and goes to bed: a row for each event and day of the week. */
export const routine = rows('routine', { userId, at }, columnsOf<TimeOfRoutine>(routineTime));

/** A person's routine as the times of scheduleFromFhir, scheduleFromSig and medicationFromFhir: their schedules name its events. */
export const routineTimes = value('routine_times', { userId, at }, json);

const regimen = { userId, regimenId: uuid };

/** Has a regimen, such as a taper, of which nothing is recorded begin on another day.  Gives the schedules that changed. */
export const shiftRegimen = rows('shift_regimen', { ...regimen, startsOn: date }, columnsOf<CurrentSchedule>(currentSchedule));

/** Lets the step of a regimen in force last until another day, and moves those after it.  Gives the schedules that changed. */
export const extendRegimen = rows('extend_regimen', { ...regimen, lastDay: date, at }, columnsOf<CurrentSchedule>(currentSchedule));

/** Ends all steps of a regimen.  Gives when the last ended, after what is recorded; null: none had a dose to come. */
export const endRegimen = value('end_regimen', { ...regimen, at }, instantOrNull);
