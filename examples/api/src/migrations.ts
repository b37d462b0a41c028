/** Brings the database up to date: medsched first, in the edition that MEDSCHED_EDITION says, then our own tables, then the keys of Web Push. */
import { fileURLToPath } from 'node:url';
import { applyManaged } from '@medsched/drizzle/managed';
import { migrate } from 'drizzle-orm/node-postgres/migrator';
import { openDatabase } from './database.js';
import { makeVapidKeys } from './push.js';

const FILES = new URL('../migrations/', import.meta.url);

export async function bringUpToDate(): Promise<void> {
	const { db, close } = openDatabase(1);
	try {
		if (process.env['MEDSCHED_EDITION'] === 'managed') await applyManaged(db);
		await migrate(db, { migrationsFolder: fileURLToPath(FILES) });
		await makeVapidKeys(db);
	} finally {
		await close();
	}
}
