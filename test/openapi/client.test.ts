/** The API by a client whose types are generated from its description: what compiles is what it takes and answers. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, test } from 'node:test';
import createClient from 'openapi-fetch';
import type { components, operations, paths } from './build/paths.js';

interface Harness {
	overHttp(): Promise<{ url: string; close: () => Promise<void> }>;
	signed(claims: object): Promise<string>;
}

const harness = new URL('../../../examples/api/build/test/harness.js', import.meta.url);
const { overHttp, signed } = (await import(harness.href)) as Harness;
const { url, close } = await overHttp();
after(close);

const token = await signed({ sub: randomUUID() });
const api = createClient<paths>({ baseUrl: url, headers: { authorization: `Bearer ${token}` } });
const me = { person: 'me' };
const key = () => ({ 'idempotency-key': randomUUID() });

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const types: true[] = [
	true satisfies Same<components['schemas']['Dose']['takenAt'], string | null>,
	true satisfies Same<components['schemas']['Dose']['status'], 'taken' | 'skipped' | 'extra' | 'upcoming' | 'due' | 'missed'>,
	true satisfies Same<components['schemas']['ScheduleInput']['doseAmount'], string | number | null | undefined>,
	true satisfies Same<keyof operations['getDoses']['responses'], 200 | 400 | 401 | 403 | 422 | 500 | 503>,
	true satisfies Same<operations['deleteMeCaregivers']['requestBody'], undefined>,
];

test('a day with a medication', async () => {
	const created = await api.POST('/v1/people/{person}/medications', {
		params: { path: me, header: key() },
		body: { name: 'ibuprofen', schedules: [{ startsAt: '2026-03-01T08:00', timeZone: 'Europe/Berlin', rrule: 'FREQ=DAILY;BYHOUR=8,20', doseAmount: 400, doseUnit: 'mg', instructions: null }] },
	});
	assert.equal(created.response.status, 201, JSON.stringify(created.error));
	const { id, schedules } = created.data!;
	assert.equal(schedules[0]?.state, 'current');

	const window = { from: '2026-03-01T00:00:00Z', to: '2026-03-02T00:00:00Z' };
	const { data: doses = [] } = await api.GET('/v1/people/{person}/doses', { params: { path: me, query: window } });
	assert.deepEqual(doses.map((dose) => [dose.scheduledFor, dose.localTime, dose.doseAmount, dose.status]), [
		['2026-03-01T07:00:00Z', '2026-03-01T08:00:00', '400', 'missed'],
		['2026-03-01T19:00:00Z', '2026-03-01T20:00:00', '400', 'missed'],
	]);

	const { doseId } = doses[0]!;
	const taken = await api.PUT('/v1/people/{person}/doses/{doseId}/taken', { params: { path: { ...me, doseId } }, body: { takenAt: '2026-03-01T07:02:00Z' } });
	assert.deepEqual([taken.data?.newlyTaken, taken.data?.takenAt], [true, '2026-03-01T07:02:00Z']);
	const undone = await api.DELETE('/v1/people/{person}/doses/{doseId}/record', { params: { path: { ...me, doseId } } });
	assert.equal(undone.data?.removed?.outcome, 'taken');

	const ended = await api.POST('/v1/people/{person}/medications/{medicationId}/inactivate', { params: { path: { ...me, medicationId: id } }, body: {} });
	assert.ok(Date.parse(ended.data!.inactivatedAt) <= Date.now());
});

test('what is refused is a problem', async () => {
	const params = { path: { ...me, medicationId: randomUUID() }, header: key() };
	const { data, error, response } = await api.POST('/v1/people/{person}/medications/{medicationId}/schedules', { params, body: { startsAt: '2026-03-01T08:00', timeZone: 'UTC' } });
	assert.equal(data, undefined);
	assert.equal(response.status, 404);
	const problem: components['schemas']['Problem'] = error!;
	assert.equal(problem.type, 'urn:medsched:not_found');
	assert.match(problem.detail, /^medication "/);
});

test('what the description does not have does not compile', async () => {
	const wrong = async () => {
		// @ts-expect-error: there is no such route
		await api.GET('/v1/people/{person}/pills', { params: { path: me } });
		// @ts-expect-error: the window is missing
		await api.GET('/v1/people/{person}/doses', { params: { path: me } });
		// @ts-expect-error: as is the Idempotency-Key
		await api.POST('/v1/people/{person}/medications', { params: { path: me }, body: { name: 'x', schedules: [] } });
		// @ts-expect-error: a schedule has its time zone
		await api.POST('/v1/people/{person}/medications', { params: { path: me, header: key() }, body: { name: 'x', schedules: [{ startsAt: '2026-03-01T08:00' }] } });
		const { data } = await api.GET('/v1/people/{person}/schedules', { params: { path: me } });
		// @ts-expect-error: nor is there such a state
		data?.some(({ state }) => state === 'finished');
	};
	assert.equal(typeof wrong, 'function');
	assert.equal(types.length, 5);
});
