/**
 * Every function of medsched.  Each is described once, below: its arguments,
 * and the rows or the value that it gives.  Windows are half-open, [from, to).
 */
import { bigint, boolean, date, integer, interval, jsonb, numeric, pgTable, text, time, uuid } from 'drizzle-orm/pg-core';
import * as a from './arguments.js';
import { rowFunction, rowsFunction, valueFunction, type ResultType } from './call.js';
import { instant, wallClock } from './columns.js';
import { readSchedule, type ScheduleOfForm } from './schedule-input.js';
import { changeOperations, outcomes, type DoseLimit, type Outcome } from './schema.js';
import { readInstant } from './time.js';

const { nullable, optional, required } = a;

const userId = required('user_id', a.uuid);
const scheduleId = required('schedule_id', a.uuid);
const medicationId = required('medication_id', a.uuid);
const scheduledFor = required('scheduled_for', a.keyInstant);
const doseIdArgument = required('dose_id', a.text);
const cycle = {
	cycleDaysOn: optional('cycle_days_on', a.integer),
	cycleDaysOff: optional('cycle_days_off', a.integer),
};
const window = { from: required('window_start', a.instant), to: required('window_end', a.instant) };

// What functions of one value give.  Drizzle passes NULL on as null, unread.
const results = {
	text: { sqlType: a.text.sqlType, read: String } as ResultType<string>,
	status: { sqlType: a.text.sqlType, read: String } as ResultType<DoseStatus>,
	uuid: { sqlType: a.uuid.sqlType, read: String } as ResultType<string>,
	nothing: { sqlType: 'void', read: () => undefined } as ResultType<void>,
	boolean: { sqlType: a.boolean.sqlType, read: Boolean } as ResultType<boolean>,
	bigint: { sqlType: a.bigint.sqlType, read: Number } as ResultType<number>,
	numericOrNull: { sqlType: a.numeric.sqlType, read: String } as ResultType<string | null>,
	instant: { sqlType: a.instant.sqlType, read: readInstant } as ResultType<string>,
	instantOrNull: { sqlType: a.instant.sqlType, read: readInstant } as ResultType<string | null>,
	// One driver parses JSON, another leaves it to us.
	schedules: {
		sqlType: a.json.sqlType,
		read: (value: string | Record<string, unknown>[]) =>
			(typeof value === 'string' ? (JSON.parse(value) as Record<string, unknown>[]) : value).map(readSchedule),
	} as ResultType<ScheduleOfForm[]>,
};

// Doses

export const doseStatuses = [...outcomes, 'upcoming', 'due', 'missed'] as const;
export type DoseStatus = (typeof doseStatuses)[number];

const dose = {
	doseId: text('dose_id').notNull(),
	scheduledFor: instant('scheduled_for').notNull(),
	localTime: wallClock('local_time').notNull(),
	timeZone: text('time_zone').notNull(),
	medicationId: uuid('medication_id').notNull(),
	medicationName: text('medication_name').notNull(),
	scheduleId: uuid('schedule_id').notNull(),
	doseAmount: numeric('dose_amount'),
	doseUnit: text('dose_unit'),
	instructions: text('instructions'),
};
const recorded = {
	takenAt: instant('taken_at'),
	recordedBy: text('recorded_by'),
};
const status = { status: text('status').$type<DoseStatus>().notNull() };

/** A person's doses in a window, taken or not, in order of time. */
export const upcomingDoses = rowsFunction(
	'upcoming_doses',
	{ userId, ...window },
	pgTable('upcoming_doses', { ...dose, ...recorded, ...status }),
);

/** A person's next doses that are not recorded yet. */
export const nextDoses = rowsFunction(
	'next_doses',
	{ userId, after: optional('after', a.instant), maxDoses: optional('max_doses', a.integer) },
	pgTable('next_doses', { ...dose, ...recorded, ...status }),
);

/** Everybody's doses in a window that are not recorded yet, in no order: for a notifier. */
export const dueDoses = rowsFunction(
	'due_doses',
	window,
	pgTable('due_doses', { userId: uuid('user_id').notNull(), ...dose, ...status }),
);

