/** The worker: who hears of which dose, how, and what becomes of reminders that cannot be passed on. */
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { openDatabase } from '../src/database.js';
import { Reminders, type ReminderOptions } from '../src/reminders.js';
import { later } from '../src/sending.js';
import { remindUntil } from '../src/remind-until.js';
import { directly, medschedTables, overHttp, signed } from './harness.js';
import { CONTACT, pushService, type Device } from './push-service.js';

process.env['PUSH_CONTACT'] = CONTACT;
process.env['PUSH_HOSTS'] = '127.0.0.1';

const sql = directly();
const tables = medschedTables();
const { db, close } = openDatabase(4);
const api = await overHttp();
const service = await pushService();
const children: ChildProcess[] = [];

interface Hook {
	url: string;
	received: { headers: IncomingHttpHeaders; body: string }[];
	answers: number[];
}

/** Whoever waits for webhooks. */
const hook: Hook = { url: '', received: [], answers: [] };
const receiver = createServer(async (request, response) => {
	let body = '';
	for await (const part of request) body += part;
	hook.received.push({ headers: request.headers, body });
	response.writeHead(JSON.parse(body).person === heard ? (hook.answers.shift() ?? 204) : 204).end();
});
let heard: string | undefined;
const secret = randomBytes(32);

before(async () => {
	receiver.listen(0, '127.0.0.1');
	await once(receiver, 'listening');
	hook.url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`;
});
after(async () => {
	for (const child of children) child.kill('SIGKILL');
	receiver.close();
	await api.close();
	await close();
	await sql.end();
	await tables.end();
	await service.close();
});

interface Person {
	id: string;
	token: string;
}

async function person(): Promise<Person> {
	const id = randomUUID();
	return { id, token: await signed({ sub: id }) };
}

async function device({ token }: Person): Promise<Device> {
	const device = service.device();
	assert.equal((await api.call('PUT', '/v1/me/push-subscriptions', { token, body: device.subscription })).status, 200);
	return device;
}

/** A dose that is due in a moment. */
async function due({ token }: Person): Promise<{ doseId: string; dueAt: string }> {
	const at = new Date(Math.ceil(Date.now() / 1000 + 0.5) * 1000).toISOString().replace('.000Z', '');
	const schedule = { startsAt: at, timeZone: 'UTC', rrule: 'FREQ=DAILY', doseAmount: '5', doseUnit: 'mg', instructions: 'with secretol' };
	const created = await api.call('POST', '/v1/people/me/medications', { token, headers: { 'idempotency-key': randomUUID() }, body: { name: 'Secretol', schedules: [schedule] } });
	assert.equal(created.status, 201, JSON.stringify(created.body));
	const handle = `v1:${Buffer.from(`${created.body.schedules[0].scheduleId}|${at}.000Z`).toString('base64url')}`;
	return { doseId: handle, dueAt: `${at}Z` };
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
	for (let tries = 0; !(await condition()); tries++) {
		assert.ok(tries < 1000, String(condition));
		await sleep(20);
	}
}

/** A worker that runs until the work is done. */
async function whileReminding<T>(work: () => Promise<T>, options: Partial<ReminderOptions> = {}): Promise<T> {
	const stopping = new AbortController();
	const worker = remindUntil(stopping.signal, new Reminders({ db, worker: 'test', push: service.settings, most: 10, ...options }), 200);
	try {
		return await work();
	} finally {
		stopping.abort();
		await worker;
	}
}

/** What the queue has of a person: none is held any more, and what comes is tomorrow's. */
async function queued({ id }: Person) {
	return await tables.rows((medsched) => medsched`select false as held, event, attempt, error, look_at > now() + interval '23 hours' as tomorrow from medsched.reminder_queue where user_id = ${id}
		union all select true, event, attempt, null, false from medsched.reminders_held where user_id = ${id} order by event`);
}

const dropped = ({ id }: Person) => tables.rows((medsched) => medsched`select doses, reason from medsched.reminders_dropped where user_id = ${id}`);

describe('reminders', { timeout: 180_000 }, () => {
	test('go to each device of the person, sealed for it, and name no medication', async () => {
		const [ada, stranger] = [await person(), await person()];
		const devices = [await device(ada), await device(ada), await device(stranger)];
		const dose = await due(ada);
		await whileReminding(() => until(() => devices[0]!.received.length > 0 && devices[1]!.received.length > 0));
		const { headers, content } = devices[0]!.received[0]!;
		assert.deepEqual(content, {
			reminderId: `${dose.doseId}/due/${Date.parse(dose.dueAt) / 1000}`, kind: 'due', nth: 0, urgency: 'normal', attempt: 1, owner: ada.id, person: ada.id, ...dose,
		});
		assert.deepEqual(devices[1]!.received[0]!.content, content);
		assert.deepEqual(devices.map(({ received }) => received.length), [1, 1, 0]);
		// One that is fetched later than that would have somebody take a dose too late.
		assert.equal(headers['ttl'], '3600');
		assert.equal(headers['urgency'], 'normal');
		assert.match(headers['topic'] as string, /^[\w-]{32}$/);
		assert.deepEqual(await queued(ada), [{ held: false, event: '', attempt: 1, error: null, tomorrow: true }]);
	});

	test('a subscription that has ended is removed; a person who can be told by none is counted', async () => {
		const ada = await person();
		const [gone, other] = [await device(ada), await device(ada)];
		gone.answers.push({ status: 410 });
		await due(ada);
		await whileReminding(() => until(() => gone.received.length > 0 && other.received.length > 0));
		const left = () => sql`select endpoint from care.push_subscriptions where person_id = ${ada.id}`;
		assert.deepEqual((await left()).map((row) => row['endpoint']), [other.subscription.endpoint]);
		assert.deepEqual(await dropped(ada), []);
		other.answers.push({ status: 404 });
		await due(ada);
		await whileReminding(() => until(async () => (await dropped(ada)).length > 0));
		assert.deepEqual(await dropped(ada), [{ doses: 1, reason: 'failed' }]);
		assert.deepEqual([...(await left())], []);
	});

	test('a push service in trouble is tried again when it says, with the same id; a dose recorded by then is not said again', async () => {
		const [ada, ben] = [await person(), await person()];
		const [adas, bens] = [await device(ada), await device(ben)];
		adas.answers.push({ status: 503, headers: { 'retry-after': '1' } });
		bens.answers.push({ status: 429, headers: { 'retry-after': '1' } });
		await due(ada);
		const dose = await due(ben);
		await whileReminding(async () => {
			await until(() => bens.received.length > 0);
			assert.equal((await api.call('PUT', `/v1/people/me/doses/${encodeURIComponent(dose.doseId)}/taken`, { token: ben.token, body: {} })).status, 200);
			await until(() => adas.received.length > 1);
			await until(async () => (await queued(ben)).length === 1);
		});
		assert.deepEqual(adas.received.map(({ content }) => content.attempt), [1, 2]);
		assert.equal(adas.received[1]!.content.reminderId, adas.received[0]!.content.reminderId);
		assert.equal(adas.received[1]!.headers['topic'], adas.received[0]!.headers['topic']);
		assert.equal(bens.received.length, 1);
		assert.deepEqual(await dropped(ada), []);
	});

	test('how long a server has us wait', () => {
		assert.deepEqual(later('x', { 'retry-after': '7' }), { sent: false, error: 'x', seconds: 7 });
		assert.deepEqual(later('x', { 'retry-after': '999999999' }), { sent: false, error: 'x', seconds: 3600 });
		assert.deepEqual(later('x', { 'retry-after': 'Thu, 01 Jan 1970 00:00:00 GMT' }), { sent: false, error: 'x', seconds: 1 });
		for (const said of ['', 'soon', '-5']) assert.equal((later('x', { 'retry-after': said }) as { seconds: number }).seconds >= 0, true, said);
		assert.deepEqual(later('x'), { sent: false, error: 'x', seconds: 0 });
	});

	test('a webhook has an id that stays, and a signature', async () => {
		const ada = await person();
		heard = ada.id;
		hook.answers.push(204);
		const dose = await due(ada);
		const mine = () => hook.received.filter(({ body }) => JSON.parse(body).person === ada.id);
		await whileReminding(() => until(() => mine().length > 0), { push: undefined, webhook: { url: hook.url, secret } });
		const [{ headers, body }] = mine() as [Hook['received'][0]];
		const content = JSON.parse(body);
		assert.deepEqual([content.owner, content.doseId, content.dueAt, headers['idempotency-key'], headers['webhook-id']], [ada.id, dose.doseId, dose.dueAt, content.reminderId, content.reminderId]);
		assert.doesNotMatch(body, /secretol/i);
		assert.ok(Math.abs(Number(headers['webhook-timestamp']) - Date.now() / 1000) < 60);
		assert.equal(headers['webhook-signature'], `v1,${createHmac('sha256', secret).update(`${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`).digest('base64')}`);
	});

	test('a caregiver hears that a dose is not recorded, while they are one', async () => {
		const [ben, ada, eve] = [await person(), await person(), await person()];
		const [bens, adas, eves] = [await device(ben), await device(ada), await device(eve)];
		for (const { id } of [ada, eve]) assert.equal((await api.call('PUT', `/v1/me/caregivers/${id}`, { token: ben.token, body: { personName: 'Ben' } })).status, 204);
		const escalate = (to: Person) => api.call('PUT', '/v1/people/me/reminder-rules', { token: ben.token, body: { escalateAfter: '1 second', escalateTo: to.id } });
		assert.equal((await escalate(ada)).status, 204);
		const dose = await due(ben);
		await whileReminding(() => until(() => adas.received.length > 0));
		const { kind, owner, person: of, doseId, urgency } = adas.received[0]!.content;
		assert.deepEqual([kind, owner, of, doseId, urgency], ['escalation', ada.id, ben.id, dose.doseId, 'high']);
		assert.equal((await escalate(eve)).status, 204);
		assert.equal((await api.call('DELETE', `/v1/me/caregivers/${eve.id}`, { token: ben.token })).status, 204);
		await due(ben);
		await whileReminding(() => until(async () => (await dropped(ben)).length > 0));
		assert.deepEqual([bens.received.length, eves.received.length], [2, 0]);
	});

	test('of what is left: by the medication, and no more when there is enough', async () => {
		const ada = await person();
		const adas = await device(ada);
		const schedule = { startsAt: '2020-01-01T12:00', timeZone: 'UTC', rrule: 'FREQ=DAILY', doseAmount: 1, doseUnit: 'tablet' };
		const created = await api.call('POST', '/v1/people/me/medications', { token: ada.token, headers: { 'idempotency-key': randomUUID() }, body: { name: 'Secretol', schedules: [schedule] } });
		assert.equal(created.status, 201, JSON.stringify(created.body));
		const medicationId = created.body.id;
		const counted = (amount: number) => api.call('PUT', `/v1/people/me/stock-entries/${randomUUID()}`, { token: ada.token, body: { medicationId, kind: 'counted', amount, unit: 'tablet' } });
		/** In a moment. */
		const soon = () => tables.rows((medsched) => medsched`update medsched.stock_reminder_rules set time_of_day = ((now() + interval '1 second') at time zone 'UTC')::time where user_id = ${ada.id}`);
		assert.equal((await api.call('PUT', '/v1/people/me/stock-reminder-rules', { token: ada.token, body: { timeZone: 'UTC' } })).status, 204);
		await soon();
		assert.equal((await counted(3)).status, 200);
		await whileReminding(() => until(() => adas.received.length > 0));
		const { content, headers } = adas.received[0]!;
		const { reminderId, ...said } = content as Record<string, unknown>;
		assert.deepEqual(said, { kind: 'refill', nth: 0, urgency: 'low', attempt: 1, owner: ada.id, person: ada.id, medicationId });
		assert.ok(String(reminderId).startsWith(`${medicationId}/refill/`));
		assert.deepEqual([headers['ttl'], headers['urgency']], ['43200', 'low']);

		assert.equal((await counted(60)).status, 200);
		await soon();
		const looked = async () => (await tables.rows((medsched) => medsched`select kind, look_at > now() as later from medsched.stock_reminder_queue where user_id = ${ada.id}`))[0];
		await sleep(1200);
		await whileReminding(() => until(async () => (await looked())?.['kind'] === null));
		assert.equal(adas.received.length, 1);
	});

	test('while a service is slow the reminder is held, and no other worker sends it', async () => {
		const ada = await person();
		const slow = await device(ada);
		slow.answers.push({ status: 201, afterMs: 2500 });
		await due(ada);
		await whileReminding(() => whileReminding(() => until(async () => slow.received.length > 0 && (await queued(ada))[0]?.['tomorrow'] === true), { leaseSeconds: 1 }), { leaseSeconds: 1 });
		assert.equal(slow.received.length, 1);
	});

	function run(env: Record<string, string>) {
		const child = spawn(process.execPath, ['build/src/worker.js'], { env: { ...process.env, LOG: 'on', NODE_EXTRA_CA_CERTS: service.cert, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
		children.push(child);
		let output = '';
		for (const stream of [child.stdout!, child.stderr!]) stream.on('data', (chunk) => (output += chunk));
		return { child, output: () => output, exited: once(child, 'close').then(([code]) => code as number | null) };
	}

	test('told to stop, the worker finishes what it holds', async () => {
		const ada = await person();
		const slow = await device(ada);
		slow.answers.push({ status: 201, afterMs: 1000 });
		const { child, output, exited } = run({});
		await due(ada);
		await until(() => slow.received.length > 0 || child.exitCode !== null);
		child.kill('SIGTERM');
		assert.equal(await exited, 0, output());
		assert.deepEqual(await queued(ada), [{ held: false, event: '', attempt: 1, error: null, tomorrow: true }]);
		assert.match(output(), /"sent":1\b/);
		assert.doesNotMatch(output(), new RegExp(`${ada.id}|secretol`, 'i'));
	});

	test('with settings that are not valid it does not start', async () => {
		for (const [env, said] of [
			[{ REMINDERS_AT_A_TIME: 'all' }, 'REMINDERS_AT_A_TIME is not from 1 to 1000: "all"'],
			[{ PUSH_CONTACT: 'somebody' }, 'PUSH_CONTACT is not a mailto: or https: address'],
			[{ WEBHOOK_URL: 'ftp://x' }, 'WEBHOOK_URL is not a URL of http or https'],
			[{ WEBHOOK_URL: 'http://127.0.0.1', WEBHOOK_SECRET: 'short' }, 'WEBHOOK_SECRET is not whsec_ and 24 to 64 bytes in base64'],
		] as [Record<string, string>, string][]) {
			const { output, exited } = run(env);
			assert.deepEqual([await exited, output()], [1, `${said}\n`]);
		}
	});

	test('on a timer, as a Lambda function, it passes on what is due and ends', async () => {
		const ada = await person();
		heard = ada.id;
		delete process.env['PUSH_CONTACT'];
		Object.assign(process.env, { WEBHOOK_URL: hook.url, WEBHOOK_SECRET: `whsec_${secret.toString('base64')}` });
		const { handler } = await import('../src/remind.js');
		const dose = await due(ada);
		const mine = () => hook.received.filter(({ body }) => JSON.parse(body).doseId === dose.doseId);
		const round = (ms: number) => handler({}, { awsRequestId: randomUUID(), getRemainingTimeInMillis: () => ms });
		await sleep(Math.max(0, Date.parse(dose.dueAt) - Date.now()) + 50);
		// Its time is up: it claims nothing.
		assert.equal((await round(1000)).sent, 0);
		assert.equal(mine().length, 0);
		assert.ok((await round(60_000)).sent >= 1);
		assert.equal(mine().length, 1);
		await round(60_000);
		assert.equal(mine().length, 1);
	});
});
