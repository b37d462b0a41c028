/** Lists of doses, and how a dose stands. */
import { columnsOf, rows, value, type RowOf } from '../definition.js';
import { boolean, instant, integer, interval, listOf, oneOf, optional, orNull, text, uuid, wallClock } from '../types.js';
import { doseStatuses, instantOrNull, intervalOrNull, numericOrNull, outcomes, scheduledFor, scheduleId, textOrNull, userId, window } from './shared.js';

const scheduled = {
	doseId: text,
	scheduledFor: instant,
	localTime: wallClock,
	timeZone: text,
	medicationId: uuid,
	medicationName: text,
	scheduleId: uuid,
	doseAmount: numericOrNull,
	doseUnit: textOrNull,
	instructions: textOrNull,
};
const recorded = { takenAt: instantOrNull, recordedBy: textOrNull };
const status = { status: oneOf(doseStatuses) };

const due = { dueAt: instant };

const dose = { ...scheduled, ...recorded, ...status, ...due };
/** A dose of a person, taken or not. */
export interface Dose extends RowOf<typeof dose> {}

const userDose = { userId: uuid, ...dose };
/** A dose of one of several persons, taken or not. */
export interface UserDose extends RowOf<typeof userDose> {}

const dueDose = { userId: uuid, ...scheduled, ...status, ...due };
/** A dose of somebody that is not recorded yet. */
export interface DueDose extends RowOf<typeof dueDose> {}

const scheduledDose = { userId: uuid, ...dose, outcome: orNull(oneOf(outcomes)), onTime: boolean, missed: boolean };
/** A dose of somebody, with what was recorded. */
export interface ScheduledDose extends RowOf<typeof scheduledDose> {}

/** A person's doses in a window, taken or not, in the order in which they are due. */
export const upcomingDoses = rows('upcoming_doses', { userId, ...window }, columnsOf<Dose>(dose));

/** A person's next doses that are not recorded yet. */
export const nextDoses = rows('next_doses', { userId, after: optional(instant, 'now()'), maxDoses: optional(integer, '10') }, columnsOf<Dose>(dose));

/** The doses in a window of several persons, in the order in which they are due: of each those of upcomingDoses. */
export const upcomingDosesOf = rows('upcoming_doses_of', { userIds: listOf(uuid), ...window }, columnsOf<UserDose>(userDose));

/** The next doses of several persons that are not recorded yet: of each those of nextDoses, all in the order in which they are due. */
export const nextDosesOf = rows('next_doses_of', { userIds: listOf(uuid), after: optional(instant, 'now()'), maxDoses: optional(integer, '10') }, columnsOf<UserDose>(userDose));

/** Everybody's doses in a window that are not recorded yet, in no order: for a notifier. */
export const dueDoses = rows('due_doses', window, columnsOf<DueDose>(dueDose));

/** Everybody's scheduled doses in a window with what was recorded, in no order. */
export const scheduledDoses = rows('scheduled_doses', window, columnsOf<ScheduledDose>(scheduledDose));

/** The handle of a dose, as upcomingDoses gives it. */
export const doseId = value('dose_id', { scheduleId, scheduledFor }, text);

const toJudge = { scheduledFor: instant, outcome: textOrNull, grace: intervalOrNull };
const toMeasure = { scheduledFor: instant, takenAt: instantOrNull, grace: intervalOrNull };

/** Whether a dose is upcoming, due or missed, or what was recorded of it. */
export const doseStatus = value('dose_status', toJudge, oneOf(doseStatuses));

/** doseStatus of a dose that is missed from the time of its schedule's next one on. */
export const doseStatusBeforeNext = value('dose_status', { ...toJudge, nextDose: instantOrNull }, oneOf(doseStatuses));

/** Whether a dose was taken within the grace of its schedule, before or after its time. */
export const isOnTime = value('is_on_time', toMeasure, boolean);

/** Whether a dose was taken within the grace of its schedule after its time, or within its tolerance before it. */
export const isWithinTolerance = value('is_on_time', { ...toMeasure, toleranceBefore: intervalOrNull }, boolean);

/** Now less a grace: a dose before that and not recorded is missed. */
export const graceEndedBefore = value('grace_ended_before', { grace: orNull(interval) }, instant);