/** Everybody's scheduled doses in a window with what was recorded, in no order. */
export const scheduledDoses = rowsFunction(
	'scheduled_doses',
	window,
	pgTable('scheduled_doses', {
		userId: uuid('user_id').notNull(),
		...dose,
		...recorded,
		...status,
		outcome: text('outcome').$type<Outcome>(),
		onTime: boolean('on_time').notNull(),
		missed: boolean('missed').notNull(),
	}),
);

/** The handle of a dose, as upcomingDoses gives it. */
export const doseId = valueFunction('dose_id', { scheduleId, scheduledFor }, results.text);

/** Whether a dose is upcoming, due or missed, or what was recorded of it. */
export const doseStatus = valueFunction(
	'dose_status',
	{
		scheduledFor: required('scheduled_for', a.instant),
		outcome: nullable('outcome', a.text),
		grace: nullable('grace', a.interval),
	},
	results.status,
);

/** Whether a dose was taken within the grace of its schedule, before or after its time. */
export const isOnTime = valueFunction(
	'is_on_time',
	{
		scheduledFor: required('scheduled_for', a.instant),
		takenAt: nullable('taken_at', a.instant),
		grace: nullable('grace', a.interval),
	},
	results.boolean,
);

/** doseStatus of a dose that is missed from the time of its schedule's next one on. */
export const doseStatusBeforeNext = valueFunction(
	'dose_status',
	{
		scheduledFor: required('scheduled_for', a.instant),
		outcome: nullable('outcome', a.text),
		grace: nullable('grace', a.interval),
		nextDose: nullable('next_dose', a.instant),
	},
	results.status,
);

/** Whether a dose was taken within the grace of its schedule after its time, or within its tolerance before it. */
export const isWithinTolerance = valueFunction(
	'is_on_time',
	{
		scheduledFor: required('scheduled_for', a.instant),
		takenAt: nullable('taken_at', a.instant),
		grace: nullable('grace', a.interval),
		toleranceBefore: nullable('tolerance_before', a.interval),
	},
	results.boolean,
);

/** Now less a grace: a dose before that and not recorded is missed. */
export const graceEndedBefore = valueFunction(
	'grace_ended_before',
	{ grace: nullable('grace', a.interval) },
	results.instant,
);

// What became of a dose

const record = {
	userId: uuid('user_id').notNull(),
	scheduleId: uuid('schedule_id').notNull(),
	scheduledFor: instant('scheduled_for').notNull(),
	outcome: text('outcome').$type<Outcome>().notNull(),
	takenAt: instant('taken_at'),
	amount: numeric('amount'),
	reason: text('reason'),
	note: text('note'),
	recordedBy: text('recorded_by'),
	recordedAt: instant('recorded_at').notNull(),
	despiteLimits: text('despite_limits'),
};
const newlyTaken = { newlyTaken: boolean('newly_taken').notNull() };
const newlySkipped = { newlySkipped: boolean('newly_skipped').notNull() };
const taking = {
	takenAt: optional('taken_at', a.instant),
	recordedBy: optional('recorded_by', a.text),
	amount: optional('amount', a.numeric),
	note: optional('note', a.text),
	/** Why it was taken in spite of the limits: with a reason they are not looked at. */
	despiteLimits: optional('despite_limits', a.text),
};
const skipping = {
	reason: optional('reason', a.text),
	recordedBy: optional('recorded_by', a.text),
	note: optional('note', a.text),
};

/** Records that a dose was taken.  Called again it changes nothing and gives the first record. */
export const markDoseTaken = rowFunction(
	'mark_dose_taken',
	{ userId, scheduleId, scheduledFor, ...taking },
	pgTable('mark_dose_taken', { ...record, ...newlyTaken }),
);

/** markDoseTaken for the handle of a dose. */
export const markDoseTakenById = rowFunction(
	'mark_dose_taken_by_id',
	{ userId, doseId: doseIdArgument, ...taking },
	pgTable('mark_dose_taken_by_id', { ...record, ...newlyTaken }),
);

/** Records that a dose is left out.  Called again it changes nothing and gives the first record. */
export const skipDose = rowFunction(
	'skip_dose',
	{ userId, scheduleId, scheduledFor, ...skipping },
	pgTable('skip_dose', { ...record, ...newlySkipped }),
);

