/** What the API does, by both ways in. */
import assert from 'node:assert/strict';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import * as medsched from '@medsched/drizzle';
import { generateKeyPair } from 'jose';
import { OPERATOR } from '../src/auth.js';
import { openDatabase } from '../src/database.js';
import { hintForClients, routeOf } from '../src/hints.js';
import { problemBodyOf } from '../src/problem.js';
import { byBothWays, Description, directly, medschedTables, overHttp, publicJwk, seen, signed, type Answer, type Request } from './harness.js';

process.env['PUSH_CONTACT'] = 'mailto:operator@example.org';

const sql = directly();
const tables = medschedTables();
after(async () => {
	await sql.end();
	await tables.end();
});

const daily = { startsAt: '2026-03-01T08:00', timeZone: 'UTC', rrule: 'FREQ=DAILY', doseAmount: '0.5', doseUnit: 'mg' };
const window = 'from=2026-03-01T00:00:00Z&to=2026-03-04T00:00:00Z';
const key = () => ({ 'idempotency-key': randomUUID() });

/** A dose's handle, made as its documentation says. */
const handle = (scheduleId: string, at: string) => encodeURIComponent(`v1:${Buffer.from(`${scheduleId}|${at}`).toString('base64url')}`);

async function everything(): Promise<unknown> {
	const medsched = await tables.rows((medsched) => medsched`
		select (select array_agg(m order by id) from medsched.medications m)::text as medications,
			(select array_agg(s order by id) from medsched.schedules s)::text as schedules,
			(select array_agg(d order by user_id, scheduled_for, schedule_id) from medsched.dose_taken d)::text as doses`);
	const care = await sql`
		select (select array_agg(c order by 1) from care.caregivers c)::text as caregivers, (select array_agg(a order by 1) from care.answers a)::text as answers`;
	return [medsched, [...care]];
}

const titles = new Map<string, string>();

function isProblem(answer: Answer, status: number, type?: string): void {
	assert.equal(answer.status, status, JSON.stringify(answer.body));
	assert.equal(answer.type, 'application/problem+json');
	assert.equal(answer.body.status, status);
	assert.ok(answer.body.detail.length > 0);
	// Whatever the particulars, a type has one title.
	titles.set(answer.body.type, titles.get(answer.body.type) ?? answer.body.title);
	assert.equal(answer.body.title, titles.get(answer.body.type));
	if (type !== undefined) assert.equal(answer.body.type, `urn:medsched:${type}`);
}

