/** The tables' relations as drizzle-orm 0.45 takes them, for `drizzle(client, { schema })`. */
import { relations } from 'drizzle-orm';
import { doseTaken, medications, schedules } from './schema.js';

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
