/** drizzle-kit as it is, in a project set up as README.md says. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import pg from 'pg';
import { installSql } from '../src/index.js';

const run = promisify(execFile);

// Below the package, so that the project finds it by its name.
const project = 'build/kit';
const database = `kit_${process.pid}`;

const config = (schemas: string[]) => `
import { defineConfig } from 'drizzle-kit';

export default defineConfig({
	dialect: 'postgresql',
	schema: './schema.ts',
	out: './migrations',
	schemaFilter: ${JSON.stringify(schemas)},
	dbCredentials: {
		host: process.env.PGHOST!,
		port: Number(process.env.PGPORT),
		user: process.env.PGUSER!,
		database: '${database}',
		ssl: false,
	},
});
`;

const schema = (column: string, more = '') => `
import { foreignKey, pgSchema, pgTable, serial, text, uuid } from 'drizzle-orm/pg-core';
import { medications } from '@medsched/drizzle';

export const reminders = pgTable(
	'reminders',
	{
		id: serial('id').primaryKey(),
		userId: uuid('user_id').notNull(),
		medicationId: uuid('medication_id').notNull(),
		${column}: text('${column}'),
	},
	(table) => [
		foreignKey({
			columns: [table.userId, table.medicationId],
			foreignColumns: [medications.userId, medications.id],
		}),
	],
);
${more}
`;

describe('drizzle-kit', () => {
	let client: pg.Client;

	before(async () => {
		await rm(project, { recursive: true, force: true });
		await mkdir(project, { recursive: true });
		const admin = new pg.Client();
		await admin.connect();
		await admin.query(`create database ${database}`);
		await admin.end();
		client = new pg.Client({ database });
		await client.connect();
		await writeFile(`${project}/drizzle.config.ts`, config(['public']));
		await writeFile(`${project}/schema.ts`, schema('message'));
	});
	after(() => client.end());

	async function kit(...args: string[]): Promise<string> {
		const { stdout, stderr } = await run(process.execPath, ['../../node_modules/drizzle-kit/bin.cjs', ...args], { cwd: project });
		return stdout + stderr;
	}

	/** Every object of medsched's by its identity, which dropping and creating again would change. */
	async function medsched(): Promise<unknown[]> {
		const { rows } = await client.query(`
			select c.oid, c.relname as name from pg_class c where relnamespace = 'medsched'::regnamespace
			union all select t.oid, t.tgname from pg_trigger t join pg_class c on c.oid = tgrelid where relnamespace = 'medsched'::regnamespace
			union all select oid, conname from pg_constraint where connamespace = 'medsched'::regnamespace
			union all select oid, proname from pg_proc where pronamespace = 'medsched'::regnamespace
			union all select oid, typname from pg_type where typnamespace = 'medsched'::regnamespace
			order by 1, 2`);
		return rows;
	}

	async function columns(table: string): Promise<string[]> {
		const { rows } = await client.query(
			`select attname from pg_attribute where attrelid = to_regclass($1) and attnum > 0 and not attisdropped order by attnum`,
			[table],
		);
		return rows.map((row) => row.attname);
	}

	test('generate --custom, then generate, say nothing of medsched’s tables', async () => {
		await kit('generate', '--custom', '--name=medsched');
		await writeFile(`${project}/migrations/0000_medsched.sql`, installSql);
		await kit('generate', '--name=app');
		assert.deepEqual((await readdir(`${project}/migrations`)).filter((name) => name.endsWith('.sql')).sort(), ['0000_medsched.sql', '0001_app.sql']);
		const app = await readFile(`${project}/migrations/0001_app.sql`, 'utf8');
		assert.match(app, /CREATE TABLE "reminders"/);
		assert.match(app, /REFERENCES "medsched"."medications"/);
		assert.doesNotMatch(app, /CREATE SCHEMA|CREATE TABLE "medsched"/);
		assert.match(await kit('generate', '--name=again'), /No schema changes/);
	});

	test('migrate creates both', async () => {
		await kit('migrate');
		assert.deepEqual(await columns('public.reminders'), ['id', 'user_id', 'medication_id', 'message']);
		assert.deepEqual((await columns('medsched.medications')).slice(0, 3), ['user_id', 'id', 'name']);
		await client.query(
			`select medsched.create_medication('11111111-1111-4111-8111-111111111111', 'x', '[{"starts_at": "2026-03-01T08:00:00", "time_zone": "UTC"}]')`,
		);
		await kit('migrate');
	});

	for (const [what, schemas, column, more] of [
		['one schema', ['public'], 'words', ''],
		['a schema more of the application’s own', ['public', 'app'], 'words', `export const extra = pgSchema('app').table('extra', { id: uuid('id').primaryKey() });\nexport const app = pgSchema('app');`],
	] as const) {
		test(`push with ${what} changes what is the application’s, and nothing of medsched’s`, async () => {
			await writeFile(`${project}/drizzle.config.ts`, config([...schemas]));
			// A column more, so that drizzle-kit does not ask whether one was renamed.
			await writeFile(`${project}/schema.ts`, schema('message', more).replace(`message: text('message'),`, `message: text('message'),\n\t\t${column}: text('${column}'),`));
			const before = await medsched();
			assert.ok(before.length > 50);
			await kit('push', '--force');
			assert.deepEqual(await columns('public.reminders'), ['id', 'user_id', 'medication_id', 'message', 'words']);
			if (more !== '') assert.deepEqual(await columns('app.extra'), ['id']);
			assert.deepEqual(await medsched(), before);
			const { rows } = await client.query(`select count(*)::int as n from medsched.medications`);
			assert.deepEqual(rows, [{ n: 1 }]);
			assert.match(await kit('push', '--force'), /No changes detected/);
		});
	}

	test('generate after all that still has nothing to say of medsched', async () => {
		await kit('generate', '--name=more');
		const more = await readFile(`${project}/migrations/0002_more.sql`, 'utf8');
		assert.match(more, /ADD COLUMN "words"/);
		assert.doesNotMatch(more, /medsched/);
	});
});
