/**
 * The tables, for typed queries and joins with your own.
 *
 * They are created by `medsched.create_tables()`, not by drizzle-kit: import
 * them where you need them, but do not export them from a file that
 * drizzle-kit reads as your schema.
 */
import { sql, type InferInsertModel, type InferSelectModel } from 'drizzle-orm';
import {
	bigint,
	boolean,
	foreignKey,
	integer,
	interval,
	jsonb,
	numeric,
	pgSchema,
	type PgSchema,
	primaryKey,
	text,
	time,
	unique,
	uuid,
} from 'drizzle-orm/pg-core';
import { instant, rrule, timeZone, wallClock, wallClocks } from './columns.js';
import { changeOperations, outcomes, stockEntryKinds, urgencies, type ChangeOperation, type Outcome, type StockEntryKind, type Urgency } from './functions/shared.js';
import { stated } from './orm.js';
import type { BigInt, Boolean, Custom, Identity, Integer, Interval, Json, MedschedTable, NotNull, Numeric, Text, TextOf, Time, Uuid, WithDefault } from './orm.js';
import type { DoseLimit, RoutineEvent } from './schedule-input.js';
import type { Instant, WallClock } from './time.js';

export const medsched: PgSchema<'medsched'> = pgSchema('medsched');

type MedicationsColumns = {
	userId: NotNull<Uuid>;
	id: WithDefault<NotNull<Uuid>>;
	name: NotNull<Text>;
	notes: Text;
	inactivatedAt: Custom<Instant>;
	createdAt: WithDefault<NotNull<Custom<Instant>>>;
	substance: Text;
	substanceAmount: Numeric;
	substanceUnit: Text;
	therapeuticClass: Text;
	refillLeadTime: Interval;
	refillReserve: Numeric;
	refillReserveUnit: Text;
};

/** What a person takes.  Never deleted: inactivated. */
export const medications: MedschedTable<'medications', MedicationsColumns> = stated(medsched.table(
	'medications',
	{
		userId: uuid('user_id').notNull(),
		id: uuid('id').notNull().defaultRandom(),
		name: text('name').notNull(),
		notes: text('notes'),
		inactivatedAt: instant('inactivated_at'),
		createdAt: instant('created_at')
			.notNull()
			.default(sql`now()`),
		substance: text('substance'),
		substanceAmount: numeric('substance_amount'),
		substanceUnit: text('substance_unit'),
		therapeuticClass: text('therapeutic_class'),
		refillLeadTime: interval('refill_lead_time'),
		refillReserve: numeric('refill_reserve'),
		refillReserveUnit: text('refill_reserve_unit'),
		changedAt: instant('changed_at'),
	},
	(table) => [primaryKey({ columns: [table.userId, table.id] }), unique().on(table.id)],
));

type SchedulesColumns = {
	userId: NotNull<Uuid>;
	id: WithDefault<NotNull<Uuid>>;
	medicationId: NotNull<Uuid>;
	startsAt: NotNull<Custom<WallClock>>;
	timeZone: NotNull<Custom<string>>;
	timeZonePinned: WithDefault<NotNull<Boolean>>;
	rrule: Custom<string>;
	rdates: WithDefault<NotNull<Custom<WallClock[]>>>;
	exdates: WithDefault<NotNull<Custom<WallClock[]>>>;
	cycleDaysOn: Integer;
	cycleDaysOff: Integer;
	asNeeded: WithDefault<NotNull<Boolean>>;
	minInterval: Interval;
	maxPer24h: Integer;
	limits: Json<DoseLimit[]>;
	grace: Interval;
	toleranceBefore: Interval;
	missedWhenNext: WithDefault<NotNull<Boolean>>;
	afterLast: Interval;
	hoursFrom: Time;
	hoursUntil: Time;
	maxPerDay: Integer;
	follows: Uuid;
	followsBy: Interval;
	doseAmount: Numeric;
	doseUnit: Text;
	instructions: Text;
	regimenId: Uuid;
	events: Json<RoutineEvent[]>;
	effectiveFrom: Custom<Instant>;
	endsAt: Custom<Instant>;
	replaces: Uuid;
	createdAt: WithDefault<NotNull<Custom<Instant>>>;
};

