/** Work that is run again: what the database's own errors of that kind are, and how often and how long. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { sql } from 'drizzle-orm';
import { createMedication, isRetryable, markDoseTaken, withRetries, type ScheduleInput } from '../src/index.js';
import { nodePostgres } from './connections.js';

const failure = (code: string) => Object.assign(new Error(code), { code });

describe('without a database', () => {
	const run = async (codes: string[], options?: Parameters<typeof withRetries>[1]) => {
		let runs = 0;
		const result = withRetries(async () => {
			const code = codes[runs++];
			if (code !== undefined) throw failure(code);
			return 'done';
		}, { longestWait: 1, ...options });
		return { result: await result.catch((thrown: Error) => thrown.message), runs };
	};

	test('it is run again for as long as that may help', async () => {
		assert.deepEqual(await run([]), { result: 'done', runs: 1 });
		assert.deepEqual(await run(['40001', '40P01', 'ECONNRESET', '57P01', '08006']), { result: 'done', runs: 6 });
	});

	test('and no more often than is said', async () => {
		assert.deepEqual(await run(Array(9).fill('40001')), { result: '40001', runs: 8 });
		assert.deepEqual(await run(Array(9).fill('40001'), { attempts: 2 }), { result: '40001', runs: 2 });
		assert.deepEqual(await run(['40001'], { attempts: 1 }), { result: '40001', runs: 1 });
	});

	test('what would fail again is not: a broken rule, a wrong password, a statement or a lock that took too long', async () => {
		for (const code of ['23514', '28P01', '57014', '55P03', '22023', '42501']) assert.deepEqual(await run([code]), { result: code, runs: 1 }, code);
	});

	test('work that throws before it is a promise is run again as well', async () => {
		let runs = 0;
		const work = (): Promise<number> => {
			if (++runs < 3) throw failure('40001');
			return Promise.resolve(runs);
		};
		assert.equal(await withRetries(work, { longestWait: 1 }), 3);
	});
});

describe('transactions in each other’s way', () => {
	const { db, close } = nodePostgres();
	after(close);
	const userId = randomUUID();
	const [first, second] = [randomUUID(), randomUUID()];
	const daily: ScheduleInput = { startsAt: '2026-03-01T08:00:00', timeZone: 'UTC', rrule: 'FREQ=DAILY' };
	const instructions = (id: string, text: string) => sql`update medsched.schedules set instructions = ${text} where user_id = ${userId} and id = ${id}`;

	before(async () => {
		await createMedication(db, { userId, name: 'two', schedules: [{ ...daily, id: first }, { ...daily, id: second }] });
	});

	test('40001: at repeatable read the second to change a row starts anew, and sees what the first did', async () => {
		let runs = 0;
		const changed = await withRetries(() =>
			db.transaction(
				async (tx) => {
					await tx.execute(sql`select`);
					const { rows } = await tx.execute<{ instructions: string | null }>(sql`select instructions from medsched.schedules where user_id = ${userId} and id = ${first}`);
					if (++runs === 1) await db.execute(instructions(first, 'by the other'));
					await tx.execute(instructions(first, `after ${rows[0]!.instructions}`));
					return rows[0]!.instructions;
				},
				{ isolationLevel: 'repeatable read' },
			),
		);
		assert.deepEqual([changed, runs], ['by the other', 2]);
	});

	test('40P01: of two that wait for each other both get through in the end', async () => {
		const met: (() => void)[] = [];
		// In the first round each waits until both have one of the rows.
		const both = () => new Promise<void>((resolve) => (met.push(resolve) === 2 ? met.forEach((go) => go()) : undefined));
		let runs = 0;
		const inOrder = (one: string, other: string) =>
			withRetries(() =>
				db.transaction(async (tx) => {
					const isFirstRound = ++runs <= 2;
					await tx.execute(instructions(one, `${one} first`));
					if (isFirstRound) await both();
					await tx.execute(instructions(other, `${one} first`));
				}),
			);
		await Promise.all([inOrder(first, second), inOrder(second, first)]);
		assert.equal(runs, 3);
	});

	test('a call of medsched’s whose connection is ended meanwhile is made again, and says which of them recorded', async () => {
		let runs = 0;
		const dose = await withRetries(async () => {
			const recorded = markDoseTaken(db, { userId, scheduleId: first, scheduledFor: '2026-03-02T08:00:00Z' });
			if (++runs > 1) return await recorded;
			await recorded;
			return await db.execute(sql`select pg_terminate_backend(pg_backend_pid())`).then(() => assert.fail(), (thrown) => {
				assert.ok(isRetryable(thrown));
				throw thrown;
			});
		});
		assert.deepEqual([dose.newlyTaken, runs], [false, 2]);
	});
});