byBothWays('a person’s medications', (call) => {
	const userId = randomUUID();
	const scheduleId = randomUUID();
	let token: string;
	let medicationId: string;
	const dose = (at: string) => `/v1/people/me/doses/${handle(scheduleId, at)}`;

	before(async () => {
		token = await signed({ sub: userId });
	});

	test('create one with its schedules', async () => {
		const created = await call('POST', '/v1/people/me/medications', {
			token,
			headers: key(),
			body: { name: 'warfarin', notes: 'evenings', schedules: [{ id: scheduleId, ...daily, grace: '2 hours' }] },
		});
		assert.equal(created.status, 201, JSON.stringify(created.body));
		medicationId = created.body.id;
		const list = await call('GET', '/v1/people/me/medications', { token });
		assert.equal(list.status, 200);
		assert.deepEqual(list.body, [
			{
				id: medicationId, name: 'warfarin', notes: 'evenings', substance: null, inactivatedAt: null,
				schedules: [{
					id: scheduleId, startsAt: '2026-03-01T08:00:00', timeZone: 'UTC', rrule: 'FREQ=DAILY', doseAmount: '0.5', doseUnit: 'mg',
					instructions: null, asNeeded: false, endsAt: null, replaces: null,
				}],
			},
		]);
	});

	test('list its doses', async () => {
		const { status, body, headers } = await call('GET', `/v1/people/me/doses?${window}`, { token });
		assert.equal(status, 200);
		assert.equal(headers['cache-control'], 'no-store');
		assert.deepEqual(body.map((d: any) => [d.scheduledFor, d.localTime, d.status, d.doseAmount]), [
			['2026-03-01T08:00:00Z', '2026-03-01T08:00:00', 'missed', '0.5'],
			['2026-03-02T08:00:00Z', '2026-03-02T08:00:00', 'missed', '0.5'],
			['2026-03-03T08:00:00Z', '2026-03-03T08:00:00', 'missed', '0.5'],
		]);
		assert.equal(encodeURIComponent(body[0].doseId), handle(scheduleId, '2026-03-01T08:00:00.000Z'));
		const next = await call('GET', '/v1/people/me/doses/next?after=2026-03-01T08:00:00Z&limit=2', { token });
		assert.deepEqual(next.body.map((d: any) => d.scheduledFor), ['2026-03-02T08:00:00Z', '2026-03-03T08:00:00Z']);
	});

	test('mark a dose taken; sent again it changes nothing', async () => {
		const first = await call('PUT', `${dose('2026-03-01T08:00:00.000Z')}/taken`, { token, body: { takenAt: '2026-03-01T09:05:00+01:00', amount: '0.25' } });
		assert.equal(first.status, 200, JSON.stringify(first.body));
		assert.deepEqual({ ...first.body, recordedAt: '' }, {
			userId, scheduleId, scheduledFor: '2026-03-01T08:00:00Z', outcome: 'taken', takenAt: '2026-03-01T08:05:00Z',
			amount: '0.25', reason: null, note: null, recordedBy: null, recordedAt: '', despiteLimits: null, newlyTaken: true,
		});
		const again = await call('PUT', `${dose('2026-03-01T08:00:00.000Z')}/taken`, { token, body: {} });
		assert.deepEqual(again.body, { ...first.body, newlyTaken: false });
	});

	test('skip a dose', async () => {
		const first = await call('PUT', `${dose('2026-03-02T08:00:00.000Z')}/skipped`, { token, body: { reason: 'nausea' } });
		assert.equal(first.status, 200, JSON.stringify(first.body));
		assert.deepEqual([first.body.outcome, first.body.reason, first.body.takenAt, first.body.newlySkipped], ['skipped', 'nausea', null, true]);
		const again = await call('PUT', `${dose('2026-03-02T08:00:00.000Z')}/skipped`, { token, body: {} });
		assert.deepEqual([again.body.reason, again.body.newlySkipped], ['nausea', false]);
		isProblem(await call('PUT', `${dose('2026-03-02T08:00:00.000Z')}/taken`, { token, body: {} }), 409, 'dose_already_skipped');
		isProblem(await call('PUT', `${dose('2026-03-01T08:00:00.000Z')}/skipped`, { token, body: {} }), 409, 'dose_already_taken');
	});

	test('undo what was recorded', async () => {
		const undone = await call('DELETE', `${dose('2026-03-02T08:00:00.000Z')}/record`, { token });
		assert.equal(undone.status, 200, JSON.stringify(undone.body));
		assert.equal(undone.body.removed.reason, 'nausea');
		assert.deepEqual((await call('DELETE', `${dose('2026-03-02T08:00:00.000Z')}/record`, { token })).body, { removed: null });
	});

	test('a day begins when the person says', async () => {
		const other = await signed({ sub: randomUUID() });
		const created = await call('POST', '/v1/people/me/medications', {
			token: other,
			headers: key(),
			body: { name: 'melatonin', schedules: [{ startsAt: '2026-03-02T00:30', timeZone: 'UTC', rrule: 'FREQ=DAILY;COUNT=2' }] },
		});
		assert.equal(created.status, 201, JSON.stringify(created.body));
		const days = async (more = '') => (await call('GET', `/v1/people/me/adherence/days?${window}${more}`, { token: other })).body.map((row: any) => row.day);
		assert.deepEqual(await days(), ['2026-03-02', '2026-03-03']);
		assert.deepEqual(await days('&dayBeginsAt=04:00'), ['2026-03-01', '2026-03-02']);
		assert.deepEqual((await call('GET', '/v1/people/me/settings', { token: other })).body, { dayBeginsAt: '00:00:00' });
		assert.deepEqual((await call('PUT', '/v1/people/me/settings', { token: other, body: { dayBeginsAt: '04:00' } })).body, { dayBeginsAt: '04:00:00' });
		assert.deepEqual(await days(), ['2026-03-01', '2026-03-02']);
		isProblem(await call('PUT', '/v1/people/me/settings', { token: other, body: { dayBeginsAt: '24:00' } }), 400, 'invalid_request');
	});

	test('what was undone is in the history of the dose', async () => {
		const path = `/v1/people/me/schedules/${scheduleId}/dose-history?scheduledFor=2026-03-02T08:00:00Z`;
		const { status, body } = await call('GET', path, { token });
		assert.equal(status, 200, JSON.stringify(body));
		assert.deepEqual(body.map((change: any) => [change.operation, change.before?.reason, change.after?.reason, change.changedBy]), [
			['INSERT', undefined, 'nausea', null],
			['DELETE', 'nausea', undefined, userId],
		]);
	});

	test('the doses of a morning together, each as if alone', async () => {
		const other = await signed({ sub: randomUUID() });
		const [first, second] = [randomUUID(), randomUUID()];
		const daily = { startsAt: '2026-03-01T08:00', timeZone: 'UTC', rrule: 'FREQ=DAILY' };
		for (const id of [first, second]) {
			assert.equal((await call('POST', '/v1/people/me/medications', { token: other, headers: key(), body: { name: 'together', schedules: [{ id, ...daily }] } })).status, 201);
		}
		const doses = (await call('GET', '/v1/people/me/doses?from=2026-03-02T00:00:00Z&to=2026-03-04T00:00:00Z', { token: other })).body;
		const doseIds = doses.filter((dose: any) => dose.scheduledFor === '2026-03-02T08:00:00Z').map((dose: any) => dose.doseId);
		const take = (ids: string[], more = {}) => call('POST', '/v1/people/me/doses/taken', { token: other, body: { doseIds: ids, takenAt: '2026-03-02T08:05:00Z', ...more } });
		const told = (answer: any) => answer.body.map((r: any) => [r.record?.outcome, r.record?.takenAt, r.record?.note, r.newlyRecorded, r.problem?.type, r.problem?.status]);
		assert.deepEqual(told(await take([...doseIds, 'v1:x'], { note: 'with water' })), [
			['taken', '2026-03-02T08:05:00Z', 'with water', true, undefined, undefined],
			['taken', '2026-03-02T08:05:00Z', 'with water', true, undefined, undefined],
			[undefined, undefined, undefined, false, 'urn:medsched:invalid_request', 400],
		]);
		assert.deepEqual((await take(doseIds)).body.map((r: any) => [r.doseId, r.newlyRecorded]), doseIds.map((id: string) => [id, false]));
		const next = doses.filter((dose: any) => dose.scheduledFor === '2026-03-03T08:00:00Z').map((dose: any) => dose.doseId);
		const skipped = await call('POST', '/v1/people/me/doses/skipped', { token: other, body: { doseIds: [next[0], doseIds[0]], reason: 'fasting' } });
		assert.deepEqual(skipped.body.map((r: any) => [r.record?.outcome, r.record?.reason, r.problem?.type, r.problem?.status]), [
			['skipped', 'fasting', undefined, undefined],
			[undefined, undefined, 'urn:medsched:dose_already_taken', 409],
		]);
		isProblem(await take([]), 400, 'invalid_request');
		isProblem(await take(doseIds, { amount: 1 }), 400, 'invalid_request');
	});

	test('report what was kept while offline: all or nothing', async () => {
		const reports = [
			{ scheduleId, scheduledFor: '2026-03-01T08:00:00Z', outcome: 'none' },
			{ scheduleId, scheduledFor: '2026-03-02T08:00:00Z', outcome: 'taken', takenAt: '2026-03-02T08:01:00Z' },
			{ scheduleId, scheduledFor: '2026-03-03T08:00:00Z', outcome: 'skipped', reason: 'asleep' },
		];
		const before = await everything();
		isProblem(await call('POST', '/v1/people/me/reports', { token, body: [...reports, { scheduleId, scheduledFor: '2026-03-03T08:30:00Z', outcome: 'taken' }] }), 422, 'dose_is_scheduled');
		assert.deepEqual(await everything(), before);
		assert.deepEqual((await call('POST', '/v1/people/me/reports', { token, body: reports })).body, [{ changed: true }, { changed: true }, { changed: true }]);
		assert.deepEqual((await call('POST', '/v1/people/me/reports', { token, body: reports })).body, [{ changed: false }, { changed: false }, { changed: false }]);
	});

	test('what a device kept is recorded once for each key, whatever happened since', async () => {
		const report = { scheduleId, scheduledFor: '2026-03-01T08:00:00Z', outcome: 'taken', takenAt: '2026-03-01T08:02:00.123Z' };
		const headers = key();
		const send = (reports: object[], more: Request = {}) => call('POST', '/v1/people/me/reports', { token, body: reports, ...more });
		assert.deepEqual((await send([report], { headers })).body, [{ changed: true }]);
		assert.deepEqual((await send([{ ...report, outcome: 'none', takenAt: undefined }])).body, [{ changed: true }]);
		assert.deepEqual((await send([report], { headers })).body, [{ changed: true }], 'the first answer');
		assert.deepEqual((await send([{ ...report, outcome: 'none', takenAt: undefined }])).body, [{ changed: false }], 'and no second effect');
		isProblem(await send([{ ...report, takenAt: '2026-03-01T08:03:00Z' }], { headers }), 422, 'idempotency_key_reused');
	});

	test('what is taken back is what the device saw, and nothing else', async () => {
		const dose = { scheduleId, scheduledFor: '2026-03-01T08:00:00Z' };
		const send = async (report: object) => (await call('POST', '/v1/people/me/reports', { token, body: [{ ...dose, ...report }] })).body;
		await send({ outcome: 'taken', takenAt: '2026-03-01T08:02:00.123Z' });
		for (const expected of [
			{ outcome: 'taken', takenAt: '2026-03-01T08:02:00.124Z' },
			{ outcome: 'taken', takenAt: null },
			{ outcome: 'extra', takenAt: '2026-03-01T08:02:00.123Z' },
			{ outcome: 'skipped', takenAt: null },
		]) {
			assert.deepEqual(await send({ outcome: 'none', expected }), [{ changed: false }], JSON.stringify(expected));
		}
		assert.deepEqual(await send({ outcome: 'none', expected: { outcome: 'taken', takenAt: '2026-03-01T09:02:00.123+01:00' } }), [{ changed: true }]);
		await send({ outcome: 'skipped' });
		assert.deepEqual(await send({ outcome: 'none', expected: { outcome: 'skipped', takenAt: null } }), [{ changed: true }]);
		assert.deepEqual(await send({ outcome: 'none', expected: { outcome: 'skipped', takenAt: null } }), [{ changed: false }]);
		for (const wrong of [
			{ outcome: 'taken', expected: { outcome: 'taken', takenAt: null } },
			{ outcome: 'none', reason: 'none' },
			{ outcome: 'extra', takenAt: '2026-03-01T08:02:00Z' },
			{ outcome: 'skipped', amount: '1' },
		]) {
			isProblem(await call('POST', '/v1/people/me/reports', { token, body: [{ ...dose, ...wrong }] }), 400, 'invalid_request');
		}
	});

	test('an extra dose, and one as needed, that a device kept', async () => {
		const extra = { scheduleId, scheduledFor: '2026-03-01T13:00:07Z', outcome: 'extra', amount: '0.25', reason: 'vomited' };
		const send = async (report: object) => (await call('POST', '/v1/people/me/reports', { token, body: [report] })).body;
		assert.deepEqual(await send(extra), [{ changed: true }]);
		assert.deepEqual(await send(extra), [{ changed: false }]);
		const list = await call('GET', `/v1/people/me/doses?${window}`, { token });
		assert.deepEqual(list.body.filter((d: any) => d.status === 'extra').map((d: any) => d.takenAt), ['2026-03-01T13:00:07Z']);
		assert.deepEqual(await send({ scheduleId, scheduledFor: extra.scheduledFor, outcome: 'none', expected: { outcome: 'extra', takenAt: extra.scheduledFor } }), [{ changed: true }]);

		const [needed, theirs] = [randomUUID(), await signed({ sub: randomUUID() })];
		const created = await call('POST', '/v1/people/me/medications', {
			token: theirs,
			headers: key(),
			body: {
				name: 'Nurofen',
				substance: 'ibuprofen',
				substanceAmount: '1',
				substanceUnit: 'mg',
				schedules: [{ id: needed, startsAt: '2026-03-01T00:00', timeZone: 'UTC', asNeeded: true, minInterval: '6 hours', doseAmount: '400', doseUnit: 'mg' }],
			},
		});
		assert.equal(created.status, 201, JSON.stringify(created.body));
		assert.equal((await call('GET', '/v1/people/me/medications', { token: theirs })).body[0].substance, 'ibuprofen');
		const take = (time: string, more: object = {}) =>
			call('POST', '/v1/people/me/reports', { token: theirs, body: [{ scheduleId: needed, scheduledFor: time, outcome: 'taken', takenAt: time, ...more }] });
		assert.deepEqual((await take('2026-03-01T10:00:00Z')).body, [{ changed: true }]);
		isProblem(await call('PUT', `/v1/people/me/schedules/${needed}/extra/2026-03-01T10:00:00Z`, { token: theirs, body: {} }), 409, 'schedule_has_set_times');
		isProblem(await take('2026-03-01T12:00:00Z'), 409, 'as_needed_min_interval');
		assert.deepEqual((await take('2026-03-01T12:00:00Z', { despiteLimits: 'severe pain' })).body, [{ changed: true }]);
	});

	test('more doses than one answer can have', async () => {
		const busy = await signed({ sub: randomUUID() });
		const body = { name: 'drip', schedules: [{ startsAt: '2026-01-01T00:00', timeZone: 'UTC', rrule: 'FREQ=MINUTELY' }] };
		assert.equal((await call('POST', '/v1/people/me/medications', { token: busy, headers: key(), body })).status, 201);
		for (const path of ['/v1/people/me/doses', '/v1/me/doses']) {
			isProblem(await call('GET', `${path}?from=2026-01-01T00:00:00Z&to=2027-01-01T00:00:00Z`, { token: busy }), 422, 'too_many_doses');
		}
		// The managed edition has no feed, and says so.
		isProblem(await call('GET', '/v1/people/me/calendar.ics', { token: busy }), 422, process.env['MEDSCHED_EDITION'] === 'managed' ? 'not_supported' : 'too_many_doses');
	});

	test('adherence', async () => {
		// Of three doses one was missed, one taken within a minute, one skipped.
		const counts = { scheduled: 3, taken: 1, skipped: 1, missed: 1, onTime: 1, percentage: '33.3' };
		const each = await call('GET', `/v1/people/me/adherence?${window}`, { token });
		assert.deepEqual(each.body, [{ medicationId, medicationName: 'warfarin', ...counts }]);
		const days = await call('GET', `/v1/people/me/adherence/days?${window}`, { token });
		assert.deepEqual(days.body.map((d: any) => [d.day, d.taken, d.skipped, d.missed]), [
			['2026-03-01', 0, 0, 1],
			['2026-03-02', 1, 0, 0],
			['2026-03-03', 0, 1, 0],
		]);
	});

	test('what a schedule is, and why there is a dose or none', async () => {
		const words = await call('GET', `/v1/people/me/schedules/${scheduleId}/description`, { token });
		assert.match(words.body.description, /every day at 08:00/);
		const why = await call('GET', `/v1/people/me/schedules/${scheduleId}/explanation?at=2026-03-02T08:00:00Z`, { token });
		assert.equal(why.body.isDose, true, JSON.stringify(why.body));
		const whyNot = await call('GET', `/v1/people/me/schedules/${scheduleId}/explanation?at=2026-03-02T08:30:00Z`, { token });
		assert.equal(whyNot.body.isDose, false);
		assert.ok(whyNot.body.explanation.length > 10);
	});

	test('a calendar to subscribe to', async () => {
		const feed = await call('GET', '/v1/people/me/calendar.ics?name=Ada&alarm=10%20minutes', { token });
		if (process.env['MEDSCHED_EDITION'] === 'managed') {
			assert.equal(feed.status, 422);
			assert.match(feed.body.detail, /calendar_feed/);
			return;
		}
		assert.equal(feed.status, 200, JSON.stringify(feed.body));
		assert.equal(feed.type, 'text/calendar');
		assert.match(feed.body, /^BEGIN:VCALENDAR\r\n/);
		assert.match(feed.body, /warfarin/);
		assert.match(feed.body, /RRULE:FREQ=DAILY/);
		assert.match(feed.body, /TRIGGER:-PT10M/);
	});

	test('revise a schedule: what was stays, what comes changes', async () => {
		const request = { token, headers: key(), body: { effectiveFrom: '2026-03-05T00:00:00Z', changes: { doseAmount: '1', rrule: 'FREQ=DAILY;BYHOUR=20' } } };
		const revised = await call('POST', `/v1/people/me/schedules/${scheduleId}/revise`, request);
		assert.equal(revised.status, 200, JSON.stringify(revised.body));
		assert.deepEqual((await call('POST', `/v1/people/me/schedules/${scheduleId}/revise`, request)).body, revised.body);
		// Once more is of the schedule that replaced it, which the refusal names.
		const again = await call('POST', `/v1/people/me/schedules/${scheduleId}/revise`, { ...request, headers: key() });
		isProblem(again, 409, 'schedule_not_replaced');
		assert.equal(again.body.scheduleId, revised.body.scheduleId);
		isProblem(await call('POST', `/v1/people/me/schedules/${scheduleId}/end`, { token, body: { at: '2026-03-06T00:00:00Z' } }), 409, 'schedule_not_replaced');
		const doses = await call('GET', '/v1/people/me/doses?from=2026-03-03T00:00:00Z&to=2026-03-07T00:00:00Z', { token });
		assert.deepEqual(doses.body.map((d: any) => [d.scheduledFor, d.doseAmount, d.status]), [
			['2026-03-03T08:00:00Z', '0.5', 'skipped'],
			['2026-03-04T08:00:00Z', '0.5', 'missed'],
			['2026-03-05T20:00:00Z', '1', 'missed'],
			['2026-03-06T20:00:00Z', '1', 'missed'],
		]);
		const history = await call('GET', `/v1/people/me/medications/${medicationId}/history`, { token });
		assert.deepEqual(history.body.map((s: any) => [s.scheduleId, s.replaces, s.revision]), [
			[scheduleId, null, 1],
			[revised.body.scheduleId, scheduleId, 2],
		]);
	});

	test('an overview of the schedules, for who helps the person', async () => {
		const overview = await call('GET', '/v1/people/me/schedules', { token });
		assert.equal(overview.status, 200, JSON.stringify(overview.body));
		assert.deepEqual(overview.body.map((s: any) => [s.state, s.lastRecorded, s.doseAmount]), [
			['replaced', '2026-03-03T08:00:00Z', '0.5'],
			['current', null, '1'],
		]);
		assert.match(overview.body[1].description, /20:00/);
		assert.equal(overview.body[0].replacedBy, overview.body[1].scheduleId);
	});

	test('set a routine, by which schedules go that name its events', async () => {
		const person = await signed({ sub: randomUUID() });
		const since = { effectiveFrom: '2100-01-01T00:00:00Z' };
		const set = await call('PUT', '/v1/people/me/routine', { token: person, body: { times: { CM: '07:30' }, ...since } });
		assert.equal(set.status, 200, JSON.stringify(set.body));
		assert.deepEqual(set.body, []);
		const made = await call('POST', '/v1/people/me/medications', {
			token: person, headers: key(), body: { name: 'with breakfast', schedules: [{ startsAt: '2101-01-07T00:00:00', timeZone: 'UTC', events: ['CM'] }] },
		});
		assert.equal(made.status, 201, JSON.stringify(made.body));
		const later = await call('PUT', '/v1/people/me/routine', { token: person, body: { times: { CM: '09:00' }, daysOfWeek: [6, 7], ...since } });
		assert.deepEqual(later.body.map((s: any) => [s.outcome, s.reason]), [['moved', null]]);
		const doses = await call('GET', '/v1/people/me/doses?from=2101-01-07T00:00:00Z&to=2101-01-09T00:00:00Z', { token: person });
		assert.deepEqual(doses.body.filter((d: any) => d.medicationName === 'with breakfast').map((d: any) => d.localTime), ['2101-01-07T07:30:00', '2101-01-08T09:00:00']);
		const read = await call('GET', '/v1/people/me/routine?at=2101-01-01T00:00:00Z', { token: person });
		assert.deepEqual(read.body.routine.filter((t: any) => t.isOwn && t.dayOfWeek >= 5), [
			{ event: 'CM', dayOfWeek: 5, timeOfDay: '07:30:00', isOwn: true },
			{ event: 'CM', dayOfWeek: 6, timeOfDay: '09:00:00', isOwn: true },
			{ event: 'CM', dayOfWeek: 7, timeOfDay: '09:00:00', isOwn: true },
		]);
		assert.deepEqual([read.body.times.CM, read.body.times.routine], ['07:30:00', true]);
		const fromSig = await call('POST', '/v1/schedules/from-sig', { token: person, body: { sig: '1 tablet with breakfast', startsOn: '2101-01-07', timeZone: 'UTC', times: read.body.times } });
		assert.deepEqual(fromSig.body.map((s: any) => s.events), [['CM']]);
	});

	test('move to another time zone', async () => {
		// 20:00 in UTC until the 7th, 20:00 in Tokyo, 11:00 in UTC, from the 8th.
		const moved = await call('PUT', '/v1/people/me/time-zone', { token, headers: key(), body: { timeZone: 'Asia/Tokyo', effectiveFrom: '2026-03-08T00:00:00Z' } });
		assert.equal(moved.status, 200, JSON.stringify(moved.body));
		assert.deepEqual(moved.body.map((j: any) => [j.outcome, j.effectiveFrom, j.shortestInterval, j.reason]), [['moved', '2026-03-08T00:00:00Z', '15:00:00', null]]);
		const doses = await call('GET', '/v1/people/me/doses?from=2026-03-07T12:00:00Z&to=2026-03-09T00:00:00Z', { token });
		assert.deepEqual(doses.body.map((d: any) => [d.scheduledFor, d.localTime, d.timeZone]), [
			['2026-03-07T20:00:00Z', '2026-03-07T20:00:00', 'UTC'],
			['2026-03-08T11:00:00Z', '2026-03-08T20:00:00', 'Asia/Tokyo'],
		]);
	});

	test('inactivate, and take up again', async () => {
		const ended = await call('POST', `/v1/people/me/medications/${medicationId}/inactivate`, { token, body: { at: '2026-03-10T00:00:00Z' } });
		assert.deepEqual(ended.body, { inactivatedAt: '2026-03-10T00:00:00Z' });
		const later = '/v1/people/me/doses?from=2026-03-10T00:00:00Z&to=2026-03-22T00:00:00Z';
		assert.deepEqual((await call('GET', later, { token })).body, []);
		const again = await call('POST', `/v1/people/me/medications/${medicationId}/reactivate`, { token, headers: key(), body: { at: '2026-03-20T00:00:00Z' } });
		assert.equal(again.status, 200, JSON.stringify(again.body));
		assert.deepEqual((await call('GET', later, { token })).body.map((d: any) => d.scheduledFor), ['2026-03-20T11:00:00Z', '2026-03-21T11:00:00Z']);
		isProblem(await call('POST', `/v1/people/me/medications/${medicationId}/reactivate`, { token, headers: key(), body: {} }), 409, 'medication_is_inactive');
	});

	test('what a person edits: add, rename, go back to the form, correct, end', async () => {
		const editor = await signed({ sub: randomUUID() });
		const created = await call('POST', '/v1/people/me/medications', {
			token: editor, headers: key(), body: { name: 'metformin', schedules: [{ startsAt: '2026-03-01T08:00', timeZone: 'UTC', rrule: 'FREQ=DAILY' }] },
		});
		assert.deepEqual([created.status, created.body.schedules.length, created.body.schedules[0].state], [201, 1, 'current'], JSON.stringify(created.body));
		const medication = `/v1/people/me/medications/${created.body.id}`;
		const first = created.body.schedules[0].scheduleId;

		const request = { token: editor, headers: key(), body: { startsAt: '2026-03-01T20:00', timeZone: 'UTC', rrule: 'FREQ=DAILY', doseAmount: '2' } };
		const added = await call('POST', `${medication}/schedules`, request);
		assert.deepEqual([added.status, added.body.startsAt, added.body.doseAmount, added.body.medicationId], [201, '2026-03-01T20:00:00', '2', created.body.id], JSON.stringify(added.body));
		assert.deepEqual((await call('POST', `${medication}/schedules`, request)).body, added.body);
		isProblem(await call('POST', `${medication}/schedules`, { ...request, headers: key(), body: { ...request.body, rrule: 'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30' } }), 422, 'schedule_has_dose');
		isProblem(await call('POST', `${medication}/schedules`, { ...request, headers: key(), body: { ...request.body, id: first } }), 409, 'schedules_pkey');
		assert.equal((await call('POST', `/v1/people/me/medications/${randomUUID()}/schedules`, { ...request, headers: key() })).status, 404);

		assert.equal((await call('PUT', `${medication}/name`, { token: editor, body: { name: 'metformin 500' } })).body.name, 'metformin 500');
		const changed = await call('PATCH', medication, { token: editor, body: { notes: 'with food' } });
		assert.deepEqual([changed.body.name, changed.body.notes], ['metformin 500', 'with food'], JSON.stringify(changed.body));

		const correct = (scheduleId: string, body: object) => call('POST', `/v1/people/me/schedules/${scheduleId}/correct`, { token: editor, body });
		assert.deepEqual((await correct(first, { startsAt: '2026-03-02T07:00' })).body.scheduleId, first);
		const form = await call('GET', `/v1/people/me/schedules/current?medicationId=${created.body.id}`, { token: editor });
		assert.deepEqual(form.body.map((s: any) => [s.scheduleId, s.medicationName, s.medicationNotes, s.startsAt, s.rrule, s.state]), [
			[added.body.scheduleId, 'metformin 500', 'with food', '2026-03-01T20:00:00', 'FREQ=DAILY', 'current'],
			[first, 'metformin 500', 'with food', '2026-03-02T07:00:00', 'FREQ=DAILY', 'current'],
		], JSON.stringify(form.body));

		await call('PUT', `/v1/people/me/doses/${handle(first, '2026-03-05T07:00:00.000Z')}/taken`, { token: editor, body: {} });
		isProblem(await correct(first, { startsAt: '2026-03-02T08:00' }), 409, 'recorded_dose_keeps_schedule');
		const end = (scheduleId: string, at: string) => call('POST', `/v1/people/me/schedules/${scheduleId}/end`, { token: editor, body: { at } });
		assert.deepEqual((await end(first, '2026-03-04T12:00:00Z')).body, { endedAt: '2026-03-05T07:00:01Z' });
		assert.deepEqual((await end(added.body.scheduleId, '2026-03-04T12:00:00Z')).body, { endedAt: '2026-03-04T12:00:00Z' });
		assert.equal((await end(randomUUID(), '2026-03-04T12:00:00Z')).status, 404);
		const doses = await call('GET', '/v1/people/me/doses?from=2026-03-03T12:00:00Z&to=2026-04-01T00:00:00Z', { token: editor });
		assert.deepEqual(doses.body.map((d: any) => [d.scheduledFor, d.status]), [
			['2026-03-03T20:00:00Z', 'missed'], ['2026-03-04T07:00:00Z', 'missed'], ['2026-03-05T07:00:00Z', 'taken'],
		]);
		assert.deepEqual((await call('GET', '/v1/people/me/schedules/current', { token: editor })).body, []);
	});

	test('as needed: within its limits', async () => {
		const asNeeded = randomUUID();
		const created = await call('POST', '/v1/people/me/medications', {
			token,
			headers: key(),
			body: { name: 'ibuprofen', schedules: [{ id: asNeeded, startsAt: '2026-03-01T00:00', timeZone: 'UTC', asNeeded: true, minInterval: '6 hours', maxPer24h: 2, doseAmount: 400, doseUnit: 'mg' }] },
		});
		assert.equal(created.status, 201, JSON.stringify(created.body));
		const at = (time: string) => `/v1/people/me/schedules/${asNeeded}/taken/${time}`;
		assert.equal((await call('PUT', at('2026-03-02T08:00:00Z'), { token, body: {} })).body.newlyTaken, true);
		assert.equal((await call('PUT', at('2026-03-02T08:00:00Z'), { token, body: {} })).body.newlyTaken, false);
		isProblem(await call('PUT', at('2026-03-02T10:00:00Z'), { token, body: {} }), 409, 'as_needed_min_interval');
		const next = await call('GET', `/v1/people/me/schedules/${asNeeded}/next-allowed?at=2026-03-02T10:00:00Z`, { token });
		assert.deepEqual(next.body, { allowedAt: '2026-03-02T14:00:00Z' });
		assert.equal((await call('PUT', at('2026-03-02T14:00:00Z'), { token, body: {} })).status, 200);
		isProblem(await call('PUT', at('2026-03-02T20:00:00Z'), { token, body: {} }), 409, 'as_needed_max_per_24h');
	});

	test('counted from the last dose', async () => {
		const patches = randomUUID();
		const body = { name: 'fentanyl', schedules: [{ id: patches, startsAt: '2026-03-01T08:00', timeZone: 'Europe/Berlin', afterLast: '3 days', hoursFrom: '08:00', hoursUntil: '22:00' }] };
		const created = await call('POST', '/v1/people/me/medications', { token, headers: key(), body });
		assert.equal(created.status, 201, JSON.stringify(created.body));
		const listed = async () => {
			const doses = await call('GET', '/v1/people/me/doses?from=2026-03-01T00:00:00Z&to=2026-04-01T00:00:00Z', { token });
			return doses.body.filter((dose: any) => dose.scheduleId === patches).map((dose: any) => dose.scheduledFor);
		};
		assert.deepEqual(await listed(), ['2026-03-01T07:00:00Z']);
		const taken = await call('PUT', `/v1/people/me/doses/${handle(patches, '2026-03-01T07:00:00.000Z')}/taken`, { token, body: { takenAt: '2026-03-01T21:30:00Z' } });
		assert.equal(taken.status, 200, JSON.stringify(taken.body));
		assert.deepEqual(await listed(), ['2026-03-01T07:00:00Z', '2026-03-05T07:00:00Z']);
		const refused = await call('POST', '/v1/people/me/medications', { token, headers: key(), body: { ...body, schedules: [{ ...body.schedules[0], id: randomUUID(), rrule: 'FREQ=DAILY' }] } });
		isProblem(refused, 422, 'schedules_after_last_has_no_times');
	});

	test('after another dose', async () => {
		const [thyroid, iron] = [randomUUID(), randomUUID()];
		const schedule = { startsAt: '2026-03-01T06:00', timeZone: 'Europe/Berlin' };
		const first = await call('POST', '/v1/people/me/medications', { token, headers: key(), body: { name: 'levothyroxine', schedules: [{ ...schedule, id: thyroid, rrule: 'FREQ=DAILY' }] } });
		assert.equal(first.status, 201, JSON.stringify(first.body));
		const body = { name: 'iron', schedules: [{ ...schedule, id: iron, follows: thyroid, followsBy: '30 minutes' }] };
		const second = await call('POST', '/v1/people/me/medications', { token, headers: key(), body });
		assert.equal(second.status, 201, JSON.stringify(second.body));
		const listed = async () => {
			const doses = await call('GET', '/v1/people/me/doses?from=2026-03-01T00:00:00Z&to=2026-03-02T00:00:00Z', { token });
			return doses.body.filter((dose: any) => dose.scheduleId === iron).map((dose: any) => [dose.scheduledFor, dose.dueAt]);
		};
		await call('PUT', `/v1/people/me/doses/${handle(thyroid, '2026-03-01T05:00:00.000Z')}/taken`, { token, body: { takenAt: '2026-03-01T06:00:00Z' } });
		assert.deepEqual(await listed(), [['2026-03-01T05:30:00Z', '2026-03-01T06:30:00Z']]);
		const other = { ...body, schedules: [{ ...body.schedules[0], id: randomUUID(), follows: iron }] };
		isProblem(await call('POST', '/v1/people/me/medications', { token, headers: key(), body: other }), 422, 'schedule_follows_schedule');
		for (const id of [first.body.id, second.body.id]) {
			const ended = await call('POST', `/v1/people/me/medications/${id}/inactivate`, { token, body: {} });
			if (id === first.body.id) isProblem(ended, 409, 'followed_schedule_goes_on');
			else assert.equal(ended.status, 200, JSON.stringify(ended.body));
		}
	});

	test('an extra dose, beside the schedule', async () => {
		const at = (time: string) => `/v1/people/me/schedules/${scheduleId}/extra/${time}`;
		const first = await call('PUT', at('2026-03-02T08:20:30Z'), { token, body: { reason: 'vomited' } });
		assert.deepEqual([first.status, first.body.outcome, first.body.reason, first.body.newlyTaken], [200, 'extra', 'vomited', true], JSON.stringify(first.body));
		assert.equal((await call('PUT', at('2026-03-02T08:20:30Z'), { token, body: {} })).body.newlyTaken, false);
		const listed = await call('GET', '/v1/people/me/doses?from=2026-03-02T08:20:30Z&to=2026-03-02T08:20:31Z', { token });
		assert.deepEqual(listed.body.map((d: any) => [d.scheduleId, d.status]), [[scheduleId, 'extra']]);
		assert.equal((await call('DELETE', `/v1/people/me/doses/${listed.body[0].doseId}/record`, { token })).status, 200);
	});

	test('a dose moved: it keeps its id, and all of a day go together', async () => {
		const person = await signed({ sub: randomUUID() });
		const daily = { startsAt: '2030-03-01T08:00', timeZone: 'Europe/Berlin', rrule: 'FREQ=DAILY;BYHOUR=8,20' };
		assert.equal((await call('POST', '/v1/people/me/medications', { token: person, headers: key(), body: { name: 'ramipril', schedules: [daily] } })).status, 201);
		const day = { from: '2030-03-02T00:00:00Z', to: '2030-03-03T00:00:00Z' };
		const listed = async () => (await call('GET', `/v1/people/me/doses?${new URLSearchParams(day)}`, { token: person })).body.map((d: any) => [d.scheduledFor, d.dueAt, d.localTime]);
		const [first] = (await call('GET', `/v1/people/me/doses?${new URLSearchParams(day)}`, { token: person })).body;
		const move = (body: object) => call('PUT', `/v1/people/me/doses/${first.doseId}/due-at`, { token: person, body });
		const moved = await move({ localTime: '2030-03-02T10:30', reason: 'at work' });
		assert.deepEqual([moved.status, moved.body.dueAt, moved.body.doseId, moved.body.reason], [200, '2030-03-02T09:30:00Z', first.doseId, 'at work'], JSON.stringify(moved.body));
		assert.deepEqual(await listed(), [['2030-03-02T07:00:00Z', '2030-03-02T09:30:00Z', '2030-03-02T10:30:00'], ['2030-03-02T19:00:00Z', '2030-03-02T19:00:00Z', '2030-03-02T20:00:00']]);
		isProblem(await move({ dueAt: '2030-03-02T19:00:00Z' }), 409, 'moved_dose_is_apart');
		isProblem(await move({ dueAt: '2030-03-02T19:00:00Z', localTime: '2030-03-02T20:00' }), 400, 'invalid_request');
		const again = { token: person, headers: key(), body: { ...day, moveBy: '1 hour' } };
		for (const repeated of [1, 2]) {
			const all = await call('POST', '/v1/people/me/doses/move', again);
			assert.deepEqual([all.status, all.body.map((d: any) => d.dueAt)], [200, ['2030-03-02T10:30:00Z', '2030-03-02T20:00:00Z']], `${repeated}: ${JSON.stringify(all.body)}`);
		}
		const onto = { from: '2030-03-02T10:00:00Z', to: '2030-03-02T11:00:00Z', moveBy: '9 hours 30 minutes' };
		isProblem(await call('POST', '/v1/people/me/doses/move', { token: person, headers: key(), body: onto }), 409, 'moved_dose_is_apart');
		isProblem(await call('POST', '/v1/people/me/doses/move', { ...again, body: onto }), 422, 'idempotency_key_reused');
		assert.equal((await call('PUT', `/v1/people/me/doses/${first.doseId}/taken`, { token: person, body: {} })).body.newlyTaken, true);
		isProblem(await move({ dueAt: first.scheduledFor }), 409, 'moved_dose_not_recorded');
	});

	test('reminders: where they go, when they come, and later', async () => {
		const { body: { publicKey } } = await call('GET', '/v1/push', { token });
		assert.match(publicKey, /^B[\w-]{86}$/, 'a point of P-256');
		const keys = { p256dh: publicKey, auth: randomBytes(16).toString('base64url') };
		const subscription = { endpoint: `https://fcm.googleapis.com/fcm/send/${randomUUID()}`, expirationTime: null, keys };
		const subscribed = await call('PUT', '/v1/me/push-subscriptions', { token, body: subscription });
		assert.deepEqual([subscribed.status, subscribed.body], [200, { subscriptionId: createHash('sha256').update(subscription.endpoint).digest('base64url') }]);
		const owner = async () => (await sql`select person_id from care.push_subscriptions where id = ${subscribed.body.subscriptionId}`).map((row) => row['person_id']);
		assert.deepEqual(await owner(), [userId]);
		// A browser has one for all who sign in on it: it is of the one who came last, and nobody else ends it.
		const other = randomUUID();
		assert.equal((await call('PUT', '/v1/me/push-subscriptions', { token: await signed({ sub: other }), body: subscription })).status, 200);
		assert.deepEqual(await owner(), [other]);
		assert.equal((await call('DELETE', `/v1/me/push-subscriptions/${subscribed.body.subscriptionId}`, { token })).status, 204);
		assert.deepEqual(await owner(), [other]);
		assert.equal((await call('DELETE', `/v1/me/push-subscriptions/${subscribed.body.subscriptionId}`, { token: await signed({ sub: other }) })).status, 204);
		assert.deepEqual(await owner(), []);
		for (const endpoint of ['https://127.0.0.1/x', 'https://169.254.169.254/latest/meta-data', 'http://fcm.googleapis.com/x', 'https://fcm.googleapis.com.example.org/x', 'https://a@fcm.googleapis.com/x', 'https://examplenotify.windows.com/x']) {
			isProblem(await call('PUT', '/v1/me/push-subscriptions', { token, body: { ...subscription, endpoint } }), 422, 'push_service_unknown');
		}
		isProblem(await call('PUT', '/v1/me/push-subscriptions', { token, body: { ...subscription, keys: { ...keys, auth: 'short' } } }), 400, 'invalid_request');

		const rules = '/v1/people/me/reminder-rules';
		assert.deepEqual((await call('GET', rules, { token })).body, []);
		assert.equal((await call('PUT', rules, { token, body: { againEvery: '10 minutes', againAtMost: 3, quietFrom: '22:00', quietUntil: '07:00', escalateTo: null } })).status, 204);
		const schedules = `/v1/people/me/schedules/${scheduleId}/reminder-rules`;
		assert.equal((await call('PUT', schedules, { token, body: { aheadBy: '15 minutes', atTime: false, urgency: 'high' } })).status, 204);
		const defaults = {
			scheduleId: null, aheadBy: null, atTime: true, againEvery: null, againAtMost: null, escalateAfter: null, escalateTo: null,
			quietFrom: null, quietUntil: null, timeZone: null, urgency: 'normal', dropAfter: '02:00:00',
		};
		assert.deepEqual((await call('GET', rules, { token })).body, [
			{ ...defaults, againEvery: '00:10:00', againAtMost: 3, quietFrom: '22:00:00', quietUntil: '07:00:00' },
			{ ...defaults, scheduleId, aheadBy: '00:15:00', atTime: false, urgency: 'high' },
		]);
		isProblem(await call('PUT', rules, { token, body: { againEvery: '10 minutes' } }), 422, 'reminder_rules_again_every_has_at_most');
		isProblem(await call('PUT', schedules, { token, body: { aheadBy: '-1 minutes' } }), 422, 'reminder_rules_ahead_by_in_range');
		isProblem(await call('PUT', rules, { token, body: { aheadBy: 'soon' } }), 400, 'invalid_request');
		const escalation = { escalateAfter: '1 hour', escalateTo: other };
		isProblem(await call('PUT', rules, { token, body: escalation }), 422, 'escalate_to_is_caregiver');
		assert.equal((await call('PUT', `/v1/me/caregivers/${other}`, { token, body: { personName: 'Ada' } })).status, 204);
		assert.equal((await call('PUT', rules, { token, body: escalation })).status, 204);
		assert.equal((await call('DELETE', schedules, { token })).status, 204);
		assert.deepEqual((await call('GET', rules, { token })).body, [{ ...defaults, escalateAfter: '01:00:00', escalateTo: other }]);
		assert.equal((await call('DELETE', rules, { token })).status, 204);
		assert.deepEqual((await call('GET', rules, { token })).body, []);
		assert.equal((await call('DELETE', `/v1/me/caregivers/${other}`, { token })).status, 204);

		const created = await call('POST', '/v1/people/me/medications', { token, headers: key(), body: { name: 'snoozed', schedules: [daily] } });
		const [{ scheduleId: snoozed }] = created.body.schedules;
		const snooze = (at: string) => `/v1/people/me/doses/${handle(snoozed, at)}/snooze`;
		const yesterday = `${new Date(Date.now() - 86_400_000).toISOString().slice(0, 10)}T08:00:00.000Z`;
		assert.equal((await call('POST', snooze(yesterday), { token, body: { minutes: 10 } })).status, 204);
		const snoozes = await tables.rows((medsched) => medsched`select until between now() + interval '9 minutes' and now() + interval '10 minutes' as later from medsched.reminder_snoozes where schedule_id = ${snoozed}`);
		assert.deepEqual(snoozes, [{ later: true }]);
		isProblem(await call('POST', snooze(yesterday.replace('08:00', '08:01')), { token, body: { minutes: 10 } }), 422, 'snoozed_dose_is_scheduled');
		assert.equal((await call('PUT', `/v1/people/me/doses/${handle(snoozed, yesterday)}/taken`, { token, body: {} })).status, 200);
		isProblem(await call('POST', snooze(yesterday), { token, body: { minutes: 10 } }), 409, 'snoozed_dose_not_recorded');
		assert.equal((await call('POST', snooze('2026-03-05T08:00:00.000Z'), { token, body: { minutes: 10 } })).status, 400);
		assert.equal((await call('POST', `/v1/people/me/medications/${created.body.id}/inactivate`, { token, body: {} })).status, 200);
	});

	test('reminders of what is left: when they come', async () => {
		const person = await signed({ sub: randomUUID() });
		const created = await call('POST', '/v1/people/me/medications', { token: person, headers: key(), body: { name: 'counted', schedules: [{ ...daily, doseAmount: 1 }] } });
		assert.equal(created.status, 201, JSON.stringify(created.body));
		const [rules, own] = ['/v1/people/me/stock-reminder-rules', `/v1/people/me/medications/${created.body.id}/stock-reminder-rules`];
		assert.deepEqual((await call('GET', rules, { token: person })).body, []);
		assert.equal((await call('PUT', rules, { token: person, body: { refillDaysAhead: 5, lowDoses: null, timeZone: null } })).status, 204);
		assert.equal((await call('PUT', own, { token: person, body: { refillDaysAhead: null, lowDoses: 3, timeOfDay: '18:00', againEveryDays: 2, againAtMost: 0, timeZone: 'Asia/Tokyo' } })).status, 204);
		const { body } = await call('GET', rules, { token: person });
		assert.deepEqual(body, [
			{ medicationId: null, refillDaysAhead: 5, lowDoses: null, timeOfDay: '09:00:00', againEveryDays: 1, againAtMost: 6, timeZone: null },
			{ medicationId: created.body.id, refillDaysAhead: null, lowDoses: 3, timeOfDay: '18:00:00', againEveryDays: 2, againAtMost: 0, timeZone: 'Asia/Tokyo' },
		]);
		isProblem(await call('PUT', rules, { token: person, body: { lowDoses: -1 } }), 400, 'invalid_request');
		isProblem(await call('PUT', `/v1/people/me/medications/${randomUUID()}/stock-reminder-rules`, { token: person, body: {} }), 404, 'not_found');
		isProblem(await call('DELETE', `/v1/people/me/medications/${randomUUID()}/stock-reminder-rules`, { token: person }), 404, 'not_found');
		assert.equal((await call('DELETE', own, { token: person })).status, 204);
		assert.equal((await call('GET', rules, { token: person })).body.length, 1);
		assert.equal((await call('DELETE', rules, { token: person })).status, 204);
		assert.deepEqual((await call('GET', rules, { token: person })).body, []);
	});

	test('limits of a substance: set, asked for, held, insisted against, removed', async () => {
		const person = await signed({ sub: randomUUID() });
		const [tablets, nightly] = [randomUUID(), randomUUID()];
		const create = (body: object) => call('POST', '/v1/people/me/medications', { token: person, headers: key(), body });
		const holds = { substance: 'paracetamol', substanceAmount: '500', substanceUnit: 'mg' };
		const created = await create({
			name: 'tablets', ...holds,
			schedules: [{ id: tablets, startsAt: '2026-03-01T00:00', timeZone: 'UTC', asNeeded: true, doseAmount: 2, doseUnit: 'tablet', limits: [{ doses: 3, days: 1 }] }],
		});
		assert.equal(created.status, 201, JSON.stringify(created.body));
		await create({ name: 'for the night', ...holds, schedules: [{ id: nightly, startsAt: '2026-03-01T22:00', timeZone: 'UTC', rrule: 'FREQ=DAILY', doseAmount: 1, doseUnit: 'sachet' }] });
		const substance = '/v1/people/me/substances/Paracetamol';
		assert.equal((await call('PUT', `${substance}/limits`, { token: person, body: { limits: [{ amount: '2', within: '24 hours' }], unit: 'g', minInterval: '4 hours' } })).status, 204);
		isProblem(await call('PUT', `${substance}/limits`, { token: person, body: { limits: [{ amount: 2, days: 1 }], unit: 'g' } }), 422, 'substance_limits_days_have_time_zone');
		isProblem(await call('PUT', `${substance}/limits`, { token: person, body: { limits: [{ amount: 2 }] } }), 400, 'invalid_request');

		const take = (time: string, body = {}) => call('PUT', `/v1/people/me/schedules/${tablets}/taken/${time}`, { token: person, body });
		assert.equal((await take('2026-03-02T08:00:00Z')).status, 200);
		assert.equal((await take('2026-03-02T20:00:00Z')).status, 200);
		const allowed = (at: string) => call('GET', `${substance}/allowance?at=${at}`, { token: person });
		assert.deepEqual((await allowed('2026-03-02T20:00:00Z')).body, { allowedAt: '2026-03-03T08:00:00Z', amount: '1', unit: 'g', doses: null });
		const refused = await take('2026-03-02T23:30:00Z');
		isProblem(refused, 409, 'substance_limits');
		assert.equal(refused.body.hint, 'Call GET /v1/people/{person}/substances/{substance}/allowance to learn when a dose is allowed; if it was taken all the same, record it with despiteLimits.');
		const [night] = (await call('GET', '/v1/people/me/doses?from=2026-03-02T21:00:00Z&to=2026-03-02T23:00:00Z', { token: person })).body;
		const mark = (body: object) => call('PUT', `/v1/people/me/doses/${night.doseId}/taken`, { token: person, body: { takenAt: '2026-03-02T22:00:00Z', ...body } });
		isProblem(await mark({}), 409, 'substance_limits');
		assert.equal((await mark({ despiteLimits: 'taken before I looked' })).body.despiteLimits, 'taken before I looked');
		assert.equal((await allowed('2026-03-03T08:00:00Z')).body.amount, '0.5');
		assert.equal((await call('DELETE', `${substance}/limits`, { token: person })).status, 204);
		isProblem(await allowed('2026-03-03T08:00:00Z'), 404, 'not_found');
	});

	test('stock: recorded, listed, asked for, deleted', async () => {
		const person = await signed({ sub: randomUUID() });
		const created = await call('POST', '/v1/people/me/medications', {
			token: person, headers: key(),
			body: { name: 'ramipril', schedules: [{ startsAt: '2026-03-01T08:00', timeZone: 'UTC', rrule: 'FREQ=DAILY', doseAmount: 1, doseUnit: 'tablet' }] },
		});
		const medicationId = created.body.id;
		const [pack, count] = [randomUUID(), randomUUID()];
		const record = (id: string, body: object) => call('PUT', `/v1/people/me/stock-entries/${id}`, { token: person, body: { medicationId, unit: 'tablet', ...body } });
		const dispensed = { kind: 'dispensed', amount: 28, occurredAt: '2026-03-01T00:00:00Z', daysSupply: 28, note: 'batch 7' };
		const first = await record(pack, dispensed);
		assert.deepEqual({ ...first.body, recordedAt: '' }, {
			entryId: pack, medicationId, kind: 'dispensed', occurredAt: '2026-03-01T00:00:00Z', amount: '28', unit: 'tablet', daysSupply: 28, note: 'batch 7',
			recordedBy: null, recordedAt: '', newlyRecorded: true,
		});
		assert.deepEqual((await record(pack, dispensed)).body, { ...first.body, newlyRecorded: false });
		isProblem(await record(pack, { ...dispensed, amount: 56 }), 409, 'stock_entry_already_recorded');
		isProblem(await record(count, { kind: 'lost', amount: 5, unit: 'ml' }), 422, 'units_convert');
		isProblem(await record(count, { kind: 'lost', amount: -5 }), 422, 'stock_entries_amount_of_kind');
		isProblem(await record(count, { kind: 'gone', amount: 5 }), 400, 'invalid_request');
		const [dose] = (await call('GET', '/v1/people/me/doses?from=2026-03-02T00:00:00Z&to=2026-03-03T00:00:00Z', { token: person })).body;
		await call('PUT', `/v1/people/me/doses/${dose.doseId}/taken`, { token: person, body: { takenAt: '2026-03-02T08:00:00Z' } });
		const left = () => call('GET', '/v1/people/me/stock?at=2026-03-03T00:00:00Z', { token: person });
		const known = { medicationId, medicationName: 'ramipril', amount: '27', unit: 'tablet', countedAt: null, taken: '1', problem: null };
		assert.deepEqual((await left()).body, [known]);
		assert.equal((await record(count, { kind: 'counted', amount: '20.5', occurredAt: '2026-03-02T12:00:00Z' })).status, 200);
		assert.deepEqual((await left()).body, [{ ...known, amount: '20.5', countedAt: '2026-03-02T12:00:00Z', taken: '0' }]);
		isProblem(await call('GET', `/v1/people/me/medications/${randomUUID()}/stock-entries`, { token: person }), 404, 'not_found');
		const entries = await call('GET', `/v1/people/me/medications/${medicationId}/stock-entries`, { token: person });
		assert.deepEqual(entries.body.map((e: any) => [e.entryId, e.kind, e.amount]), [[pack, 'dispensed', '28'], [count, 'counted', '20.5']]);
		const change = await call('PATCH', `/v1/people/me/medications/${medicationId}`, { token: person, body: { refillLeadTime: '3 days', refillReserve: '5', refillReserveUnit: 'tablet' } });
		assert.equal(change.status, 200, JSON.stringify(change.body));
		// 20.5 are 20 days from 3 March on: the 21st dose is of the 23rd; after that of the 17th 5.5 are left, after that of the 18th 4.5.
		const at = '?at=2026-03-03T00:00:00Z';
		const forecast = await call('GET', `/v1/people/me/stock/forecast${at}`, { token: person });
		assert.deepEqual(forecast.body, [{
			medicationId, medicationName: 'ramipril', amount: '20.5', unit: 'tablet', runsOutAt: '2026-03-23T08:00:00Z', isEstimate: false, refillBy: '2026-03-15T08:00:00Z', problem: null,
		}]);
		assert.deepEqual((await call('GET', `/v1/people/me/medications/${medicationId}/refill${at}`, { token: person })).body, { runsOutAt: '2026-03-23T08:00:00Z', refillBy: '2026-03-15T08:00:00Z' });
		isProblem(await call('GET', `/v1/people/me/medications/${medicationId}/refill?at=2026-02-01T00:00:00Z`, { token: person }), 409, 'medication_has_stock');
		isProblem(await call('GET', `/v1/people/me/medications/${randomUUID()}/refill`, { token: person }), 404, 'not_found');
		const march = '?from=2026-03-01&to=2026-04-01';
		const fill = { therapeuticClass: null, medicationIds: [medicationId], medicationNames: ['ramipril'], firstFill: '2026-03-01', days: 31, fills: 1, fillsWithoutDaysSupply: 0 };
		assert.deepEqual((await call('GET', `/v1/people/me/days-covered${march}`, { token: person })).body, [{ ...fill, daysCovered: 28, percentage: '90.3' }]);
		assert.deepEqual((await call('GET', `/v1/people/me/days-supplied${march}`, { token: person })).body, [{ ...fill, daysSupplied: 28, percentage: '90.3' }]);
		isProblem(await call('GET', '/v1/people/me/days-covered?from=2026-04-01&to=2026-03-01', { token: person }), 400, 'invalid_request');
		const remove = () => call('DELETE', `/v1/people/me/stock-entries/${count}`, { token: person });
		assert.deepEqual((await remove()).body, { deleted: true });
		assert.deepEqual((await remove()).body, { deleted: false });
		assert.deepEqual((await left()).body, [known]);
		const stranger = await signed({ sub: randomUUID() });
		assert.deepEqual((await call('GET', '/v1/people/me/stock', { token: stranger })).body, []);
	});

	const asNeededId = randomUUID();
	const at = (id: string, time: string) => `/v1/people/me/schedules/${id}/taken/${time}`;
	const nextAllowed = (id: string, time: string) => `/v1/people/me/schedules/${id}/next-allowed?at=${time}`;

	test('as needed: the dose is its person’s, at the second it was taken', async () => {
		const other = await signed({ sub: randomUUID() });
		const created = await call('POST', '/v1/people/me/medications', {
			token: other,
			headers: key(),
			body: { name: 'paracetamol', schedules: [{ id: asNeededId, startsAt: '2026-03-01T00:00', timeZone: 'UTC', asNeeded: true, minInterval: '4 hours', endsAt: '2026-03-03T00:00:00Z' }] },
		});
		assert.equal(created.status, 201, JSON.stringify(created.body));
		const taken = await call('PUT', at(asNeededId, '2026-03-02T21:30:00%2B01:00'), { token: other, body: { amount: '500', note: 'headache' } });
		assert.deepEqual([taken.body.scheduledFor, taken.body.takenAt, taken.body.amount, taken.body.note, taken.body.newlyTaken], ['2026-03-02T20:30:00Z', '2026-03-02T20:30:00Z', '500', 'headache', true]);

		// The schedule ends before four hours are over.
		assert.deepEqual((await call('GET', nextAllowed(asNeededId, '2026-03-02T21:00:00Z'), { token: other })).body, { allowedAt: null });
		assert.deepEqual((await call('GET', nextAllowed(asNeededId, '2026-03-02T10:00:00Z'), { token: other })).body, { allowedAt: '2026-03-02T10:00:00Z' });

		// What was taken may be taken back, by its handle.
		const undone = await call('DELETE', `/v1/people/me/doses/${handle(asNeededId, '2026-03-02T20:30:00.000Z')}/record`, { token: other });
		assert.equal(undone.body.removed?.note, 'headache', JSON.stringify(undone.body));
		assert.deepEqual((await call('GET', nextAllowed(asNeededId, '2026-03-02T21:00:00Z'), { token: other })).body, { allowedAt: '2026-03-02T21:00:00Z' });
		isProblem(await call('PUT', at(asNeededId, '2026-03-03T20:30:00Z'), { token: other, body: { amount: '0' } }), 422, 'dose_taken_amount_positive');
	});

	const refusedAsNeeded: [string, number, string, string, string, object?][] = [
		['someone else’s schedule', 404, 'not_found', 'PUT', at(asNeededId, '2026-03-02T08:00:00Z')],
		['when someone else’s is allowed', 404, 'not_found', 'GET', nextAllowed(asNeededId, '2026-03-02T08:00:00Z')],
		['a schedule that is not as needed', 409, 'schedule_is_as_needed', 'PUT', at(scheduleId, '2026-03-02T08:00:00Z')],
		['when one that is not as needed is allowed', 409, 'schedule_is_as_needed', 'GET', nextAllowed(scheduleId, '2026-03-02T08:00:00Z')],
		['a time that is none', 400, 'invalid_request', 'PUT', at(scheduleId, 'now')],
		['a time without offset', 400, 'invalid_request', 'GET', nextAllowed(scheduleId, '2026-03-02T08:00:00')],
		['an id that is none', 400, 'invalid_request', 'PUT', at('1', '2026-03-02T08:00:00Z')],
		['another time in the body', 400, 'invalid_request', 'PUT', at(scheduleId, '2026-03-02T08:00:00Z'), { takenAt: '2026-03-02T09:00:00Z' }],
		['a negative amount', 400, 'invalid_request', 'PUT', at(scheduleId, '2026-03-02T08:00:00Z'), { amount: -1 }],
	];
	for (const [what, status, type, method, path, body = {}] of refusedAsNeeded) {
		test(`as needed, refused: ${what}`, async () => {
			const before = await everything();
			isProblem(await call(method, path, { token, ...(method === 'PUT' ? { body } : {}) }), status, type);
			assert.deepEqual(await everything(), before);
		});
	}

	test('a taper is one regimen: said, moved, extended and ended as one', async () => {
		const other = await signed({ sub: randomUUID() });
		const taper = await call('POST', '/v1/schedules/from-taper', {
			token: other,
			body: { steps: [{ amount: 40, days: 5 }, { amount: ['20', '10'], days: 4 }], startsOn: '2026-03-02', timeZone: 'Europe/Berlin', doseUnit: 'mg' },
		});
		assert.equal(taper.status, 200, JSON.stringify(taper.body));
		const { regimenId } = taper.body[0];
		assert.equal((await call('POST', '/v1/people/me/medications', { token: other, headers: key(), body: { name: 'prednisone', schedules: taper.body } })).status, 201);
		const regimen = `/v1/people/me/regimens/${regimenId}`;
		const said = async (more = '') => (await call('GET', `${regimen}/description${more}`, { token: other })).body.description;
		assert.equal(await said(), '40 mg for 5 days, then 20 mg and 10 mg in turn for 4 days; at 08:00, Europe/Berlin, from 2 March 2026 until 10 March 2026');
		assert.equal(await said('?language=de'), '5 Tage lang 40 mg, dann 4 Tage lang 20 mg und 10 mg im Wechsel; um 08:00, Europe/Berlin, ab 2. März 2026 bis 10. März 2026');
		const begun = await call('PUT', `${regimen}/start`, { token: other, body: { startsOn: '2026-03-03' } });
		assert.deepEqual(begun.body.map((schedule: any) => [schedule.startsAt, schedule.regimenId]), ['03', '08', '09'].map((day) => [`2026-03-${day}T08:00:00`, regimenId]));
		const longer = { token: other, body: { lastDay: '2026-03-09', at: '2026-03-04T12:00:00Z' } };
		assert.equal((await call('PUT', `${regimen}/last-day`, longer)).body.length, 3);
		assert.deepEqual((await call('PUT', `${regimen}/last-day`, longer)).body, []);
		assert.equal(await said(), '40 mg for 7 days, then 20 mg and 10 mg in turn for 4 days; at 08:00, Europe/Berlin, from 3 March 2026 until 13 March 2026');
		const early = await call('PUT', `${regimen}/last-day`, { token: other, body: { lastDay: '2026-03-09', at: '2026-03-02T12:00:00Z' } });
		isProblem(early, 409, 'regimen_in_force');
		const [first] = (await call('GET', '/v1/people/me/doses?from=2026-03-03T00:00:00Z&to=2026-03-04T00:00:00Z', { token: other })).body;
		assert.equal((await call('PUT', `/v1/people/me/doses/${first.doseId}/taken`, { token: other, body: {} })).status, 200);
		isProblem(await call('PUT', `${regimen}/start`, { token: other, body: { startsOn: '2026-03-05' } }), 409, 'recorded_dose_keeps_schedule');
		assert.match(early.body.hint, /PUT \/v1\/people\/\{person\}\/regimens\/\{regimenId\}\/start/);
		assert.deepEqual((await call('POST', `${regimen}/end`, { token: other, body: { at: '2026-03-05T00:00:00Z' } })).body, { endedAt: '2026-03-05T00:00:00Z' });
		assert.equal(await said(), '40 mg for 2 days; at 08:00, Europe/Berlin, from 3 March 2026 until 4 March 2026');
		isProblem(await call('GET', `/v1/people/me/regimens/${randomUUID()}/description`, { token: other }), 404, 'not_found');
		isProblem(await call('POST', '/v1/schedules/from-taper', { token: other, body: { steps: [{ amount: 1 }, { amount: 2 }], startsOn: '2026-03-02', timeZone: 'UTC' } }), 400, 'invalid_request');
	});

	test('schedules from forms, prescriptions and FHIR, to send with a medication', async () => {
		const start = { startsOn: '2026-03-02', timeZone: 'Europe/Berlin' };
		const times = await call('POST', '/v1/schedules/from-times', { token, body: { times: ['08:00', '20:30'], ...start, daysOfWeek: [1], endsOn: '2026-03-31' } });
		assert.equal(times.status, 200, JSON.stringify(times.body));
		const created = await call('POST', '/v1/people/me/medications', { token, headers: key(), body: { name: 'by form', schedules: times.body } });
		assert.equal(created.status, 201, JSON.stringify(created.body));
		// And back to the form, as sent and as stored.
		const form = { times: ['08:00:00', '20:30:00'], ...start, daysOfWeek: [1], endsOn: '2026-03-31', every: 1, cycleDaysOn: null, cycleDaysOff: null, problem: null };
		assert.deepEqual((await call('POST', '/v1/schedules/to-times', { token, body: times.body })).body, form);
		const listed = (await call('GET', '/v1/people/me/medications', { token })).body.find((medication: any) => medication.id === created.body.id);
		const ids = listed.schedules.map((schedule: any) => schedule.id);
		assert.equal(ids.length, 2);
		assert.deepEqual((await call('GET', `/v1/people/me/schedules/${ids.join(',')}/form`, { token })).body, form);
		isProblem(await call('GET', `/v1/people/me/schedules/${ids[0]},${randomUUID()}/form`, { token }), 404, 'not_found');
		isProblem(await call('GET', `/v1/people/me/schedules/${ids[0]},nonsense/form`, { token }), 400, 'invalid_request');
		const sig = await call('POST', '/v1/schedules/from-sig', { token, body: { sig: 'BID', ...start } });
		assert.equal(sig.body.length, 1, JSON.stringify(sig.body));
		const entered = await call('POST', '/v1/schedules/from-sig', { token, body: { sig: 'BID', ...start, effectiveFrom: '2026-03-02T10:11:00Z' } });
		assert.equal(entered.body[0].effectiveFrom, '2026-03-02T10:11:00Z', JSON.stringify(entered.body));
		const fhir = await call('POST', '/v1/schedules/from-fhir', { token, body: { timing: { repeat: { frequency: 1, period: 1, periodUnit: 'd', timeOfDay: ['07:30:00'] } }, ...start } });
		assert.equal(fhir.body[0].startsAt, '2026-03-02T07:30:00', JSON.stringify(fhir.body));
		// A whole prescription: read, created, given back, and read again.
		const resource = {
			resourceType: 'MedicationRequest',
			status: 'active',
			intent: 'order',
			medicationCodeableConcept: { text: 'by prescription' },
			dosageInstruction: [{ timing: { repeat: { when: ['MORN'] } }, doseAndRate: [{ doseQuantity: { value: 2, unit: 'tablet' } }] }],
		};
		const prescribed = await call('POST', '/v1/medications/from-fhir', { token, body: { resource, timeZone: 'Europe/Berlin', startsOn: '2096-03-02' } });
		assert.equal(prescribed.status, 200, JSON.stringify(prescribed.body));
		assert.deepEqual([prescribed.body.name, prescribed.body.schedules[0].doseAmount], ['by prescription', 2]);
		isProblem(await call('POST', '/v1/medications/from-fhir', { token, body: { resource: { ...resource, doNotPerform: true }, timeZone: 'UTC' } }), 422, 'not_supported');
		const { name, schedules } = prescribed.body;
		const ordered = await call('POST', '/v1/people/me/medications', { token, headers: key(), body: { name, schedules } });
		assert.equal(ordered.status, 201, JSON.stringify(ordered.body));
		const statement = await call('GET', `/v1/people/me/medications/${ordered.body.id}/fhir?release=R5`, { token });
		assert.equal(statement.body.resourceType, 'MedicationStatement', JSON.stringify(statement.body));
		assert.deepEqual((await call('POST', '/v1/medications/from-fhir', { token, body: { resource: statement.body, timeZone: 'UTC' } })).body.schedules, schedules);
		isProblem(await call('GET', `/v1/people/me/medications/${randomUUID()}/fhir`, { token }), 404, 'not_found');
		const given = await call('GET', '/v1/people/me/fhir/administrations?from=2026-03-01T00:00:00Z&to=2026-03-08T00:00:00Z&release=R4', { token });
		assert.equal(given.status, 200, JSON.stringify(given.body));
		assert.ok(given.body.every((one: any) => one.resourceType === 'MedicationAdministration'));
		const calendar = ['BEGIN:VCALENDAR', 'BEGIN:VEVENT', 'UID:a', 'SUMMARY:Ibuprofen', 'DTSTART:20260302T080000', 'RRULE:FREQ=DAILY', 'END:VEVENT', 'END:VCALENDAR'].join('\r\n');
		const ical = await call('POST', '/v1/schedules/from-ical', { token, body: { calendar, timeZone: 'Europe/Berlin' } });
		assert.deepEqual(ical.body, [{ startsAt: '2026-03-02T08:00:00', timeZone: 'Europe/Berlin', rrule: 'FREQ=DAILY', instructions: 'Ibuprofen' }]);
		const found = await call('POST', '/v1/medications/from-ical', { token, body: { calendar } });
		assert.deepEqual(found.body, [{ name: 'Ibuprofen', schedules: null, alarm: null, uids: ['a'], problem: 'calendar line 5: DTSTART is in no time zone' }]);
		const known = await call('GET', '/v1/schedules/abbreviations', { token });
		assert.ok(known.body.codes.some((c: any) => c.code === 'TID') && known.body.events.some((e: any) => e.event === 'PCM'));
	});

	test('a rule before it is saved', async () => {
		const rule = { rrule: 'FREQ=WEEKLY;BYDAY=MO', startsAt: '2026-03-02T08:00', timeZone: 'UTC' };
		assert.match((await call('POST', '/v1/rules/describe', { token, body: rule })).body.description, /Monday/);
		const inGerman = await call('POST', '/v1/rules/describe', { token, body: { ...rule, language: 'de', withTimeZone: false } });
		assert.equal(inGerman.body.description, 'montags um 08:00, ab 2. März 2026');
		assert.equal((await call('POST', '/v1/rules/describe', { token, body: { ...rule, language: 'fr' } })).status, 400);
		const at = await call('POST', '/v1/rules/occurrences?from=2026-03-01T00:00:00Z&to=2026-03-15T00:00:00Z', { token, body: rule });
		assert.deepEqual(at.body, ['2026-03-02T08:00:00Z', '2026-03-09T08:00:00Z']);
		const around = await call('POST', '/v1/rules/around?at=2026-03-09T08:00:00Z', { token, body: rule });
		assert.deepEqual(around.body, { previous: '2026-03-02T08:00:00Z', isOccurrence: true, next: '2026-03-16T08:00:00Z' });
		const first = await call('POST', '/v1/rules/around?at=2026-03-02T07:00:00Z', { token, body: rule });
		assert.deepEqual(first.body, { previous: null, isOccurrence: false, next: '2026-03-02T08:00:00Z' });
		const count = await call('POST', '/v1/rules/count?from=2026-03-01T00:00:00Z&to=2026-03-15T00:00:00Z', { token, body: rule });
		assert.deepEqual(count.body, { count: 2 });
		assert.deepEqual((await call('GET', '/v1/rules/check?rrule=FREQ%3DDAILY&timeZone=UTC', { token })).body, { valid: true });
	});

	test('operators see all, and nobody else does', async () => {
		const operator = await signed({ sub: randomUUID(), scope: `openid ${OPERATOR}` });
		for (const path of [`/v1/operator/due-doses?${window}`, `/v1/operator/due-refills?${window}`, '/v1/operator/covered-days?from=2026-03-01&to=2026-04-01', `/v1/operator/statistics?${window}`, '/v1/operator/integrity', '/v1/operator/version']) {
			isProblem(await call('GET', path, { token }), 403);
			const answer = await call('GET', path, { token: operator });
			assert.equal(answer.status, 200, JSON.stringify(answer.body));
		}
		const due = await call('GET', `/v1/operator/due-doses?${window}&limit=10000`, { token: operator });
		assert.deepEqual(due.body.filter((d: any) => d.userId === userId && d.medicationName === 'warfarin').map((d: any) => d.scheduledFor), ['2026-03-01T08:00:00Z']);
		const statistics = await call('GET', `/v1/operator/statistics?${window}`, { token: operator });
		assert.ok(statistics.body.people >= 1 && statistics.body.doses >= 3 && statistics.body.lowest.length >= 1);
		assert.deepEqual((await call('GET', '/v1/operator/integrity', { token: operator })).body, []);
		const correction = { timeZone: 'Europe/Berlin', formerOffset: '2 hours', from: '2026-01-01T00:00:00Z', to: '2026-02-01T00:00:00Z' };
		isProblem(await call('POST', '/v1/operator/move-recorded-doses', { token, body: correction }), 403);
		assert.deepEqual((await call('POST', '/v1/operator/move-recorded-doses', { token: operator, body: correction })).body, []);
		assert.match((await call('GET', '/v1/operator/version', { token: operator })).body.version, /^\d+\.\d+\.\d+$/);

		isProblem(await call('GET', `/v1/operator/people/${userId}/document`, { token }), 403);
		const exported = await call('GET', `/v1/operator/people/${userId}/document`, { token: operator });
		assert.equal(exported.status, 200, JSON.stringify(exported.body));
		assert.deepEqual([exported.body.format, exported.body.version, exported.body.user_id, exported.body.medications.length], ['medsched.person', 1, userId, 8]);
		isProblem(await call('DELETE', `/v1/operator/people/${userId}`, { token }), 403);
		const erased = await call('DELETE', `/v1/operator/people/${userId}`, { token: operator });
		assert.equal(erased.status, 200, JSON.stringify(erased.body));
		assert.equal(erased.body.medications, 8);
		assert.deepEqual((await call('GET', '/v1/people/me/medications', { token })).body, []);
	});
});