/** When a medication is taken: a wall-clock pattern in a time zone. */
export const schedules: MedschedTable<'schedules', SchedulesColumns> = stated(medsched.table(
	'schedules',
	{
		userId: uuid('user_id').notNull(),
		id: uuid('id').notNull().defaultRandom(),
		medicationId: uuid('medication_id').notNull(),
		startsAt: wallClock('starts_at').notNull(),
		timeZone: timeZone('time_zone').notNull(),
		timeZonePinned: boolean('time_zone_pinned').notNull().default(false),
		rrule: rrule('rrule'),
		rdates: wallClocks('rdates').notNull().default([]),
		exdates: wallClocks('exdates').notNull().default([]),
		cycleDaysOn: integer('cycle_days_on'),
		cycleDaysOff: integer('cycle_days_off'),
		asNeeded: boolean('as_needed').notNull().default(false),
		minInterval: interval('min_interval'),
		maxPer24h: integer('max_per_24h'),
		limits: jsonb('limits').$type<DoseLimit[]>(),
		grace: interval('grace'),
		toleranceBefore: interval('tolerance_before'),
		missedWhenNext: boolean('missed_when_next').notNull().default(false),
		afterLast: interval('after_last'),
		hoursFrom: time('hours_from'),
		hoursUntil: time('hours_until'),
		maxPerDay: integer('max_per_day'),
		follows: uuid('follows'),
		followsBy: interval('follows_by'),
		doseAmount: numeric('dose_amount'),
		doseUnit: text('dose_unit'),
		instructions: text('instructions'),
		regimenId: uuid('regimen_id'),
		events: jsonb('events').$type<RoutineEvent[]>(),
		effectiveFrom: instant('effective_from'),
		endsAt: instant('ends_at'),
		replaces: uuid('replaces'),
		createdAt: instant('created_at')
			.notNull()
			.default(sql`now()`),
		changedAt: instant('changed_at'),
	},
	(table) => [
		primaryKey({ columns: [table.userId, table.id] }),
		unique().on(table.id),
		unique().on(table.userId, table.replaces),
		foreignKey({
			columns: [table.userId, table.medicationId],
			foreignColumns: [medications.userId, medications.id],
		}),
		foreignKey({ columns: [table.userId, table.replaces], foreignColumns: [table.userId, table.id] }),
		foreignKey({ columns: [table.userId, table.follows], foreignColumns: [table.userId, table.id] }),
	],
));

type DoseTakenColumns = {
	userId: NotNull<Uuid>;
	scheduledFor: NotNull<Custom<Instant>>;
	scheduleId: NotNull<Uuid>;
	outcome: WithDefault<NotNull<TextOf<Outcome, typeof outcomes>>>;
	takenAt: WithDefault<Custom<Instant>>;
	amount: Numeric;
	reason: Text;
	note: Text;
	recordedBy: Text;
	recordedAt: WithDefault<NotNull<Custom<Instant>>>;
	despiteLimits: Text;
	nextDoseId: Text;
};

/** What became of a dose: one row for each that was recorded. */
export const doseTaken: MedschedTable<'dose_taken', DoseTakenColumns> = stated(medsched.table(
	'dose_taken',
	{
		userId: uuid('user_id').notNull(),
		scheduledFor: instant('scheduled_for').notNull(),
		scheduleId: uuid('schedule_id').notNull(),
		outcome: text('outcome', { enum: outcomes })
			.notNull()
			.default('taken'),
		takenAt: instant('taken_at').default(sql`now()`),
		amount: numeric('amount'),
		reason: text('reason'),
		note: text('note'),
		recordedBy: text('recorded_by'),
		recordedAt: instant('recorded_at')
			.notNull()
			.default(sql`now()`),
		despiteLimits: text('despite_limits'),
		nextDoseId: text('next_dose_id'),
	},
	(table) => [
		primaryKey({ columns: [table.userId, table.scheduledFor, table.scheduleId] }),
		foreignKey({ columns: [table.userId, table.scheduleId], foreignColumns: [schedules.userId, schedules.id] }),
	],
));

type PersonSettingsColumns = {
	userId: NotNull<Uuid>;
	dayBeginsAt: WithDefault<NotNull<Time>>;
};

