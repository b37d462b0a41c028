/**
 * A dose is recorded, and the answer is lost with the connection: whoever tries
 * again learns that it was recorded, and by which attempt.
 */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { createRequire } from 'node:module';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { createMedication, isRetryable, markDoseTaken, MedschedError } from '../../clients/drizzle/build/src/index.js';
import { POOLED, postgresJs } from '../../clients/drizzle/build/test/connections.js';
import { drizzle } from '../../clients/drizzle/node_modules/drizzle-orm/node-postgres/index.js';

const pg = createRequire(new URL('../../clients/drizzle/package.json', import.meta.url))('pg');
const direct = postgresJs({ host: process.env.MEDSCHED_SERVER_HOST, ...POOLED, max: 2 });
after(direct.close);

const userId = randomUUID();
const scheduleId = randomUUID();
const dose = { userId, scheduleId, scheduledFor: '2026-03-01T08:00:00Z' };

const schedules = [{ id: scheduleId, startsAt: '2026-03-01T08:00:00', timeZone: 'UTC', rrule: null }];

async function until(condition) {
	while (!(await condition())) await sleep(10);
}

test('a commit whose answer nobody got', { timeout: 120_000 }, async () => {
	await createMedication(direct.db, { userId, name: 'metformin', schedules });
	const phone = new pg.Client();
	phone.on('error', () => {});
	await phone.connect();

	let lost;
	let backend;
	await direct.client.begin(async (holder) => {
		// The call has to wait in the server, so that we can hang up meanwhile.
		await holder.unsafe('select from medsched.schedules where id = $1 for update', [scheduleId]);
		lost = markDoseTaken(drizzle(phone), { ...dose, recordedBy: 'first attempt' }).then(() => 'answered', (thrown) => thrown);
		await until(async () => {
			const [waiting] = await direct.client.unsafe(`select pid from pg_stat_activity where wait_event_type = 'Lock' and query like '%mark_dose_taken%'`);
			backend = waiting?.pid;
			return backend !== undefined;
		});
		phone.connection.stream.destroy();
		lost = await lost;
	});
	assert.ok(isRetryable(lost), `${lost}`);
	await until(async () => (await direct.client.unsafe('select from pg_stat_activity where pid = $1', [backend])).length === 0);

	const again = await markDoseTaken(direct.db, { ...dose, recordedBy: 'second attempt' });
	assert.deepEqual([again.newlyTaken, again.recordedBy], [false, 'first attempt']);
});

test('a medication that is sent again, with its schedules’ ids, is not there twice', async () => {
	await assert.rejects(createMedication(direct.db, { userId, name: 'metformin', schedules }), (thrown) => MedschedError.from(thrown).is('schedules_pkey'));
	const [{ n }] = await direct.client.unsafe('select count(*)::int as n from medsched.medications where user_id = $1', [userId]);
	assert.equal(n, 1);
});
