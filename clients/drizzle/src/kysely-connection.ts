/** A Kysely database or transaction. */
import { CompiledQuery, type Kysely } from 'kysely';
import { changedBy, functionsBy, type Run } from './without-drizzle.js';

const run: Run<Kysely<any>> = async (db, text, parameters) => (await db.executeQuery<object>(CompiledQuery.raw(text, parameters))).rows;

export const functionOf = functionsBy(run);

/** Says who makes the changes of a transaction, which the history keeps with each.  Outside a transaction it says nothing. */
export const setChangedBy = changedBy(run);
