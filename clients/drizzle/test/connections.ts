/**
 * A database by each driver that people use.  Where it is comes from PGHOST,
 * PGPORT, PGUSER and PGDATABASE; MEDSCHED_DIRECT=1 says that no pooler of
 * transactions is in between, so that named prepared statements work.
 */
import { after, describe } from 'node:test';
import { drizzle as drizzleNodePostgres } from 'drizzle-orm/node-postgres';
import { drizzle as drizzlePostgresJs } from 'drizzle-orm/postgres-js';
import pg from 'pg';
import postgres from 'postgres';
import * as medsched from '../src/index.js';

export const direct = process.env['MEDSCHED_DIRECT'] !== '0';

/** Of medsched's two editions the one in C, which alone is an extension and has calendar_feed. */
export const native = process.env['MEDSCHED_EDITION'] !== 'managed';

export function postgresJs(options: postgres.Options<{}> = {}) {
	const client = postgres({
		host: process.env['PGHOST'] ?? '',
		port: Number(process.env['PGPORT']),
		user: process.env['PGUSER'] ?? '',
		database: process.env['PGDATABASE'] ?? '',
		max: 2,
		onnotice: () => {},
		...options,
	});
	return { db: drizzlePostgresJs({ client }), client, close: () => client.end({ timeout: 2 }) };
}

/**
 * As behind a pooler.  The types that postgres.js fetches on connecting are of
 * no use to Drizzle, and a connection lost meanwhile ends the process: it is a
 * promise that nobody waits for.
 */
export const POOLED = { prepare: false, fetch_types: false };

export function nodePostgres() {
	const pool = new pg.Pool({ max: 2 });
	// An idle connection that is lost is no reason to end the process.
	pool.on('error', () => {});
	return { db: drizzleNodePostgres({ client: pool }), pool, close: () => pool.end() };
}

/** Both drivers have the same methods, and types that TypeScript cannot unite. */
export type TestDatabase = ReturnType<typeof postgresJs>['db'];

const drivers: Record<string, () => { db: unknown; close: () => Promise<void> }> = {
	...(direct ? { 'postgres.js': () => postgresJs() } : {}),
	'postgres.js, prepare: false': () => postgresJs(POOLED),
	'node-postgres': nodePostgres,
};

/** Runs the tests with each driver. */
export function withEachDriver(name: string, tests: (db: TestDatabase) => void): void {
	for (const [driver, open] of Object.entries(drivers)) {
		describe(`${name}: ${driver}`, () => {
			const { db, close } = open();
			// postgres.js connects again by a timer that does not keep Node running.
			const awake = setInterval(() => {}, 1000);
			after(async () => {
				await close();
				clearInterval(awake);
			});
			tests(db as TestDatabase);
		});
	}
}

/** The error of medsched's that a promise is rejected with. */
export async function errorOf(promise: PromiseLike<unknown>): Promise<medsched.MedschedError> {
	try {
		await promise;
	} catch (thrown) {
		const error = medsched.MedschedError.from(thrown);
		if (!error) throw thrown;
		return error;
	}
	throw new Error('expected an error, got none');
}
