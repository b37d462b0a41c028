/**
 * The columns of medsched's tables that drizzle-zod (drizzle-orm/zod as of 1.0) takes for
 * anything, because their types are medsched's own.
 */
import { getTableColumns, type Table } from 'drizzle-orm';
import { z } from 'zod/v4';
import type { DoseLimit, RoutineEvent } from './schedule-input.js';
import { INSTANT_TYPE, WALL_CLOCK_TYPE } from './time.js';

type OwnType<Column> = Column extends { _: { dataType: infer D; data: infer T } }
	? T extends DoseLimit[]
		? z.ZodType<DoseLimit[]>
		: RoutineEvent[] extends T
			? z.ZodType<RoutineEvent[]>
			: D extends 'custom'
				? T extends unknown[]
					? z.ZodArray<z.ZodString>
					: z.ZodString
				: never
	: never;
type Columns<T extends Table> = T['_']['columns'];

/** What refines the schema of a table, by the names of its columns. */
export type ZodColumns<T extends Table> = { [K in keyof Columns<T> as OwnType<Columns<T>[K]> extends never ? never : K]: () => OwnType<Columns<T>[K]> };

const instant = z.string().refine(matches(z.iso.datetime({ offset: true })), { error: 'not an instant, which has an offset, as 2026-03-01T07:00:00Z' });
const wallClock = z.string().refine(matches(z.iso.datetime({ local: true }).regex(/[^Z]$/)), { error: 'not a wall-clock time, which has no offset, as 2026-03-01T08:00:00' });

const limits: z.ZodType<DoseLimit[]> = z.array(
	z.intersection(
		z.union([z.object({ amount: z.union([z.string(), z.number()]) }), z.object({ doses: z.number() })]),
		z.union([z.object({ within: z.string() }), z.object({ days: z.number() })]),
	),
);

const events: z.ZodType<RoutineEvent[]> = z.array(z.union([z.string(), z.object({ event: z.string(), offset: z.number().optional() })]));

const schemas: Record<string, z.ZodType> = {
	[INSTANT_TYPE]: instant,
	[WALL_CLOCK_TYPE]: wallClock,
	[`${WALL_CLOCK_TYPE}[]`]: z.array(wallClock),
};

/**
 * Those columns as strings in their formats.
 *
 * @example
 * ```ts
 * const NewSchedule = createInsertSchema(schedules, zodColumns(schedules));
 * ```
 */
export function zodColumns<T extends Table>(table: T): ZodColumns<T> {
	const refined = Object.entries(getTableColumns(table)).flatMap(([name, column]) => {
		if (name === 'limits') return [[name, () => limits]];
		if (name === 'events') return [[name, () => events]];
		return column.columnType === 'PgCustomColumn' ? [[name, () => schemas[column.getSQLType()] ?? z.string()]] : [];
	});
	return Object.fromEntries(refined);
}

function matches(schema: z.ZodType): (value: string) => boolean {
	return (value) => schema.safeParse(value).success;
}