byBothWays('tokens', (call) => {
	const sub = randomUUID();
	const refused: [string, () => Promise<string | undefined> | undefined, RegExp][] = [
		['none', () => undefined, /is wanted/],
		['garbage', async () => 'garbage', /not valid/],
		['an expired one', () => signed({ sub, exp: Math.floor(Date.now() / 1000) - 1 }), /has expired/],
		['one that never expires', () => signed({ sub, exp: undefined as never }), /not valid/],
		['one not valid yet', () => signed({ sub, nbf: Math.floor(Date.now() / 1000) + 600 }), /not valid/],
		['one of another issuer', () => signed({ sub, iss: 'https://elsewhere.test' }), /not valid/],
		['one for another service', () => signed({ sub, aud: 'another' }), /not valid/],
		['one signed by another key', async () => signed({ sub }, (await generateKeyPair('ES256')).privateKey), /not valid/],
		['one signed with the public key as a secret', () => signed({ sub }, new TextEncoder().encode(JSON.stringify(publicJwk)), 'HS256'), /not valid/],
		['one not signed', async () => `${encode({ alg: 'none' })}.${encode({ sub, iss: 'https://issuer.test', aud: 'medsched-test', exp: 9999999999 })}.`, /not valid/],
		['one changed after it was signed', async () => {
			const [header, , signature] = (await signed({ sub })).split('.');
			return `${header}.${encode({ sub: randomUUID(), iss: 'https://issuer.test', aud: 'medsched-test', exp: 9999999999 })}.${signature}`;
		}, /not valid/],
		['one for nobody', () => signed({}), /not valid/],
		['one whose subject is SQL', () => signed({ sub: "' OR true --" }), /names no person/],
	];
	for (const [what, make, detail] of refused) {
		test(`refused: ${what}`, async () => {
			const token = await make();
			const answer = await call('GET', '/v1/people/me/medications', { token });
			isProblem(answer, 401, 'unauthorized');
			assert.match(answer.body.detail, detail);
			assert.match(answer.headers['www-authenticate'] ?? '', /^Bearer/);
		});
	}
	test('who the caller is, no header, query or body says', async () => {
		const token = await signed({ sub });
		const other = randomUUID();
		assert.equal((await call('GET', '/v1/me', { token, headers: { 'x-user-id': other } })).body.id, sub);
		isProblem(await call('GET', `/v1/me?userId=${other}`, { token }), 400, 'invalid_request');
	});
});

