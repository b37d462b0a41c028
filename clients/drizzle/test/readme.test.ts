/** The README's examples: each compiles as it stands, and does what it says. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { POOLED, postgresJs } from './connections.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const directory = `${root}build/readme`;

// What the README says the app has.
const SCHEMA = `import { integer, pgTable, text, uuid } from 'drizzle-orm/pg-core';
export const people = pgTable('readme_people', { id: uuid('id').primaryKey(), name: text('name').notNull(), ward: integer('ward').notNull() });
`;
const CONFIG = { extends: '../../tsconfig.json', compilerOptions: { rootDir: '.', outDir: 'out', declaration: false, noUnusedLocals: false }, include: ['*.ts'] };

const { client, close } = postgresJs(POOLED);

describe('README', () => {
	before(async () => {
		const readme = await readFile(`${root}README.md`, 'utf8');
		const examples = [...readme.matchAll(/^( *)```ts\n(.*?)^\1```$/gms)].map(([, , code]) => code!);
		const [first, functions, errors, plain, tables, history, config, tests, managed, ...more] = examples;
		assert.ok(managed !== undefined && more.length === 0, `${examples.length} examples`);
		await rm(directory, { recursive: true, force: true });
		await mkdir(directory, { recursive: true });
		const files = { first, functions: `${functions}\nconsole.log(JSON.stringify([rows, await soon.execute({ userId: process.argv[2] })]));\nawait db.$client.end();\n`, errors, plain, db: tables, history, config, tests, managed, schema: SCHEMA };
		for (const [name, code] of Object.entries(files)) await writeFile(`${directory}/${name}.ts`, code!);
		await writeFile(`${directory}/tsconfig.json`, JSON.stringify(CONFIG));
		await client`create table readme_people (id uuid primary key, name text not null, ward int not null)`;
	});
	after(async () => {
		await client`drop table if exists readme_people`;
		await close();
	});

	const run = (command: string, ...args: string[]) => execFileSync(command, args, { cwd: directory, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
	const printed = (name: string, ...args: string[]) => run(process.execPath, `out/${name}.js`, ...args).trim();

	test('its examples compile', () => {
		assert.equal(run(process.execPath, `${root}node_modules/typescript/bin/tsc`, '-p', '.'), '');
	});

	test('the first gives the doses of a day', () => {
		const lines = printed('first').split('\n');
		assert.match(lines[0] ?? '', /^[0-9a-f-]{36}$/);
		assert.deepEqual(lines.slice(1), ['2026-03-01T08:00:00 metformin 500 mg missed', '2026-03-01T20:00:00 metformin 500 mg missed']);
	});

	test('that without Drizzle gives the doses of a day, and an error', () => {
		assert.deepEqual(printed('plain').split('\n'), [
			"[ '2026-03-01T08:00:00' ]",
			'true medsched.upcoming_doses: from: not an instant: "2026-03-01"; an instant has an offset, as "2026-03-01T07:00:00Z"',
		]);
	});

	test('that of the managed edition runs in this process', async () => {
		await rm(`${directory}/data`, { recursive: true, force: true });
		assert.match(printed('managed'), /^\d+\.\d+\.\d+\n\[\]$/);
	});

	test('that of functions joins them with the app’s tables', async () => {
		const [row] = await client`select user_id from medsched.medications where name = 'metformin 500 mg' order by created_at desc limit 1`;
		const id: string = row!['user_id'];
		await client`insert into readme_people values (${id}, 'Ada', 3)`;
		const [rows, soon] = JSON.parse(printed('functions', id));
		assert.deepEqual(rows, [
			{ person: 'Ada', dose: 'metformin 500 mg', at: '2026-03-01T07:00:00Z' },
			{ person: 'Ada', dose: 'metformin 500 mg', at: '2026-03-01T19:00:00Z' },
		]);
		assert.deepEqual(soon.map((dose: { scheduledFor: string }) => dose.scheduledFor), ['2026-03-01T07:00:00Z', '2026-03-01T19:00:00Z']);
	});
});
