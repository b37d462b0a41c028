/**
 * What a function of medsched is in Drizzle: called with a database or a
 * transaction it runs; its `sql` is an expression, or something to select from
 * and join with.
 */
import { getTableColumns, is, Placeholder, sql, Subquery, type SQL, type SQLWrapper } from 'drizzle-orm';
import { alias, customType, pgTable, type PgTable } from 'drizzle-orm/pg-core';
import { givenArguments, type Arguments, type ArgumentValues, type Columns, type Definition, type GivenArgument, type RowDefinition, type RowsDefinition, type ValueDefinition } from './definition.js';
import { MedschedError } from './errors.js';
import { Lazy } from './lazy.js';
import { isDatabase, type Database, type Query, type RowsColumns, type RowsTable, type Source } from './orm.js';
import { sqlNameOf, writeParameter } from './types.js';

/** The arguments of a function.  Each is a value, or an expression: a column to join with, `sql.placeholder('name')`. */
export type Values<A> = ArgumentValues<A, SQLWrapper>;

/** A function that gives rows. */
export interface RowsFunction<Name extends string, A extends Arguments, R> {
	(db: Database, values: Values<A>): Query<Name, R>;
	/** What to select from, or to join with.  Two of one function in one query need names. */
	sql<Alias extends string = Name>(values: Values<A>, alias?: Alias): Source<Name, R, Alias>;
	/** The columns of the query that a call is, for `where` and `orderBy`. */
	readonly columns: RowsColumns<Name, R>;
	readonly definition: RowsDefinition<Name, A, R>;
}

/** A function that gives one row. */
export interface RowFunction<Name extends string, A extends Arguments, R> {
	(db: Database, values: Values<A>): Promise<R>;
	/** What to select from, or to join with. */
	sql<Alias extends string = Name>(values: Values<A>, alias?: Alias): Source<Name, R, Alias>;
	readonly definition: RowDefinition<Name, A, R>;
}

/** A function that gives one value. */
export interface ValueFunction<Name extends string, A extends Arguments, V> {
	(db: Database, values: Values<A>): Promise<V>;
	/** An expression. */
	sql(values: Values<A>): SQL<V>;
	readonly definition: ValueDefinition<Name, A, V>;
}

export function functionOf<Name extends string, A extends Arguments, R>(definition: RowsDefinition<Name, A, R>): RowsFunction<Name, A, R>;
export function functionOf<Name extends string, A extends Arguments, R>(definition: RowDefinition<Name, A, R>): RowFunction<Name, A, R>;
export function functionOf<Name extends string, A extends Arguments, V>(definition: ValueDefinition<Name, A, V>): ValueFunction<Name, A, V>;
export function functionOf(definition: Definition): unknown {
	return definition.gives === 'value' ? valueFunction(definition) : rowsFunction(definition);
}

function rowsFunction(definition: Exclude<Definition, ValueDefinition<string, Arguments, any>>) {
	const { functionName, gives } = definition;
	const table = tableOf(functionName, definition.columns);
	const run = (db: Database, values: unknown) => {
		if (!isDatabase(db)) return withoutDatabase(functionName);
		const query = answered(functionName, db.select().from(sourceOf(table, functionName, deferred(() => selectOf(definition, values)))));
		return gives === 'rows' ? query : new Lazy(async () => (await query.execute()).at(-1));
	};
	return Object.assign(run, {
		definition,
		columns: getTableColumns(alias(table, functionName)),
		sql: (values: unknown, name = functionName) => sourceOf(table, name, selectOf(definition, values)),
	});
}

function valueFunction(definition: ValueDefinition<string, Arguments, any>) {
	const { functionName, result } = definition;
	const decoder = { mapFromDriverValue: result.read };
	const run = (db: Database, values: unknown) => {
		if (!isDatabase(db)) return withoutDatabase(functionName);
		const call = sql`${deferred(() => callOf(definition, values))}${sql.raw(result.asText ? '::text' : '')}`.mapWith(decoder);
		const query = answered(functionName, db.select({ value: call }).from(sql`(select) as one`));
		return new Lazy(async () => (await query.execute()).at(-1)?.value);
	};
	return Object.assign(run, { definition, sql: (values: unknown) => callOf(definition, values).mapWith(decoder) });
}