byBothWays('caregivers', (call) => {
	const [ada, ben, eve] = [randomUUID(), randomUUID(), randomUUID()];
	const scheduleId = randomUUID();
	const token: Record<string, string> = {};
	const dose = `/v1/people/${ben}/doses/${handle(scheduleId, '2026-03-01T08:00:00.000Z')}`;

	before(async () => {
		for (const [name, sub] of Object.entries({ ada, ben, eve })) token[name] = await signed({ sub });
		const created = await call('POST', '/v1/people/me/medications', { token: token['ben'], headers: key(), body: { name: 'his', schedules: [{ id: scheduleId, ...daily }] } });
		assert.equal(created.status, 201);
	});

	const everyWayIn: [string, string, Request][] = [
		['GET', `/v1/people/${ben}/medications`, {}],
		['GET', `/v1/people/${ben}/doses?${window}`, {}],
		['GET', `/v1/people/${ben}/doses/next`, {}],
		['GET', `/v1/me/doses?${window}&people=${ben}`, {}],
		['GET', `/v1/me/doses/next?people=me,${ben}`, {}],
		['GET', `/v1/people/${ben.toUpperCase()}/doses?${window}`, {}],
		['GET', `/v1/people/${ben}/adherence?${window}`, {}],
		['GET', `/v1/people/${ben}/calendar.ics`, {}],
		['PUT', `${dose}/taken`, { body: {} }],
		['PUT', `${dose}/skipped`, { body: {} }],
		['DELETE', `${dose}/record`, {}],
		['PUT', `${dose}/due-at`, { body: { dueAt: '2026-03-01T09:00:00Z' } }],
		['POST', `/v1/people/${ben}/doses/move`, { headers: key(), body: { from: '2026-03-01T00:00:00Z', to: '2026-03-02T00:00:00Z', moveBy: '1 hour' } }],
		['POST', `/v1/people/${ben}/medications`, { headers: key(), body: { name: 'x', schedules: [daily] } }],
		['GET', `/v1/people/${ben}/regimens/${scheduleId}/description`, {}],
		['PUT', `/v1/people/${ben}/regimens/${scheduleId}/start`, { body: { startsOn: '2026-03-01' } }],
		['PUT', `/v1/people/${ben}/regimens/${scheduleId}/last-day`, { body: { lastDay: '2026-03-01' } }],
		['POST', `/v1/people/${ben}/regimens/${scheduleId}/end`, { body: {} }],
		['POST', `/v1/people/${ben}/doses/taken`, { body: { doseIds: ['v1:x'] } }],
		['POST', `/v1/people/${ben}/doses/skipped`, { body: { doseIds: ['v1:x'] } }],
		['POST', `/v1/people/${ben}/reports`, { body: [{ scheduleId, scheduledFor: '2026-03-01T08:00:00Z', outcome: 'taken' }] }],
		['POST', `/v1/people/${ben}/schedules/${scheduleId}/revise`, { headers: key(), body: { effectiveFrom: '2026-03-02T00:00:00Z', changes: {} } }],
		['PUT', `/v1/people/${ben}/schedules/${scheduleId}/taken/2026-03-01T08:00:00Z`, { body: {} }],
		['PUT', `/v1/people/${ben}/schedules/${scheduleId}/extra/2026-03-01T08:00:30Z`, { body: {} }],
		['GET', `/v1/people/${ben}/schedules/${scheduleId}/next-allowed`, {}],
		['GET', `/v1/people/${ben}/routine`, {}],
		['PUT', `/v1/people/${ben}/routine`, { body: { times: { CM: '07:30' } } }],
		['PUT', `/v1/people/${ben}/time-zone`, { headers: key(), body: { timeZone: 'Asia/Tokyo' } }],
	];

	test('a stranger gets nowhere, and cannot tell whether the person exists', async () => {
		const before = await everything();
		for (const [method, path, request] of everyWayIn) {
			const answer = await call(method, path, { ...request, token: token['ada'] });
			isProblem(answer, 403, 'forbidden');
			const nobody = await call(method, path.replace(new RegExp(ben, 'i'), randomUUID()), { ...request, token: token['ada'] });
			assert.deepEqual(nobody.body, answer.body);
		}
		assert.deepEqual(await everything(), before);
	});

	test('somebody else’s ids under one’s own name are not found', async () => {
		const before = await everything();
		const mine = { token: token['eve'] };
		isProblem(await call('PUT', `/v1/people/me/doses/${handle(scheduleId, '2026-03-01T08:00:00.000Z')}/taken`, { ...mine, body: {} }), 404, 'not_found');
		isProblem(await call('GET', `/v1/people/me/schedules/${scheduleId}/description`, mine), 404, 'not_found');
		isProblem(await call('POST', '/v1/people/me/reports', { ...mine, body: [{ scheduleId, scheduledFor: '2026-03-01T08:00:00Z', outcome: 'taken' }] }), 404, 'not_found');
		isProblem(await call('POST', `/v1/people/me/schedules/${scheduleId}/revise`, { ...mine, headers: key(), body: { effectiveFrom: '2026-03-02T00:00:00Z', changes: { doseUnit: 'g' } } }), 404, 'not_found');
		assert.deepEqual(await everything(), before);
	});

	test('who was granted access acts for the person, under their own name', async () => {
		assert.equal((await call('PUT', `/v1/me/caregivers/${ada}`, { token: token['ben'], body: { personName: 'Ben' } })).status, 204);
		assert.deepEqual((await call('GET', '/v1/me', { token: token['ada'] })).body, { id: ada, actsFor: [{ id: ben, name: 'Ben' }] });
		assert.equal((await call('GET', `/v1/people/${ben}/doses?${window}`, { token: token['ada'] })).body.length, 3);
		const taken = await call('PUT', `${dose}/taken`, { token: token['ada'], body: {} });
		assert.deepEqual([taken.body.userId, taken.body.recordedBy], [ben, ada]);
		// One page for all: those for whom Ada acts, and herself, who takes nothing.
		const his = (await call('GET', `/v1/people/${ben}/doses?${window}`, { token: token['ada'] })).body;
		const named = (doses: Record<string, unknown>[]) => doses.map((d) => ({ userId: ben, ...d }));
		assert.deepEqual((await call('GET', `/v1/me/doses?${window}`, { token: token['ada'] })).body, named(his));
		assert.deepEqual((await call('GET', `/v1/me/doses?${window}&people=me,${ben.toUpperCase()},me`, { token: token['ada'] })).body, named(his));
		assert.deepEqual((await call('GET', `/v1/me/doses?${window}&people=me`, { token: token['ada'] })).body, []);
		const after = 'after=2026-03-01T00:00:00Z';
		const next = (await call('GET', `/v1/people/${ben}/doses/next?${after}&limit=2`, { token: token['ada'] })).body;
		assert.deepEqual((await call('GET', `/v1/me/doses/next?${after}&limit=2`, { token: token['ada'] })).body, named(next));
		assert.deepEqual((await call('GET', `/v1/me/doses/next?${after}&people=${ben}`, { token: token['ada'] })).body, named(next.slice(0, 1)));
		for (const people of ['', 'ben', `${ben},`, `${ben} ${ada}`]) isProblem(await call('GET', `/v1/me/doses?${window}&people=${people}`, { token: token['ada'] }), 400, 'invalid_request');
		const seen = await call('GET', `/v1/people/me/doses?${window}`, { token: token['ben'] });
		assert.deepEqual([seen.body[0].status, seen.body[0].recordedBy], ['taken', ada]);
	});

	test('it goes one way, and no further', async () => {
		isProblem(await call('GET', `/v1/people/${ada}/medications`, { token: token['ben'] }), 403);
		await call('PUT', `/v1/me/caregivers/${eve}`, { token: token['ada'], body: { personName: 'Ada' } });
		assert.equal((await call('GET', `/v1/people/${ada}/medications`, { token: token['eve'] })).status, 200);
		isProblem(await call('GET', `/v1/people/${ben}/medications`, { token: token['eve'] }), 403);
		isProblem(await call('GET', `/v1/me/doses?${window}&people=me,${ada},${ben}`, { token: token['eve'] }), 403, 'forbidden');
		assert.deepEqual((await call('GET', `/v1/me/doses?${window}`, { token: token['eve'] })).body, []);
	});

	test('and ends when it is taken back', async () => {
		assert.equal((await call('DELETE', `/v1/me/caregivers/${ada}`, { token: token['ben'] })).status, 204);
		for (const [method, path, request] of everyWayIn) {
			isProblem(await call(method, path, { ...request, token: token['ada'] }), 403);
		}
	});
});

