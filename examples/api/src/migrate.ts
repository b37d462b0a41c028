/** Brings the database up to date: medsched first, then our own tables. */
import { fileURLToPath } from 'node:url';
import { migrate } from 'drizzle-orm/node-postgres/migrator';
import { openDatabase } from './database.js';

const { db, close } = openDatabase(1);
await migrate(db, { migrationsFolder: fileURLToPath(new URL('../../migrations/', import.meta.url)) });
await close();
