/**
 * What a function of medsched is in Drizzle.  Called with a database or a
 * transaction it runs; without one it is an expression or something to select
 * from and join with.
 */
import { getTableColumns, getTableName, is, sql, Subquery, type SQL } from 'drizzle-orm';
import {
	alias,
	PgDatabase,
	type PgPreparedQuery,
	type PgSelectBase,
	type PgTable,
	type SubqueryWithSelection,
} from 'drizzle-orm/pg-core';
import { call, type Arguments, type ArgumentValues } from './arguments.js';
import { refuseOldDriver } from './driver.js';

/** A database of any PostgreSQL driver, or a transaction. */
export type Database = PgDatabase<any, any, any>;

type ColumnsOf<T extends PgTable> = T['_']['columns'];
type NameOf<T extends PgTable> = T['_']['name'];

/** What to select from, or to join with. */
export type Source<T extends PgTable, Alias extends string = NameOf<T>> = SubqueryWithSelection<ColumnsOf<T>, Alias>;

/** A query under way: `await` it, narrow it with `where`, `limit` …, or `prepare` it. */
export type Query<T extends PgTable> = PgSelectBase<NameOf<T>, Source<T>['_']['selectedFields'], 'single'>;

/** The type of one value: its name in SQL, and how what a driver gives is read. */
export interface ResultType<V> {
	sqlType: string;
	read(value: any): V;
}

/** What the catalog should say of a function. */
export interface Signature {
	readonly functionName: string;
	readonly args: Arguments;
	/** The columns of its rows, or the type of its one value. */
	readonly returns: PgTable | string;
}

/** A function that gives rows. */
export interface RowsFunction<A extends Arguments, T extends PgTable> extends Signature {
	(db: Database, values: ArgumentValues<A>): Query<T>;
	(values: ArgumentValues<A>): Source<T>;
	<Alias extends string>(values: ArgumentValues<A>, alias: Alias): Source<T, Alias>;
}

/** A function that gives one row. */
export interface RowFunction<A extends Arguments, T extends PgTable> extends Signature {
	(db: Database, values: ArgumentValues<A>): Promise<T['$inferSelect']>;
	(values: ArgumentValues<A>): Source<T>;
	<Alias extends string>(values: ArgumentValues<A>, alias: Alias): Source<T, Alias>;
}

/** A function that gives one value. */
export interface ValueFunction<A extends Arguments, V> extends Signature {
	(db: Database, values: ArgumentValues<A>): Promise<V>;
	(values: ArgumentValues<A>): SQL<V>;
}

/**
 * A function that gives rows, which are those of `row`: a table that exists
 * only here.  A set of plain values, whose column SQL leaves without a name,
 * is called by the name it has in `row`.
 */
export function rowsFunction<A extends Arguments, T extends PgTable>(
	functionName: string,
	args: A,
	row: T,
	setOf: 'rows' | 'values' = 'rows',
): RowsFunction<A, T> {
	const source = sourceOf(functionName, args, row, setOf);
	const run = (first: unknown, second?: unknown) =>
		isDatabase(first) ? withoutHoles(first.select().from(source(second))) : source(first, second as string | undefined);
	return Object.assign(run, { functionName, args, returns: row }) as unknown as RowsFunction<A, T>;
}

export function rowFunction<A extends Arguments, T extends PgTable>(
	functionName: string,
	args: A,
	row: T,
): RowFunction<A, T> {
	const source = sourceOf(functionName, args, row, 'rows');
	const run = (first: unknown, second?: unknown) =>
		isDatabase(first)
			? first
					.select()
					.from(source(second))
					.then((rows) => rows.at(-1))
			: source(first, second as string | undefined);
	return Object.assign(run, { functionName, args, returns: row }) as unknown as RowFunction<A, T>;
}

export function valueFunction<A extends Arguments, V>(
	functionName: string,
	args: A,
	result: ResultType<V>,
): ValueFunction<A, V> {
	const expression = (values: unknown) =>
		call(functionName, args, values as Record<string, unknown>).mapWith({ mapFromDriverValue: result.read });
	const run = (first: unknown, second?: unknown) =>
		isDatabase(first)
			? first
					.select({ value: expression(second) })
					.from(sql`(select) as one`)
					.then((rows) => rows.at(-1)?.value)
			: expression(first);
	return Object.assign(run, { functionName, args, returns: result.sqlType }) as unknown as ValueFunction<A, V>;
}

/**
 * After a query that failed among its rows, postgres.js begins the next result
 * of that connection with as many holes (its issue 1119).  Rows come after
 * them: the one row of a result is its last, and here holes are left out.
 */
function withoutHoles<Q extends Executable>(query: Q): Q {
	const { execute, prepare } = query;
	query.execute = async (values) => dense(await execute.call(query, values));
	query.prepare = (name) => {
		const prepared = prepare.call(query, name);
		const run = prepared.execute;
		prepared.execute = async (values) => dense(await run.call(prepared, values));
		return prepared;
	};
	return query;
}

/** What of a query runs it, at once (which awaiting it does, too) or later. */
interface Executable {
	execute(values?: Record<string, unknown>): Promise<any[]>;
	prepare(name: string): PgPreparedQuery<any>;
}

function dense<T>(rows: T[]): T[] {
	return rows.filter(() => true);
}

export function isDatabase(value: unknown): value is Database {
	if (!is(value, PgDatabase)) return false;
	refuseOldDriver(value);
	return true;
}

/** Makes `(select * from medsched.name(…)) alias`, with the columns of row. */
function sourceOf(functionName: string, args: Arguments, row: PgTable, setOf: 'rows' | 'values') {
	return (values: unknown, name?: string) => {
		const from = call(functionName, args, values as Record<string, unknown>);
		const aliasName = name ?? getTableName(row);
		const columns = getTableColumns(alias(row, aliasName));
		const names = sql.join(
			Object.values(columns).map((column) => sql.identifier(column.name)),
			sql`, `,
		);
		const rows = setOf === 'rows' ? sql`select ${names} from ${from}` : sql`select * from ${from} as _ (${names})`;
		return Object.assign(new Subquery(rows, columns, aliasName), columns);
	};
}
