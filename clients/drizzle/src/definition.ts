/**
 * What a function of medsched is, for every way to call it: its name, its
 * arguments and what it gives.  `functions/` defines each once.
 */
import { MedschedError } from './errors.js';
import { sqlNameOf, writeParameter, type AnyType, type Type } from './types.js';

export type Arguments = Readonly<Record<string, AnyType & { readonly optional?: true; readonly sqlDefault?: string }>>;

/** The columns of a row, in the order of SQL. */
export type Columns<R> = { readonly [K in keyof R]: Type<never, R[K]> };

/** The row that columns make. */
export type RowOf<C> = { [K in keyof C]: C[K] extends { read(value: any): infer V } ? V : never };

type ValueOf<A> = A extends { write(value: infer V): string } ? V : never;
type Simplify<T> = { [K in keyof T]: T[K] } & {};

/** What a function is called with: optional arguments left out have the database's defaults.  Some callers pass an `Expression`, too. */
export type ArgumentValues<A, Expression = never> = Simplify<
	{ [K in keyof A as A[K] extends { optional: true } ? never : K]: ValueOf<A[K]> | Expression } & {
		[K in keyof A as A[K] extends { optional: true } ? K : never]?: ValueOf<A[K]> | Expression | null | undefined;
	}
>;

interface Named<Name extends string, A extends Arguments> {
	readonly functionName: Name;
	readonly args: A;
}

/** A function that gives rows. */
export interface RowsDefinition<Name extends string, A extends Arguments, R> extends Named<Name, A> {
	readonly gives: 'rows';
	readonly columns: Columns<R>;
	/** Its rows are plain values, whose column SQL leaves without a name. */
	readonly ofValues: boolean;
}

/** A function that gives one row. */
export interface RowDefinition<Name extends string, A extends Arguments, R> extends Named<Name, A> {
	readonly gives: 'row';
	readonly columns: Columns<R>;
	readonly ofValues: false;
}

/** A function that gives one value. */
export interface ValueDefinition<Name extends string, A extends Arguments, V> extends Named<Name, A> {
	readonly gives: 'value';
	readonly result: Type<never, V>;
}

export type Definition =
	| RowsDefinition<string, Arguments, any>
	| RowDefinition<string, Arguments, any>
	| ValueDefinition<string, Arguments, any>;

/** What a function gives. */
export type ResultOf<D> =
	D extends RowsDefinition<string, any, infer R> ? R[]
	: D extends RowDefinition<string, any, infer R> ? R
	: D extends ValueDefinition<string, any, infer V> ? V
	: never;

export function rows<Name extends string, const A extends Arguments, R>(functionName: Name, args: A, columns: Columns<R>): RowsDefinition<Name, A, R> {
	return { gives: 'rows', functionName, args, columns, ofValues: false };
}

export function plainValues<Name extends string, const A extends Arguments, R>(functionName: Name, args: A, columns: Columns<R>): RowsDefinition<Name, A, R> {
	return { gives: 'rows', functionName, args, columns, ofValues: true };
}

export function row<Name extends string, const A extends Arguments, R>(functionName: Name, args: A, columns: Columns<R>): RowDefinition<Name, A, R> {
	return { gives: 'row', functionName, args, columns, ofValues: false };
}

export function value<Name extends string, const A extends Arguments, V>(functionName: Name, args: A, result: Type<never, V>): ValueDefinition<Name, A, V> {
	return { gives: 'value', functionName, args, result };
}

/** Columns, by the name of the row that they make. */
export function columnsOf<R>(columns: Columns<R>): Columns<R> {
	return columns;
}

/** An argument that is given: its name in SQL, and its value. */
export interface GivenArgument {
	property: string;
	sqlName: string;
	type: AnyType;
	value: unknown;
}

/** The arguments that are given, after a look at whether they are those of the function. */
export function givenArguments({ functionName, args }: Named<string, Arguments>, values: unknown): GivenArgument[] {
	if (typeof values !== 'object' || values === null) throw MedschedError.ofArgument(`medsched.${functionName} needs an object of its arguments`, '22004');
	const given = values as Record<string, unknown>;
	const unknown = Object.keys(given).find((property) => !Object.hasOwn(args, property));
	if (unknown !== undefined) throw MedschedError.ofArgument(`medsched.${functionName} has no argument "${unknown}"`, '22023');

	return Object.entries(args).flatMap(([property, type]) => {
		const value = given[property];
		if (value !== undefined) return [{ property, sqlName: sqlNameOf(property, type), type, value }];
		if (type.optional) return [];
		throw MedschedError.ofArgument(`medsched.${functionName} needs "${property}"`, '22004');
	});
}

/** A call as text and parameters, for any driver. */
export interface Statement {
	text: string;
	parameters: (string | null)[];
}

/** Selects what the function gives, every column as text. */
export function statementOf(definition: Definition, values: unknown): Statement {
	const { functionName } = definition;
	const given = givenArguments(definition, values);
	const parameters = given.map(({ property, type, value }) => writeParameter(functionName, property, type, value));
	const list = given.map(({ sqlName, type }, i) => `"${sqlName}" => $${i + 1}::text::${type.sqlType}`).join(', ');
	const call = `medsched.${functionName}(${list})`;
	if (definition.gives === 'value') return { text: `select ${call}::text as value`, parameters };

	const names = Object.entries(definition.columns as Columns<Record<string, unknown>>).map(([property, type]) => `"${sqlNameOf(property, type)}"`);
	const from = definition.ofValues ? `${call} as _ (${names.join(', ')})` : call;
	return { text: `select ${names.map((name) => `${name}::text`).join(', ')} from ${from}`, parameters };
}

/**
 * What the function gives, from the rows of its statement: objects or lists,
 * whatever their keys are called.  postgres.js may begin them with holes.
 */
export function resultOf(definition: Definition, given: readonly object[]): unknown {
	const rows = given.filter(() => true);
	const read = (type: Type<never, unknown>, value: unknown) => (value === null || value === undefined ? null : type.read(value));
	if (definition.gives === 'value') {
		const [value] = Object.values(rows.at(-1) ?? {});
		return definition.result.sqlType === 'void' ? undefined : read(definition.result, value);
	}
	const columns = Object.entries(definition.columns as Columns<Record<string, unknown>>);
	const result = rows.map((row) => {
		const values = Object.values(row);
		return Object.fromEntries(columns.map(([property, type], i) => [property, read(type, values[i])]));
	});
	return definition.gives === 'row' ? result.at(-1) : result;
}
