/** The database, and how work is done in it: repeated when a connection is lost, and once for each key. */
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { isRetryable } from '@medsched/drizzle';
import { and, eq } from 'drizzle-orm';
import { drizzle, type PostgresJsDatabase } from 'drizzle-orm/postgres-js';
import postgres from 'postgres';
import { Problem } from './problem.js';
import { answers } from './schema.js';

export type Database = PostgresJsDatabase;
export type Transaction = Parameters<Parameters<Database['transaction']>[0]>[0];

/**
 * Few connections for each process, and no prepared statements that outlive
 * a transaction: both for a pooler's sake.  Types are not fetched: Drizzle has
 * its own, a cold start is a round trip shorter, and postgres.js ends the
 * process when the connection is lost while it does.  Without DATABASE_URL,
 * PGHOST and so on say where.
 */
export function openDatabase(max: number): { db: Database; close: () => Promise<void> } {
	const idleSeconds = Number(process.env['DATABASE_IDLE_SECONDS'] ?? 60);
	const options = {
		max,
		prepare: false,
		fetch_types: false,
		idle_timeout: idleSeconds,
		connect_timeout: 10,
		onnotice: () => {},
	};
	const url = process.env['DATABASE_URL'];
	const client = url === undefined ? postgres(options) : postgres(url, options);
	return { db: drizzle(client), close: () => client.end({ timeout: 5 }) };
}

const ATTEMPTS = 8;

/** Runs work that may be repeated, again when it was interrupted. */
export async function retrying<T>(work: () => PromiseLike<T>): Promise<T> {
	for (let attempt = 1; ; attempt++) {
		try {
			return await work();
		} catch (thrown) {
			if (attempt === ATTEMPTS || !isRetryable(thrown)) throw thrown;
			await sleep(Math.random() * 50 * 2 ** attempt);
		}
	}
}

export interface Answer<Body, Status> {
	status: Status;
	body: Body;
}

/**
 * Does the work of one request once, however often it is sent: the answer is
 * written in the same transaction, and given again to whoever sends the same
 * request with the same key.  Two at a time: the second waits for the first.
 */
export function once<Body, Status extends number>(
	db: Database,
	request: { callerId: string; key: string; content: unknown },
	work: (tx: Transaction) => Promise<Answer<Body, Status>>,
): Promise<Answer<Body, Status>> {
	const { callerId, key } = request;
	const requestHash = createHash('sha256').update(JSON.stringify(request.content)).digest('base64');
	return retrying(() =>
		db.transaction(async (tx) => {
			const mine = and(eq(answers.callerId, callerId), eq(answers.key, key));
			const [claimed] = await tx
				.insert(answers)
				.values({ callerId, key, requestHash })
				.onConflictDoNothing()
				.returning({ key: answers.key });
			if (!claimed) {
				const [earlier] = await tx.select().from(answers).where(mine);
				if (earlier?.requestHash !== requestHash) {
					throw new Problem(422, 'idempotency_key_reused', 'the Idempotency-Key was used for another request');
				}
				return { status: earlier.status as Status, body: JSON.parse(earlier.body ?? 'null') as Body };
			}
			const answer = await work(tx);
			await tx.update(answers).set({ status: answer.status, body: JSON.stringify(answer.body) }).where(mine);
			return answer;
		}),
	);
}
