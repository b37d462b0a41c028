/** The functions without Drizzle: by each driver alone, and by Kysely. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { PGlite } from '@electric-sql/pglite';
import { CamelCasePlugin, Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import * as withKysely from '../src/kysely.js';
import { applyManaged } from '../src/managed.js';
import * as plain from '../src/plain.js';
import { POOLED, postgresJs } from './connections.js';

type Functions = Pick<
	typeof plain,
	| 'addSchedule' | 'adherence' | 'countOccurrences' | 'createMedication' | 'currentSchedules' | 'dueDoses' | 'markDoseTaken' | 'nextOccurrence' | 'occurrences'
	| 'scheduleFromTimes' | 'setSubstanceLimits' | 'timesOfSchedules' | 'upcomingDoses' | 'version' | 'doseHistory' | 'setChangedBy' | 'eraseUser' | 'isOccurrence'
>;
interface Way {
	/** The functions take each way's own connection, of which TypeScript knows here that it is any. */
	functions: Functions;
	connection: any;
	transaction<T>(work: (tx: any) => Promise<T>): Promise<T>;
	close(): Promise<unknown>;
}

const pool = () => new pg.Pool({ max: 2 });
before(async () => {
	const client = pool();
	await client.query('select medsched.enable_history()');
	await client.end();
});
// A transaction, and a parser that nobody expects.
const ways: Record<string, () => Promise<Way>> = {
	'node-postgres': async () => {
		const clients = pool();
		return {
			functions: plain,
			connection: clients,
			transaction: async (work) => {
				const client = await clients.connect();
				try {
					await client.query('begin');
					const result = await work(client);
					await client.query('commit');
					return result;
				} catch (thrown) {
					await client.query('rollback');
					throw thrown;
				} finally {
					client.release();
				}
			},
			close: () => clients.end(),
		};
	},
	'postgres.js': async () => {
		const { client, close } = postgresJs({ ...POOLED, transform: { ...{ undefined: null }, column: (name) => name.toUpperCase() } });
		return { functions: plain, connection: client, transaction: (work) => client.begin((tx) => work(tx)) as never, close };
	},
	PGlite: async () => {
		const client = await PGlite.create();
		await applyManaged(client);
		await client.exec('select medsched.enable_history()');
		return { functions: plain, connection: client, transaction: (work) => client.transaction((tx) => work(tx)) as never, close: () => client.close() };
	},
	Kysely: async () => {
		const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool: pool() }) });
		return { functions: withKysely as unknown as Functions, connection: db, transaction: (work) => db.transaction().execute((tx) => work(tx)), close: () => db.destroy() };
	},
	'Kysely with a plugin': async () => {
		const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool: pool() }), plugins: [new CamelCasePlugin()] });
		return { functions: withKysely as unknown as Functions, connection: db, transaction: (work) => db.transaction().execute((tx) => work(tx)), close: () => db.destroy() };
	},
};

