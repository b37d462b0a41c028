/**
 * The arguments of medsched's functions: their types in SQL, and their values
 * as every driver passes them on unchanged, with prepared statements or without.
 */
import { is, Placeholder, sql, SQL, type SQLWrapper } from 'drizzle-orm';
import { writeSchedule, type ScheduleChanges, type ScheduleInput } from './schedule-input.js';
import type { DoseLimit } from './schema.js';
import { INSTANT_TYPE, WALL_CLOCK_TYPE, writeInstant, writeWallClock, type Instant, type WallClock } from './time.js';

/** A type of arguments: its name in SQL, and how a value is written. */
export interface ArgumentType<T> {
	sqlType: string;
	write(value: T): string | boolean;
}

export interface Argument<T = never, Optional extends boolean = boolean> extends ArgumentType<T> {
	/** Its name in SQL. */
	argument: string;
	optional: Optional;
}

// Method parameters are bivariant, so an Argument of any T is one of never.
export type Arguments = Record<string, Argument>;

/** A value, or an expression: a column to join with, `sql.placeholder('name')`. */
export type ValueOf<A> = A extends ArgumentType<infer T> ? T | SQLWrapper : never;

type Simplify<T> = { [K in keyof T]: T[K] } & {};

/** What a function is called with: optional arguments left out have the database's defaults. */
export type ArgumentValues<A extends Arguments> = Simplify<
	{ [K in keyof A as A[K]['optional'] extends true ? never : K]: ValueOf<A[K]> } & {
		[K in keyof A as A[K]['optional'] extends true ? K : never]?: ValueOf<A[K]> | null | undefined;
	}
>;

export const uuid: ArgumentType<string> = { sqlType: 'uuid', write: String };
export const text: ArgumentType<string> = { sqlType: 'text', write: String };
export const date: ArgumentType<string> = { sqlType: 'date', write: String };
export const time: ArgumentType<string> = { sqlType: 'time without time zone', write: String };
export const interval: ArgumentType<string> = { sqlType: 'interval', write: String };
export const integer: ArgumentType<number> = { sqlType: 'integer', write: String };
export const bigint: ArgumentType<number | bigint> = { sqlType: 'bigint', write: String };
export const numeric: ArgumentType<string | number> = { sqlType: 'numeric', write: String };
export const boolean: ArgumentType<boolean> = { sqlType: 'boolean', write: (value) => value };
export const instant: ArgumentType<Instant | Date> = { sqlType: INSTANT_TYPE, write: writeInstant };
/** An instant that is part of a key, which a Date might cut. */
export const keyInstant: ArgumentType<Instant> = { sqlType: INSTANT_TYPE, write: writeInstant };
export const wallClock: ArgumentType<WallClock> = { sqlType: WALL_CLOCK_TYPE, write: writeWallClock };
export const wallClocks: ArgumentType<WallClock[]> = {
	sqlType: `${WALL_CLOCK_TYPE}[]`,
	write: (values) => arrayLiteral(values.map(writeWallClock)),
};
export const times: ArgumentType<string[]> = { sqlType: 'time without time zone[]', write: arrayLiteral };
export const uuids: ArgumentType<string[]> = { sqlType: 'uuid[]', write: arrayLiteral };
export const integers: ArgumentType<number[]> = { sqlType: 'integer[]', write: (values) => arrayLiteral(values.map(String)) };
export const json: ArgumentType<object> = { sqlType: 'jsonb', write: (value) => JSON.stringify(value) };
export const doseLimits: ArgumentType<DoseLimit[]> = { sqlType: 'jsonb', write: (limits) => JSON.stringify(limits) };
export const scheduleList: ArgumentType<ScheduleInput[]> = {
	sqlType: 'jsonb',
	write: (schedules) => JSON.stringify(schedules.map(writeSchedule)),
};
export const schedule: ArgumentType<ScheduleInput> = {
	sqlType: 'jsonb',
	write: (value) => JSON.stringify(writeSchedule(value)),
};
export const scheduleChanges: ArgumentType<ScheduleChanges> = {
	sqlType: 'jsonb',
	write: (changes) => JSON.stringify(writeSchedule(changes)),
};

/** What `updateMedication` changes: keys left out stay, null takes a value away. */
export interface MedicationChanges {
	name?: string;
	notes?: string | null;
	/** Columns that your application added to `medications`, by their names in the database. */
	ownColumns?: Record<string, unknown>;
}

export const medicationChanges: ArgumentType<MedicationChanges> = {
	sqlType: 'jsonb',
	write: ({ ownColumns, ...ours }) => JSON.stringify({ ...ownColumns, ...ours }),
};

export function required<T>(argument: string, type: ArgumentType<T>): Argument<T, false> {
	return { ...type, argument, optional: false };
}

/** One that has no default, but may be NULL. */
export function nullable<T>(argument: string, type: ArgumentType<T>): Argument<T | null, false> {
	return { ...(type as ArgumentType<T | null>), argument, optional: false };
}

export function optional<T>(argument: string, type: ArgumentType<T>): Argument<T, true> {
	return { ...type, argument, optional: true };
}

/** `medsched.name(argument => value, …)`. */
export function call(name: string, args: Arguments, values: Record<string, unknown>): SQL {
	const unknown = Object.keys(values).find((property) => !(property in args));
	if (unknown !== undefined) throw new TypeError(`medsched.${name} has no argument "${unknown}"`);

	const list = Object.entries(args).flatMap(([property, argument]) => {
		const value = values[property];
		if (value === undefined) {
			if (argument.optional) return [];
			throw new TypeError(`medsched.${name} needs "${property}"`);
		}
		return [sql`${sql.identifier(argument.argument)} => ${argumentValue(value, argument)}`];
	});
	return sql`${sql.identifier('medsched')}.${sql.identifier(name)}(${sql.join(list, sql`, `)})`;
}

function argumentValue(value: unknown, argument: Argument): SQL {
	const isExpression = typeof value === 'object' && value !== null && 'getSQL' in value;
	if (isExpression && !is(value, Placeholder)) return sql`${value as unknown as SQLWrapper}`;

	const write = argument.write as (value: unknown) => unknown;
	const encoder = { mapToDriverValue: (plain: unknown) => (plain == null ? null : write(plain)) };
	return sql`${sql.param(value, encoder)}::${sql.raw(argument.sqlType)}`;
}

function arrayLiteral(elements: string[]): string {
	const quoted = elements.map((element) => `"${String(element).replace(/["\\]/g, '\\$&')}"`);
	return `{${quoted.join(',')}}`;
}
