/** Reminders: what a person wants to hear when, and handing out what is to be said now, where `medsched.enable_reminders()` was called. */
import { columnsOf, plainValues, rows, value, type RowOf } from '../definition.js';
import { bigint, boolean, date, instant, integer, interval, listOf, nothing, oneOf, optional, orNull, text, time, uuid, wallClock } from '../types.js';
import { instantOrNull, integerOrNull, intervalOrNull, numericOrNull, reminderKinds, textOrNull, urgencies, userId, uuidOrNull } from './shared.js';

const reminder = {
	/** Completes it, until its lease ends. */
	token: uuid,
	/** The same on every attempt: pass it on, so that what was said twice is heard once. */
	reminderId: text,
	kind: oneOf(reminderKinds),
	/** Of `again`, which one it is; of `refill` and `stock`, how many came before it. */
	nth: integer,
	attempt: integer,
	urgency: oneOf(urgencies),
	/** Who is told, as `escalateTo` names them; null: the person. */
	recipient: textOrNull,
	userId: uuid,
	/** Null, as all of a dose, of `refill` and `stock`. */
	doseId: textOrNull,
	scheduledFor: instantOrNull,
	dueAt: instantOrNull,
	localTime: orNull(wallClock),
	timeZone: text,
	medicationId: uuid,
	medicationName: text,
	scheduleId: uuidOrNull,
	doseAmount: numericOrNull,
	doseUnit: textOrNull,
	instructions: textOrNull,
	leaseEndsAt: instant,
	/** Of `refill` and `stock`, what is left, in `stockUnit`; null, as what follows, of the others. */
	stockAmount: numericOrNull,
	stockUnit: textOrNull,
	/** The first dose that is more than what is left; null: not in ten years. */
	runsOutAt: instantOrNull,
	/** Its day where the person is. */
	runsOutOn: orNull(date),
	/** Whether that depends on what is taken as needed, or on when doses are taken. */
	isEstimate: orNull(boolean),
	refillBy: instantOrNull,
};
/** What somebody is to be reminded of. */
export interface Reminder extends RowOf<typeof reminder> {}

/** Hands out what is to be said now, oldest first, each to one caller until the lease ends: at least once, never to two at a time. */
export const claimReminders = rows(
	'claim_reminders',
	{ most: optional(integer, '100'), lease: optional(interval, "'00:01:00'::interval"), worker: optional(text) },
	columnsOf<Reminder>(reminder),
);

/** Completes one; false: it was completed before, or its lease ended and somebody else has it. */
export const completeReminder = value('complete_reminder', { token: uuid }, boolean);

const completed = { completeReminders: uuid };
/** The token of a reminder that was completed. */
export interface CompletedReminder extends RowOf<typeof completed> {}

/** Completes many in one call, and gives the tokens of those that it completed. */
export const completeReminders = plainValues('complete_reminders', { tokens: listOf(uuid) }, columnsOf<CompletedReminder>(completed));

/** One could not be passed on: it is handed out again after `retryAfter`; null gives it up. */
export const failReminder = value(
	'fail_reminder',
	{ token: uuid, retryAfter: optional(interval, "'00:01:00'::interval"), error: optional(text) },
	boolean,
);

/** Holds one for so long from now on. */
export const extendLease = value('extend_lease', { token: uuid, lease: optional(interval, "'00:01:00'::interval") }, boolean);

/** When to claim next; null: nothing is queued.  A change can bring it forward. */
export const nextReminderAt = value('next_reminder_at', {}, instantOrNull);

/** Takes the next schedules that were there when reminders were enabled into the queue; 0: all are. */
export const fillReminders = value('fill_reminders', { most: optional(integer, '10000') }, bigint);

/** Sets when a person is reminded of a schedule, or, without one, of all that have no rules of their own. */
export const setReminderRules = value(
	'set_reminder_rules',
	{
		userId,
		scheduleId: optional(uuid),
		/** So long before each dose. */
		aheadBy: optional(interval),
		/** Whether at its time. */
		atTime: optional(boolean, 'true'),
		/** Then so long after that and after each other, until it is recorded, */
		againEvery: optional(interval),
		/** so often at most. */
		againAtMost: optional(integer),
		/** So long after its time, where it is not recorded, */
		escalateAfter: optional(interval),
		/** this one is told, as the application names them. */
		escalateTo: optional(text),
		/** In these hours only what has urgency high is said; the rest when they end. */
		quietFrom: optional(time),
		quietUntil: optional(time),
		/** Where the person's clock is; left out: where the schedule's is. */
		timeZone: optional(text),
		urgency: optional(oneOf(urgencies), "'normal'::text"),
		/** What is later is dropped, and counted. */
		dropAfter: optional(interval, "'02:00:00'::interval"),
	},
	nothing,
);

const rule = {
	/** null: of all schedules that have no rules of their own. */
	scheduleId: uuidOrNull,
	aheadBy: intervalOrNull,
	atTime: boolean,
	againEvery: intervalOrNull,
	againAtMost: integerOrNull,
	escalateAfter: intervalOrNull,
	escalateTo: textOrNull,
	quietFrom: orNull(time),
	quietUntil: orNull(time),
	timeZone: textOrNull,
	urgency: oneOf(urgencies),
	dropAfter: interval,
	setAt: instant,
};
/** When a person is reminded. */
export interface ReminderRule extends RowOf<typeof rule> {}

/** The rules of a person, and then those of single schedules; no row: at the time of each dose. */
export const reminderRulesOf = rows('reminder_rules_of', { userId }, columnsOf<ReminderRule>(rule));

/** Removes a schedule's own rules, or the person's; false: there were none. */
export const removeReminderRules = value('remove_reminder_rules', { userId, scheduleId: optional(uuid) }, boolean);

/** Sets when a person is reminded of what is left of a medication, or, without one, of all that have no rules of their own. */
export const setStockReminderRules = value(
	'set_stock_reminder_rules',
	{
		userId,
		medicationId: optional(uuid),
		/** From so many days before the day by which it is to be refilled; null: not of that. */
		refillDaysAhead: optional(integer, '7'),
		/** With so many doses left, or fewer; null: not of that. */
		lowDoses: optional(integer, '0'),
		/** On the person's clock. */
		timeOfDay: optional(time, "'09:00:00'::time without time zone"),
		/** Then every so many days, */
		againEveryDays: optional(integer, '1'),
		/** so often at most, while there is not more. */
		againAtMost: optional(integer, '6'),
		/** Where the person's clock is; left out: where that of their other rules is, or else the schedule's. */
		timeZone: optional(text),
	},
	nothing,
);

const stockRule = {
	/** null: of all medications that have no rules of their own. */
	medicationId: uuidOrNull,
	refillDaysAhead: integerOrNull,
	lowDoses: integerOrNull,
	timeOfDay: time,
	againEveryDays: integer,
	againAtMost: integer,
	timeZone: textOrNull,
	setAt: instant,
};
/** When a person is reminded of what is left. */
export interface StockReminderRule extends RowOf<typeof stockRule> {}

/** The rules of a person, and then those of single medications; no row: the defaults. */
export const stockReminderRulesOf = rows('stock_reminder_rules_of', { userId }, columnsOf<StockReminderRule>(stockRule));

/** Removes a medication's own rules, or the person's; false: there were none. */
export const removeStockReminderRules = value('remove_stock_reminder_rules', { userId, medicationId: optional(uuid) }, boolean);

/** Has a person reminded of a dose again at an instant, and not before. */
export const snoozeDose = value('snooze_dose', { userId, doseId: text, until: instant }, nothing);
