/**
 * Types of drizzle-orm's that are those of 0.45 and of 1.0, whichever the application
 * has: what the functions of both return.  A type that TypeScript infers would be
 * written out in the package's declarations, as that of one version.
 */
import type { InferInsertModel, InferSelectModel, Table } from 'drizzle-orm';
import type * as core from 'drizzle-orm/pg-core';
import type { bigint, boolean, customType, integer, interval, jsonb, numeric, PgSchema, pgTable, SubqueryWithSelection, text, time, uuid } from 'drizzle-orm/pg-core';
import { refuseOldDriver } from './driver.js';

type Core = typeof core;
type InstanceOf<C> = C extends abstract new (...args: any) => infer I ? I : never;
type AnyDatabase = InstanceOf<Core extends { PgAsyncDatabase: infer C } ? C : Core extends { PgDatabase: infer C } ? C : never>;

/** A database of any PostgreSQL driver, or a transaction, whatever its schema. */
export type Database = Omit<AnyDatabase, 'query' | '_'>;

/** Tells a database from what else somebody may pass. */
export function isDatabase(value: unknown): value is Database {
	if (typeof value !== 'object' || value === null || !('select' in value && 'execute' in value)) return false;
	if ('$client' in value) refuseOldDriver(value.$client);
	return true;
}

// Columns, as their builders.
export type Uuid = ReturnType<typeof uuid>;
export type Text = ReturnType<typeof text>;
export type TextOf<T extends string, Values extends readonly [T, ...T[]]> = ReturnType<typeof text<T, Values>>;
export type Integer = ReturnType<typeof integer>;
export type BigInt = ReturnType<typeof bigint<'number'>>;
export type Numeric = ReturnType<typeof numeric<'string'>>;
export type Boolean = ReturnType<typeof boolean>;
export type Time = ReturnType<typeof time>;
export type Interval = ReturnType<typeof interval>;
declare const json: ReturnType<typeof jsonb>;
export type Json<T> = ReturnType<typeof json.$type<T>>;
export type Custom<T> = ReturnType<CustomType<T>>;
export type CustomType<T, DriverData = string> = ReturnType<typeof customType<{ data: T; driverData: DriverData }>>;

export type NotNull<C> = C extends { notNull(): infer D } ? D : never;
/** One that an insert may leave out. */
export type WithDefault<C> = C extends { default(value: any): infer D } ? D : never;
export type Identity<C> = C extends { generatedAlwaysAsIdentity(): infer D } ? D : never;

declare const schema: PgSchema<'medsched'>;
/** A table of the schema medsched. */
export type MedschedTable<Name extends string, Columns extends Record<string, any>> = ReturnType<typeof schema.table<Name, Columns>>;

/** Takes a table for one of a type whose rows are the same. */
export function stated<T extends Table>(table: { $inferSelect: InferSelectModel<T>; $inferInsert: InferInsertModel<T> }): T {
	return table as unknown as T;
}

/** The rows of a function as a table, which is in no schema. */
export type RowsTable<Name extends string, R> = ReturnType<typeof pgTable<Name, { [K in keyof R]: null extends R[K] ? Custom<NonNullable<R[K]>> : NotNull<Custom<R[K]>> }>>;
export type RowsColumns<Name extends string, R> = RowsTable<Name, R>['_']['columns'];

/** What to select from, or to join with. */
export type Source<Name extends string, R, Alias extends string = Name> = SubqueryWithSelection<RowsColumns<Name, R>, Alias>;

type SelectBuilder = Database['select'] extends { (): infer B; (fields: any): unknown } ? B : never;
declare const builder: SelectBuilder;
/** A query under way: `await` it, narrow it with `where`, `limit` …, or `prepare` it. */
export type Query<Name extends string, R> = ReturnType<typeof builder.from<Source<Name, R>>>;