byBothWays('bad input', (call) => {
	const sub = randomUUID();
	const scheduleId = randomUUID();
	let token: string;
	before(async () => {
		token = await signed({ sub });
		const created = await call('POST', '/v1/people/me/medications', { token, headers: key(), body: { name: 'mine', schedules: [{ id: scheduleId, ...daily }] } });
		assert.equal(created.status, 201);
	});

	const medication = (change: object): Request => ({ headers: key(), body: { name: 'x', schedules: [{ ...daily, ...change }] } });
	const post = '/v1/people/me/medications';
	const drop = "x'); DROP TABLE medsched.medications; --";

	const chinese = { rrule: 'RSCALE=CHINESE;FREQ=DAILY', startsAt: '2026-03-01T08:00', timeZone: 'UTC' };
	const refused: [string, number, string | undefined, string, string, Request][] = [
		['malformed JSON', 400, 'invalid_request', 'POST', post, { headers: key(), body: '{"name": ' }],
		['no body', 400, 'invalid_request', 'POST', post, { headers: key() }],
		['another type of body', 415, 'invalid_request', 'POST', post, { headers: { ...key(), 'content-type': 'text/plain' }, body: 'name=x' }],
		['JSON that is no object', 400, 'invalid_request', 'POST', post, { headers: key(), body: '[]' }],
		['no Idempotency-Key', 400, 'invalid_request', 'POST', post, { body: { name: 'x', schedules: [daily] } }],
		['a body of a megabyte', 413, 'too_large', 'POST', post, { headers: key(), body: { name: 'x', notes: 'x'.repeat(1_000_000), schedules: [daily] } }],
		['no name', 400, 'invalid_request', 'POST', post, { headers: key(), body: { schedules: [daily] } }],
		['a blank name', 400, 'invalid_request', 'POST', post, { headers: key(), body: { name: '  ', schedules: [daily] } }],
		['a zero byte in a name', 400, 'invalid_request', 'POST', post, { headers: key(), body: { name: 'a\0b', schedules: [daily] } }],
		['a zero byte in a name of the API’s own', 400, 'invalid_request', 'PUT', `/v1/me/caregivers/${randomUUID()}`, { body: { personName: 'a\0b' } }],
		['no schedule', 400, 'invalid_request', 'POST', post, { headers: key(), body: { name: 'x', schedules: [] } }],
		['an unknown key', 400, 'invalid_request', 'POST', post, { headers: key(), body: { name: 'x', schedules: [daily], userId: randomUUID() } }],
		['an unknown key of a schedule', 400, 'invalid_request', 'POST', post, medication({ rule: 'FREQ=DAILY' })],
		['an unknown zone', 400, 'invalid_request', 'POST', post, medication({ timeZone: 'Mars/Olympus' })],
		['a POSIX zone', 400, 'invalid_request', 'POST', post, medication({ timeZone: 'EST5EDT4' })],
		['SQL for a zone', 400, 'invalid_request', 'POST', post, medication({ timeZone: drop })],
		['a rule that is none', 400, 'invalid_request', 'POST', post, medication({ rrule: 'FREQ=SOMETIMES' })],
		['SQL for a rule', 400, 'invalid_request', 'POST', post, medication({ rrule: drop })],
		['a rule that never occurs', 422, 'schedule_has_dose', 'POST', post, medication({ rrule: 'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30' })],
		['a start that is an instant', 400, 'invalid_request', 'POST', post, medication({ startsAt: '2026-03-01T08:00:00Z' })],
		['a start that is no day', 400, 'invalid_request', 'POST', post, medication({ startsAt: '2026-02-30T08:00' })],
		['a negative amount', 400, 'invalid_request', 'POST', post, medication({ doseAmount: '-1' })],
		['no amount at all', 422, 'schedules_dose_amount_positive', 'POST', post, medication({ doseAmount: '0' })],
		['half a cycle', 422, 'schedules_cycle_days', 'POST', post, medication({ cycleDaysOn: 3 })],
		['an interval that is none', 400, 'invalid_request', 'POST', post, medication({ grace: 'a while' })],
		['a schedule’s id that is taken', 409, undefined, 'POST', post, medication({ id: scheduleId })],
		['a window without end', 400, 'invalid_request', 'GET', '/v1/people/me/doses?from=2026-03-01T00:00:00Z', {}],
		['a window of no time', 400, 'invalid_request', 'GET', '/v1/people/me/doses?from=yesterday&to=today', {}],
		['a time without offset', 400, 'invalid_request', 'GET', '/v1/people/me/doses?from=2026-03-01T00:00:00&to=2026-03-02T00:00:00', {}],
		['a window the wrong way round', 400, 'invalid_request', 'GET', '/v1/people/me/doses?from=2026-03-02T00:00:00Z&to=2026-03-01T00:00:00Z', {}],
		['a window of a thousand years', 400, 'invalid_request', 'GET', '/v1/people/me/doses?from=2026-01-01T00:00:00Z&to=3026-01-01T00:00:00Z', {}],
		['half a million rows', 422, 'too_many_doses', 'POST', '/v1/rules/occurrences?from=2026-01-01T00:00:00Z&to=2027-01-01T00:00:00Z', { body: { rrule: 'FREQ=MINUTELY', startsAt: '2026-01-01T00:00', timeZone: 'UTC' } }],
		['a limit of a million', 400, 'invalid_request', 'GET', '/v1/people/me/doses/next?limit=1000000', {}],
		['a person that is none', 400, 'invalid_request', 'GET', `/v1/people/${encodeURIComponent("' OR true --")}/medications`, {}],
		['a handle that is none', 400, 'invalid_request', 'PUT', '/v1/people/me/doses/nonsense/taken', { body: {} }],
		['a handle that holds something else', 400, 'invalid_request', 'PUT', `/v1/people/me/doses/v1:${Buffer.from('hello').toString('base64url')}/taken`, { body: {} }],
		['a dose that is not scheduled', 422, 'dose_is_scheduled', 'PUT', `/v1/people/me/doses/${handle(scheduleId, '2026-03-01T08:30:00.000Z')}/taken`, { body: {} }],
		['a schedule that is not there', 404, 'not_found', 'PUT', `/v1/people/me/doses/${handle(randomUUID(), '2026-03-01T08:00:00.000Z')}/taken`, { body: {} }],
		['a medication that is not there', 404, 'not_found', 'POST', `/v1/people/me/medications/${randomUUID()}/inactivate`, { body: {} }],
		['an id that is none', 400, 'invalid_request', 'POST', '/v1/people/me/medications/1;DROP/inactivate', { body: {} }],
		['a change of nothing', 400, 'invalid_request', 'POST', `/v1/people/me/schedules/${scheduleId}/revise`, { headers: key(), body: { effectiveFrom: '2026-03-02T00:00:00Z', changes: {} } }],
		['a change to an unknown key', 400, 'invalid_request', 'POST', `/v1/people/me/schedules/${scheduleId}/revise`, { headers: key(), body: { effectiveFrom: '2026-03-02T00:00:00Z', changes: { id: randomUUID() } } }],
		['a routine of no event', 400, 'invalid_request', 'PUT', '/v1/people/me/routine', { body: { times: { TEA: '17:00' } } }],
		['a move to an unknown zone', 400, 'invalid_request', 'PUT', '/v1/people/me/time-zone', { headers: key(), body: { timeZone: 'Nowhere/Land' } }],
		['times that are none', 400, 'invalid_request', 'POST', '/v1/schedules/from-times', { body: { times: ['25:00'], startsOn: '2026-03-01', timeZone: 'UTC' } }],
		['a sig that is none', 400, 'invalid_request', 'POST', '/v1/schedules/from-sig', { body: { sig: 'WHENEVER', startsOn: '2026-03-01', timeZone: 'UTC' } }],
		['a calendar that is none', 400, 'invalid_request', 'POST', '/v1/schedules/from-ical', { body: { calendar: 'Take one a day' } }],
		['a FHIR Timing that is none', 400, 'invalid_request', 'POST', '/v1/schedules/from-fhir', { body: { timing: { repeat: { frequency: 'often' } }, startsOn: '2026-03-01', timeZone: 'UTC' } }],
		...[
			['POST', '/v1/rules/describe', chinese],
			['POST', '/v1/rules/around?at=2026-03-01T00:00:00Z', chinese],
			['POST', '/v1/schedules/to-times', [chinese]],
			['POST', '/v1/schedules/from-ical', { calendar: `BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART:20260301T080000Z\r\nRRULE:${chinese.rrule}\r\nEND:VEVENT\r\nEND:VCALENDAR` }],
			['POST', '/v1/schedules/from-sig', { sig: '1-2 tab BID', startsOn: '2026-03-01', timeZone: 'UTC' }],
			['POST', '/v1/schedules/from-fhir', { timing: { repeat: { frequency: 1, period: 1, periodUnit: 'd', boundsRange: { low: { value: 3 } } } }, startsOn: '2026-03-01', timeZone: 'UTC' }],
		].map(([method, path, body]): (typeof refused)[number] => [`what is not supported, by ${path as string}`, 422, 'not_supported', method as string, path as string, { body }]),
		['a rule that is not supported, by itself', 422, 'not_supported', 'GET', `/v1/rules/check?rrule=${encodeURIComponent(chinese.rrule)}&timeZone=UTC`, {}],
		['half a million doses counted', 422, 'too_many_doses', 'POST', '/v1/rules/count?from=2026-01-01T00:00:00Z&to=2027-01-01T00:00:00Z', { body: { rrule: 'FREQ=MINUTELY', startsAt: '2026-01-01T00:00', timeZone: 'UTC' } }],
		['a dose moved that is not scheduled', 422, 'moved_dose_is_scheduled', 'PUT', `/v1/people/me/doses/${handle(scheduleId, '2026-03-01T08:30:00.000Z')}/due-at`, { body: { dueAt: '2026-03-01T09:00:00Z' } }],
		['a dose moved of a schedule that is not there', 404, 'not_found', 'PUT', `/v1/people/me/doses/${handle(randomUUID(), '2026-03-01T08:00:00.000Z')}/due-at`, { body: { dueAt: '2026-03-01T09:00:00Z' } }],
		['a dose skipped that is not scheduled', 422, 'dose_is_scheduled', 'PUT', `/v1/people/me/doses/${handle(scheduleId, '2026-03-01T08:30:00.000Z')}/skipped`, { body: {} }],
		['an extra dose of nothing', 422, 'dose_taken_amount_positive', 'PUT', `/v1/people/me/schedules/${scheduleId}/extra/2026-03-01T08:30:00Z`, { body: { amount: '0' } }],
		['a correction to a rule that never occurs', 422, 'schedule_has_dose', 'POST', `/v1/people/me/schedules/${scheduleId}/correct`, { body: { rrule: 'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30' } }],
		['an alarm that is none', 400, 'invalid_request', 'GET', '/v1/people/me/calendar.ics?alarm=loud', {}],
		['an address that is none', 404, 'not_found', 'GET', '/v1/nothing/here', {}],
	];
	for (const [what, status, type, method, path, request] of refused) {
		test(`refused: ${what}`, async () => {
			const before = await everything();
			const answer = await call(method, path, { ...request, token });
			isProblem(answer, status, type);
			if (status === 400) assert.ok(answer.body.errors?.length > 0 || answer.body.detail.length > 10);
			assert.deepEqual(await everything(), before, 'nothing half-written');
		});
	}

	const hints: [string, string | undefined, string, string, Request][] = [
		['a route for a function', 'Record a dose at the scheduledFor that GET /v1/people/{person}/doses gives.', 'PUT', `/v1/people/me/doses/${handle(scheduleId, '2026-03-01T08:30:00.000Z')}/taken`, { body: {} }],
		['a route, and not a function without one', 'Pass a doseId as GET /v1/people/{person}/doses gave it.', 'PUT', '/v1/people/me/doses/nonsense/taken', { body: {} }],
		['a route for one that is not as needed', 'Record one of them: call PUT /v1/people/{person}/doses/{doseId}/taken.', 'PUT', `/v1/people/me/schedules/${scheduleId}/taken/2026-03-01T08:00:00Z`, { body: {} }],
		['the API’s names', 'Name what is to change, as {"doseAmount": 10}.', 'POST', `/v1/people/me/schedules/${scheduleId}/revise`, { headers: key(), body: { effectiveFrom: '2026-03-02T00:00:00Z', changes: {} } }],
		['no setting', 'Narrow the window.', 'POST', '/v1/rules/occurrences?from=2026-01-01T00:00:00Z&to=2027-01-01T00:00:00Z', { body: { rrule: 'FREQ=MINUTELY', startsAt: '2026-01-01T00:00', timeZone: 'UTC' } }],
		['no view', undefined, 'POST', post, medication({ timeZone: 'Mars/Olympus' })],
	];
	for (const [what, hint, method, path, request] of hints) {
		test(`a hint that a client can follow: ${what}`, async () => {
			assert.equal((await call(method, path, { ...request, token })).body.hint, hint);
		});
	}

	test('a hint’s way out is one', async () => {
		const dose = `/v1/people/me/doses/${handle(scheduleId, '2026-03-01T08:00:00.000Z')}`;
		assert.equal((await call('PUT', `${dose}/skipped`, { token, body: {} })).status, 200);
		const refusal = await call('PUT', `${dose}/taken`, { token, body: {} });
		assert.equal(refusal.body.hint, 'If it was taken after all, call DELETE /v1/people/{person}/doses/{doseId}/record first.');
		assert.equal((await call('DELETE', `${dose}/record`, { token })).status, 200);
		assert.equal((await call('PUT', `${dose}/taken`, { token, body: {} })).status, 200);
		assert.equal((await call('DELETE', `${dose}/record`, { token })).status, 200);
	});

	const missing: [string, string, string, string, Request][] = [
		['header.idempotency-key', 'the header Idempotency-Key is missing', 'POST', post, { body: { name: 'x', schedules: [daily] } }],
		['query.to', 'the query parameter to is missing', 'GET', '/v1/people/me/doses?from=2026-03-01T00:00:00Z', {}],
		['json.name', 'name is missing', 'POST', post, { headers: key(), body: { schedules: [daily] } }],
		['json.schedules.0.timeZone', 'schedules.0.timeZone is missing', 'POST', post, medication({ timeZone: undefined })],
		['query.from', 'not an instant with its offset, as 2026-03-01T07:00:00Z', 'GET', '/v1/people/me/doses?from=today&to=2026-03-01T00:00:00Z', {}],
	];
	for (const [path, message, method, address, request] of missing) {
		test(`what is missing is named: ${message}`, async () => {
			const answer = await call(method, address, { ...request, token });
			assert.deepEqual(answer.body.errors, [{ path, message }]);
		});
	}

	test('SQL in a name is a name', async () => {
		const created = await call('POST', post, { token, headers: key(), body: { name: drop, notes: drop, schedules: [{ ...daily, instructions: drop }] } });
		assert.equal(created.status, 201);
		const list = await call('GET', '/v1/people/me/medications', { token });
		assert.ok(list.body.some((m: any) => m.name === drop && m.notes === drop && m.schedules[0].instructions === drop));
	});
});