/** skipDose for the handle of a dose. */
export const skipDoseById = rowFunction(
	'skip_dose_by_id',
	{ userId, doseId: doseIdArgument, ...skipping },
	pgTable('skip_dose_by_id', { ...record, ...newlySkipped }),
);

/** Records a dose taken beside those of a schedule at set times: vomited and taken again, a rescue dose. */
export const recordExtraDose = rowFunction(
	'record_extra_dose',
	{ userId, scheduleId, ...taking, reason: optional('reason', a.text) },
	pgTable('record_extra_dose', { ...record, ...newlyTaken }),
);

/** Takes back what was recorded of a dose.  Gives the record removed, or no row. */
export const undoDose = rowsFunction('undo_dose', { userId, scheduleId, scheduledFor }, pgTable('undo_dose', record));

/** undoDose for the handle of a dose. */
export const undoDoseById = rowsFunction(
	'undo_dose_by_id',
	{ userId, doseId: doseIdArgument },
	pgTable('undo_dose_by_id', record),
);

/** What was recorded of a dose and undone, in order, where `medsched.enable_history()` was called. */
export const doseHistory = rowsFunction(
	'dose_history',
	{ userId, scheduleId, scheduledFor },
	pgTable('dose_history', {
		changedAt: instant('changed_at').notNull(),
		operation: text('operation', { enum: changeOperations }).notNull(),
		changedBy: text('changed_by'),
		changedRole: text('changed_role').notNull(),
		before: jsonb('before').$type<Record<string, unknown>>(),
		after: jsonb('after').$type<Record<string, unknown>>(),
	}),
);

/** Records a dose of a medication taken as needed, where its limits allow one. */
export const takeAsNeeded = rowFunction(
	'take_as_needed',
	{ userId, scheduleId, ...taking },
	pgTable('take_as_needed', { ...record, ...newlyTaken }),
);

/** The first instant from `at` on at which a dose as needed is allowed; null: none before its end. */
export const nextAsNeededAt = valueFunction(
	'next_as_needed_at',
	{ userId, scheduleId, at: optional('at', a.instant) },
	results.instantOrNull,
);

/** Sets how much of a substance a person may take, by all medications that hold it, in place of what was set before. */
export const setSubstanceLimits = valueFunction(
	'set_substance_limits',
	{
		userId,
		substance: required('substance', a.text),
		limits: optional('limits', a.doseLimits),
		unit: optional('unit', a.text),
		minInterval: optional('min_interval', a.interval),
		timeZone: optional('time_zone', a.text),
	},
	results.nothing,
);

/** Removes the limits of a substance; false: there were none. */
export const removeSubstanceLimits = valueFunction(
	'remove_substance_limits',
	{ userId, substance: required('substance', a.text) },
	results.boolean,
);

/** How much of a substance is still allowed: when any is, and how much and in how many doses then; null: no limit of it. */
export const allowance = rowFunction(
	'allowance',
	{ userId, substance: required('substance', a.text), at: optional('at', a.instant) },
	pgTable('allowance', {
		allowedAt: instant('allowed_at').notNull(),
		amount: numeric('amount'),
		unit: text('unit'),
		doses: integer('doses'),
	}),
);

// Medications and their schedules

export const scheduleStates = ['medication inactive', 'replaced', 'ended', 'planned', 'as needed', 'over', 'current'] as const;
export type ScheduleState = (typeof scheduleStates)[number];

