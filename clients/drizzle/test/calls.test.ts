/**
 * Every function of the catalogue, in each way to call it: one that is not awaited
 * sends nothing, and what is wrong with arguments is a rejected promise.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { drizzle } from 'drizzle-orm/node-postgres';
import { Kysely, PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler } from 'kysely';
import type { Definition } from '../src/definition.js';
import * as withDrizzle from '../src/index.js';
import * as withKysely from '../src/kysely.js';
import * as plain from '../src/plain.js';

type Callable = ((connection: unknown, values: unknown) => PromiseLike<unknown> & { catch: unknown }) & { definition: Definition };

const sent: unknown[] = [];
const client = {
	query: async (...query: unknown[]) => {
		sent.push(query);
		return { rows: [], fields: [], rowCount: 0 };
	},
};
const connection = { executeQuery: client.query, streamQuery: () => assert.fail() };
const kysely = new Kysely<unknown>({
	dialect: {
		createAdapter: () => new PostgresAdapter(),
		createQueryCompiler: () => new PostgresQueryCompiler(),
		createIntrospector: (db) => new PostgresIntrospector(db),
		createDriver: () => ({
			init: async () => {},
			acquireConnection: async () => connection as never,
			beginTransaction: async () => {},
			commitTransaction: async () => {},
			rollbackTransaction: async () => {},
			releaseConnection: async () => {},
			destroy: async () => {},
		}),
	},
});

const ways: Record<string, [Record<string, unknown>, unknown]> = {
	Drizzle: [withDrizzle, drizzle({ client: client as never })],
	plain: [plain, client],
	Kysely: [withKysely, kysely],
};

// An argument of each type, by its name in SQL.
const samples: Record<string, unknown> = {
	uuid: '00000000-0000-4000-8000-000000000001', text: 'x', date: '2026-03-01', 'time without time zone': '08:00', interval: '1 hour',
	integer: 1, bigint: 1, numeric: '1', boolean: true, jsonb: [], 'timestamp with time zone': '2026-03-01T08:00:00Z', 'timestamp without time zone': '2026-03-01T08:00:00',
};

for (const [way, [exported, db]] of Object.entries(ways)) {
	describe(way, () => {
		const functions = Object.entries(exported).filter((entry): entry is [string, Callable] => typeof entry[1] === 'function' && 'definition' in entry[1]);
		test('has every function', () => {
			assert.ok(functions.length > 60);
			assert.deepEqual(functions.map(([name]) => name), Object.entries(withDrizzle).filter(([, value]) => typeof value === 'function' && 'definition' in value).map(([name]) => name));
		});

		for (const [name, call] of functions) {
			const { args } = call.definition;
			const values = Object.fromEntries(Object.entries(args).map(([property, { sqlType }]) => [property, sqlType.endsWith('[]') ? [] : samples[sqlType]]));
			const refused = async (promise: unknown, message: RegExp) => {
				await assert.rejects(promise as Promise<unknown>, (thrown) => thrown instanceof withDrizzle.MedschedError && thrown.code.startsWith('22') && message.test(thrown.message));
				assert.deepEqual(sent, []);
			};
			test(name, async () => {
				sent.length = 0;
				const promise = call(db, values);
				await setImmediate();
				assert.deepEqual(sent, [], 'not awaited, it is not sent');
				await promise;
				assert.equal(sent.length, 1);

				sent.length = 0;
				const required = Object.entries(args).find(([, argument]) => !argument.optional)?.[0];
				if (required !== undefined) await refused(call(db, { ...values, [required]: undefined }), new RegExp(`needs "${required}"`));
				await refused(call(db, { ...values, nonsense: 1 }), /has no argument "nonsense"/);
				await refused(call(db, undefined), /needs an object of its arguments/);
				const instant = Object.entries(args).find(([, { sqlType }]) => sqlType === 'timestamp with time zone')?.[0];
				if (instant !== undefined) await refused(call(db, { ...values, [instant]: '2026-03-01' }), new RegExp(`${instant}: not an instant`));
				if (way === 'Drizzle') await refused(call(values, undefined), /needs a Drizzle database first/);
			});
		}
	});
}
