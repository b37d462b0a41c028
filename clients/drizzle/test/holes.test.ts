/** What a query that failed among its rows leaves to the next one of its connection. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, beforeEach, describe, test } from 'node:test';
import { gt, sql } from 'drizzle-orm';
import { countOccurrences, createMedication, markDoseTaken, upcomingDoses } from '../src/index.js';
import { POOLED, postgresJs } from './connections.js';

describe('after a query that failed among its rows', () => {
	const { db, close } = postgresJs({ ...POOLED, max: 1 });
	after(close);

	const userId = randomUUID();
	const scheduleId = randomUUID();
	const window = { from: '2026-03-01T00:00:00Z', to: '2026-03-04T00:00:00Z' };
	const rule = { startsAt: '2026-03-01T08:00:00', timeZone: 'UTC', rrule: 'FREQ=DAILY;COUNT=3' };
	const days = ['2026-03-01T08:00:00Z', '2026-03-02T08:00:00Z', '2026-03-03T08:00:00Z'];
	const times = (doses: { scheduledFor: string }[]) => Array.from(doses, (dose) => dose.scheduledFor);

	before(() => createMedication(db, { userId, name: 'timolol', schedules: [{ id: scheduleId, ...rule }] }));
	// Two rows come, then a division by zero.
	beforeEach(() => assert.rejects(db.execute(sql`select 1 / (3 - i) from generate_series(1, 5) as i`)));

	test('rows are as they are', async () => assert.deepEqual(times(await upcomingDoses(db, { userId, ...window })), days));
	test('narrowed', async () => {
		const doses = upcomingDoses.sql({ userId, ...window });
		const query = upcomingDoses(db, { userId, ...window });
		assert.deepEqual(times(await query.where(gt(doses.scheduledFor, days[0]!)).limit(5)), days.slice(1));
	});
	test('prepared', async () => assert.deepEqual(times(await upcomingDoses(db, { userId, ...window }).prepare('holes').execute()), days));
	test('a row is that row', async () => {
		assert.equal((await markDoseTaken(db, { userId, scheduleId, scheduledFor: days[0]! })).newlyTaken, true);
	});
	test('a value is that value', async () => assert.equal(await countOccurrences(db, { ...rule, ...window }), 3));
});