const ownColumns = () => jsonb('own_columns').$type<Record<string, unknown>>().notNull();
const medication = {
	medicationId: uuid('medication_id').notNull(),
	name: text('name').notNull(),
	notes: text('notes'),
	inactivatedAt: instant('inactivated_at'),
	createdAt: instant('created_at').notNull(),
	ownColumns: ownColumns(),
};
const currentSchedule = {
	medicationId: uuid('medication_id').notNull(),
	medicationName: text('medication_name').notNull(),
	medicationNotes: text('medication_notes'),
	medicationOwnColumns: jsonb('medication_own_columns').$type<Record<string, unknown>>().notNull(),
	scheduleId: uuid('schedule_id').notNull(),
	state: text('state').$type<ScheduleState>().notNull(),
	startsAt: wallClock('starts_at').notNull(),
	timeZone: text('time_zone').notNull(),
	timeZonePinned: boolean('time_zone_pinned').notNull(),
	rrule: text('rrule'),
	rdates: wallClock('rdates').array().notNull(),
	exdates: wallClock('exdates').array().notNull(),
	cycleDaysOn: integer('cycle_days_on'),
	cycleDaysOff: integer('cycle_days_off'),
	asNeeded: boolean('as_needed').notNull(),
	minInterval: interval('min_interval'),
	maxPer24h: integer('max_per_24h'),
	grace: interval('grace'),
	doseAmount: numeric('dose_amount'),
	doseUnit: text('dose_unit'),
	instructions: text('instructions'),
	effectiveFrom: instant('effective_from'),
	endsAt: instant('ends_at'),
	replaces: uuid('replaces'),
	replacedBy: uuid('replaced_by'),
	createdAt: instant('created_at').notNull(),
	ownColumns: ownColumns(),
	limits: jsonb('limits').$type<DoseLimit[]>(),
};
const newMedication = {
	userId,
	name: required('name', a.text),
	schedules: required('schedules', a.scheduleList),
	notes: optional('notes', a.text),
	ownColumns: optional('own_columns', a.json),
	/** What limits of a substance count it by; substanceAmount of it, in substanceUnit, are in one doseUnit. */
	substance: optional('substance', a.text),
	substanceAmount: optional('substance_amount', a.numeric),
	substanceUnit: optional('substance_unit', a.text),
};

/** A medication with its schedules, in one call.  Gives its id. */
export const createMedication = valueFunction('create_medication', newMedication, results.uuid);

/** createMedication, which gives the schedules inserted, in the order given. */
export const createMedicationReturning = rowsFunction(
	'create_medication_returning',
	newMedication,
	pgTable('create_medication_returning', currentSchedule),
);

/** Gives a medication another name.  Gives the medication. */
export const renameMedication = rowFunction(
	'rename_medication',
	{ userId, medicationId, name: required('name', a.text) },
	pgTable('rename_medication', medication),
);

/** Changes name, notes or columns of your own of a medication.  Gives the medication. */
export const updateMedication = rowFunction(
	'update_medication',
	{ userId, medicationId, changes: required('changes', a.medicationChanges) },
	pgTable('update_medication', medication),
);

/** A person's schedules that are in force or to come, with all that a form shows. */
export const currentSchedules = rowsFunction(
	'current_schedules',
	{ userId, medicationId: optional('medication_id', a.uuid) },
	pgTable('current_schedules', currentSchedule),
);

/** One more schedule of a medication.  Gives it. */
export const addSchedule = rowFunction(
	'add_schedule',
	{ userId, medicationId, schedule: required('schedule', a.schedule) },
	pgTable('add_schedule', currentSchedule),
);

/** Changes a schedule as though it had been meant so from the start.  Gives it; its id stays. */
export const correctSchedule = rowFunction(
	'correct_schedule',
	{ userId, scheduleId, changes: required('changes', a.scheduleChanges) },
	pgTable('correct_schedule', currentSchedule),
);

/** Ends one schedule, after what is recorded of it.  Gives when it ended, which a second call does not change. */
export const endSchedule = valueFunction(
	'end_schedule',
	{ userId, scheduleId, at: optional('at', a.instant) },
	results.instant,
);

/** Ends a medication, after what is recorded of it.  Gives when it ended, which a second call does not change. */
export const inactivateMedication = valueFunction(
	'inactivate_medication',
	{ userId, medicationId, at: optional('at', a.instant) },
	results.instant,
);

/** Takes an inactivated medication up again. */
export const reactivateMedication = rowsFunction(
	'reactivate_medication',
	{ userId, medicationId, at: optional('at', a.instant) },
	pgTable('reactivate_medication', {
		oldScheduleId: uuid('old_schedule_id').notNull(),
		newScheduleId: uuid('new_schedule_id').notNull(),
	}),
);

/**
 * Changes a schedule from an instant on; what was before stays as it was.  Gives the id of the schedule that holds from
 * then on: a new one, or the same where it has no dose before.
 */
