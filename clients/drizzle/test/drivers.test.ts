/** A day of one person by each driver that Drizzle has and that runs here. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { PGlite } from '@electric-sql/pglite';
import { eq, gt, sql } from 'drizzle-orm';
import { drizzle as drizzlePglite } from 'drizzle-orm/pglite';
import pg from 'pg';
import {
	adherence, countOccurrences, createMedication, createMedicationReturning, eraseUser, markDoseTaken, medications, MedschedError, nextOccurrence, occurrences, schedules, undoDose, upcomingDoses, version,
	type Database,
} from '../src/index.js';
import { applyManaged } from '../src/managed.js';
import { nodePostgres, POOLED, postgresJs } from './connections.js';
import { neonHttp } from './neon.js';

interface Opened {
	db: Database;
	/** How many statements were sent, where that can be seen. */
	requests?: () => number;
	close(): Promise<void>;
}

const drivers: Record<string, () => Promise<Opened>> = {
	'node-postgres': async () => nodePostgres(),
	'postgres.js': async () => postgresJs(POOLED),
	PGlite: async () => {
		const client = await PGlite.create();
		await applyManaged(client);
		return { db: drizzlePglite({ client }), close: () => client.close() };
	},
	'Neon over HTTP': () => neonHttp(),
};

const rule = { startsAt: '2026-03-01T08:00:00', timeZone: 'Europe/Berlin', rrule: 'FREQ=DAILY;BYHOUR=8,20' };
const day = { from: '2026-03-02T00:00:00Z', to: '2026-03-03T00:00:00Z' };

for (const [driver, open] of Object.entries(drivers)) {
	describe(`by ${driver}`, () => {
		const userId = randomUUID();
		const scheduleId = randomUUID();
		let opened: Opened;
		let db: Database;
		before(async () => {
			opened = await open();
			db = opened.db;
			await createMedication(db, { userId, name: 'warfarin', schedules: [{ id: scheduleId, ...rule, rdates: ['2026-03-02T12:00:00'], doseAmount: '0.30000000000000000001', doseUnit: 'mg' }] });
		});
		after(async () => {
			await eraseUser(db, { userId });
			await opened.close();
		});

		test('rows, as they are and narrowed', async () => {
			const doses = await upcomingDoses(db, { userId, ...day });
			assert.deepEqual(doses.map((dose) => [dose.scheduledFor, dose.localTime, dose.doseAmount, dose.status]), [
				['2026-03-02T07:00:00Z', '2026-03-02T08:00:00', '0.30000000000000000001', 'missed'],
				['2026-03-02T11:00:00Z', '2026-03-02T12:00:00', '0.30000000000000000001', 'missed'],
				['2026-03-02T19:00:00Z', '2026-03-02T20:00:00', '0.30000000000000000001', 'missed'],
			]);
			const later = await upcomingDoses(db, { userId, ...day }).where(gt(upcomingDoses.columns.scheduledFor, '2026-03-02T07:00:00Z')).limit(1);
			assert.deepEqual(later.map((dose) => dose.scheduledFor), ['2026-03-02T11:00:00Z']);
		});

		test('the tables, with every value as it was given', async () => {
			const [row] = await db.select().from(schedules).where(eq(schedules.userId, userId));
			assert.deepEqual(
				[row?.startsAt, row?.rdates, row?.exdates, row?.doseAmount, row?.asNeeded, row?.endsAt],
				['2026-03-01T08:00:00', ['2026-03-02T12:00:00'], [], '0.30000000000000000001', false, null],
			);
			const joined = upcomingDoses.sql({ userId: medications.userId, ...day });
			const names = await db.select({ name: medications.name, at: joined.scheduledFor }).from(medications).crossJoinLateral(joined).where(eq(medications.userId, userId));
			assert.equal(names.length, 3);
			assert.equal(names[0]?.name, 'warfarin');
		});

		test('a dose taken, taken again, and taken back', async () => {
			const dose = { userId, scheduleId, scheduledFor: '2026-03-02T07:00:00Z' };
			const before = opened.requests?.();
			const first = await markDoseTaken(db, { ...dose, takenAt: '2026-03-02T07:05:00.000001Z' });
			assert.deepEqual([first.newlyTaken, first.takenAt], [true, '2026-03-02T07:05:00.000001Z']);
			if (opened.requests) assert.equal(opened.requests(), before! + 1);
			assert.equal((await markDoseTaken(db, dose)).newlyTaken, false);
			const [report] = await adherence(db, { userId, ...day });
			assert.deepEqual([report?.taken, report?.missed], [1, 2]);
			assert.deepEqual((await undoDose(db, dose)).map((undone) => undone.outcome), ['taken']);
		});

		test('errors, with their names', async () => {
			const wrong = await markDoseTaken(db, { userId, scheduleId, scheduledFor: '2026-03-02T09:00:00Z' }).catch((thrown: unknown) => MedschedError.from(thrown));
			assert.ok(wrong instanceof MedschedError);
			assert.deepEqual([wrong.code, wrong.constraint], ['23514', 'dose_is_scheduled']);
			assert.match(wrong.detail ?? '', /2026-03-02/);
			const bare = await db.insert(medications).values({ userId, name: 'bare' }).then(() => undefined, (thrown: unknown) => MedschedError.from(thrown));
			assert.equal(bare?.constraint, 'medication_has_schedule');
		});

		test('values, plain values, a prepared query and a placeholder', async () => {
			assert.match(await version(db, {}), /^\d+\.\d+\.\d+$/);
			assert.equal(await countOccurrences(db, { ...rule, ...day }), 2);
			assert.equal(await nextOccurrence(db, { ...rule, after: '2026-03-02T07:00:00Z' }), '2026-03-02T19:00:00Z');
			assert.deepEqual((await occurrences(db, { ...rule, ...day })).length, 2);
			const prepared = upcomingDoses(db, { userId: sql.placeholder('userId'), ...day }).prepare(`doses_${driver.length}`);
			assert.equal((await prepared.execute({ userId })).length, 3);
			const [created] = await createMedicationReturning(db, { userId, name: 'ibuprofen', schedules: [{ ...rule, rrule: null, asNeeded: true, limits: [{ doses: 3, within: '24 hours' }], doseAmount: 200, doseUnit: 'mg' }] });
			assert.deepEqual([created?.asNeeded, created?.limits], [true, [{ doses: 3, within: '24 hours' }]]);
		});
	});
}

test('the managed edition over Neon’s HTTP: each of its statements is one request', async () => {
	const database = `neon_${process.pid}`;
	const admin = new pg.Client();
	await admin.connect();
	await admin.query(`create database ${database}`);
	const { db, requests, close } = await neonHttp(database);
	try {
		const installed = await applyManaged(db);
		assert.equal(requests(), 3);
		assert.equal(await version(db, {}), installed);
	} finally {
		await close();
		await admin.query(`drop database ${database}`);
		await admin.end();
	}
});
