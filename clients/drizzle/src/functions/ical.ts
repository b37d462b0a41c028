/** Schedules from a calendar. */
import { columnsOf, rows, value, type RowOf } from '../definition.js';
import { instant, listOf, optional, orNull, schedules, text, time } from '../types.js';
import { intervalOrNull, textOrNull } from './shared.js';

const calendar = { calendar: text, timeZone: optional(text), allDayAt: optional(time), effectiveFrom: optional(instant) };

/** Schedules for the events of an iCalendar text; `timeZone` is of times that name none, `allDayAt` the time of day of events without one. */
export const scheduleFromIcal = value('schedule_from_ical', calendar, schedules);

const medication = {
	name: textOrNull,
	schedules: orNull(schedules),
	alarm: intervalOrNull,
	uids: listOf(text),
	problem: textOrNull,
};
/** A medication of a calendar; or the problem, where its events are no schedules. */
export interface CalendarMedication extends RowOf<typeof medication> {}

/** The events of an iCalendar text by their summaries. */
export const medicationsFromIcal = rows('medications_from_ical', calendar, columnsOf<CalendarMedication>(medication));