export const reviseSchedule = valueFunction(
	'revise_schedule',
	{
		userId,
		scheduleId,
		effectiveFrom: required('effective_from', a.instant),
		changes: required('changes', a.scheduleChanges),
	},
	results.uuid,
);

/** A medication's schedules, each with the one it replaced. */
export const scheduleHistory = rowsFunction(
	'schedule_history',
	{ userId, medicationId },
	pgTable('schedule_history', {
		scheduleId: uuid('schedule_id').notNull(),
		replaces: uuid('replaces'),
		startsAt: wallClock('starts_at').notNull(),
		timeZone: text('time_zone').notNull(),
		rrule: text('rrule'),
		effectiveFrom: instant('effective_from'),
		endsAt: instant('ends_at'),
		doseAmount: numeric('dose_amount'),
		doseUnit: text('dose_unit'),
		instructions: text('instructions'),
		createdAt: instant('created_at').notNull(),
		revision: integer('revision').notNull(),
	}),
);

/** A person's schedules for who helps them: in words, how they stand, the dose recorded last and the next. */
export const scheduleOverview = rowsFunction(
	'schedule_overview',
	{ userId },
	pgTable('schedule_overview', {
		medicationId: uuid('medication_id').notNull(),
		medicationName: text('medication_name').notNull(),
		scheduleId: uuid('schedule_id').notNull(),
		state: text('state').$type<ScheduleState>().notNull(),
		description: text('description').notNull(),
		doseAmount: numeric('dose_amount'),
		doseUnit: text('dose_unit'),
		lastRecorded: instant('last_recorded'),
		nextDose: instant('next_dose'),
		effectiveFrom: instant('effective_from'),
		endsAt: instant('ends_at'),
		replaces: uuid('replaces'),
		replacedBy: uuid('replaced_by'),
	}),
);

/**
 * Moves a person's schedules to another time zone.  Gives what became of each that is not over: `moved` from effectiveFrom on, with
 * the shortest time between two of its doses around the change; `left` as it was, with the reason; `pinned`; `as_needed`; or
 * `in_zone` already.
 */
export const changeTimeZone = rowsFunction(
	'change_time_zone',
	{ userId, timeZone: required('time_zone', a.text), effectiveFrom: optional('effective_from', a.instant) },
	pgTable('change_time_zone', {
		oldScheduleId: uuid('old_schedule_id').notNull(),
		newScheduleId: uuid('new_schedule_id'),
		outcome: text('outcome').$type<'moved' | 'left' | 'pinned' | 'as_needed' | 'in_zone'>().notNull(),
		effectiveFrom: instant('effective_from'),
		shortestInterval: interval('shortest_interval'),
		reason: text('reason'),
	}),
);

// Schedules from forms and prescriptions

/** Schedules for times of day, without the doses before `effectiveFrom`, on every day or on days of the week (1 Monday … 7 Sunday). */
export const scheduleFromTimes = valueFunction(
	'schedule_from_times',
	{
		times: required('times', a.times),
		startsOn: required('starts_on', a.date),
		timeZone: required('time_zone', a.text),
		daysOfWeek: optional('days_of_week', a.integers),
		endsOn: optional('ends_on', a.date),
		every: optional('every', a.integer),
		...cycle,
		effectiveFrom: optional('effective_from', a.instant),
	},
	results.schedules,
);

const form = {
	times: time('times').array(),
	startsOn: date('starts_on'),
	timeZone: text('time_zone'),
	daysOfWeek: integer('days_of_week').array(),
	endsOn: date('ends_on'),
	every: integer('every'),
	cycleDaysOn: integer('cycle_days_on'),
	cycleDaysOff: integer('cycle_days_off'),
	problem: text('problem'),
};

/** Back to the form: what scheduleFromTimes would make a person's schedules of; or the problem, where no form shows them. */
export const timesOfSchedule = rowFunction(
	'times_of_schedule',
	{ userId, scheduleIds: required('schedule_ids', a.uuids) },
	pgTable('times_of_schedule', form),
);

/** The same for schedules that are not stored. */
export const timesOfSchedules = rowFunction(
	'times_of_schedule',
	{ schedules: required('schedules', a.scheduleList) },
	pgTable('times_of_schedule', form),
);

