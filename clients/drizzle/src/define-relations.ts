/** The tables' relations as drizzle-orm 1.0 takes them, for `drizzle({ client, relations })`. */
import { defineRelationsPart } from 'drizzle-orm';
import { doseTaken, medications, schedules } from './schema.js';

export const medschedRelations = defineRelationsPart({ medications, schedules, doseTaken }, (r) => ({
	medications: {
		schedules: r.many.schedules({ from: [r.medications.userId, r.medications.id], to: [r.schedules.userId, r.schedules.medicationId] }),
	},
	schedules: {
		medication: r.one.medications({ from: [r.schedules.userId, r.schedules.medicationId], to: [r.medications.userId, r.medications.id], optional: false }),
		replaced: r.one.schedules({ from: [r.schedules.userId, r.schedules.replaces], to: [r.schedules.userId, r.schedules.id], alias: 'replaced' }),
		dosesTaken: r.many.doseTaken({ from: [r.schedules.userId, r.schedules.id], to: [r.doseTaken.userId, r.doseTaken.scheduleId] }),
	},
	doseTaken: {
		schedule: r.one.schedules({ from: [r.doseTaken.userId, r.doseTaken.scheduleId], to: [r.schedules.userId, r.schedules.id], optional: false }),
	},
}));