/** What holds for a person in all reports: one row for a person, or none. */
export const personSettings: MedschedTable<'person_settings', PersonSettingsColumns> = stated(medsched.table(
	'person_settings',
	{
		userId: uuid('user_id').notNull(),
		dayBeginsAt: time('day_begins_at').notNull().default('00:00'),
	},
	(table) => [primaryKey({ columns: [table.userId] })],
));

type ChangeHistoryColumns = {
	userId: NotNull<Uuid>;
	changedAt: NotNull<Custom<Instant>>;
	id: Identity<BigInt>;
	tableName: NotNull<Text>;
	operation: NotNull<TextOf<ChangeOperation, typeof changeOperations>>;
	medicationId: Uuid;
	scheduleId: Uuid;
	scheduledFor: Custom<Instant>;
	changedBy: Text;
	changedRole: NotNull<Text>;
	transactionId: NotNull<BigInt>;
	before: Json<Record<string, unknown>>;
	after: Json<Record<string, unknown>>;
};

/** Every change to a row of the other tables, where `medsched.enable_history()` was called.  To read: triggers write it. */
export const changeHistory: MedschedTable<'change_history', ChangeHistoryColumns> = stated(medsched.table(
	'change_history',
	{
		userId: uuid('user_id').notNull(),
		changedAt: instant('changed_at').notNull(),
		id: bigint('id', { mode: 'number' }).generatedAlwaysAsIdentity(),
		tableName: text('table_name').notNull(),
		operation: text('operation', { enum: changeOperations }).notNull(),
		medicationId: uuid('medication_id'),
		scheduleId: uuid('schedule_id'),
		scheduledFor: instant('scheduled_for'),
		changedBy: text('changed_by'),
		changedRole: text('changed_role').notNull(),
		transactionId: bigint('transaction_id', { mode: 'number' }).notNull(),
		before: jsonb('before').$type<Record<string, unknown>>(),
		after: jsonb('after').$type<Record<string, unknown>>(),
	},
	(table) => [primaryKey({ columns: [table.userId, table.changedAt, table.id] })],
));

type SubstanceLimitsColumns = {
	userId: NotNull<Uuid>;
	substance: NotNull<Text>;
	limits: WithDefault<NotNull<Json<DoseLimit[]>>>;
	unit: Text;
	minInterval: Interval;
	timeZone: Custom<string>;
	setAt: WithDefault<NotNull<Custom<Instant>>>;
};

/** How much of a substance a person may take, by all medications that hold it. */
export const substanceLimits: MedschedTable<'substance_limits', SubstanceLimitsColumns> = stated(medsched.table(
	'substance_limits',
	{
		userId: uuid('user_id').notNull(),
		substance: text('substance').notNull(),
		limits: jsonb('limits').$type<DoseLimit[]>().notNull().default([]),
		unit: text('unit'),
		minInterval: interval('min_interval'),
		timeZone: timeZone('time_zone'),
		setAt: instant('set_at')
			.notNull()
			.default(sql`now()`),
	},
	(table) => [primaryKey({ columns: [table.userId, table.substance] })],
));

type StockEntriesColumns = {
	userId: NotNull<Uuid>;
	id: WithDefault<NotNull<Uuid>>;
	medicationId: NotNull<Uuid>;
	kind: NotNull<TextOf<StockEntryKind, typeof stockEntryKinds>>;
	occurredAt: WithDefault<NotNull<Custom<Instant>>>;
	amount: NotNull<Numeric>;
	unit: Text;
	daysSupply: Integer;
	note: Text;
	recordedBy: Text;
	recordedAt: WithDefault<NotNull<Custom<Instant>>>;
};

/** What came to and went from the stock of a medication beside the doses taken, and what was counted. */
export const stockEntries: MedschedTable<'stock_entries', StockEntriesColumns> = stated(medsched.table(
	'stock_entries',
	{
		userId: uuid('user_id').notNull(),
		id: uuid('id').notNull().defaultRandom(),
		medicationId: uuid('medication_id').notNull(),
		kind: text('kind', { enum: stockEntryKinds }).notNull(),
		occurredAt: instant('occurred_at')
			.notNull()
			.default(sql`now()`),
		amount: numeric('amount').notNull(),
		unit: text('unit'),
		daysSupply: integer('days_supply'),
		note: text('note'),
		recordedBy: text('recorded_by'),
		recordedAt: instant('recorded_at')
			.notNull()
			.default(sql`now()`),
	},
	(table) => [
		primaryKey({ columns: [table.userId, table.id] }),
		unique().on(table.userId, table.medicationId, table.occurredAt, table.id),
		foreignKey({
			columns: [table.userId, table.medicationId],
			foreignColumns: [medications.userId, medications.id],
		}).onDelete('cascade'),
	],
));

