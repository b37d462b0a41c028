/** The tables' relations by drizzle-orm 1.0's way. */
import { drizzle as drizzleNodePostgres, type NodePgDatabase } from 'drizzle-orm/node-postgres';
import { drizzle as drizzlePostgresJs } from 'drizzle-orm/postgres-js';
import { medschedRelations } from '../src/define-relations.js';
import { nodePostgres, POOLED, postgresJs } from './connections.js';
import { testRelations, type Relational } from './relational.js';

const relations = medschedRelations;

function relational(db: NodePgDatabase<typeof relations>, close: () => Promise<void>): Relational {
	return {
		db,
		close,
		medicationOf: (userId) => db.query.medications.findFirst({ where: { userId }, with: { schedules: { with: { dosesTaken: true, medication: true, replaced: true } } } }),
		doseOf: (userId) => db.query.doseTaken.findFirst({ where: { userId }, with: { schedule: { with: { medication: true } } } }),
	};
}

testRelations('node-postgres', () => {
	const { pool, close } = nodePostgres();
	return relational(drizzleNodePostgres({ client: pool, relations }), close);
});
testRelations('postgres.js', () => {
	const { client, close } = postgresJs(POOLED);
	// Both drivers have the same methods.
	return relational(drizzlePostgresJs({ client, relations }) as unknown as NodePgDatabase<typeof relations>, close);
});