for (const [name, open] of Object.entries(ways)) {
	describe(`without Drizzle: ${name}`, () => {
		const userId = randomUUID();
		const scheduleId = randomUUID();
		const window = { from: '2026-03-01T00:00:00Z', to: '2026-03-03T00:00:00Z' };
		let way: Way;
		let f: Functions;
		let db: any;
		let medicationId: string;

		before(async () => {
			way = await open();
			({ functions: f, connection: db } = way);
			medicationId = await f.createMedication(db, {
				userId,
				name: 'it’s "metformin"',
				schedules: [{ id: scheduleId, startsAt: '2026-03-01T08:00:00', timeZone: 'Europe/Berlin', rrule: 'FREQ=DAILY', rdates: ['2026-03-01T10:00:00'], doseAmount: '0.30000000000000000001', asNeeded: false }],
			});
		});
		after(() => way.close());

		test('rows, whole and exact', async () => {
			const doses = await f.upcomingDoses(db, { userId, ...window });
			assert.deepEqual(doses.map((dose) => dose.scheduledFor), ['2026-03-01T07:00:00Z', '2026-03-01T09:00:00Z', '2026-03-02T07:00:00Z']);
			const { doseId, ...first } = doses[0]!;
			assert.match(doseId, /^v1:/);
			assert.deepEqual(first, {
				scheduledFor: '2026-03-01T07:00:00Z', localTime: '2026-03-01T08:00:00', timeZone: 'Europe/Berlin', medicationId, medicationName: 'it’s "metformin"',
				scheduleId, doseAmount: '0.30000000000000000001', doseUnit: null, instructions: null, takenAt: null, recordedBy: null, status: 'missed', dueAt: '2026-03-01T07:00:00Z',
			});
			assert.deepEqual(await f.upcomingDoses(db, { userId: randomUUID(), from: new Date(window.from), to: window.to }), []);
		});

		test('lists, JSON, numbers and booleans', async () => {
			const [schedule] = await f.currentSchedules(db, { userId });
			assert.deepEqual([schedule?.rdates, schedule?.exdates, schedule?.asNeeded, schedule?.ownColumns, schedule?.limits, schedule?.maxPer24h], [['2026-03-01T10:00:00'], [], false, {}, null, null]);
			const form = { times: ['08:00:00', '20:30:00'], startsOn: '2026-03-02', timeZone: 'UTC', daysOfWeek: [1, 3], endsOn: '2026-03-31', every: 2, cycleDaysOn: 21, cycleDaysOff: 7 };
			assert.deepEqual(await f.timesOfSchedules(db, { schedules: await f.scheduleFromTimes(db, form) }), { ...form, problem: null });
			const rule = { rrule: 'FREQ=DAILY', startsAt: '2026-03-01T08:00:00', timeZone: 'UTC' };
			assert.equal(await f.countOccurrences(db, { ...rule, ...window }), 2);
			assert.deepEqual(await f.occurrences(db, { ...rule, ...window, exdates: ['2026-03-01T08:00:00'] }), [{ scheduledFor: '2026-03-02T08:00:00Z' }]);
			assert.equal(await f.isOccurrence(db, { ...rule, at: window.from }), false);
			assert.equal(await f.isOccurrence(db, { ...rule, at: '2026-03-01T08:00:00Z' }), true);
			assert.equal(await f.nextOccurrence(db, { ...rule, rrule: null, after: window.to }), null);
			assert.equal(await f.setSubstanceLimits(db, { userId, substance: 'x', limits: [{ doses: 3, days: 1 }], timeZone: 'UTC' }), undefined);
			assert.match(await f.version(db, {}), /^\d+\.\d+\.\d+$/);
			assert.ok((await f.dueDoses(db, window)).some((dose) => dose.userId === userId));
		});

		test('one row, microseconds kept, in a transaction, by somebody', async () => {
			const dose = { userId, scheduleId, scheduledFor: '2026-03-01T07:00:00Z' };
			await assert.rejects(way.transaction(async (tx) => {
				assert.equal((await f.markDoseTaken(tx, dose)).newlyTaken, true);
				throw new Error('undone');
			}), /undone/);
			const takenAt = '2026-03-01T07:05:00.123456Z';
			const taken = await way.transaction(async (tx) => {
				await f.setChangedBy(tx, 'nurse "7"');
				return f.markDoseTaken(tx, { ...dose, takenAt, amount: 0.1 });
			});
			assert.deepEqual([taken.newlyTaken, taken.takenAt, taken.amount, taken.outcome], [true, takenAt, '0.1', 'taken']);
			const [change] = await f.doseHistory(db, dose);
			assert.deepEqual([change?.changedBy, change?.before, change?.after?.['outcome']], ['nurse "7"', null, 'taken']);
			assert.deepEqual((await f.adherence(db, { userId, ...window })).map((row) => [row.scheduled, row.taken, row.percentage]), [[3, 1, '33.3']]);
		});

		test('errors are MedschedErrors, and the application’s stay its own', async () => {
			const rejected = async (promise: Promise<unknown>) => promise.then(() => assert.fail('expected an error'), (thrown) => thrown);
			const none = await rejected(f.markDoseTaken(db, { userId, scheduleId, scheduledFor: '2026-03-01T07:01:00Z' }));
			assert.ok(none instanceof plain.MedschedError && none.is('dose_is_scheduled') && none.table === 'dose_taken');
			const malformed = await rejected(f.upcomingDoses(db, { userId: 'x', ...window }));
			assert.ok(malformed instanceof plain.MedschedError && malformed.code === '22P02', String(malformed));
			assert.equal((await rejected(f.createMedication(db, { userId, name: 'a\0b', schedules: [] }))).code, '22021');
			const zero = await rejected(f.createMedication(db, { userId, name: 'x', schedules: [{ startsAt: '2026-03-01T08:00:00', timeZone: 'UTC', instructions: 'a\0b' }] }));
			assert.ok(zero instanceof plain.MedschedError && zero.code === '22P05', String(zero));
			assert.equal((await rejected(f.eraseUser(db, { userId: null as never }))).code, '22004');
		});

		test('as a statement, for whatever else sends SQL', async () => {
			const { text, parameters, read } = plain.upcomingDoses.statement({ userId, ...window });
			assert.match(text, /^select "dose_id"::text, .* from medsched\.upcoming_doses\("user_id" => \$1::text::uuid, "window_start" => \$2::text::timestamp with time zone, /);
			assert.deepEqual(parameters, [userId, window.from, window.to]);
			if (name === 'node-postgres') assert.equal(read((await db.query({ text, values: parameters, rowMode: 'array' })).rows).length, 3);
		});
	});
}