type MovedDosesColumns = {
	userId: NotNull<Uuid>;
	scheduleId: NotNull<Uuid>;
	scheduledFor: NotNull<Custom<Instant>>;
	dueAt: NotNull<Custom<Instant>>;
	reason: Text;
	movedBy: Text;
	movedAt: WithDefault<NotNull<Custom<Instant>>>;
	computed: WithDefault<NotNull<Boolean>>;
};

/** Single doses that are to be taken at another time than their schedule's: one row for each. */
export const movedDoses: MedschedTable<'moved_doses', MovedDosesColumns> = stated(medsched.table(
	'moved_doses',
	{
		userId: uuid('user_id').notNull(),
		scheduleId: uuid('schedule_id').notNull(),
		scheduledFor: instant('scheduled_for').notNull(),
		dueAt: instant('due_at').notNull(),
		reason: text('reason'),
		movedBy: text('moved_by'),
		movedAt: instant('moved_at')
			.notNull()
			.default(sql`now()`),
		computed: boolean('computed').notNull().default(false),
	},
	(table) => [
		primaryKey({ columns: [table.userId, table.scheduledFor, table.scheduleId] }),
		unique().on(table.userId, table.dueAt, table.scheduleId),
		foreignKey({ columns: [table.userId, table.scheduleId], foreignColumns: [schedules.userId, schedules.id] }).onDelete('cascade'),
	],
));

type ReminderRulesColumns = {
	userId: NotNull<Uuid>;
	scheduleId: Uuid;
	aheadBy: Interval;
	atTime: WithDefault<NotNull<Boolean>>;
	againEvery: Interval;
	againAtMost: Integer;
	escalateAfter: Interval;
	escalateTo: Text;
	quietFrom: Time;
	quietUntil: Time;
	timeZone: Custom<string>;
	urgency: WithDefault<NotNull<TextOf<Urgency, typeof urgencies>>>;
	dropAfter: WithDefault<NotNull<Interval>>;
	setAt: WithDefault<NotNull<Custom<Instant>>>;
};

/** When a person is reminded: one row for a person, and one for each schedule with rules of its own; where `medsched.enable_reminders()` was called. */
export const reminderRules: MedschedTable<'reminder_rules', ReminderRulesColumns> = stated(medsched.table(
	'reminder_rules',
	{
		userId: uuid('user_id').notNull(),
		scheduleId: uuid('schedule_id'),
		aheadBy: interval('ahead_by'),
		atTime: boolean('at_time').notNull().default(true),
		againEvery: interval('again_every'),
		againAtMost: integer('again_at_most'),
		escalateAfter: interval('escalate_after'),
		escalateTo: text('escalate_to'),
		quietFrom: time('quiet_from'),
		quietUntil: time('quiet_until'),
		timeZone: timeZone('time_zone'),
		urgency: text('urgency', { enum: urgencies }).notNull().default('normal'),
		dropAfter: interval('drop_after').notNull().default('2 hours'),
		setAt: instant('set_at')
			.notNull()
			.default(sql`now()`),
	},
	(table) => [
		unique('reminder_rules_user_id_schedule_id_key').on(table.userId, table.scheduleId).nullsNotDistinct(),
		foreignKey({ columns: [table.userId, table.scheduleId], foreignColumns: [schedules.userId, schedules.id] }).onDelete('cascade'),
	],
));

type StockReminderRulesColumns = {
	userId: NotNull<Uuid>;
	medicationId: Uuid;
	refillDaysAhead: WithDefault<Integer>;
	lowDoses: WithDefault<Integer>;
	timeOfDay: WithDefault<NotNull<Time>>;
	againEveryDays: WithDefault<NotNull<Integer>>;
	againAtMost: WithDefault<NotNull<Integer>>;
	timeZone: Custom<string>;
	setAt: WithDefault<NotNull<Custom<Instant>>>;
};