/** Schedules for a prescription's abbreviations, such as `BID`. */
export const scheduleFromSig = valueFunction(
	'schedule_from_sig',
	{
		sig: required('sig', a.text),
		startsOn: required('starts_on', a.date),
		timeZone: required('time_zone', a.text),
		times: optional('times', a.json),
		effectiveFrom: optional('effective_from', a.instant),
	},
	results.schedules,
);

/** Schedules for a FHIR R4 Timing; asNeeded is what the Dosage around it says. */
export const scheduleFromFhir = valueFunction(
	'schedule_from_fhir',
	{
		timing: required('timing', a.json),
		startsOn: nullable('starts_on', a.date),
		timeZone: required('time_zone', a.text),
		times: optional('times', a.json),
		effectiveFrom: optional('effective_from', a.instant),
		asNeeded: optional('as_needed', a.boolean),
	},
	results.schedules,
);

/** The abbreviations that scheduleFromSig and scheduleFromFhir know. */
export const timingCodes = rowsFunction(
	'timing_codes',
	{},
	pgTable('timing_codes', {
		code: text('code').notNull(),
		fhirCode: text('fhir_code'),
		frequency: integer('frequency').notNull(),
		period: integer('period').notNull(),
		periodUnit: text('period_unit').notNull(),
		times: time('times').array().notNull(),
		meaning: text('meaning').notNull(),
	}),
);

/** The events of the day that scheduleFromFhir knows. */
export const timingEvents = rowsFunction(
	'timing_events',
	{},
	pgTable('timing_events', {
		event: text('event').notNull(),
		anchor: text('anchor').notNull(),
		at: time('at').notNull(),
		direction: integer('direction').notNull(),
		meaning: text('meaning').notNull(),
	}),
);

/** A schedule in English. */
export const describeSchedule = valueFunction('describe_schedule', { userId, scheduleId }, results.text);

// Rules, without a table

const rule = {
	rrule: nullable('rrule', a.text),
	startsAt: required('starts_at', a.wallClock),
	timeZone: required('time_zone', a.text),
};
const dates = {
	rdates: optional('rdates', a.wallClocks),
	exdates: optional('exdates', a.wallClocks),
};

/** A rule in English; the arguments are a schedule's columns. */
export const describeRule = valueFunction(
	'describe_schedule',
	{
		...rule,
		...dates,
		effectiveFrom: optional('effective_from', a.instant),
		endsAt: optional('ends_at', a.instant),
		...cycle,
		asNeeded: optional('as_needed', a.boolean),
		minInterval: optional('min_interval', a.interval),
		maxPer24h: optional('max_per_24h', a.integer),
		limits: optional('limits', a.doseLimits),
		doseUnit: optional('dose_unit', a.text),
	},
	results.text,
);

/** When a rule has doses in a window. */
export const occurrences = rowsFunction(
	'occurrences',
	{ ...rule, ...window, ...dates, ...cycle },
	pgTable('occurrences', { scheduledFor: instant('scheduled_for').notNull() }),
	'values',
);

/** How many. */
export const countOccurrences = valueFunction(
	'count_occurrences',
	{ ...rule, ...window, ...dates, ...cycle },
	results.bigint,
);

/** Whether an instant is an occurrence of a rule. */
export const isOccurrence = valueFunction(
	'is_occurrence',
	{ ...rule, at: required('at', a.instant), ...dates, ...cycle },
	results.boolean,
);

/** The first occurrence after an instant, or null. */
export const nextOccurrence = valueFunction(
	'next_occurrence',
	{ ...rule, after: required('after', a.instant), ...dates, ...cycle },
	results.instantOrNull,
);

/** The last occurrence before an instant, or null. */
export const previousOccurrence = valueFunction(
	'previous_occurrence',
	{ ...rule, before: required('before', a.instant), ...dates, ...cycle },
	results.instantOrNull,
);

/** True for a recurrence rule; any other text is an error that says what is wrong with it. */
export const checkRrule = valueFunction('check_rrule', { rrule: required('rrule', a.text) }, results.boolean);

