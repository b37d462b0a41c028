/** Rules, without a table. */
import { columnsOf, plainValues, value, type RowOf } from '../definition.js';
import { bigint, boolean, doseLimits, instant, integer, interval, listOf, numeric, optional, routineEvents, text, time, wallClock } from '../types.js';
import { cycle, instantOrNull, textOrNull, window } from './shared.js';

const rule = { rrule: textOrNull, startsAt: wallClock, timeZone: text };
const dates = { rdates: optional(listOf(wallClock), `'{}'::timestamp[]`), exdates: optional(listOf(wallClock), `'{}'::timestamp[]`) };

/** A rule in words; the arguments are a schedule's columns. language is en or de. */
export const describeRule = value(
	'describe_schedule',
	{
		...rule,
		...dates,
		effectiveFrom: optional(instant),
		endsAt: optional(instant),
		...cycle,
		asNeeded: optional(boolean, 'false'),
		minInterval: optional(interval),
		maxPer24h: optional(integer),
		limits: optional(doseLimits),
		doseUnit: optional(text),
		doseAmount: optional(numeric),
		instructions: optional(text),
		language: optional(text, "'en'"),
		withTimeZone: optional(boolean, 'true'),
		afterLast: optional(interval),
		hoursFrom: optional(time),
		hoursUntil: optional(time),
		maxPerDay: optional(integer),
		followsBy: optional(interval),
		followsName: optional(text),
		events: optional(routineEvents),
	},
	text,
);

const occurrence = { scheduledFor: instant };
/** An instant at which a rule has a dose. */
export interface Occurrence extends RowOf<typeof occurrence> {}

/** When a rule has doses in a window. */
export const occurrences = plainValues('occurrences', { ...rule, ...window, ...dates, ...cycle }, columnsOf<Occurrence>(occurrence));

/** How many. */
export const countOccurrences = value('count_occurrences', { ...rule, ...window, ...dates, ...cycle }, bigint);

/** Whether an instant is an occurrence of a rule. */
export const isOccurrence = value('is_occurrence', { ...rule, at: instant, ...dates, ...cycle }, boolean);

/** The first occurrence after an instant, or null. */
export const nextOccurrence = value('next_occurrence', { ...rule, after: instant, ...dates, ...cycle }, instantOrNull);

/** The last occurrence before an instant, or null. */
export const previousOccurrence = value('previous_occurrence', { ...rule, before: instant, ...dates, ...cycle }, instantOrNull);

/** True for a recurrence rule; any other text is an error that says what is wrong with it. */
export const checkRrule = value('check_rrule', { rrule: text }, boolean);

/** True for the name of a time zone; any other text is an error. */
export const checkTimeZone = value('check_time_zone', { timeZone: text }, boolean);
