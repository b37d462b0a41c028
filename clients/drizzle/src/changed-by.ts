import { sql } from 'drizzle-orm';
import type { Database } from './orm.js';

/** Says who makes the changes of a transaction, which the history keeps with each.  Outside a transaction it says nothing. */
export async function setChangedBy(tx: Database, changedBy: string): Promise<void> {
	await tx.execute(sql`select set_config('medsched.changed_by', ${changedBy}, true)`);
}