function withoutDatabase(functionName: string): Lazy<never> {
	return new Lazy(async () => {
		throw MedschedError.ofArgument(`medsched.${functionName} needs a Drizzle database first`, '22004');
	});
}

/** What of a query runs it, at once (which awaiting it does, too) or later. */
interface Executable {
	execute(values?: Record<string, unknown>): Promise<any[]>;
	prepare(name: string): { execute(values?: Record<string, unknown>): Promise<any[]> };
}

/**
 * Answers with whole rows, or with medsched's own error.
 *
 * After a query that failed among its rows, postgres.js begins the next result
 * of that connection with as many holes (its issue 1119).  Rows come after
 * them: the one row of a result is its last, and here holes are left out.
 */
function answered<Q extends Executable>(functionName: string, query: Q): Q {
	const { execute, prepare } = query;
	const whole = async (rows: () => Promise<any[]>) => {
		try {
			return (await rows()).filter(() => true);
		} catch (thrown) {
			throw MedschedError.ofCall(functionName, thrown) ?? thrown;
		}
	};
	query.execute = (values) => whole(() => execute.call(query, values));
	query.prepare = (name) => {
		const prepared = prepare.call(query, name);
		const run = prepared.execute;
		prepared.execute = (values) => whole(() => run.call(prepared, values));
		return prepared;
	};
	return query;
}

/** SQL that is made when its query is run, so that what is wrong with it is that query's error. */
function deferred(make: () => SQL): SQLWrapper {
	return { getSQL: make };
}

/** `medsched.name(argument => value, …)`. */
function callOf(definition: Definition, values: unknown): SQL {
	const { functionName } = definition;
	const list = givenArguments(definition, values).map((given) => sql`${sql.identifier(given.sqlName)} => ${argumentOf(functionName, given)}`);
	return sql`${sql.identifier('medsched')}.${sql.identifier(functionName)}(${sql.join(list, sql`, `)})`;
}

function argumentOf(functionName: string, { property, type, value }: GivenArgument): SQL {
	const isPlaceholder = is(value, Placeholder);
	if (!isPlaceholder && typeof value === 'object' && value !== null && 'getSQL' in value) return sql`${value as unknown as SQLWrapper}`;

	const write = (plain: unknown) => writeParameter(functionName, property, type, plain);
	const parameter = isPlaceholder ? sql.param(value, { mapToDriverValue: write }) : sql.param(write(value));
	return sql`${parameter}::text::${sql.raw(type.sqlType)}`;
}

/** `select … from medsched.name(…)`. */
function selectOf(definition: Exclude<Definition, ValueDefinition<string, Arguments, any>>, values: unknown): SQL {
	const names = sql.join(
		Object.entries(definition.columns as Columns<Record<string, unknown>>).map(([property, type]) => sql.identifier(sqlNameOf(property, type))),
		sql`, `,
	);
	const call = callOf(definition, values);
	return definition.ofValues ? sql`select * from ${call} as _ (${names})` : sql`select ${names} from ${call}`;
}

/** `(select …) alias`, with the columns of the table. */
function sourceOf(table: PgTable, name: string, select: SQLWrapper) {
	const columns = getTableColumns(alias(table, name));
	return Object.assign(new Subquery(sql`${select}`, columns, name), columns);
}

/** The rows of a function as a table, which exists only here. */
function tableOf<Name extends string, R>(name: Name, columns: Columns<R>): RowsTable<Name, R> {
	const builders = Object.entries(columns as Columns<Record<string, unknown>>).map(([property, type]) => {
		const builder = customType<{ data: unknown; driverData: unknown }>({
			dataType: () => type.sqlType,
			fromDriver: (value) => type.read(value),
			toDriver: (value) => type.write(value as never),
		})(sqlNameOf(property, type));
		return [property, type.nullable ? builder : builder.notNull()] as const;
	});
	return pgTable(name, Object.fromEntries(builders)) as unknown as RowsTable<Name, R>;
}
