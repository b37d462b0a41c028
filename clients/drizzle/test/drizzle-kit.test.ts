/** drizzle-kit as it is, that of drizzle-orm 0.45 and that of 1.0, in a project set up as README.md says. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import pg from 'pg';
import { installSql } from '../src/index.js';
import { native } from './connections.js';

const run = promisify(execFile);

const config = (database: string, schemas: readonly string[] | undefined) => `
import { defineConfig } from 'drizzle-kit';

export default defineConfig({
	dialect: 'postgresql',
	schema: './schema.ts',
	out: './migrations',
	${schemas === undefined ? '' : `schemaFilter: ${JSON.stringify(schemas)},`}
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

const kits = [
	{ version: '0.31', kit: 'drizzle-kit', orm: 'drizzle-orm', everySchemaByDefault: false },
	// What it does depends little on the edition, and takes its time.
	...(native ? [{ version: '1.0', kit: 'drizzle-kit-1', orm: 'drizzle-orm-1', everySchemaByDefault: true }] : []),
];

for (const { version, kit: packageName, orm, everySchemaByDefault } of kits) {
	describe(`drizzle-kit ${version}`, () => {
		const project = `build/${packageName}`;
		const database = `${packageName.replaceAll('-', '_')}_${process.pid}`;
		let client: pg.Client;

		before(async () => {
			const modules = `${project}/node_modules`;
			await rm(project, { recursive: true, force: true });
			await mkdir(`${modules}/@medsched/drizzle`, { recursive: true });
			await cp('dist', `${modules}/@medsched/drizzle/dist`, { recursive: true });
			await cp('package.json', `${modules}/@medsched/drizzle/package.json`);
			await symlink(`../../../node_modules/${orm}`, `${modules}/drizzle-orm`);
			// It finds drizzle-orm from where its files are: they are linked one by one.
			await run('cp', ['-al', `node_modules/${packageName}`, `${modules}/drizzle-kit`]);
			await writeFile(`${project}/package.json`, '{ "private": true }');

			const admin = new pg.Client();
			await admin.connect();
			await admin.query(`create database ${database}`);
			await admin.end();
			client = new pg.Client({ database });
			await client.connect();
			await writeFile(`${project}/schema.ts`, schema('message'));
		});
		after(() => client.end());

		/** Runs it with a configuration of these schemas: all that it prints, and how it ends. */
		async function tried(schemas: readonly string[] | undefined, ...args: string[]): Promise<{ code: number; printed: string }> {
			await writeFile(`${project}/drizzle.config.ts`, config(database, schemas));
			const { code = 0, stdout, stderr } = await run(process.execPath, ['node_modules/drizzle-kit/bin.cjs', ...args], { cwd: project }).catch((failed) => failed);
			return { code, printed: stdout + stderr };
		}

		async function kit(schemas: readonly string[] | undefined, ...args: string[]): Promise<string> {
			const { code, printed } = await tried(schemas, ...args);
			assert.equal(code, 0, printed);
			return printed;
		}

		/** The files with migrations, in their order. */
		async function migrations(): Promise<string[]> {
			const names = await readdir(`${project}/migrations`, { recursive: true });
			return names.filter((name) => name.endsWith('.sql')).sort().map((name) => `${project}/migrations/${name}`);
		}

		/** Every object of medsched's by its identity, which dropping and creating again would change; a foreign key of the application's has triggers there, too. */
		async function medsched(): Promise<unknown[]> {
			const { rows } = await client.query(`
				select c.oid, c.relname as name from pg_class c where relnamespace = 'medsched'::regnamespace
				union all select t.oid, t.tgname from pg_trigger t join pg_class c on c.oid = tgrelid where relnamespace = 'medsched'::regnamespace and not tgisinternal
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
			await kit(['public'], 'generate', '--custom', '--name=medsched');
			const [custom, ...none] = await migrations();
			assert.deepEqual(none, []);
			await writeFile(custom!, installSql);
			// The names of 1.0 have the second they were made in.
			await new Promise((resolve) => setTimeout(resolve, 1100));
			await kit(['public'], 'generate', '--name=app');
			const [first, second, ...more] = await migrations();
			assert.deepEqual([first, more], [custom, []]);
			const app = await readFile(second!, 'utf8');
			assert.match(app, /CREATE TABLE "reminders"/);
			assert.match(app, /REFERENCES "medsched"."medications"/);
			assert.doesNotMatch(app, /CREATE SCHEMA|CREATE TABLE "medsched"/);
			assert.match(await kit(['public'], 'generate', '--name=again'), /No schema changes/);
		});

		test('migrate creates both', async () => {
			await kit(['public'], 'migrate');
			assert.deepEqual(await columns('public.reminders'), ['id', 'user_id', 'medication_id', 'message']);
			assert.deepEqual((await columns('medsched.medications')).slice(0, 3), ['user_id', 'id', 'name']);
			await client.query(
				`select medsched.create_medication('11111111-1111-4111-8111-111111111111', 'x', '[{"starts_at": "2026-03-01T08:00:00", "time_zone": "UTC"}]')`,
			);
			await kit(['public'], 'migrate');
		});

		for (const [what, schemas, column, more] of [
			['one schema', ['public'], 'words', ''],
			['a schema more of the application’s own', ['public', 'app'], 'words', `export const extra = pgSchema('app').table('extra', { id: uuid('id').primaryKey() });\nexport const app = pgSchema('app');`],
		] as const) {
			test(`push with ${what} changes what is the application’s, and nothing of medsched’s`, async () => {
				// A column more, so that drizzle-kit does not ask whether one was renamed.
				await writeFile(`${project}/schema.ts`, schema('message', more).replace(`message: text('message'),`, `message: text('message'),\n\t\t${column}: text('${column}'),`));
				const before = await medsched();
				assert.ok(before.length > 50);
				await kit(schemas, 'push', '--force');
				assert.deepEqual(await columns('public.reminders'), ['id', 'user_id', 'medication_id', 'message', 'words']);
				if (more !== '') assert.deepEqual(await columns('app.extra'), ['id']);
				assert.deepEqual(await medsched(), before);
				const { rows } = await client.query(`select count(*)::int as n from medsched.medications`);
				assert.deepEqual(rows, [{ n: 1 }]);
				assert.match(await kit(schemas, 'push', '--force'), /No changes detected/);
			});
		}

		test('generate after all that still has nothing to say of medsched', async () => {
			const before = await migrations();
			await kit(['public', 'app'], 'generate', '--name=more');
			const [more] = (await migrations()).filter((name) => !before.includes(name));
			const sql = await readFile(more!, 'utf8');
			assert.match(sql, /ADD COLUMN "words"/);
			assert.doesNotMatch(sql, /medsched/);
		});

		// Of what the README warns.  Nobody answers here: nothing is done.
		for (const [what, schemas] of [['medsched in schemaFilter', ['public', 'app', 'medsched']], ['no schemaFilter', undefined]] as const) {
			test(`push with ${what} ${schemas !== undefined || everySchemaByDefault ? 'would drop medsched’s tables, and asks first' : 'leaves medsched alone'}`, async () => {
				const before = await medsched();
				const { code, printed } = await tried(schemas, 'push');
				if (schemas !== undefined || everySchemaByDefault) {
					assert.match(printed, /data.loss/i);
					assert.match(printed, /medications/);
				} else {
					assert.equal(code, 0, printed);
				}
				assert.deepEqual(await medsched(), before);
			});
		}

		test('pull with the application’s schemas leaves medsched’s tables to be imported', async () => {
			await rm(`${project}/migrations`, { recursive: true });
			await kit(['public', 'app'], 'pull');
			const pulled = await readFile(`${project}/migrations/schema.ts`, 'utf8');
			assert.match(pulled, /export const reminders = pgTable\("reminders"/);
			assert.match(pulled, /foreignColumns: \[medications\.userId, medications\.id\]/);
			assert.doesNotMatch(pulled, /export const (medications|schedules|doseTaken|\w*[mM]edsched)\b/);
			// As the README says: then it is the schema that the database has.
			await writeFile(`${project}/schema.ts`, `import { medications } from '@medsched/drizzle';\n${pulled}`);
			assert.match(await kit(['public', 'app'], 'push', '--force'), /No changes detected/);
		});
	});
}
