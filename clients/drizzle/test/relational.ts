/** What relational queries give, asked the one way or the other. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { createMedication, eraseUser, markDoseTaken, type Database, type DoseTaken, type Medication, type Schedule } from '../src/index.js';

export interface Relational {
	db: Database;
	/** With its schedules, and with each what was recorded, its medication, and the schedule that it replaced. */
	medicationOf(userId: string): Promise<(Medication & { schedules: (Schedule & { dosesTaken: DoseTaken[]; medication: Medication; replaced: Schedule | null })[] }) | undefined>;
	/** With its schedule, and that with its medication. */
	doseOf(userId: string): Promise<(DoseTaken & { schedule: Schedule & { medication: Medication } }) | undefined>;
	close(): Promise<void>;
}

export function testRelations(driver: string, open: () => Relational): void {
	describe(`relations: ${driver}`, () => {
		const { db, medicationOf, doseOf, close } = open();
		const userId = randomUUID();
		const scheduleId = randomUUID();
		before(async () => {
			const schedule = { id: scheduleId, startsAt: '2026-03-01T08:00:00', timeZone: 'Europe/Berlin', rrule: 'FREQ=DAILY', rdates: ['2026-03-02T10:00:00'] };
			await createMedication(db, { userId, name: 'by hand', schedules: [schedule] });
			await markDoseTaken(db, { userId, scheduleId, scheduledFor: '2026-03-02T07:00:00Z' });
		});
		after(async () => {
			await eraseUser(db, { userId });
			await close();
		});

		test('a medication with its schedules and what was recorded of them', async () => {
			const medication = await medicationOf(userId);
			assert.match(medication?.createdAt ?? '', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/);
			assert.equal(medication?.schedules.length, 1);
			const [schedule] = medication.schedules;
			assert.equal(schedule?.startsAt, '2026-03-01T08:00:00');
			assert.deepEqual(schedule?.rdates, ['2026-03-02T10:00:00']);
			assert.equal(schedule?.medication.name, 'by hand');
			assert.equal(schedule?.replaced, null);
			assert.deepEqual(schedule?.dosesTaken.map((dose) => dose.scheduledFor), ['2026-03-02T07:00:00Z']);
		});

		test('a recorded dose with its schedule', async () => {
			const dose = await doseOf(userId);
			assert.equal(dose?.schedule.id, scheduleId);
			assert.equal(dose?.schedule.medication.name, 'by hand');
		});
	});
}
