/** What the database refuses, by each driver, as a MedschedError. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { before, describe, test } from 'node:test';
import { eq, sql } from 'drizzle-orm';
import {
	createMedication,
	correctSchedule,
	inactivateMedication,
	isRetryable,
	markDoseTaken,
	markDoseTakenById,
	medications,
	MedschedError,
	noSuchDose,
	occurrences,
	reactivateMedication,
	reviseSchedule,
	skipDose,
	takeAsNeeded,
	schedules,
	doseTaken,
	upcomingDoses,
	type Constraint,
	type ScheduleInput,
} from '../src/index.js';
import { errorOf, withEachDriver, type TestDatabase } from './connections.js';

const daily: ScheduleInput = { startsAt: '2026-03-01T08:00:00', timeZone: 'UTC', rrule: 'FREQ=DAILY' };

withEachDriver('errors', (db) => {
	const userId = randomUUID();
	const scheduleId = randomUUID();
	let medicationId: string;

	before(async () => {
		medicationId = await createMedication(db, { userId, name: 'mine', schedules: [{ ...daily, id: scheduleId }] });
		await markDoseTaken(db, { userId, scheduleId, scheduledFor: '2026-03-02T08:00:00Z' });
	});

	const wrong = (schedule: Partial<ScheduleInput>) => (db: TestDatabase) =>
		createMedication(db, { userId, name: 'refused', schedules: [{ ...daily, ...schedule }] });

	const refused: [string, string, Constraint | undefined, (db: TestDatabase) => PromiseLike<unknown>][] = [
		['a medication without a schedule', '23514', 'medication_has_schedule', (db) => db.insert(medications).values({ userId, name: 'bare' })],
		['a medication’s last schedule deleted, in a transaction', '23514', 'medication_has_schedule', (db) =>
			db.transaction(async (tx) => {
				const id = await createMedication(tx, { userId, name: 'refused', schedules: [daily] });
				await tx.delete(schedules).where(eq(schedules.medicationId, id));
			})],
		['a medication deleted', '23001', 'medications_not_deleted', (db) => db.delete(medications).where(eq(medications.userId, userId))],
		['the medications truncated', '23001', 'medications_not_truncated', (db) => db.execute(sql`truncate medsched.medications cascade`)],
		['a dose that is not scheduled', '23514', 'dose_is_scheduled', (db) => markDoseTaken(db, { userId, scheduleId, scheduledFor: '2026-03-02T08:01:00Z' })],
		['a dose before the first', '23514', 'dose_before_start', (db) => markDoseTaken(db, { userId, scheduleId, scheduledFor: '2026-02-02T08:00:00Z' })],
		['a dose twice, by plain insert', '23505', 'dose_taken_pkey', (db) => db.insert(doseTaken).values({ userId, scheduleId, scheduledFor: '2026-03-02T08:00:00Z' })],
		['a schedule moved from under a recorded dose', '23514', 'recorded_dose_keeps_schedule', (db) => db.update(schedules).set({ startsAt: '2026-03-01T09:00:00' }).where(eq(schedules.id, scheduleId))],
		['a schedule corrected from under a recorded dose', '23514', 'recorded_dose_keeps_schedule', (db) => correctSchedule(db, { userId, scheduleId, changes: { startsAt: '2026-03-01T09:00:00' } })],
		['a rule that never occurs', '23514', 'schedule_has_dose', wrong({ rrule: 'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30' })],
		['a rule that is none', '22023', undefined, wrong({ rrule: 'FREQ=SOMETIMES' })],
		['SQL for a rule', '22023', undefined, wrong({ rrule: "FREQ=DAILY'; DROP TABLE medsched.medications; --" })],
		['an unknown zone', '22023', undefined, wrong({ timeZone: 'Mars/Olympus' })],
		['a start that is an instant', '22023', undefined, wrong({ startsAt: '2026-03-01T08:00:00Z' })],
		['a negative amount', '23514', 'schedules_dose_amount_positive', wrong({ doseAmount: '-1' })],
		['no schedules', '22023', undefined, (db) => createMedication(db, { userId, name: 'none', schedules: [] })],
		['a blank name', '23514', 'medications_name_not_blank', (db) => createMedication(db, { userId, name: ' ', schedules: [daily] })],
		['a zero byte in a name', '22021', undefined, (db) => createMedication(db, { userId, name: 'a\0b', schedules: [daily] })],
		['an id that is none', '22P02', undefined, (db) => upcomingDoses(db, { userId: "1' or '1'='1", from: '2026-03-01T00:00:00Z', to: '2026-03-02T00:00:00Z' })],
		['a time that is none', '22008', undefined, (db) => upcomingDoses(db, { userId, from: '2026-13-41T00:00:00Z', to: '2026-03-02T00:00:00Z' })],
		['a handle that is none', '22023', undefined, (db) => markDoseTakenById(db, { userId, doseId: 'v1:zzz' })],
		['a window that ends before it starts', '22023', undefined, (db) => upcomingDoses(db, { userId, from: '2026-03-02T00:00:00Z', to: '2026-03-01T00:00:00Z' })],
		['an infinite window', '22023', undefined, (db) => upcomingDoses(db, { userId, from: '2026-03-02T00:00:00Z', to: 'infinity' })],
		['a million rows', '54000', undefined, (db) => occurrences(db, { rrule: 'FREQ=MINUTELY', startsAt: '2026-01-01T00:00:00', timeZone: 'UTC', from: '2026-01-01T00:00:00Z', to: '2028-01-01T00:00:00Z' })],
		['someone else’s schedule', 'P0002', 'schedule_exists', (db) => markDoseTaken(db, { userId: randomUUID(), scheduleId, scheduledFor: '2026-03-02T08:00:00Z' })],
		['someone else’s medication', 'P0002', 'medication_exists', (db) => inactivateMedication(db, { userId: randomUUID(), medicationId })],
	];

	for (const [what, code, constraint, run] of refused) {
		test(`refused: ${what}`, async () => {
			const before = await everything(db, userId);
			const error = await errorOf(run(db));
			assert.equal(error.code, code, error.message);
			assert.equal(error.constraint, constraint);
			assert.ok(error.message.length > 0 && !error.message.startsWith('Failed query'));
			assert.deepEqual(await everything(db, userId), before, 'nothing half-written');
		});
	}

	test('narrows by constraint', async () => {
		const error = await errorOf(markDoseTaken(db, { userId, scheduleId, scheduledFor: '2026-03-02T08:01:00Z' }));
		assert.ok(error.is('dose_is_scheduled') && !error.is('schedule_has_dose'));
		const name: 'dose_is_scheduled' = error.constraint;
		assert.equal(name, 'dose_is_scheduled');
		assert.equal(error.table, 'dose_taken');
		assert.match(error.detail ?? '', /2026-03-02/);
		assert.match((await errorOf(db.delete(medications).where(eq(medications.userId, userId)))).hint ?? '', /inactivate/i);
	});

	test('what is in the way is named', async () => {
		const other = randomUUID();
		const id = randomUUID();
		const medication = await createMedication(db, { userId: other, name: 'revised', schedules: [{ ...daily, id }] });
		await markDoseTaken(db, { userId: other, scheduleId: id, scheduledFor: '2026-03-04T08:00:00Z' });
		const inTheWay = await errorOf(reviseSchedule(db, { userId: other, scheduleId: id, effectiveFrom: '2026-03-03T00:00:00Z', changes: { doseAmount: 2 } }));
		assert.equal(inTheWay.constraint, 'recorded_dose_keeps_schedule');
		const [dose] = await upcomingDoses(db, { userId: other, from: '2026-03-04T00:00:00Z', to: '2026-03-05T00:00:00Z' });
		assert.equal(inTheWay.doseId, dose?.doseId);

		const successor = await reviseSchedule(db, { userId: other, scheduleId: id, effectiveFrom: '2026-03-05T00:00:00Z', changes: { doseAmount: 2 } });
		const replaced = await errorOf(reviseSchedule(db, { userId: other, scheduleId: id, effectiveFrom: '2026-03-06T00:00:00Z', changes: { doseAmount: 3 } }));
		assert.equal(replaced.constraint, 'schedule_not_replaced');
		assert.equal(replaced.scheduleId, successor);
		const ended = await errorOf(markDoseTaken(db, { userId: other, scheduleId: id, scheduledFor: '2026-03-06T08:00:00Z' }));
		assert.ok(ended.is(...noSuchDose) && ended.is('dose_after_end') && !ended.is('dose_is_scheduled'));
		assert.equal(ended.scheduleId, successor);

		await inactivateMedication(db, { userId: other, medicationId: medication, at: '2026-03-10T00:00:00Z' });
		// Each begins when the one before is over: a refusal that nobody waits for yet ends the test.
		const over: [Constraint, () => PromiseLike<unknown>][] = [
			['medication_is_active', () => reviseSchedule(db, { userId: other, scheduleId: successor, effectiveFrom: '2026-03-11T00:00:00Z', changes: { doseAmount: 3 } })],
			['dose_after_inactivation', () => markDoseTaken(db, { userId: other, scheduleId: successor, scheduledFor: '2026-03-11T08:00:00Z' })],
		];
		for (const [constraint, refused] of over) assert.equal((await errorOf(refused())).constraint, constraint);
		await reactivateMedication(db, { userId: other, medicationId: medication, at: '2026-03-12T00:00:00Z' });
		assert.equal((await errorOf(reactivateMedication(db, { userId: other, medicationId: medication }))).constraint, 'medication_is_inactive');
		assert.equal((await errorOf(takeAsNeeded(db, { userId: other, scheduleId: successor }))).constraint, 'schedule_is_as_needed');

		// What somebody wrote names nothing.
		await skipDose(db, { userId, scheduleId, scheduledFor: '2026-03-05T08:00:00Z', reason: `schedule "${id}"` });
		const skipped = await errorOf(markDoseTaken(db, { userId, scheduleId, scheduledFor: '2026-03-05T08:00:00Z' }));
		assert.equal(skipped.constraint, 'dose_already_skipped');
		assert.equal(skipped.scheduleId, undefined);
	});

	test('an error of the application’s own is not medsched’s', async () => {
		for (const query of [sql`select 1/0`, sql`select * from nowhere`]) {
			await assert.rejects(
				async () => db.execute(query),
				(thrown) => MedschedError.from(thrown) === undefined && !isRetryable(thrown),
			);
		}
		assert.equal(MedschedError.from(new Error('no')), undefined);
		assert.equal(MedschedError.from(undefined), undefined);
	});

	test('a lost connection is to be tried again', async () => {
		await assert.rejects(async () => db.execute(sql`select pg_terminate_backend(pg_backend_pid())`), isRetryable);
		assert.equal((await upcomingDoses(db, { userId, from: '2026-03-01T00:00:00Z', to: '2026-03-03T00:00:00Z' })).length, 2);
	});
});

describe('arguments that TypeScript refuses are refused at run time, too', () => {
	const userId = randomUUID();
	const window = { from: '2026-03-01T00:00:00Z', to: '2026-03-02T00:00:00Z' };
	const refused = (call: () => unknown, message: RegExp) => assert.throws(call, (thrown) => thrown instanceof MedschedError && message.test(thrown.message));
	test('one missing', () => {
		// @ts-expect-error userId is missing
		refused(() => upcomingDoses.sql(window), /needs "userId"/);
	});
	test('one too many', () => {
		const extra = { userId, ...window, limit: 3 };
		refused(() => upcomingDoses.sql(extra), /has no argument "limit"/);
	});
	test('an instant without offset', () => {
		refused(() => upcomingDoses.sql({ userId, from: '2026-03-01', to: window.to }), /from: .*offset/);
	});
	test('a Date in a key', () => {
		// @ts-expect-error a Date is not exact enough for a key
		refused(() => markDoseTaken.sql({ userId, scheduleId: userId, scheduledFor: new Date() }), /scheduledFor: not an instant/);
	});
	test('a misspelt key of a schedule', () => {
		const misspelt = { ...daily, rule: 'FREQ=DAILY' };
		refused(() => createMedication.sql({ userId, name: 'x', schedules: [misspelt] }), /has no "rule"/);
	});
});

async function everything(db: TestDatabase, userId: string) {
	return [
		await db.select().from(medications).where(eq(medications.userId, userId)).orderBy(medications.id),
		await db.select().from(schedules).where(eq(schedules.userId, userId)).orderBy(schedules.id),
		await db.select().from(doseTaken).where(eq(doseTaken.userId, userId)).orderBy(doseTaken.scheduledFor),
	];
}
