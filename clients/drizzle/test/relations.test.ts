/** The tables' relations by drizzle-orm 0.45's way. */
import { eq } from 'drizzle-orm';
import { drizzle as drizzleNodePostgres, type NodePgDatabase } from 'drizzle-orm/node-postgres';
import { drizzle as drizzlePostgresJs } from 'drizzle-orm/postgres-js';
import { doseTaken, medications, schedules } from '../src/index.js';
import * as relations from '../src/relations.js';
import { nodePostgres, POOLED, postgresJs } from './connections.js';
import { testRelations, type Relational } from './relational.js';

const schema = { medications, schedules, doseTaken, ...relations };

function relational(db: NodePgDatabase<typeof schema>, close: () => Promise<void>): Relational {
	return {
		db,
		close,
		medicationOf: (userId) =>
			db.query.medications.findFirst({
				where: eq(medications.userId, userId),
				with: { schedules: { with: { dosesTaken: true, medication: true, replaced: true } } },
			}),
		doseOf: (userId) => db.query.doseTaken.findFirst({ where: eq(doseTaken.userId, userId), with: { schedule: { with: { medication: true } } } }),
	};
}

testRelations('node-postgres', () => {
	const { pool, close } = nodePostgres();
	return relational(drizzleNodePostgres({ client: pool, schema }), close);
});
testRelations('postgres.js', () => {
	const { client, close } = postgresJs(POOLED);
	// Both drivers have the same methods.
	return relational(drizzlePostgresJs({ client, schema }) as unknown as NodePgDatabase<typeof schema>, close);
});
