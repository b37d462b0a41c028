/** Schedules from forms and prescriptions, and back. */
import { columnsOf, row, rows, value, type RowOf } from '../definition.js';
import { boolean, date, instant, integer, json, listOf, optional, orNull, prescribedSchedules, schedules, taperSteps, text, time, uuid } from '../types.js';
import { cycle, integerOrNull, scheduleId, textOrNull, userId } from './shared.js';

/** Schedules for times of day, without the doses before `effectiveFrom`, on every day or on days of the week (1 Monday … 7 Sunday). */
export const scheduleFromTimes = value(
	'schedule_from_times',
	{
		times: listOf(time),
		startsOn: date,
		timeZone: text,
		daysOfWeek: optional(listOf(integer)),
		endsOn: optional(date),
		every: optional(integer, '1'),
		...cycle,
		effectiveFrom: optional(instant),
	},
	schedules,
);

/** Schedules of one regimen for steps one after another: so much for so many days, then less, or more. */
export const scheduleFromTaper = value(
	'schedule_from_taper',
	{
		steps: taperSteps,
		startsOn: date,
		timeZone: text,
		times: optional(listOf(time), "'{08:00:00}'::time[]"),
		doseUnit: optional(text),
		instructions: optional(text),
		regimenId: optional(uuid, 'gen_random_uuid()'),
	},
	prescribedSchedules,
);

const form = {
	times: orNull(listOf(time)),
	startsOn: orNull(date),
	timeZone: textOrNull,
	daysOfWeek: orNull(listOf(integer)),
	endsOn: orNull(date),
	every: integerOrNull,
	cycleDaysOn: integerOrNull,
	cycleDaysOff: integerOrNull,
	problem: textOrNull,
};
/** A form of times of day; or the problem, where no form shows the schedules. */
export interface TimesForm extends RowOf<typeof form> {}

/** Back to the form: what scheduleFromTimes would make a person's schedules of; or the problem, where no form shows them. */
export const timesOfSchedule = row('times_of_schedule', { userId, scheduleIds: listOf(uuid) }, columnsOf<TimesForm>(form));

/** The same for schedules that are not stored. */
export const timesOfSchedules = row('times_of_schedule', { schedules }, columnsOf<TimesForm>(form));

/** Schedules for a prescription's sig, such as `BID` or `take 1 tablet twice daily with food`. */
export const scheduleFromSig = value(
	'schedule_from_sig',
	{ sig: text, startsOn: date, timeZone: text, times: optional(json), effectiveFrom: optional(instant) },
	schedules,
);

/** Schedules for a FHIR Timing, of R4 or R5; asNeeded is what the Dosage around it says. */
export const scheduleFromFhir = value(
	'schedule_from_fhir',
	{ timing: json, startsOn: orNull(date), timeZone: text, times: optional(json), effectiveFrom: optional(instant), asNeeded: optional(boolean, 'false') },
	schedules,
);

const timingCode = { code: text, fhirCode: textOrNull, frequency: integer, period: integer, periodUnit: text, times: listOf(time), meaning: text };
/** An abbreviation of prescriptions. */
export interface TimingCode extends RowOf<typeof timingCode> {}

/** The abbreviations that scheduleFromSig and scheduleFromFhir know. */
export const timingCodes = rows('timing_codes', {}, columnsOf<TimingCode>(timingCode));

const timingEvent = { event: text, anchor: text, at: time, direction: integer, meaning: text };
/** An event of the day. */
export interface TimingEvent extends RowOf<typeof timingEvent> {}

/** The events of the day that scheduleFromFhir knows. */
export const timingEvents = rows('timing_events', {}, columnsOf<TimingEvent>(timingEvent));

/** A schedule in English. */
export const describeSchedule = value('describe_schedule', { userId, scheduleId }, text);

/** A regimen, such as a taper, in one sentence; the language is en or de. */
export const describeRegimen = value('describe_regimen', { userId, regimenId: uuid, language: optional(text, "'en'") }, text);
