/**
 * The managed edition of medsched, for servers that load no C of others, and for
 * PGlite: brought into a database by its one SQL file, which this package carries.
 */
import type { SQL } from 'drizzle-orm';
import { managedSql } from './managed-sql.js';

export { managedSql };

/** What sends SQL text: a Drizzle database or transaction, postgres.js, node-postgres, PGlite. */
export type Connection =
	| { execute(query: SQL): PromiseLike<unknown> }
	| { unsafe(query: string): PromiseLike<unknown> }
	| { query(query: string): PromiseLike<unknown> };

/**
 * Brings the managed edition into a database, or updates the one that is there from
 * any released version, and creates what its tables lack.  Rows, and whatever the
 * application added, stay.  It may be called at every start, by several processes at once.
 *
 * The role needs CREATE on the database; functions and tables are its own.
 *
 * @param connection a Drizzle database or transaction, a client of postgres.js, a client or pool
 *   of node-postgres, or PGlite
 * @returns the version that the database has now, such as `0.2.0`
 * @throws the driver's error: 42501 where the schema `medsched` belongs to another role, 55000
 *   where the database has medsched as an extension, or a later version of it
 *
 * @example
 * ```ts
 * const client = await PGlite.create('./data');
 * await applyManaged(client);
 * const db = drizzle(client);
 * ```
 */
export async function applyManaged(connection: Connection): Promise<string> {
	await send(connection, managedSql);
	await send(connection, 'SELECT medsched.create_tables()');
	const [row] = await send(connection, 'SELECT medsched.version()');
	return row!.version;
}

async function send(connection: Connection, text: string): Promise<{ version: string }[]> {
	const result = (await ('execute' in connection
		? connection.execute((await import('drizzle-orm')).sql.raw(text))
		: 'unsafe' in connection
			? connection.unsafe(text)
			: connection.query(text))) as { version: string }[] | { rows: { version: string }[] };
	return 'rows' in result ? result.rows : result;
}
