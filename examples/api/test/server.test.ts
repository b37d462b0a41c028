/** The server as a process: how it starts, what it logs, and how it stops. */
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { after, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { describeError } from '../src/log.js';
import { medschedTables, signed } from './harness.js';

const tables = medschedTables();
const children: ChildProcess[] = [];
after(async () => {
	for (const child of children) child.kill('SIGKILL');
	await tables.end();
});

interface Started {
	child: ChildProcess;
	url: string;
	output: () => string;
	log: () => Record<string, any>[];
	exited: Promise<number | null>;
}

function run(env: Record<string, string>): Omit<Started, 'url'> & { errors: () => string } {
	const child = spawn(process.execPath, ['build/src/server.js'], { env: { ...process.env, PORT: '0', LOG: 'on', ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
	children.push(child);
	let [output, errors] = ['', ''];
	child.stdout!.on('data', (chunk) => (output += chunk));
	child.stderr!.on('data', (chunk) => (errors += chunk));
	const log = () => output.split('\n').filter((line) => line.startsWith('{')).map((line) => JSON.parse(line));
	return { child, output: () => output, errors: () => errors, log, exited: once(child, 'close').then(([code]) => code as number | null) };
}

async function started(env: Record<string, string> = {}): Promise<Started> {
	const process = run(env);
	for (;;) {
		const url = /^listening on (http\S+)$/m.exec(process.output())?.[1];
		if (url !== undefined) return { ...process, url };
		assert.equal(process.child.exitCode, null, process.errors());
		await sleep(20);
	}
}

async function until(condition: () => boolean): Promise<void> {
	for (let tries = 0; !condition(); tries++) {
		assert.ok(tries < 500, String(condition));
		await sleep(20);
	}
}

describe('the server', { timeout: 180_000 }, () => {
	test('says whether it lives and whether it is ready, and logs neither names nor doses', async () => {
		const { url, log, child, output, exited } = await started();
		assert.deepEqual(await (await fetch(`${url}/healthz`)).json(), { status: 'ok' });
		assert.deepEqual(await (await fetch(`${url}/readyz`)).json(), { status: 'ready' });
		const id = randomUUID();
		const headers = { authorization: `Bearer ${await signed({ sub: id })}`, 'x-request-id': 'mine-1' };
		const answer = await fetch(`${url}/v1/people/${id}/substances/secretol/allowance?at=2026-03-01T00:00:00Z`, { headers });
		assert.equal(answer.status, 404);
		assert.equal(answer.headers.get('x-request-id'), 'mine-1');
		await fetch(`${url}/nowhere/secretol`);
		await fetch(`${url}/v1/people/${id}/doses`);
		await until(() => log().length === 5);
		assert.deepEqual(
			log().map(({ level, method, route, status }) => [level, method, route, status]),
			[
				['info', 'GET', '/healthz', 200],
				['info', 'GET', '/readyz', 200],
				['info', 'GET', '/v1/people/:person/substances/:substance/allowance', 404],
				['info', 'GET', 'none', 404],
				['info', 'GET', '/v1/people/:person/doses', 401],
			],
		);
		assert.equal(log()[2]!['requestId'], 'mine-1');
		assert.match(log()[1]!['requestId'], /^[0-9a-f-]{36}$/);
		assert.ok(log().every(({ time, milliseconds }) => !Number.isNaN(Date.parse(time)) && milliseconds >= 0));
		assert.doesNotMatch(output(), new RegExp(`${id}|secretol|eyJ`));
		child.kill('SIGTERM');
		assert.equal(await exited, 0);
	});

	test('of an error of the database’s it logs the code, and not the message with its values', () => {
		const cause = Object.assign(new Error('invalid input syntax for type date: "secretol"'), { code: '22P02', constraint: undefined, routine: 'pg_strtoint' });
		const logged = JSON.stringify(describeError(new Error('Failed query: select $1\nparams: secretol', { cause })));
		assert.match(logged, /"code":"22P02","routine":"pg_strtoint","stack":\["at /);
		assert.doesNotMatch(logged, /secretol/);
		assert.match(JSON.stringify(describeError(new TypeError('x is not a function'))), /"error":"TypeError","message":"x is not a function"/);
	});

	test('without its database it lives, and is not ready', async () => {
		const { url, child, exited } = await started({ DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none' });
		const healthy = await fetch(`${url}/healthz`);
		assert.equal(healthy.status, 200);
		// Longer than a load balancer keeps a connection.
		assert.equal(healthy.headers.get('keep-alive'), 'timeout=75');
		const ready = await fetch(`${url}/readyz`);
		assert.equal(ready.status, 503);
		assert.deepEqual(await ready.json(), { status: 'the database cannot be reached' });
		child.kill('SIGINT');
		assert.equal(await exited, 0);
	});

	test('told to stop, it answers what it was asked, and takes no more', async () => {
		const { url, child, log, exited } = await started();
		const headers = { authorization: `Bearer ${await signed({ sub: randomUUID() })}` };
		let answering!: Promise<Response>;
		await tables.whileLocked(async (waiting) => {
			answering = fetch(`${url}/v1/people/me/medications`, { headers });
			while ((await waiting()) === 0) await sleep(20);
			child.kill('SIGTERM');
			await assert.rejects(async () => {
				for (let tries = 0; tries < 100; tries++) await fetch(`${url}/healthz`, { headers: { connection: 'close' } }).then(() => sleep(20));
			});
			assert.equal(child.exitCode, null);
		});
		const answer = await answering;
		assert.equal(answer.status, 200);
		assert.deepEqual(await answer.json(), []);
		assert.equal(await exited, 0);
		assert.ok(log().some(({ route, status }) => route === '/v1/people/:person/medications' && status === 200));
	});

	test('a port that is in use, or none, and a setting that is none are told plainly', async () => {
		const { url, child, exited } = await started();
		const { port } = new URL(url);
		const second = run({ PORT: port });
		assert.equal(await second.exited, 1);
		assert.equal(second.errors(), `port ${port} of 127.0.0.1 is in use: set PORT to another, or stop what listens there\n`);
		const third = run({ PORT: 'http' });
		assert.equal(await third.exited, 1);
		assert.equal(third.errors(), 'PORT is no port: "http"\n');
		const fourth = run({ HOST: '192.0.2.1' });
		assert.equal(await fourth.exited, 1);
		assert.match(fourth.errors(), /^192\.0\.2\.1 is no address of this machine: set HOST/);
		const fifth = run({ JWT_JWKS_URL: 'nowhere' });
		assert.equal(await fifth.exited, 1);
		assert.equal(fifth.errors(), 'JWT_JWKS_URL is not a URL\n');
		child.kill('SIGTERM');
		assert.equal(await exited, 0);
	});
});
