// Compiled as an ES module and as CommonJS, and run as both.
import { drizzle } from 'drizzle-orm/node-postgres';
import { Pool } from 'pg';
import { MedschedError, medications, upcomingDoses, version, type Database, type NewMedication } from '@medsched/drizzle';
import type { Kysely } from 'kysely';
import * as kysely from '@medsched/drizzle/kysely';
import * as plain from '@medsched/drizzle/plain';
import { applyManaged, managedSql } from '@medsched/drizzle/managed';

export async function doses(db: Database): Promise<string[]> {
	const rows = await upcomingDoses(db, { userId: '11111111-1111-4111-8111-111111111111', from: '2026-03-01T00:00:00Z', to: new Date(0) });
	// @ts-expect-error a window has two ends
	void (() => upcomingDoses(db, { userId: '', from: '' }));
	// @ts-expect-error there is no such column
	void rows[0]?.dose;
	// @ts-expect-error an instant is a string
	void ((at: number | undefined) => at)(rows[0]?.scheduledFor);
	return rows.map((row) => row.scheduledFor);
}
// @ts-expect-error a medication has a name
export const nameless: NewMedication = { userId: '' };
// @ts-expect-error nothing to apply it to
void (() => applyManaged(3));

const pool = new Pool({ max: 1 });
const db = drizzle({ client: pool });
void (async (): Promise<plain.Dose[]> => plain.upcomingDoses(pool, { userId: '', from: '', to: new Date(0) }));
export const byKysely = async (own: Kysely<{ people: { id: string } }>): Promise<plain.Dose[]> =>
	plain.withRetries(() => kysely.upcomingDoses(own, { userId: '', from: '', to: new Date(0) }));
// @ts-expect-error nothing to call it by
void (() => plain.version(3, {}));
Promise.all([version(db, {}), db.select({ id: medications.id }).from(medications).limit(0)])
	.then(([installed, rows]) => {
		const error = MedschedError.from(new Error('no error of the database'));
		console.log(JSON.stringify([installed, rows, error === undefined, managedSql.length > 100000]));
	})
	.finally(() => pool.end());