byBothWays('retries', (call) => {
	const sub = randomUUID();
	const body = { name: 'once', schedules: [daily] };
	let token: string;
	before(async () => {
		token = await signed({ sub });
	});
	const post = (headers: Record<string, string>, content: object = body, as = token) => call('POST', '/v1/people/me/medications', { token: as, headers, body: content });
	const count = async () => (await tables.rows((medsched) => medsched`select from medsched.medications where user_id = ${sub}`)).length;

	test('the same request with the same key is done once, with the same answer', async () => {
		const headers = key();
		const answers = await Promise.all(Array.from({ length: 10 }, () => post(headers)));
		assert.deepEqual(new Set(answers.map((a) => `${a.status} ${a.body.id}`)).size, 1);
		assert.equal(answers[0]?.status, 201);
		assert.equal(await count(), 1);
	});

	test('another request with that key is refused', async () => {
		const headers = key();
		assert.equal((await post(headers)).status, 201);
		isProblem(await post(headers, { ...body, name: 'another' }), 422, 'idempotency_key_reused');
		assert.equal(await count(), 2);
	});

	test('what failed may be sent again with its key', async () => {
		const headers = key();
		isProblem(await post(headers, { name: 'once', schedules: [{ ...daily, timeZone: 'Mars/Olympus' }] }), 400);
		assert.equal((await post(headers)).status, 201);
	});

	test('a key is its caller’s own', async () => {
		const headers = key();
		const mine = await post(headers);
		const theirs = await post(headers, body, await signed({ sub: randomUUID() }));
		assert.equal(theirs.status, 201);
		assert.notEqual(theirs.body.id, mine.body.id);
	});

	test('a connection that is lost on the way is not the caller’s trouble', async () => {
		const before = await count();
		const headers = key();
		const kill = async () => {
			for (let round = 0; round < 10; round++) {
				await sql`select pg_terminate_backend(pid) from pg_stat_activity
					where backend_type = 'client backend' and pid <> pg_backend_pid() and datname = current_database()`;
				await sleep(20);
			}
		};
		const [, ...answers] = await Promise.all([kill(), ...Array.from({ length: 20 }, (_, i) => sleep(i * 10).then(() => post(headers)))]);
		assert.deepEqual(answers.map((a) => a.status), Array(20).fill(201));
		assert.equal(await count(), before + 1);
	});

	test('a dose recorded by ten requests at once is recorded once', async () => {
		const scheduleId = randomUUID();
		await post(key(), { name: 'raced', schedules: [{ id: scheduleId, ...daily }] });
		const path = `/v1/people/me/doses/${handle(scheduleId, '2026-03-01T08:00:00.000Z')}/taken`;
		const answers = await Promise.all(Array.from({ length: 10 }, () => call('PUT', path, { token, body: {} })));
		assert.deepEqual(answers.map((a) => a.status), Array(10).fill(200));
		assert.equal(answers.filter((a) => a.body.newlyTaken).length, 1);
	});
});

