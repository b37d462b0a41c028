/**
 * The tables, for typed queries and joins with your own.
 *
 * They are created by `medsched.create_tables()`, not by drizzle-kit: import
 * them where you need them, but do not export them from a file that
 * drizzle-kit reads as your schema.
 */
import { relations, sql } from 'drizzle-orm';
import {
	bigint,
	boolean,
	foreignKey,
	integer,
	interval,
	jsonb,
	numeric,
	pgSchema,
	primaryKey,
	text,
	time,
	unique,
	uuid,
} from 'drizzle-orm/pg-core';
import { instant, rrule, timeZone, wallClock } from './columns.js';
import { changeOperations, outcomes } from './functions/shared.js';
import type { DoseLimit } from './schedule-input.js';

export const medsched = pgSchema('medsched');

/** What a person takes.  Never deleted: inactivated. */
export const medications = medsched.table(
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
	},
	(table) => [primaryKey({ columns: [table.userId, table.id] }), unique().on(table.id)],
);

/** When a medication is taken: a wall-clock pattern in a time zone. */
export const schedules = medsched.table(
	'schedules',
	{
		userId: uuid('user_id').notNull(),
		id: uuid('id').notNull().defaultRandom(),
		medicationId: uuid('medication_id').notNull(),
		startsAt: wallClock('starts_at').notNull(),
		timeZone: timeZone('time_zone').notNull(),
		timeZonePinned: boolean('time_zone_pinned').notNull().default(false),
		rrule: rrule('rrule'),
		rdates: wallClock('rdates').array().notNull().default([]),
		exdates: wallClock('exdates').array().notNull().default([]),
		cycleDaysOn: integer('cycle_days_on'),
		cycleDaysOff: integer('cycle_days_off'),
		asNeeded: boolean('as_needed').notNull().default(false),
		minInterval: interval('min_interval'),
		maxPer24h: integer('max_per_24h'),
		limits: jsonb('limits').$type<DoseLimit[]>(),
		grace: interval('grace'),
		toleranceBefore: interval('tolerance_before'),
		missedWhenNext: boolean('missed_when_next').notNull().default(false),
		doseAmount: numeric('dose_amount'),
		doseUnit: text('dose_unit'),
		instructions: text('instructions'),
		effectiveFrom: instant('effective_from'),
		endsAt: instant('ends_at'),
		replaces: uuid('replaces'),
		createdAt: instant('created_at')
			.notNull()
			.default(sql`now()`),
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
	],
);

/** What became of a dose: one row for each that was recorded. */
export const doseTaken = medsched.table(
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
	},
	(table) => [
		primaryKey({ columns: [table.userId, table.scheduledFor, table.scheduleId] }),
		foreignKey({ columns: [table.userId, table.scheduleId], foreignColumns: [schedules.userId, schedules.id] }),
	],
);

/** What holds for a person in all reports: one row for a person, or none. */
export const personSettings = medsched.table(
	'person_settings',
	{
		userId: uuid('user_id').notNull(),
		dayBeginsAt: time('day_begins_at').notNull().default('00:00'),
	},
	(table) => [primaryKey({ columns: [table.userId] })],
);

/** Every change to a row of the other tables, where `medsched.enable_history()` was called.  To read: triggers write it. */
export const changeHistory = medsched.table(
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
);

/** How much of a substance a person may take, by all medications that hold it. */
export const substanceLimits = medsched.table(
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
);

export const medicationsRelations = relations(medications, ({ many }) => ({
	schedules: many(schedules),
}));

export const schedulesRelations = relations(schedules, ({ one, many }) => ({
	medication: one(medications, {
		fields: [schedules.userId, schedules.medicationId],
		references: [medications.userId, medications.id],
	}),
	replaced: one(schedules, {
		fields: [schedules.userId, schedules.replaces],
		references: [schedules.userId, schedules.id],
		relationName: 'replaced',
	}),
	dosesTaken: many(doseTaken),
}));

export const doseTakenRelations = relations(doseTaken, ({ one }) => ({
	schedule: one(schedules, {
		fields: [doseTaken.userId, doseTaken.scheduleId],
		references: [schedules.userId, schedules.id],
	}),
}));

export type Medication = typeof medications.$inferSelect;
export type NewMedication = typeof medications.$inferInsert;
export type Schedule = typeof schedules.$inferSelect;
export type NewSchedule = typeof schedules.$inferInsert;
export type DoseTaken = typeof doseTaken.$inferSelect;
export type NewDoseTaken = typeof doseTaken.$inferInsert;
export type PersonSettings = typeof personSettings.$inferSelect;
export type Change = typeof changeHistory.$inferSelect;
export type SubstanceLimits = typeof substanceLimits.$inferSelect;
export type NewSubstanceLimits = typeof substanceLimits.$inferInsert;
