/** An app in which postgres.js is too old, or as old as can be. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';

const run = promisify(execFile);
// Compiled, this file is build/test/driver.test.js.
const here = new URL('../../', import.meta.url).pathname;

const script = `
	import { drizzle } from 'drizzle-orm/postgres-js';
	import postgres from 'postgres';
	import { version, MedschedError, createMedication, medications } from '@medsched/drizzle';
	const client = postgres({ prepare: false, fetch_types: false, onnotice: () => {} });
	const db = drizzle(client);
	const said = async (what) => { try { return await what(); } catch (thrown) { return MedschedError.from(thrown)?.constraint ?? thrown.message; } };
	console.log(await said(() => version(db, {})));
	console.log(await said(() => db.insert(medications).values({ userId: '00000000-0000-4000-8000-00000000d00d', name: 'bare' }).then(() => 'inserted')));
	await client.end();
`;

describe('postgres.js', () => {
	let app: string;
	const answers = async (name: string) => {
		await rm(join(app, 'node_modules/postgres'), { recursive: true, force: true });
		await cp(join(here, 'node_modules', name), join(app, 'node_modules/postgres'), { recursive: true });
		return (await run(process.execPath, ['app.mjs'], { cwd: app })).stdout.trim().split('\n');
	};

	before(async () => {
		app = await mkdtemp(join(tmpdir(), 'medsched-driver-'));
		await mkdir(join(app, 'node_modules/@medsched/drizzle'), { recursive: true });
		// As npm installs a package: beside its peers.
		await cp(join(here, 'dist'), join(app, 'node_modules/@medsched/drizzle/dist'), { recursive: true });
		await cp(join(here, 'package.json'), join(app, 'node_modules/@medsched/drizzle/package.json'));
		await cp(join(here, 'node_modules/drizzle-orm'), join(app, 'node_modules/drizzle-orm'), { recursive: true });
		await symlink(join(here, 'node_modules/pg'), join(app, 'node_modules/pg'));
		await writeFile(join(app, 'app.mjs'), script);
	});
	after(() => rm(app, { recursive: true, force: true }));

	test('3.4.7 is refused: of an error at commit it says that all went well', async () => {
		assert.deepEqual(await answers('postgres-3.4.7'), [
			'this postgres.js does not report an error that is raised at commit: medsched needs postgres 3.4.8 or later',
			'inserted',
		]);
	});
	test('the oldest that the package takes reports it', async () => {
		const [version, inserted] = await answers('postgres-3.4.8');
		assert.match(version ?? '', /^\d+\.\d+\.\d+$/);
		assert.equal(inserted, 'medication_has_schedule');
	});
});
