/** Errors of the application's own, of every SQLSTATE that medsched raises, are not medsched's. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { before, test } from 'node:test';
import { sql } from 'drizzle-orm';
import { createMedication, markDoseTaken, medications, MedschedError, upcomingDoses } from '../src/index.js';
import { errorOf, withEachDriver } from './connections.js';

const root = new URL('../../../../', import.meta.url);

// PostgreSQL's names of them, where the source has no code.
const NAMED: Record<string, string> = {
	ARRAY_SUBSCRIPT_ERROR: '2202E', CHECK_VIOLATION: '23514', DATA_EXCEPTION: '22000', DATATYPE_MISMATCH: '42804', DATETIME_VALUE_OUT_OF_RANGE: '22008',
	E_R_I_E_TRIGGER_PROTOCOL_VIOLATED: '39P01', FEATURE_NOT_SUPPORTED: '0A000', FOREIGN_KEY_VIOLATION: '23503',
	INSUFFICIENT_PRIVILEGE: '42501', INTEGRITY_CONSTRAINT_VIOLATION: '23000', INVALID_PARAMETER_VALUE: '22023', LOCK_NOT_AVAILABLE: '55P03', NOT_NULL_VIOLATION: '23502', NO_DATA_FOUND: 'P0002',
	NULL_VALUE_NOT_ALLOWED: '22004', OBJECT_NOT_IN_PREREQUISITE_STATE: '55000', OUT_OF_MEMORY: '53200', PROGRAM_LIMIT_EXCEEDED: '54000',
	RAISE_EXCEPTION: 'P0001', RESTRICT_VIOLATION: '23001', T_R_SERIALIZATION_FAILURE: '40001', UNDEFINED_COLUMN: '42703',
	UNDEFINED_TABLE: '42P01', WRONG_OBJECT_TYPE: '42809',
};
// What PostgreSQL raises of medsched's tables and arguments.
const POSTGRESQLS = ['22P02', '22003', '22007', '22021', '22P05', '22012', '23505'];

async function textOf(directory: string): Promise<string> {
	const files = await readdir(new URL(directory, root), { withFileTypes: true });
	const texts = await Promise.all(
		files.map((file) =>
			file.isDirectory() ? textOf(`${directory}${file.name}/`) : /^\d\d-.*\.sql$|\.c$/.test(file.name) ? readFile(new URL(directory + file.name, root), 'utf8') : '',
		),
	);
	return texts.join('\n');
}

async function codes(): Promise<string[]> {
	const source = `${await textOf('sql/')}\n${await textOf('src/')}`;
	const found = [...source.matchAll(/ERRCODE = '([0-9A-Z]{5})'|ERRCODE = '([a-z_]+)'|\bERRCODE_(?!TO_CATEGORY)([A-Z_]+)\b/g)].map(([, code, condition, macro]) => {
		const name = (condition ?? macro)?.toUpperCase();
		return code ?? NAMED[name!] ?? assert.fail(`what is the code of ${name}?`);
	});
	return [...new Set([...found, ...POSTGRESQLS])].sort();
}

withEachDriver('errors of the application’s own', (db) => {
	const userId = randomUUID();
	const scheduleId = randomUUID();
	const [table, trigger] = ['own', 'own_trigger'].map((name) => `${name}_${randomUUID().slice(0, 8)}`) as [string, string];
	const daily = { startsAt: '2026-03-01T08:00:00', timeZone: 'UTC', rrule: 'FREQ=DAILY' };
	const notOurs = async (what: string, run: () => PromiseLike<unknown>) => {
		await assert.rejects(async () => run(), (thrown) => {
			assert.equal(MedschedError.from(thrown), undefined, `${what}: ${(thrown as Error).message}`);
			return true;
		});
	};

	before(async () => {
		await createMedication(db, { userId, name: 'mine', schedules: [{ ...daily, id: scheduleId }] });
		await db.execute(sql.raw(`create table public.${table} (id int primary key, medication_id uuid references medsched.medications (id), n int check (n > 0))`));
	});
	test('of every SQLSTATE that medsched uses', async () => {
		const all = await codes();
		assert.ok(all.length > 25, all.join());
		for (const code of all) {
			await notOurs(code, () => db.execute(sql.raw(`do $$ begin raise exception using errcode = '${code}', message = 'the application''s'; end $$`)));
			// With the name of a constraint that medsched has as well.
			await notOurs(code, () => db.execute(sql.raw(`do $$ begin raise exception using errcode = '${code}', schema = 'public', table = 'schedules', constraint = 'schedules_pkey'; end $$`)));
		}
	});

	test('of keys, values and conversions', async () => {
		await notOurs('a foreign key', () => db.execute(sql.raw(`insert into ${table} values (1, '${randomUUID()}')`)));
		await notOurs('a check', () => db.execute(sql.raw(`insert into ${table} values (1, null, 0)`)));
		await db.execute(sql.raw(`insert into ${table} values (1)`));
		await notOurs('a key', () => db.execute(sql.raw(`insert into ${table} values (1)`)));
		for (const value of [`'x'::uuid`, `'x'::int`, `3000000000::int`, `'2026-13-01'::date`, `1 / 0`]) await notOurs(value, () => db.execute(sql.raw(`select ${value}`)));
	});

	test('of what the application added to medsched’s tables', async () => {
		await notOurs('a transaction', () => db.transaction(async (tx) => {
			await tx.execute(sql`alter table medsched.medications add constraint own_check check (name <> 'forbidden')`);
			await createMedication(tx, { userId, name: 'forbidden', schedules: [daily] });
		}));
		await notOurs('a column', () => db.transaction(async (tx) => {
			await tx.execute(sql`alter table medsched.medications add column own_code text default '' not null, alter column own_code drop default`);
			await createMedication(tx, { userId, name: 'x', schedules: [daily] });
		}));
		const ours = await errorOf(db.insert(medications).values({ userId, name: null as unknown as string }));
		assert.equal(ours.code, '23502');
	});

	test('of its triggers, in a call of medsched’s', async () => {
		for (const code of ['22P02', '22003', '22023', '23505', '55000', 'P0002', 'P0001']) {
			await notOurs(code, () => db.transaction(async (tx) => {
				await tx.execute(sql.raw(`create function public.${trigger}() returns trigger language plpgsql as $$ begin raise exception using errcode = '${code}', message = 'the application''s'; end $$`));
				await tx.execute(sql.raw(`create trigger ${trigger} before insert on medsched.dose_taken for each row execute function public.${trigger}()`));
				await markDoseTaken(tx, { userId, scheduleId, scheduledFor: '2026-03-01T08:00:00Z' });
			}));
		}
	});

	test('and medsched’s are: what it refuses, and what PostgreSQL refuses of its arguments', async () => {
		const window = { from: '2026-03-01T00:00:00Z', to: '2026-03-02T00:00:00Z' };
		const error = await errorOf(upcomingDoses(db, { userId: 'x', ...window }));
		assert.deepEqual([error.code, error.message], ['22P02', 'medsched.upcoming_doses: invalid input syntax for type uuid: "x"']);
		assert.equal((await errorOf(upcomingDoses(db, { userId, from: window.to, to: window.from }))).code, '22023');
		assert.equal((await errorOf(db.execute(sql`select medsched.upcoming_doses(null, now(), now())`))).code, '22004');
	});
});