/** True for the name of a time zone; any other text is an error. */
export const checkTimeZone = valueFunction(
	'check_time_zone',
	{ timeZone: required('time_zone', a.text) },
	results.boolean,
);

// Adherence

const counts = {
	scheduled: bigint('scheduled', { mode: 'number' }).notNull(),
	taken: bigint('taken', { mode: 'number' }).notNull(),
	skipped: bigint('skipped', { mode: 'number' }).notNull(),
	missed: bigint('missed', { mode: 'number' }).notNull(),
	onTime: bigint('on_time', { mode: 'number' }).notNull(),
	percentage: numeric('percentage'),
};

/** How a person's doses in a window went, a row for each medication. */
export const adherence = rowsFunction(
	'adherence',
	{ userId, ...window },
	pgTable('adherence', {
		medicationId: uuid('medication_id').notNull(),
		medicationName: text('medication_name').notNull(),
		...counts,
	}),
);

/** The same, a row for each day, which begins when `dayBeginsAt`, or else the person's settings, say. */
export const adherenceByDay = rowsFunction(
	'adherence_by_day',
	{ userId, ...window, dayBeginsAt: optional('day_begins_at', a.time) },
	pgTable('adherence_by_day', { day: date('day').notNull(), ...counts }),
);

/** Everybody's, in no order. */
export const adherenceOfAll = rowsFunction(
	'adherence_of_all',
	window,
	pgTable('adherence_of_all', {
		userId: uuid('user_id').notNull(),
		medicationId: uuid('medication_id').notNull(),
		medicationName: text('medication_name').notNull(),
		...counts,
	}),
);

/** The percentage as adherence computes it. */
export const percentageTaken = valueFunction(
	'percentage_taken',
	{
		taken: required('taken', a.bigint),
		skipped: required('skipped', a.bigint),
		missed: required('missed', a.bigint),
	},
	results.numericOrNull,
);

// Calendars, upkeep

/** A person's schedules as an iCalendar document. */
export const calendarFeed = valueFunction(
	'calendar_feed',
	{
		userId,
		name: optional('name', a.text),
		alarm: optional('alarm', a.interval),
		since: optional('since', a.instant),
		horizon: optional('horizon', a.instant),
	},
	results.text,
);

/** Why an instant is, or is not, a dose of a schedule. */
export const explainDose = rowFunction(
	'explain_dose',
	{ userId, scheduleId, at: required('at', a.instant) },
	pgTable('explain_dose', { isDose: boolean('is_dose').notNull(), explanation: text('explanation').notNull() }),
);

/** What in the tables breaks a rule; no row where all is well. */
export const checkIntegrity = rowsFunction(
	'check_integrity',
	{},
	pgTable('check_integrity', {
		rule: text('rule').notNull(),
		userId: uuid('user_id').notNull(),
		rowId: text('row_id').notNull(),
		problem: text('problem').notNull(),
	}),
);

/** After a correction of the time zone data: moves recorded doses that are none any more; a row for each, with a problem where it stays. */
export const moveRecordedDoses = rowsFunction(
	'move_recorded_doses',
	{ timeZone: required('time_zone', a.text), formerOffset: required('former_offset', a.interval), ...window },
	pgTable('move_recorded_doses', {
		userId: uuid('user_id').notNull(),
		scheduleId: uuid('schedule_id').notNull(),
		formerScheduledFor: instant('former_scheduled_for').notNull(),
		scheduledFor: instant('scheduled_for'),
		problem: text('problem'),
	}),
);

/** The version of medsched in the database, such as 0.2.0. */
export const version = valueFunction('version', {}, results.text);

/** Removes everything about a person; for roles that were granted it. */
export const eraseUser = rowFunction(
	'erase_user',
	{ userId },
	pgTable('erase_user', {
		medications: bigint('medications', { mode: 'number' }).notNull(),
		schedules: bigint('schedules', { mode: 'number' }).notNull(),
		doses: bigint('doses', { mode: 'number' }).notNull(),
	}),
);

/**
 * Empties medsched's tables, and every table that refers to them, in a database for tests: one in which it was called
 * before anything was written.  In any other it is refused.
 */
export const resetForTests = valueFunction('reset_for_tests', {}, results.nothing);
