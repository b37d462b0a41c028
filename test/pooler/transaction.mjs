/**
 * A transaction that survives the loss of its connection, with node-postgres.
 * Drizzle's own over a pool keeps the pool's connection for good when BEGIN
 * fails, and gives a lost one back to the pool.
 */
import { drizzle } from '../../clients/drizzle/node_modules/drizzle-orm/node-postgres/index.js';
import { isRetryable } from '../../clients/drizzle/build/src/index.js';

export async function transaction(pool, work) {
	const client = await pool.connect();
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
