/** Errors as Prisma's driver adapters tell them: SQLSTATE, message, detail and hint, without the names of schema and constraint. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, test } from 'node:test';
import pg from 'pg';
import * as plain from '../src/plain.js';

const pool = new pg.Pool({ max: 1 });
after(() => pool.end());

/** What Prisma 7 makes of an error of PostgreSQL in $queryRawUnsafe. */
function prismas({ code, message, severity, detail, hint }: pg.DatabaseError): Error {
	const told = { originalCode: code, originalMessage: message, kind: 'postgres', code, severity, message, detail, column: undefined, hint };
	const adapters = Object.assign(new Error(message, { cause: told }), { name: 'DriverAdapterError' });
	return Object.assign(new Error(`Raw query failed. Code: \`${code}\`. Message: \`${message}\``), {
		name: 'PrismaClientKnownRequestError', code: 'P2010', meta: { driverAdapterError: adapters }, clientVersion: '7.10.1',
	});
}

const prisma = {
	$queryRawUnsafe: (text: string, ...parameters: unknown[]) =>
		pool.query(text, parameters).then(({ rows }) => rows, (thrown) => {
			throw prismas(thrown);
		}),
};
const refusal = (work: PromiseLike<unknown>) => work.then(() => assert.fail('it was not refused'), (thrown: unknown) => thrown as plain.MedschedError);

test('a call’s error is medsched’s, with what Prisma leaves of it', async () => {
	const userId = randomUUID();
	const schedules = [{ id: randomUUID(), startsAt: '2026-03-01T08:00:00', timeZone: 'UTC', rrule: 'FREQ=DAILY' }];
	await plain.createMedication(prisma, { userId, name: 'metformin', schedules });
	const scheduleId = schedules[0]!.id;

	const notScheduled = await refusal(plain.markDoseTaken(prisma, { userId, scheduleId, scheduledFor: '2026-03-02T08:30:00Z' }));
	assert.ok(notScheduled instanceof plain.MedschedError);
	assert.deepEqual([notScheduled.code, notScheduled.constraint], ['23514', undefined]);
	assert.match(notScheduled.detail ?? '', /^The nearest doses are/);

	const taken = await refusal(plain.createMedication(prisma, { userId, name: 'metformin', schedules }));
	assert.deepEqual([taken.code, taken.is('schedules_pkey')], ['23505', true]);

	const nobodys = await refusal(plain.describeSchedule(prisma, { userId, scheduleId: randomUUID() }));
	assert.ok(nobodys instanceof plain.MedschedError && nobodys.code === 'P0002');
	const backwards = await refusal(plain.upcomingDoses(prisma, { userId, from: '2026-03-02T00:00:00Z', to: '2026-03-01T00:00:00Z' }));
	assert.ok(backwards instanceof plain.MedschedError && backwards.code === '22023');
});

test('what is not a call’s, or not its fault, is not', async () => {
	const own = prismas(await pool.query('select 1 / 0').catch((thrown) => thrown));
	assert.equal(plain.MedschedError.from(own), undefined);
	const unique = prismas(Object.assign(new pg.DatabaseError('duplicate key value violates unique constraint "orders_pkey"', 1, 'error'), { code: '23505', severity: 'ERROR' }));
	const failing = { $queryRawUnsafe: () => Promise.reject(unique) };
	assert.equal(await refusal(plain.version(failing as never, {})), unique);
	const conflict = prismas(Object.assign(new pg.DatabaseError('could not serialize access', 1, 'error'), { code: '40001', severity: 'ERROR' }));
	assert.ok(plain.isRetryable(conflict));
	assert.ok(!plain.isRetryable(unique));
});
