/** The bundles, in a directory where nothing else is: they migrate, start and answer. */
import assert from 'node:assert/strict';
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { randomUUID } from 'node:crypto';
import { directly, signed } from './harness.js';

const run = promisify(execFile);

for (const [format, extension] of [['esm', 'mjs'], ['cjs', 'cjs']] as const) {
	describe(`the bundle, ${format}`, () => {
		const database = `bundle_${format}_${process.pid}`;
		const env = { ...process.env, PGDATABASE: database, PORT: '0', MEDSCHED_EDITION: 'managed' };
		const admin = directly();
		let directory = '';
		let server: ChildProcess | undefined;
		let url: string;

		before(async () => {
			await admin.unsafe(`create database ${database}`);
			directory = await mkdtemp(join(tmpdir(), 'medsched-bundle-'));
			for (const part of [format, 'public', 'migrations']) await cp(new URL(`../${part}`, import.meta.url), join(directory, part), { recursive: true });
			await run(process.execPath, [join(directory, format, `migrate.${extension}`)], { env });
			server = spawn(process.execPath, [join(directory, format, `server.${extension}`)], { env, stdio: ['ignore', 'pipe', 'inherit'] });
			for await (const line of createInterface({ input: server.stdout! })) {
				const listening = /http:\/\/\S+?:\d+/.exec(line);
				if (listening) {
					[url] = listening;
					break;
				}
			}
		});
		after(async () => {
			if (server?.exitCode === null && server.kill()) await once(server, 'exit');
			if (directory !== '') await rm(directory, { recursive: true, force: true });
			await admin.unsafe(`drop database ${database} with (force)`);
			await admin.end();
		});

		test('the page and its files are found', async () => {
			const answer = await fetch(url);
			assert.equal(answer.status, 200);
			const page = await answer.text();
			const files = [...page.matchAll(/(?:src|href)="(\/[^"]+)"/g)].map(([, file]) => file!);
			assert.ok(files.length >= 3, page);
			for (const file of files) assert.equal((await fetch(url + file)).status, 200, file);
		});

		test('a medication is created, in the managed edition that the bundle brought', async () => {
			const headers = { authorization: `Bearer ${await signed({ sub: randomUUID() })}`, 'content-type': 'application/json' };
			const created = await fetch(`${url}/v1/people/me/medications`, {
				method: 'POST',
				headers: { ...headers, 'idempotency-key': randomUUID() },
				body: JSON.stringify({ name: 'metformin', schedules: [{ startsAt: '2026-03-01T08:00', timeZone: 'Europe/Berlin', rrule: 'FREQ=DAILY' }] }),
			});
			assert.equal(created.status, 201, await created.text());
			const doses = await fetch(`${url}/v1/people/me/doses?from=2026-03-02T00:00:00Z&to=2026-03-04T00:00:00Z`, { headers });
			assert.equal(((await doses.json()) as unknown[]).length, 2);
		});

		test('tokens of AWS IAM are made by a file of their own', async () => {
			const script = `const { authToken } = await import(${JSON.stringify(join(directory, format, `iam.${extension}`))}); console.log(await authToken({ hostname: 'db.example', port: 5432, username: 'app' }));`;
			const keys = { AWS_REGION: 'eu-central-1', AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: 'secret' };
			const { stdout } = await run(process.execPath, ['--input-type=module', '-e', script], { env: { ...env, ...keys } });
			assert.match(stdout, /^db\.example:5432\/\?Action=connect&DBUser=app&.*&X-Amz-Signature=[0-9a-f]{64}/);
			const lambda = await readFile(join(directory, format, `lambda.${extension}`), 'utf8');
			assert.ok(lambda.includes(`./iam.${extension}`) && !lambda.includes('AWS4-HMAC-SHA256'));
		});

		test('the worker on a timer runs', async () => {
			const script = `const { handler } = await import(${JSON.stringify(join(directory, format, `remind.${extension}`))}); console.log(JSON.stringify(await handler({}, { awsRequestId: 'x', getRemainingTimeInMillis: () => 60000 })));`;
			const { stdout } = await run(process.execPath, ['--input-type=module', '-e', script], { env: { ...env, LOG: 'off', PUSH_CONTACT: 'mailto:operator@example.org' } });
			assert.deepEqual(Object.keys(JSON.parse(stdout)), ['sent', 'unheard', 'later', 'given up', 'lost']);
			await assert.rejects(run(process.execPath, [join(directory, format, `worker.${extension}`)], { env }), { stderr: 'neither PUSH_CONTACT nor WEBHOOK_URL is set: there is no way to remind anybody\n' });
		});

		test('the Lambda function answers', async () => {
			const event = { version: '2.0', rawPath: '/readyz', rawQueryString: '', headers: {}, isBase64Encoded: false, requestContext: { domainName: 'api.example', http: { method: 'GET', path: '/readyz' } } };
			const script = `const { handler } = await import(${JSON.stringify(join(directory, format, `lambda.${extension}`))}); console.log(JSON.stringify(await handler(${JSON.stringify(event)}, {})));`;
			const { stdout } = await run(process.execPath, ['--input-type=module', '-e', script], { env });
			assert.equal(JSON.parse(stdout).statusCode, 200);
		});
	});
}

test('the Dockerfile copies what the bundle reads, and runs it as another than root', async () => {
	const dockerfile = await readFile(new URL('../../Dockerfile', import.meta.url), 'utf8');
	const copied = [...dockerfile.matchAll(/^COPY --from=build \S*\/examples\/api\/build\/(\S+) \/app\/(\S+)$/gm)].map(([, from, to]) => [from, to]);
	assert.deepEqual(copied, ['esm', 'public', 'migrations'].map((part) => [part, part]));
	assert.match(dockerfile, /^USER (?!root|0)\S+$/m);
	assert.match(dockerfile, /^CMD \["node", "\/app\/esm\/server\.mjs"\]$/m);
});