byBothWays('what needs no token', (call) => {
	test('the page', async () => {
		const answer = await call('GET', '/');
		assert.equal(answer.status, 200);
		assert.equal(answer.type, 'text/html');
		assert.match(answer.headers['content-security-policy'] ?? '', /default-src 'none'/);
		assert.match(answer.body, /name="viewport"/);
		assert.doesNotMatch(answer.headers['content-security-policy'] ?? '', /unsafe|https?:|\*/);
		assert.doesNotMatch(answer.body, /<script(?! type="module" src="\/)|<style|style=|\son\w+=|https?:/);
		for (const [path, type] of [
			['/page.js', 'text/javascript'],
			['/worker.js', 'text/javascript'],
			['/page.css', 'text/css'],
			['/manifest.webmanifest', 'application/manifest+json'],
			['/icon.svg', 'image/svg+xml'],
			['/icon-192.png', 'image/png'],
		] as const) {
			const file = await call('GET', path);
			assert.deepEqual([file.status, file.type], [200, type], path);
		}
	});
	test('whether it is well', async () => assert.deepEqual((await call('GET', '/healthz')).body, { status: 'ok' }));
	test('its description, made of the routes', async () => {
		const { body } = await call('GET', '/openapi.json');
		assert.equal(body.openapi, '3.1.0');
		const paths = Object.entries<any>(body.paths);
		const summaries = new Set<string>();
		const ids = new Set<string>();
		assert.ok(paths.length >= 24, `${paths.length}`);
		for (const [path, methods] of paths) {
			for (const [method, route] of Object.entries<any>(methods)) {
				assert.ok(path.startsWith('/v1/'), path);
				assert.ok(Object.keys(route.responses).some((s) => s.startsWith('2')), `${method} ${path}`);
				assert.ok(route.summary?.length > 5, `${method} ${path} has no summary`);
				assert.ok(!summaries.has(route.summary), `${method} ${path} has another’s summary`);
				summaries.add(route.summary);
				assert.match(route.operationId ?? '', /^[a-z]+[A-Z]\w+$/, `${method} ${path} has no id`);
				assert.ok(!ids.has(route.operationId), `${method} ${path} has the id of another, ${route.operationId}`);
				ids.add(route.operationId);
				assert.equal(route.responses['401'].content['application/problem+json'].schema['$ref'], '#/components/schemas/Problem');
				for (const [, name] of path.matchAll(/\{(\w+)\}/g)) {
					assert.ok(route.parameters.some((p: any) => p.in === 'path' && p.name === name && p.required), `${method} ${path} ${name}`);
				}
			}
		}
		assert.deepEqual(unsaid(body), []);
		for (const [name, { type }] of Object.entries<any>(body.components.schemas)) assert.ok(![type].flat().includes('null'), `${name} is null in no place, or in all`);
		assert.deepEqual(body.security, [{ bearer: [] }]);
		assert.deepEqual(body.servers.map(({ url }: any) => url), ['/']);
		assert.equal(body.info.license.name, 'PostgreSQL License');
		assert.ok(body.components.schemas.Dose.properties.doseId);
	});
});

byBothWays('every route', (call) => {
	const caller = randomUUID();
	const token = signed({ sub: caller, scope: OPERATOR });
	const large = `"${'x'.repeat(300_000)}"`;

	interface Example {
		operationId: string;
		method: string;
		responses: string[];
		/** Its address, with the examples of its parameters. */
		address: (person: string) => string;
		hasBody: boolean;
		hasKey: boolean;
		/** What it takes, by the examples of its description. */
		body: { body?: unknown };
	}

	async function routes(): Promise<Example[]> {
		const { document } = new Description((await call('GET', '/openapi.json')).body);
		return Object.entries<any>(document.paths).flatMap(([path, methods]) =>
			Object.entries<any>(methods).map(([method, { operationId, parameters = [], requestBody, responses }]) => {
				const of = (place: string) => parameters.filter((parameter: any) => parameter.in === place && parameter.required);
				const query = of('query').map(({ name, schema }: any) => `${name}=${encodeURIComponent(exampleOf(document, schema) as string)}`);
				const people = (person: string) => (parameters.some(({ name }: any) => name === 'people') ? [`people=${person}`] : []);
				return {
					operationId,
					method: method.toUpperCase(),
					responses: Object.keys(responses),
					address: (person: string) => {
						const filled = path.replace(/\{(\w+)\}/g, (_: string, name: string) =>
							name === 'person' ? person : encodeURIComponent(String(exampleOf(document, of('path').find((parameter: any) => parameter.name === name).schema))),
						);
						return `${filled}?${[...query, ...people(person)].join('&')}`;
					},
					hasBody: requestBody !== undefined,
					hasKey: parameters.some(({ name }: any) => name === 'idempotency-key'),
					body: requestBody === undefined ? {} : { body: exampleOf(document, requestBody.content['application/json'].schema) },
				};
			}),
		);
	}

	test('refuses what it does not know in the query', async () => {
		for (const { method, address, body } of await routes()) {
			const answer = await call(method, `${address('me')}&form=2026-03-01T00:00:00Z`, { token: await token, headers: key(), ...body });
			isProblem(answer, 400, 'invalid_request');
			assert.match(JSON.stringify(answer.body.errors), /form/, `${method} ${address('me')}`);
		}
	});

	test('wants a token', async () => {
		for (const { method, address, body } of await routes()) isProblem(await call(method, address('me'), body), 401, 'unauthorized');
	});

	test('about a person or the service wants the right to it', async () => {
		const stranger = await signed({ sub: randomUUID() });
		for (const { method, address, body, responses } of await routes()) {
			if (responses.includes('403')) isProblem(await call(method, address(caller), { token: stranger, headers: key(), ...body }), 403, 'forbidden');
		}
	});

	test('with a body wants it in JSON, and no larger than it can be', async () => {
		for (const { method, address, hasBody } of await routes()) {
			if (!hasBody) continue;
			isProblem(await call(method, address('me'), { token: await token, headers: { ...key(), 'content-type': 'text/plain' }, body: 'x' }), 415, 'invalid_request');
			isProblem(await call(method, address('me'), { token: await token, headers: key(), body: large }), 413, 'too_large');
		}
	});

	test('takes the examples of its description, and says so when there is nothing by that id', async () => {
		for (const { operationId, method, address, body, responses } of await routes()) {
			const answer = await call(method, address('me'), { token: await token, headers: key(), ...body });
			if (responses.includes('404')) isProblem(answer, 404, 'not_found');
			else if (!(process.env['MEDSCHED_EDITION'] === 'managed' && operationId === 'getCalendarIcs')) assert.ok(answer.status < 300, `${operationId}: ${answer.status} ${JSON.stringify(answer.body)}`);
		}
	});

	test('that takes an Idempotency-Key refuses one that was used for another request', async () => {
		const headers = key();
		const created = await call('POST', '/v1/people/me/medications', { token: await token, headers, body: { name: 'aspirin', schedules: [daily] } });
		assert.equal(created.status, 201, JSON.stringify(created.body));
		for (const { method, address, body, hasKey } of await routes()) {
			if (hasKey) isProblem(await call(method, address('me'), { token: await token, headers, ...body }), 422, 'idempotency_key_reused');
		}
	});
});

/** Where a description leaves open what a text looks like, or which numbers there are. */
function unsaid(part: any, path: string[] = []): string[] {
	if (typeof part !== 'object' || part === null) return [];
	const types = [part.type].flat();
	const isOpen = types.includes('string')
		? part.type && !part.format && !part.pattern && !part.enum && part.example === undefined && path.at(-1) !== 'propertyNames'
		: types.includes('integer') && part.minimum === undefined && part.example === undefined;
	return [
		...(isOpen && path.includes('schema') || isOpen && path.includes('schemas') ? [path.join('/')] : []),
		...Object.entries(part).flatMap(([key, value]) => (key === 'example' ? [] : unsaid(value, [...path, key]))),
	];
}

/** A value as a schema of the description has it: its example, or the least that it takes. */
function exampleOf(document: any, schema: any): unknown {
	if (schema.$ref) return exampleOf(document, document.components.schemas[schema.$ref.split('/').at(-1)]);
	if (schema.example !== undefined) return schema.example;
	if (schema.allOf) return Object.assign({}, ...schema.allOf.map((part: any) => exampleOf(document, part)));
	const [first] = schema.anyOf ?? schema.oneOf ?? schema.enum ?? [];
	if (first !== undefined) return schema.enum ? first : exampleOf(document, first);
	switch ([schema.type].flat()[0]) {
		case 'object':
			return Object.fromEntries((schema.required ?? []).map((name: string) => [name, exampleOf(document, schema.properties[name])]));
		case 'array':
			return schema.minItems ? [exampleOf(document, schema.items)] : [];
		case 'integer':
			return schema.minimum ?? 1;
		case 'boolean':
			return true;
		default:
			throw new Error(`a value needs an example: ${JSON.stringify(schema)}`);
	}
}

describe('coverage', () => {
	const tree = new URL('../../../../', import.meta.url);
	const read = async (directory: string, name: RegExp) => {
		const files = (await readdir(new URL(directory, tree), { recursive: true })).filter((file) => name.test(file));
		return (await Promise.all(files.map((file) => readFile(new URL(`${directory}/${file}`, tree), 'utf8')))).join('\n');
	};
	const operations = async () => {
		const { call, close } = await overHttp();
		const { body } = await call('GET', '/openapi.json').finally(close);
		return Object.entries<object>(body.paths).flatMap(([path, methods]) => Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`));
	};

	test('every function of medsched has its place in the API', async () => {
		// What the worker calls, too.
		const source = await read('examples/api/src', /\.ts$/);
		// The package has every function, as its own test holds against the catalog.
		const functions = Object.entries(medsched).filter(([, wrapper]) => typeof wrapper === 'function' && 'definition' in wrapper).map(([name]) => name);
		// What SQL computes columns with, what is for tests, and what is for the tables' owner.
		const parts = ['resetForTests', 'importUser', 'doseId', 'doseStatus', 'doseStatusBeforeNext', 'graceEndedBefore', 'isOnTime', 'isWithinTolerance', 'percentageTaken'];
		// What another gives more of.
		const less = ['createMedication', 'markDoseTaken', 'skipDose', 'undoDose', 'moveDose', 'completeReminder'];
		const missing = functions.filter((name) => ![...parts, ...less].includes(name) && !new RegExp(`\\b${name}(?:[.]sql)?\\(`).test(source));
		assert.deepEqual(missing, []);
		assert.ok(functions.length > 40);
	});

	test('every hint of medsched’s that clients see speaks of routes', async () => {
		// Not what is raised at a proxy, by functions that others write.
		const source = `${await read('src', /\.c$/)}\n${await read('sql', /\d\d-(?!proxy)[a-z-]+\.sql$/)}`;
		const written = source.matchAll(/errhint\("((?:[^"\\]|\\.)*)"|HINT = (?:pg_catalog\.format\()?'((?:[^']|'')*)'/g);
		const hints = [...new Set([...written].map(([, c, plpgsql]) => c ?? plpgsql!.replaceAll("''", "'")))];
		assert.ok(hints.length > 60, `${hints.length}`);
		const routes = await operations();
		const seen = hints.map(hintForClients);
		for (const hint of seen) {
			assert.doesNotMatch(hint ?? '', /medsched\.|[a-z]_[a-z]|\w\(\)|pg_/);
			for (const [route] of (hint ?? '').matchAll(/[A-Z]+ \/v1[\w/{}-]*/g)) assert.ok(routes.includes(route), route);
		}
		// What no client can do anything about.
		assert.deepEqual(hints.filter((_, i) => seen[i] === undefined).sort(), [
			'A trigger may suppress the insert, or other sessions record and delete the same entry: try again.',
			'A trigger may suppress the insert, or other sessions record and undo the same dose: try again.',
			'Add it as medsched.create_tables() makes it.',
			"Call medsched.erase_user() as the tables' owner, or as a role that a policy USING (true) shows all rows of the three tables.",
			"Call medsched.export_user() as the tables' owner, or as a role that a policy USING (true) shows all rows of every table.",
			'Call medsched.partition_doses() in a transaction of its own.',
			'Call medsched.reset_for_tests() outside a transaction.',
			'Create a database for tests, and call medsched.reset_for_tests() before anything is written to it.',
			'Create the tables with SELECT medsched.create_tables().',
			'Give it the policies of "medsched.dose_taken": without one, no other role than its owner sees which doses were moved.',
			'Give it the type back that medsched.create_tables() made it with.',
			"Give the trigger the name of the column that holds the person's id: medsched.erase_with_account('user_id').",
			'Have changes recorded from now on with SELECT medsched.enable_history().',
			'Have reminders queued from now on with SELECT medsched.enable_reminders().',
			'Let medsched.create_tables() create the triggers.',
			'Rename it or drop it, then call medsched.create_tables() again.',
			'The names are in the view pg_timezone_names.',
			'To delete everything of a person, their history too, call medsched.erase_user().',
			"Use date_trunc('second', ...).",
			'medsched.check_integrity() lists the schedules that cannot be read.',
			'medsched.create_tables() has your views use the new one.',
			'medsched.partition_doses() is for a table in one piece, or one partitioned by RANGE (scheduled_for).',
		]);
		for (const route of Object.values(routeOf)) assert.ok(routes.includes(route), route);
	});

	test('an argument that the package refuses, before the database is asked, is the request’s fault as well', async () => {
		const { db, close } = openDatabase(1);
		const person = randomUUID();
		const window = { from: '2026-03-01T00:00:00Z', to: '2026-03-02T00:00:00Z' };
		for (const [refused, detail] of [
			[() => medsched.upcomingDoses(db, { userId: person, ...window, to: '2026-03-02' }), /2026-03-02/],
			[() => medsched.markDoseTaken(db, { userId: person } as never), /schedule/i],
			[() => medsched.skipDose(db, { userId: person, scheduleId: person, scheduledFor: window.from, why: 'x' } as never), /why/],
		] as [() => PromiseLike<unknown>, RegExp][]) {
			const body = problemBodyOf(await refused().then(() => assert.fail(), (thrown: unknown) => thrown));
			assert.deepEqual([body.type, body.status], ['urn:medsched:invalid_request', 400], body.detail);
			assert.match(body.detail, detail);
		}
		await close();
	});

	test('an answer that is not as described is found', async () => {
		const { call, close } = await overHttp();
		const description = new Description((await call('GET', '/openapi.json').finally(close)).body);
		const answer = (body: unknown, more: Partial<Answer> = {}): Answer => ({ status: 200, type: 'application/json', headers: {}, body, ...more });
		const me = { id: randomUUID(), actsFor: [] };
		description.check('GET', '/v1/me', answer(me));
		for (const wrong of [
			answer({ ...me, name: 'Ada' }),
			answer({ ...me, id: 'Ada' }),
			answer({ ...me, actsFor: [{ id: me.id, name: 'Ben', born: 1950 }] }),
			answer({ id: me.id }),
			answer(me, { status: 201 }),
			answer('', { type: 'text/html' }),
		]) {
			assert.throws(() => description.check('GET', '/v1/me', wrong), { code: 'ERR_ASSERTION' }, JSON.stringify(wrong));
		}
		assert.throws(() => description.check('PUT', `/v1/people/me/stock-entries/${me.id}`, answer({ more: 1 })), /"more"/);
	});

	test('each status that the description of a route has is one that it answers with', async () => {
		const { call, close } = await overHttp();
		const { body } = await call('GET', '/openapi.json').finally(close);
		const unseen = Object.values<any>(body.paths)
			.flatMap((methods) => Object.values<any>(methods))
			.flatMap(({ operationId, responses }) => Object.keys(responses).filter((status) => !seen(operationId).has(Number(status))).map((status) => `${operationId} ${status}`));
		// When the server or the database is in trouble, any route answers with these.
		const other = process.env['MEDSCHED_EDITION'] === 'managed' ? ['getCalendarIcs 200'] : [];
		assert.deepEqual(unseen.filter((status) => !/ 50[03]$/.test(status)), other);
	});

	test('the README lists the routes', async () => {
		const readme = await read('examples/api', /^README\.md$/);
		const listed = [...readme.matchAll(/^\| `([A-Z]+) (\S+)` \|/gm)].map(([, method, path]) => `${method} ${path}`);
		assert.deepEqual(listed.sort(), (await operations()).sort());
	});
});

function encode(part: object): string {
	return Buffer.from(JSON.stringify(part)).toString('base64url');
}
