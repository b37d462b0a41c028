/** The managed edition as the package carries it: by everything that sends SQL, and in a migration. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { PGlite } from '@electric-sql/pglite';
import { drizzle as drizzleNodePostgres } from 'drizzle-orm/node-postgres';
import { migrate } from 'drizzle-orm/node-postgres/migrator';
import { drizzle as drizzlePglite } from 'drizzle-orm/pglite';
import { drizzle as drizzlePostgresJs } from 'drizzle-orm/postgres-js';
import pg from 'pg';
import postgres from 'postgres';
import { createMedication, markDoseTaken, medications, MedschedError, resetForTests, upcomingDoses, version } from '../src/index.js';
import { native } from './connections.js';
import { applyManaged, managedSql, type Connection } from '../src/managed.js';

const run = promisify(execFile);
const database = `managed_${process.pid}`;
const released = /^default_version\s*=\s*'([^']+)'/m.exec(await readFile('../../medsched.control', 'utf8'))![1]!;
const userId = '11111111-1111-4111-8111-111111111111';
const schedules = [{ startsAt: '2026-03-01T08:00:00', timeZone: 'Europe/Berlin', rrule: 'FREQ=DAILY;BYHOUR=8,20' }];
const day = { userId, from: '2026-03-02T00:00:00Z', to: '2026-03-03T00:00:00Z' };

describe('applyManaged', () => {
	let admin: pg.Client;
	// It takes seconds to start.
	let pglite: PGlite;
	before(async () => {
		admin = new pg.Client();
		await admin.connect();
		pglite = await PGlite.create();
	});
	after(async () => {
		await pglite.close();
		await admin.end();
	});

	const emptyPglite = () => pglite.exec('drop schema medsched cascade');

	/** By each connection: installs, creates a medication, and applies it again. */
	const connections: Record<string, () => Promise<{ connection: Connection; db: unknown; close(): Promise<unknown> }>> = {
		'a client of node-postgres': async () => {
			const client = new pg.Client({ database });
			await client.connect();
			return { connection: client, db: drizzleNodePostgres(client), close: () => client.end() };
		},
		'a pool of node-postgres': async () => {
			const pool = new pg.Pool({ database, max: 2 });
			return { connection: pool, db: drizzleNodePostgres(pool), close: () => pool.end() };
		},
		'postgres.js': async () => {
			const client = postgresOf(database);
			return { connection: client, db: drizzlePostgresJs(client), close: () => client.end() };
		},
		'Drizzle on node-postgres': async () => {
			const pool = new pg.Pool({ database });
			return { connection: drizzleNodePostgres(pool), db: drizzleNodePostgres(pool), close: () => pool.end() };
		},
		'Drizzle on postgres.js': async () => {
			const client = postgresOf(database);
			return { connection: drizzlePostgresJs(client), db: drizzlePostgresJs(client), close: () => client.end() };
		},
		PGlite: async () => {
			return { connection: pglite, db: drizzlePglite(pglite), close: emptyPglite };
		},
		'Drizzle on PGlite': async () => {
			return { connection: drizzlePglite(pglite), db: drizzlePglite(pglite), close: emptyPglite };
		},
	};
	for (const [name, open] of Object.entries(connections)) {
		test(name, async () => {
			await admin.query(`create database ${database}`);
			const { connection, db, close } = await open();
			const drizzle = db as ReturnType<typeof drizzleNodePostgres>;
			try {
				assert.equal(await applyManaged(connection), released);
				assert.equal(await version(drizzle, {}), released);
				await resetForTests(drizzle, {});
				await createMedication(drizzle, { userId, name: 'metformin', schedules });
				const [first] = await upcomingDoses(drizzle, day);
				const { scheduleId, scheduledFor } = first!;
				assert.equal(scheduledFor, '2026-03-02T07:00:00Z');
				assert.equal((await markDoseTaken(drizzle, { userId, scheduleId, scheduledFor })).newlyTaken, true);
				await assert.rejects(markDoseTaken(drizzle, { userId, scheduleId, scheduledFor: '2026-03-02T09:00:00Z' }), (thrown) => MedschedError.from(thrown)?.is('dose_is_scheduled') === true);
				assert.equal(await applyManaged(connection), released);
				assert.deepEqual((await upcomingDoses(drizzle, day)).map((dose) => dose.status), ['taken', 'missed']);
				await resetForTests(drizzle, {});
				assert.deepEqual(await drizzle.select().from(medications), []);
			} finally {
				await close();
				await admin.query(`drop database ${database}`);
			}
		});
	}

	test('in a transaction, all of it is undone with that', async () => {
		const db = drizzlePglite(pglite);
		await assert.rejects(db.transaction(async (tx) => {
			await applyManaged(tx);
			throw new Error('undone');
		}), /undone/);
		assert.deepEqual((await pglite.query(`select to_regnamespace('medsched') as there`)).rows, [{ there: null }]);
		await db.transaction((tx) => applyManaged(tx));
		assert.equal(await version(db, {}), released);
		await emptyPglite();
	});

	if (native) test('where the extension is, it says so', async () => {
		await assert.rejects(applyManaged(admin), { code: '55000', message: 'medsched is installed as an extension in this database' });
	});

	test('as a migration, beside the application’s own, which can refer to it', async () => {
		await admin.query(`create database ${database}`);
		const pool = new pg.Pool({ database, max: 1 });
		const folder = 'build/managed-migrations';
		await rm(folder, { recursive: true, force: true });
		await mkdir(`${folder}/meta`, { recursive: true });
		const entry = (idx: number, tag: string) => ({ idx, version: '7', when: idx + 1, tag, breakpoints: true });
		await writeFile(`${folder}/meta/_journal.json`, JSON.stringify({ version: '7', dialect: 'postgresql', entries: [entry(0, '0000_before'), entry(1, '0001_medsched'), entry(2, '0002_after')] }));
		await writeFile(`${folder}/0000_before.sql`, 'create table before (id int)');
		await writeFile(`${folder}/0001_medsched.sql`, await readFile('dist/managed.sql', 'utf8'));
		const reminders = 'create table reminders (user_id uuid, medication_id uuid, foreign key (user_id, medication_id) references medsched.medications)';
		await writeFile(`${folder}/0002_after.sql`, `${reminders};--> statement-breakpoint\nselect 1 / 0`);
		const db = drizzleNodePostgres(pool);
		const there = async () => (await pool.query(`select to_regclass('before') is not null and to_regclass('reminders') is not null and to_regclass('medsched.medications') is not null as there`)).rows[0].there;

		// Of a migration that fails, nothing stays: the file ends no transaction that is not its own.
		await assert.rejects(migrate(db, { migrationsFolder: folder }));
		assert.deepEqual((await pool.query(`select to_regclass('before') as before, to_regnamespace('medsched') as medsched`)).rows, [{ before: null, medsched: null }]);
		await writeFile(`${folder}/0002_after.sql`, reminders);
		await migrate(db, { migrationsFolder: folder });
		assert.equal(await there(), true);
		await migrate(db, { migrationsFolder: folder });
		await pool.end();
		await admin.query(`drop database ${database}`);
	});

	test('the package has the file as the source tree makes it', async () => {
		const { stdout } = await run('bash', ['-c', 'set -e; make -s -C ../.. managed; cat ../../medsched-managed--*.sql'], { maxBuffer: 10_000_000 });
		assert.equal(managedSql, stdout);
		assert.equal(await readFile('dist/managed.sql', 'utf8'), `${stdout}--> statement-breakpoint\nSELECT medsched.create_tables();\n`);
	});
});

test('a first look prints a week, a dose that was marked, and an error', async () => {
	const { stdout } = await run(process.execPath, ['dist/first-look.js']);
	const lines = stdout.split('\n');
	assert.equal(lines[0], `medsched ${released} in PGlite: PostgreSQL in this process, no server.`);
	assert.equal(lines.filter((line) => /^2025-03-\d\d  08:00  /.test(line)).length, 7);
	assert.match(stdout, /2025-03-24  08:00  2025-03-24T07:00:00Z  metformin 500 mg .* taken\n/);
	assert.match(stdout, /2025-03-30  08:00  2025-03-30T06:00:00Z  metformin 500 mg .* missed\n/);
	assert.match(stdout, /new true, then false/);
	assert.match(stdout, /ERROR 23514 dose_is_scheduled: schedule "…" has no dose at 2025-03-30 07:00:00\+00\nDETAIL: .*\nHINT: Record a dose/);
});

function postgresOf(name: string) {
	return postgres({ host: process.env['PGHOST'] ?? '', port: Number(process.env['PGPORT']), user: process.env['PGUSER'] ?? '', database: name, max: 2, onnotice: () => {} });
}
