/** The package as npm packs it, in applications of each kind: ES modules and CommonJS, by several TypeScripts. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { native } from './connections.js';

const run = promisify(execFile);
// Compiled, this file is build/test/consumers.test.js.
const here = new URL('../../', import.meta.url).pathname;
const node = (script: string, ...args: string[]) => run(process.execPath, [join(here, 'node_modules', script), ...args]);

const typescripts = { oldest: 'typescript-5.0', 'latest 5': 'typescript-5.9', latest: 'typescript' };
type Compilation = [keyof typeof typescripts, string];
// TypeScript before 7 takes ten times as long.
const drizzles = [
	{
		version: '0.45',
		drizzle: 'drizzle-orm',
		compilations: [['oldest', 'bundler'], ['latest 5', 'nodenext'], ['latest', 'node16'], ['latest', 'bundler'], ['latest', 'nodenext']] as Compilation[],
		relations: `import { schedulesRelations } from '@medsched/drizzle/relations';\ndrizzle({ client: pool, schema: { schedulesRelations } });\n`,
	},
	{
		version: '1.0',
		drizzle: 'drizzle-orm-1',
		compilations: [['latest 5', 'bundler'], ['latest', 'nodenext']] as Compilation[],
		relations: `import { medschedRelations } from '@medsched/drizzle/define-relations';\nvoid (() => drizzle({ client: pool, relations: medschedRelations }).query.schedules.findMany({ with: { medication: true } }));\n`,
	},
];

// What is packed does not depend on what is in the database.
if (native) describe('the packed package', { concurrency: 2 }, () => {
	let directory: string;
	let tarball: string;

	/** The directory of an application that has the packed package, and beside it this drizzle-orm. */
	async function application(drizzle: string, relations: string): Promise<string> {
		const app = join(directory, drizzle);
		const modules = join(app, 'node_modules');
		await mkdir(join(modules, '@medsched/drizzle'), { recursive: true });
		await run('tar', ['-xzf', tarball, '-C', join(modules, '@medsched/drizzle'), '--strip-components=1']);
		await symlink(join(here, 'node_modules', drizzle), join(modules, 'drizzle-orm'));
		for (const peer of ['kysely', 'pg', '@types']) await symlink(join(here, 'node_modules', peer), join(modules, peer));
		const program = await readFile(join(here, 'test/consumers/program.ts'), 'utf8');
		for (const file of ['module.mts', 'common.cts', 'bundled.ts']) await writeFile(join(app, file), program + relations);
		return app;
	}

	/** Compiles an application; node16 and nodenext take both kinds of modules, a bundler's the rest. */
	async function compile(app: string, typescript: string, moduleResolution: string): Promise<string> {
		const config = join(app, `${typescript}-${moduleResolution}.json`);
		const bundler = moduleResolution === 'bundler';
		await writeFile(config, JSON.stringify({
			compilerOptions: { target: 'es2022', module: bundler ? 'esnext' : moduleResolution, moduleResolution, types: ['node'], strict: true, exactOptionalPropertyTypes: true, skipLibCheck: true, outDir: 'out', noEmit: bundler },
			files: bundler ? ['bundled.ts'] : ['module.mts', 'common.cts'],
		}));
		return (await node(`${typescript}/bin/tsc`, '-p', config).catch((failed) => failed)).stdout;
	}

	before(async () => {
		directory = await mkdtemp(join(tmpdir(), 'medsched-consumers-'));
		const { stdout } = await run('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', directory], { cwd: here });
		tarball = join(directory, stdout.trim());
	});
	after(() => rm(directory, { recursive: true, force: true }));

	test('are the types wrong? No', async () => {
		const { code, stdout } = await node('@arethetypeswrong/cli/dist/index.js', tarball, '--profile', 'node16', '--exclude-entrypoints', './managed.sql', './prisma').catch((failed) => failed);
		assert.equal(code, undefined, stdout);
	});

	for (const { version, drizzle, compilations, relations } of drizzles) {
		describe(`beside Drizzle ${version}`, () => {
			let app: string;
			before(async () => {
				app = await application(drizzle, relations);
			});
			for (const [typescript, moduleResolution] of compilations) {
				test(`it is typed, by the ${typescript} TypeScript as ${moduleResolution}`, async () => {
					assert.equal(await compile(app, typescripts[typescript], moduleResolution), '');
				});
			}
			for (const program of ['module.mjs', 'common.cjs']) {
				test(`it runs: ${program}`, async () => {
					const { stdout } = await run(process.execPath, [join(app, 'out', program)]);
					assert.match(stdout, /^\["\d+\.\d+\.\d+",\[\],true,true\]\n$/);
				});
			}
		});
	}
});