/** When a person is reminded of what is left: one row for a person, and one for each medication with rules of its own; where `medsched.enable_reminders()` was called. */
export const stockReminderRules: MedschedTable<'stock_reminder_rules', StockReminderRulesColumns> = stated(medsched.table(
	'stock_reminder_rules',
	{
		userId: uuid('user_id').notNull(),
		medicationId: uuid('medication_id'),
		refillDaysAhead: integer('refill_days_ahead').default(7),
		lowDoses: integer('low_doses').default(0),
		timeOfDay: time('time_of_day').notNull().default('09:00'),
		againEveryDays: integer('again_every_days').notNull().default(1),
		againAtMost: integer('again_at_most').notNull().default(6),
		timeZone: timeZone('time_zone'),
		setAt: instant('set_at')
			.notNull()
			.default(sql`now()`),
	},
	(table) => [
		unique('stock_reminder_rules_user_id_medication_id_key').on(table.userId, table.medicationId).nullsNotDistinct(),
		foreignKey({ columns: [table.userId, table.medicationId], foreignColumns: [medications.userId, medications.id] }).onDelete('cascade'),
	],
));

type RemindersDroppedColumns = {
	id: Identity<BigInt>;
	userId: NotNull<Uuid>;
	scheduleId: Uuid;
	medicationId: Uuid;
	droppedAt: NotNull<Custom<Instant>>;
	doses: NotNull<Integer>;
	reason: NotNull<Text>;
};

/** Reminders that nobody was given, because they came too late or failed for good.  To read: claims write it. */
export const remindersDropped: MedschedTable<'reminders_dropped', RemindersDroppedColumns> = stated(medsched.table(
	'reminders_dropped',
	{
		id: bigint('id', { mode: 'number' }).generatedAlwaysAsIdentity(),
		userId: uuid('user_id').notNull(),
		scheduleId: uuid('schedule_id'),
		medicationId: uuid('medication_id'),
		droppedAt: instant('dropped_at').notNull(),
		doses: integer('doses').notNull(),
		reason: text('reason').notNull(),
	},
	(table) => [primaryKey({ columns: [table.id] })],
));

type RoutinesColumns = {
	userId: NotNull<Uuid>;
	event: NotNull<Text>;
	dayOfWeek: NotNull<Integer>;
	effectiveFrom: NotNull<Custom<Instant>>;
	at: NotNull<Time>;
};

/** When a person wakes, eats and goes to bed, by day of the week: one row for each time that it was set; the last holds. */
export const routines: MedschedTable<'routines', RoutinesColumns> = stated(medsched.table(
	'routines',
	{
		userId: uuid('user_id').notNull(),
		event: text('event').notNull(),
		dayOfWeek: integer('day_of_week').notNull(),
		effectiveFrom: instant('effective_from').notNull(),
		at: time('at').notNull(),
	},
	(table) => [primaryKey({ columns: [table.userId, table.event, table.dayOfWeek, table.effectiveFrom] })],
));

export type Medication = InferSelectModel<typeof medications>;
export type NewMedication = InferInsertModel<typeof medications>;
export type Schedule = InferSelectModel<typeof schedules>;
export type NewSchedule = InferInsertModel<typeof schedules>;
export type DoseTaken = InferSelectModel<typeof doseTaken>;
export type NewDoseTaken = InferInsertModel<typeof doseTaken>;
export type PersonSettings = InferSelectModel<typeof personSettings>;
export type Change = InferSelectModel<typeof changeHistory>;
export type StockEntry = InferSelectModel<typeof stockEntries>;
export type NewStockEntry = InferInsertModel<typeof stockEntries>;
export type SubstanceLimits = InferSelectModel<typeof substanceLimits>;
export type NewSubstanceLimits = InferInsertModel<typeof substanceLimits>;
export type DoseMoved = InferSelectModel<typeof movedDoses>;
export type NewDoseMoved = InferInsertModel<typeof movedDoses>;
export type ReminderRules = InferSelectModel<typeof reminderRules>;
export type StockReminderRules = InferSelectModel<typeof stockReminderRules>;
export type ReminderDropped = InferSelectModel<typeof remindersDropped>;
export type RoutineTime = InferSelectModel<typeof routines>;
export type NewRoutineTime = InferInsertModel<typeof routines>;
