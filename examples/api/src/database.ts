/** The database, and how work is done in it: repeated when a connection is lost, and once for each key. */
import { createHash } from 'node:crypto';
import { isRetryable, setChangedBy, withRetries } from '@medsched/drizzle';
import { and, eq } from 'drizzle-orm';
import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres';
import pg from 'pg';
import { connectionSettings } from './connection.js';
import { Problem } from './problem.js';
import { answers } from './schema.js';

export type Database = NodePgDatabase & { $client: pg.Pool };
export type Transaction = NodePgDatabase;

/**
 * Few connections for each process, and none of Drizzle's prepared statements,
 * which would outlive a transaction: both for a pooler's sake.
 *
 * Of the two drivers we take node-postgres: postgres.js 3.4 ends the process
 * when a connection is lost inside a transaction.
 */
export function openDatabase(max: number): { db: Database; close: () => Promise<void> } {
	const pool = new pg.Pool({
		...connectionSettings(),
		max,
		idleTimeoutMillis: 60_000,
		connectionTimeoutMillis: 10_000,
		// A Lambda function, or a test, may end while connections are idle.
		allowExitOnIdle: true,
	});
	// A connection was lost, idle or in use: whatever ran there is told by its
	// own error, and an event that nobody listens to would end the process.
	pool.on('error', () => {});
	pool.on('connect', (client) => client.on('error', () => {}));
	return { db: drizzle(pool), close: () => pool.end() };
}

/** A transaction that gives a lost connection up, instead of back to the pool. */
export async function inTransaction<T>(db: Database, work: (tx: Transaction) => Promise<T>): Promise<T> {
	const client = await db.$client.connect();
	let lost = false;
	try {
		return await drizzle(client).transaction(work);
	} catch (thrown) {
		lost = isRetryable(thrown);
		throw thrown;
	} finally {
		client.release(lost);
	}
}

/** Runs work that may be repeated, again when it was interrupted. */
export const retrying = withRetries;

export interface Answer<Body, Status> {
	status: Status;
	body: Body;
}

/**
 * Does the work of one request once, however often it is sent: the answer is
 * written in the same transaction, and given again to whoever sends the same
 * request with the same key.  Two at a time: the second waits for the first.
 *
 * At a proxy of shards that transaction does not span what the shard does: when
 * the connection is lost, the work is done and not answered.  Hence ids for what
 * the work makes, which are the same when it is done again.
 */
export function once<Body, Status extends number>(
	db: Database,
	request: { callerId: string; key: string; content: unknown },
	work: (tx: Transaction, idOf: (nth: number) => string) => Promise<Answer<Body, Status>>,
): Promise<Answer<Body, Status>> {
	const { callerId, key } = request;
	const requestHash = createHash('sha256').update(JSON.stringify(request.content)).digest('base64');
	return retrying(() =>
		inTransaction(db, async (tx) => {
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
			await setChangedBy(tx, callerId);
			const answer = await work(tx, (nth) => idFrom(`${callerId} ${key} ${requestHash} ${nth}`));
			await tx.update(answers).set({ status: answer.status, body: JSON.stringify(answer.body) }).where(mine);
			return answer;
		}),
	);
}

/** A uuid made of a text. */
function idFrom(text: string): string {
	const hex = createHash('sha256').update(text).digest('hex');
	return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
