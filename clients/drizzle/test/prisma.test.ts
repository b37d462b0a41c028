/** The files for Prisma's TypedSQL: each is a statement of this database, gives what the package gives, and has its type. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import pg from 'pg';
import * as functions from '../src/functions/index.js';
import * as plain from '../src/plain.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const pool = new pg.Pool({ max: 1 });
after(() => pool.end());
const sqlOf = (name: string) => readFile(`${root}dist/prisma/${name}.sql`, 'utf8');

test('there is one for every function, and PostgreSQL takes it with these parameters', async () => {
	const names = Object.entries(functions).flatMap(([name, value]) => (typeof value === 'object' && 'gives' in value ? [name] : []));
	assert.deepEqual((await readdir(`${root}dist/prisma`)).sort(), names.map((name) => `${name}.sql`).sort());
	const client = await pool.connect();
	for (const name of names) {
		const sql = await sqlOf(name);
		await client.query(`prepare query as ${sql}`);
		const { rows } = await client.query(`select parameter_types::text[] as types from pg_prepared_statements where name = 'query'`);
		assert.equal(rows[0].types.length, Object.keys((functions as Record<string, { args?: object }>)[name]!.args ?? {}).length, name);
		// Prisma's words for the types that PostgreSQL finds.
		const words: Record<string, string> = { text: 'String', integer: 'Int', bigint: 'BigInt', boolean: 'Boolean', jsonb: 'Json' };
		for (const [, word, n] of sql.matchAll(/^-- @param [{](\w+)[}] [$](\d+):\w+[?]?$/gm)) assert.equal(word, words[rows[0].types[Number(n) - 1]], `${name} $${n}`);
		await client.query('deallocate query');
	}
	client.release();
});

test('they give what the functions give', async () => {
	const userId = randomUUID();
	const window = { from: '2026-03-01T00:00:00Z', to: '2026-03-04T00:00:00Z' };
	const schedules = [{ startsAt: '2026-03-01T08:00:00', timeZone: 'Europe/Berlin', rrule: 'FREQ=DAILY', rdates: ['2026-03-02T12:30:10', '2026-03-02T10:00:00'], doseAmount: '0.10' }];
	const created = await plain.createMedicationReturning(pool, { userId, name: 'timolol', schedules, notes: 'n' });
	assert.deepEqual((await pool.query(await sqlOf('currentSchedules'), [userId, null])).rows, created);
	const doses = await plain.upcomingDoses(pool, { userId, ...window });
	const { scheduleId, scheduledFor } = doses[0]!;
	await plain.markDoseTaken(pool, { userId, scheduleId, scheduledFor, takenAt: '2026-03-01T07:05:00.12Z' });
	const found = (await pool.query(await sqlOf('upcomingDoses'), [userId, window.from, window.to])).rows;
	assert.deepEqual(found, await plain.upcomingDoses(pool, { userId, ...window }));
	assert.equal(found[0]?.takenAt, '2026-03-01T07:05:00.12Z');
	assert.deepEqual((await pool.query(await sqlOf('adherence'), [userId, window.from, window.to])).rows, await plain.adherence(pool, { userId, ...window }));
	const rule = ['FREQ=DAILY', '2026-03-01T08:00:00', 'UTC', window.from, window.to, ['2026-03-01T09:00:00'], null, null, null];
	assert.deepEqual((await pool.query(await sqlOf('occurrences'), rule)).rows.map((row) => row.scheduledFor), ['2026-03-01T08:00:00Z', '2026-03-01T09:00:00Z', '2026-03-02T08:00:00Z', '2026-03-03T08:00:00Z']);
	// An argument that is null is left out: from now on, ten of them.
	const next = (await pool.query(await sqlOf('nextDoses'), [userId, null, null])).rows;
	assert.equal(next.length, 10);
	assert.ok(next.every((dose) => Date.parse(dose.scheduledFor) > Date.now() - 60_000));
	assert.deepEqual((await pool.query(await sqlOf('nextOccurrence'), ['FREQ=DAILY;COUNT=1', '2026-03-01T08:00:00', 'UTC', window.to, null, null, null, null])).rows, [{ value: null }]);
});

test('their types compile, and are those of the rows', async () => {
	const place = `${root}build/prisma`;
	const client = `${place}/node_modules/@prisma/client`;
	await rm(place, { recursive: true, force: true });
	await mkdir(`${client}/runtime`, { recursive: true });
	// What of Prisma's client the types name.
	await writeFile(`${client}/package.json`, JSON.stringify({ name: '@prisma/client', exports: { './runtime/client': { types: './runtime/client.d.ts' } } }));
	await writeFile(`${client}/runtime/client.d.ts`, 'export declare class TypedSql<Values extends readonly unknown[], Result> { readonly values: Values; private readonly result: Result; }');
	for (const file of ['prisma.d.ts', 'plain.d.ts']) await writeFile(`${place}/${file}`, (await readFile(`${root}dist/${file}`, 'utf8')).replaceAll("from './", "from '../../dist/"));
	await writeFile(`${place}/app.ts`, `import type { TypedSql } from '@prisma/client/runtime/client';
import type { Dose } from '@medsched/drizzle/plain';
import type * as medsched from './prisma.js';
declare const sql: typeof medsched;
declare function queryRawTyped<Values extends readonly unknown[], Result>(query: TypedSql<Values, Result>): Promise<Result[]>;
export const doses = async (): Promise<Dose[]> => queryRawTyped(sql.upcomingDoses('', '', ''));
export const next = async (): Promise<(string | null)[]> => (await queryRawTyped(sql.nextOccurrence(null, '', '', '', null, null, null, null))).map((row) => row.value);
// @ts-expect-error a window has two ends
void sql.upcomingDoses('', '');
`);
	await writeFile(`${place}/tsconfig.json`, JSON.stringify({ extends: '../../tsconfig.json', compilerOptions: { rootDir: '../..', noEmit: true, skipLibCheck: false, types: [], lib: ['es2023', 'dom'] }, files: ['app.ts', 'prisma.d.ts'], include: [] }));
	const { stdout } = await promisify(execFile)(process.execPath, [`${root}node_modules/typescript/bin/tsc`, '-p', place]).catch((failed) => failed);
	assert.equal(stdout, '');
});
