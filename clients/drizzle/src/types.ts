/**
 * PostgreSQL's types: how an argument is written, and how a value is read.
 *
 * An argument is written as text, and a statement casts it from text, so that
 * no driver has a say in it.  A value is read from text, or from what a driver
 * made of it.  NULL is neither written nor read.
 */
import { MedschedError } from './errors.js';
import { writeSchedule, type DoseLimit, type MedicationChanges, type RoutineEvent, type ScheduleChanges, type ScheduleInput, type ScheduleOfForm, type TaperStep, readSchedule } from './schedule-input.js';
import { writeReport, type DoseReport } from './dose-report.js';
import { INSTANT_TYPE, readInstant, readWallClock, WALL_CLOCK_TYPE, writeInstant, writeWallClock, type Instant, type WallClock } from './time.js';

export interface Type<In, Out = In> {
	/** Its name in SQL, as format_type has it. */
	readonly sqlType: string;
	/** Whether there may be NULL. */
	readonly nullable: boolean;
	/** The name in SQL of an argument or column, where it is not that of the property in snake_case. */
	readonly sqlName?: string;
	/** Whether it is selected as text, because drivers lose something of it. */
	readonly asText?: boolean;
	write(value: In): string;
	read(value: any): Out;
}

/** An argument that may be left out: the database has a default, which is this SQL. */
export type Optional<T> = T & { readonly optional: true; readonly sqlDefault: string };

// Method parameters are bivariant, so a Type of anything is one of never.
export type AnyType = Type<never, unknown>;

function type<In, Out = In>(sqlType: string, write: (value: In) => string, read: (value: any) => Out): Type<In, Out> {
	return { sqlType, nullable: false, write, read };
}

export const uuid = type<string>('uuid', String, String);
export const text = type<string>('text', String, String);
export const date = type<string>('date', String, String);
export const time = type<string>('time without time zone', String, String);
export const interval = type<string>('interval', String, String);
export const integer = type<number>('integer', String, Number);
export const bigint = type<number | bigint, number>('bigint', String, Number);
/** A string keeps every digit. */
export const numeric = type<string | number, string>('numeric', String, String);
export const boolean = type<boolean>('boolean', String, (value) => value === true || value === 'true' || value === 't');
export const instant = type<Instant | Date, Instant>(INSTANT_TYPE, writeInstant, readInstant);
/** An instant that is part of a key, which a Date might cut. */
export const keyInstant = type<Instant>(INSTANT_TYPE, (value) => writeInstant(String(value)), readInstant);
export const wallClock = type<WallClock>(WALL_CLOCK_TYPE, writeWallClock, readWallClock);
export const json = type<object, Record<string, unknown>>('jsonb', JSON.stringify, readJson);
/** JSON as text, which keeps every digit. */
export const jsonText: Type<string> = { ...type<string>('jsonb', String, (value) => (typeof value === 'string' ? value : JSON.stringify(value))), asText: true };
export const doseLimits = type<DoseLimit[]>('jsonb', JSON.stringify, readJson);
export const routineEvents = type<RoutineEvent[]>('jsonb', JSON.stringify, readJson);
export const timesOfEvents = type<Record<string, string>>('jsonb', JSON.stringify, readJson);
export const schedule = type<ScheduleInput>('jsonb', (value) => JSON.stringify(writeSchedule(value)), readJson);
export const schedules = type<ScheduleInput[], ScheduleOfForm[]>(
	'jsonb',
	(values) => JSON.stringify(values.map(writeSchedule)),
	(value) => readJson(value).map(readSchedule),
);
/** Schedules of a prescription, which may have any of their keys. */
export const prescribedSchedules = type<ScheduleInput[]>(
	'jsonb',
	(values) => JSON.stringify(values.map(writeSchedule)),
	(value) => readJson(value).map((one: Record<string, unknown>) => readSchedule(one) as ScheduleInput),
);
export const doseReports = type<DoseReport[]>('jsonb', (reports) => JSON.stringify(reports.map(writeReport)), readJson);
export const taperSteps = type<TaperStep[]>('jsonb', JSON.stringify, readJson);
export const scheduleChanges = type<ScheduleChanges>('jsonb', (changes) => JSON.stringify(writeSchedule(changes)), readJson);
export const medicationChanges = type<MedicationChanges>(
	'jsonb',
	({ ownColumns, therapeuticClass, refillLeadTime, refillReserve, refillReserveUnit, ...ours }) =>
		JSON.stringify({ ...ownColumns, ...ours, therapeutic_class: therapeuticClass, refill_lead_time: refillLeadTime, refill_reserve: refillReserve, refill_reserve_unit: refillReserveUnit }),
	readJson,
);
export const nothing = type<never, void>('void', String, () => undefined);

/** Text that is one of these. */
export function oneOf<const T extends string>(_: readonly T[]): Type<T> {
	return text as Type<T>;
}

export function listOf<In, Out>(element: Type<In, Out>): Type<In[], Out[]> {
	return type(
		`${element.sqlType}[]`,
		(values: In[]) => `{${values.map((value) => `"${element.write(value).replace(/["\\]/g, '\\$&')}"`).join(',')}}`,
		(value: unknown) => (typeof value === 'string' ? readList(value) : (value as unknown[])).map((one) => element.read(one)),
	);
}

export function orNull<In, Out>(other: Type<In, Out>): Type<In | null, Out | null> {
	return { ...(other as Type<In | null, Out | null>), nullable: true };
}

export function optional<T extends AnyType>(other: T, sqlDefault = 'NULL'): Optional<T> {
	return { ...other, optional: true, sqlDefault };
}

/** With another name in SQL than that of its property. */
export function called<T extends AnyType>(sqlName: string, other: T): T {
	return { ...other, sqlName };
}

/** The name in SQL of a property: dose_id of doseId, max_per_24h of maxPer24h. */
export function sqlNameOf(property: string, { sqlName }: { sqlName?: string }): string {
	return sqlName ?? property.replace(/[A-Z]|(?<=[a-z])[0-9]/g, (character) => `_${character.toLowerCase()}`);
}

/** An argument's value as a statement's parameter. */
export function writeParameter(functionName: string, property: string, argument: AnyType, value: unknown): string | null {
	if (value === null) return null;
	try {
		return argument.write(value as never);
	} catch (thrown) {
		throw MedschedError.ofArgument(`medsched.${functionName}: ${property}: ${(thrown as Error).message}`, '22023', thrown);
	}
}

/** One driver parses JSON, another leaves it to us. */
function readJson(value: any): any {
	return typeof value === 'string' ? JSON.parse(value) : value;
}

/** The elements of an array as PostgreSQL writes it, of one dimension and without NULL. */
function readList(literal: string): string[] {
	return [...literal.matchAll(/"((?:[^"\\]|\\.)*)"|[^{},"]+/g)].map(([whole, quoted]) => quoted?.replace(/\\(.)/g, '$1') ?? whole);
}
