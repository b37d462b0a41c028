/** Connections without Drizzle: what a driver gives. */
import { refuseOldDriver } from './driver.js';
import { changedBy, functionsBy, type Run } from './without-drizzle.js';

/**
 * A client or a pool of node-postgres, PGlite, the function of Neon's serverless
 * driver; the client or a transaction of postgres.js; a client or a transaction of Prisma.
 */
export type Connection =
	| { query(text: string, parameters: any[]): PromiseLike<unknown> }
	| { unsafe(text: string, parameters: any[]): PromiseLike<unknown> }
	| { $queryRawUnsafe(text: string, ...parameters: any[]): PromiseLike<unknown> };

const run: Run<Connection> = async (connection, text, parameters) => {
	refuseOldDriver(connection);
	const result = (await ('query' in connection
		? connection.query(text, parameters)
		: 'unsafe' in connection
			? connection.unsafe(text, parameters)
			: connection.$queryRawUnsafe(text, ...parameters))) as readonly object[] | { rows: readonly object[] };
	return 'rows' in result ? result.rows : result;
};

export const functionOf = functionsBy(run);

/** Says who makes the changes of a transaction, which the history keeps with each.  Outside a transaction it says nothing. */
export const setChangedBy = changedBy(run);
