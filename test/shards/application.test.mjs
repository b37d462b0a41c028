/** The package and the API at the proxy, through PgBouncer: they do what they do on one server, and tell the same rules. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { createRequire } from 'node:module';
import { after, describe, test } from 'node:test';
import {
	adherence, createMedication, isRetryable, markDoseTaken, markDosesTaken, MedschedError, skipDose, upcomingDoses,
} from '../../clients/drizzle/build/src/index.js';
import { drizzle } from '../../clients/drizzle/node_modules/drizzle-orm/node-postgres/index.js';
import { overHttp, signed } from '../../examples/api/build/test/harness.js';
import { OPERATOR } from '../../examples/api/build/src/auth.js';

const pg = createRequire(new URL('../../clients/drizzle/package.json', import.meta.url))('pg');
const pool = new pg.Pool({ max: 4 });
after(() => pool.end());
const db = drizzle(pool);

const window = { from: '2026-03-01T00:00:00Z', to: '2026-03-04T00:00:00Z' };
const daily = (id) => ({ id, startsAt: '2026-03-01T08:00:00', timeZone: 'UTC', rrule: 'FREQ=DAILY', doseAmount: '0.5', doseUnit: 'mg' });
const refused = (call, ...names) => assert.rejects(call, (thrown) => MedschedError.from(thrown)?.is(...names) || assert.fail(`${thrown}`));

describe('the package', () => {
	// Of twelve, each shard has some.
	for (let n = 0; n < 12; n++) {
		test(`person ${n}`, async () => {
			const userId = randomUUID();
			const scheduleId = randomUUID();
			const medication = { userId, name: 'warfarin', schedules: [daily(scheduleId)] };
			const medicationId = await createMedication(db, medication);
			const doses = await upcomingDoses(db, { userId, ...window });
			assert.deepEqual(doses.map((d) => [d.scheduledFor, d.doseAmount, d.medicationId, d.status]),
				['01', '02', '03'].map((day) => [`2026-03-${day}T08:00:00Z`, '0.5', medicationId, 'missed']));
			const dose = { userId, scheduleId, scheduledFor: '2026-03-01T08:00:00Z' };
			assert.equal((await markDoseTaken(db, { ...dose, takenAt: '2026-03-01T08:05:00Z' })).newlyTaken, true);
			assert.equal((await markDoseTaken(db, dose)).newlyTaken, false);
			const [report] = await adherence(db, { userId, ...window });
			assert.deepEqual([report.scheduled, report.taken, report.missed, report.percentage].map(String), ['3', '1', '2', '33.3']);
			const several = await markDosesTaken(db, { userId, doseIds: [doses[1].doseId, doses[1].doseId.slice(0, -1)] });
			assert.deepEqual(several.map((r) => MedschedError.ofResult(r)?.code), [undefined, '22023']);

			await refused(skipDose(db, dose), 'dose_already_taken');
			await refused(markDoseTaken(db, { ...dose, scheduledFor: '2026-03-01T08:30:00Z' }), 'dose_is_scheduled');
			await refused(markDoseTaken(db, { ...dose, scheduleId: randomUUID() }), 'schedule_exists');
			await refused(createMedication(db, medication), 'schedules_pkey');
			await refused(createMedication(db, { ...medication, name: ' ' }), 'medications_name_not_blank');
		});
	}

	test('an error that is no rule’s has its code', async () => {
		const thrown = await upcomingDoses(db, { userId: randomUUID(), from: window.to, to: window.from }).catch((error) => error);
		const error = MedschedError.from(thrown);
		assert.deepEqual([error.code, error.constraint, error.message.includes('REMOTE'), isRetryable(thrown)], ['22023', undefined, false, false]);
	});
});

test('the API', async () => {
	const { call, close } = await overHttp();
	after(close);
	const sub = randomUUID();
	const token = await signed({ sub });
	const key = () => ({ 'idempotency-key': randomUUID() });
	const scheduleId = randomUUID();
	const request = { token, headers: key(), body: { name: 'warfarin', schedules: [{ ...daily(scheduleId), startsAt: '2026-03-01T08:00' }] } };
	const created = await call('POST', '/v1/people/me/medications', request);
	assert.equal(created.status, 201, JSON.stringify(created.body));
	assert.deepEqual((await call('POST', '/v1/people/me/medications', request)).body, created.body);

	const doses = await call('GET', '/v1/people/me/doses?from=2026-03-01T00:00:00Z&to=2026-03-04T00:00:00Z', { token });
	assert.equal(doses.body.length, 3, JSON.stringify(doses.body));
	const dose = (n) => `/v1/people/me/doses/${encodeURIComponent(doses.body[n].doseId)}`;
	assert.equal((await call('PUT', `${dose(0)}/taken`, { token, body: {} })).body.newlyTaken, true);
	const problem = await call('PUT', `${dose(0)}/skipped`, { token, body: {} });
	assert.deepEqual([problem.status, problem.body.type], [409, 'urn:medsched:dose_already_taken']);
	assert.equal((await call('DELETE', `${dose(0)}/record`, { token })).body.removed.outcome, 'taken');

	const change = { token, headers: key(), body: { effectiveFrom: '2026-03-03T00:00:00Z', changes: { doseAmount: '1' } } };
	const revised = await call('POST', `/v1/people/me/schedules/${scheduleId}/revise`, change);
	assert.equal(revised.status, 200, JSON.stringify(revised.body));
	const again = await call('POST', `/v1/people/me/schedules/${scheduleId}/revise`, { ...change, headers: key() });
	assert.deepEqual([again.status, again.body.type, again.body.scheduleId], [409, 'urn:medsched:schedule_not_replaced', revised.body.scheduleId]);

	const operator = await signed({ sub: randomUUID(), scope: `openid ${OPERATOR}` });
	const all = await call('GET', '/v1/operator/due-doses?from=2026-03-01T00:00:00Z&to=2026-03-04T00:00:00Z&limit=10000', { token: operator });
	assert.equal(all.body.filter((d) => d.userId === sub).length, 3);
	const erased = await call('DELETE', `/v1/operator/people/${sub}`, { token: operator });
	assert.deepEqual([erased.body.medications, erased.body.schedules], [1, 2]);
});
