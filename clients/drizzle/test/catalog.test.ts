/**
 * The package against the catalog of the installed extension: fails when they
 * disagree on a table, a function, an argument or a type.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { getTableColumns, getTableName } from 'drizzle-orm';
import { getTableConfig, type PgColumn, type PgTable } from 'drizzle-orm/pg-core';
import pg from 'pg';
import * as medsched from '../src/index.js';
import type { Definition } from '../src/definition.js';
import { constraints, requiredColumns, scheduleKeys } from '../src/index.js';
import { sqlNameOf, type AnyType } from '../src/types.js';

const pool = new pg.Pool({ max: 1 });
before(() => pool.query('select medsched.enable_history(), medsched.enable_reminders()'));
after(() => pool.end());

// Of use to the extension itself or to its installation.
const internal = new Set([
	'create_tables', 'enable_history', 'enable_reminders', 'partition_doses', 'check_user', 'check_window', 'check_window_for_all', 'check_dates', 'occurrences_support',
	'schedule_occurrences', 'count_schedule_occurrences', 'schedule_density_problem', 'plproxy_functions',
]);

describe('tables', () => {
	for (const table of [medsched.medications, medsched.schedules, medsched.doseTaken, medsched.personSettings, medsched.changeHistory, medsched.substanceLimits, medsched.stockEntries, medsched.movedDoses, medsched.routines, medsched.reminderRules, medsched.stockReminderRules, medsched.remindersDropped] as PgTable[]) {
		test(getTableName(table), async () => {
			const { rows } = await pool.query(
				`select attname as name, format_type(atttypid, atttypmod) as type, attnotnull as not_null, atthasdef or attidentity <> '' as has_default
				from pg_attribute where attrelid = $1::regclass and attnum > 0 and not attisdropped order by attnum`,
				[`medsched.${getTableName(table)}`],
			);
			assert.deepEqual(
				Object.values(getTableColumns(table)).map((column) => ({
					name: column.name,
					type: typeOf(column),
					not_null: column.notNull,
					has_default: column.hasDefault,
				})),
				rows,
			);
		});

		test(`${getTableName(table)}: keys`, async () => {
			const { rows } = await pool.query(
				`select contype::text as type, array(select attname::text from unnest(conkey) with ordinality as k (n, i)
				join pg_attribute on attrelid = conrelid and attnum = n order by i) as columns,
				nullif(confrelid, 0)::regclass::text as references
				from pg_constraint where conrelid = $1::regclass and contype in ('p', 'u', 'f')`,
				[`medsched.${getTableName(table)}`],
			);
			const config = getTableConfig(table);
			const names = (columns: { name: string }[]) => columns.map((column) => column.name);
			const ours = [
				...config.primaryKeys.map((key) => ({ type: 'p', columns: names(key.columns), references: null })),
				...config.uniqueConstraints.map((key) => ({ type: 'u', columns: names(key.columns), references: null })),
				...config.foreignKeys.map((key) => {
					const { columns, foreignTable } = key.reference();
					return { type: 'f', columns: names(columns), references: `medsched.${getTableName(foreignTable)}` };
				}),
			];
			assert.deepEqual(sorted(ours), sorted(rows));
		});
	}

	test('every table has its definition', async () => {
		const { rows } = await pool.query(
			`select relname as name from pg_class where relnamespace = 'medsched'::regnamespace and relkind in ('r', 'p', 'v', 'm') and relname !~ '^_'`,
		);
		assert.deepEqual(rows.map((row) => row.name).sort(), ['change_history', 'dose_taken', 'medications', 'moved_doses', 'person_settings', 'reminder_changes', 'reminder_fill', 'reminder_queue', 'reminder_rules', 'reminder_snoozes', 'reminders_dropped', 'reminders_held', 'routines', 'schedules', 'stock_entries', 'stock_reminder_queue', 'stock_reminder_rules', 'substance_limits']);
	});

	test('every constraint has its name in MedschedError', async () => {
		const { rows } = await pool.query(
			`select conname as name from pg_constraint where connamespace = 'medsched'::regnamespace and contype in ('c', 'p', 'u', 'f', 'x') and conname !~ '^_'`,
		);
		const missing = rows.map((row) => row.name).filter((name) => !(constraints as readonly string[]).includes(name));
		assert.deepEqual(missing, []);
		assert.ok(rows.length > 10);
	});

	test('every column that must have a value is known to MedschedError', async () => {
		const { rows } = await pool.query(
			`select relname as table, array_agg(attname::text order by attnum) as columns from pg_attribute join pg_class on pg_class.oid = attrelid
			where relnamespace = 'medsched'::regnamespace and relkind in ('r', 'p') and attnum > 0 and attnotnull and not attisdropped and relname !~ '^_' group by relname`,
		);
		assert.deepEqual(requiredColumns, Object.fromEntries(rows.map((row) => [row.table, row.columns])));
	});

	test('the keys of a schedule are those the database takes', async () => {
		const error = await pool
			.query(`select medsched.create_medication(gen_random_uuid(), 'x', '[{"?": 1}]')`)
			.then(() => assert.fail('not refused'), (thrown: pg.DatabaseError) => thrown);
		assert.deepEqual([...scheduleKeys], /^The keys of a schedule are (.*)\.$/.exec(error.hint ?? '')?.[1]?.split(', '));
	});
});

describe('functions', async () => {
	const { rows } = await pool.query<CatalogFunction>(`
		select proname as name, proretset as set_of, format_type(prorettype, null) as returns,
			coalesce(proargnames, '{}') || row_names as names,
			coalesce(array(select format_type(t, null) from unnest(coalesce(proallargtypes, proargtypes::oid[])) with ordinality as _ (t, i) order by i), '{}') || row_types as types,
			coalesce(proargmodes::text[], array_fill('i'::text, array[pronargs::int])) || array_fill('t'::text, array[cardinality(row_names)]) as modes,
			pronargdefaults as defaults,
			array(select pg_get_function_arg_default(pg_proc.oid, n) from generate_series(1, pronargs) as n order by n) as texts_of_defaults
		from pg_proc
		cross join lateral (
			-- A row type's columns are like those of RETURNS TABLE.
			select coalesce(array_agg(attname::text order by attnum), '{}') as row_names,
				coalesce(array_agg(format_type(atttypid, atttypmod) order by attnum), '{}') as row_types
			from pg_type join pg_attribute on attrelid = typrelid and attnum > 0 and not attisdropped
			where pg_type.oid = prorettype and typtype = 'c') as _
		where pronamespace = 'medsched'::regnamespace and prorettype <> 'trigger'::regtype and proname !~ '^_'`);
	const definitions = Object.values(medsched as Record<string, unknown>).flatMap((value) =>
		typeof value === 'function' && 'definition' in value ? [value.definition as Definition] : [],
	);
	const inCatalog = rows.filter((row) => !internal.has(row.name)).map((row) => signatureOfCatalog(row));
	const inPackage = definitions.map((definition) => signatureOfPackage(definition));

	test('none is missing, and none is too many', () => {
		const names = (list: CatalogSignature[]) => list.map((f) => `${f.name}(${f.arguments.map((a) => a.name).sort().join(', ')})`).sort();
		assert.deepEqual(names(inPackage), names(inCatalog));
	});

	for (const ours of inPackage) {
		test(`${ours.name}(${ours.arguments.map((a) => a.name).join(', ')})`, () => {
			const theirs = inCatalog.find((f) => f.name === ours.name && f.arguments.length === ours.arguments.length);
			assert.ok(theirs, 'there is no such function');
			assert.deepEqual(sorted(ours.arguments), sorted(theirs.arguments));
			assert.deepEqual(sortedIfRows(ours.returns), sortedIfRows(theirs.returns));
		});
	}
});

interface CatalogFunction {
	name: string;
	set_of: boolean;
	returns: string;
	names: string[];
	types: string[];
	modes: string[];
	defaults: number;
	texts_of_defaults: (string | null)[];
}

interface CatalogSignature {
	name: string;
	arguments: { name: string; type: string; optional: boolean; default: string | null }[];
	returns: string | { name: string; type: string }[];
}

function signatureOfCatalog(row: CatalogFunction): CatalogSignature {
	const all = row.types.map((type, i) => ({ name: row.names[i] ?? '', type, mode: row.modes[i] }));
	const inputs = all.filter((a) => a.mode === 'i' || a.mode === 'b');
	const outputs = all.filter((a) => a.mode !== 'i').map(({ name, type }) => ({ name, type }));
	return {
		name: row.name,
		arguments: inputs.map(({ name, type }, i) => ({ name, type, optional: i >= inputs.length - row.defaults, default: defaultOf(row.texts_of_defaults[i]) })),
		// A set of plain values has no names of its own.
		returns: outputs.length > 0 ? outputs : row.set_of ? [{ name: '', type: row.returns }] : row.returns,
	};
}

function signatureOfPackage(definition: Definition): CatalogSignature {
	return {
		name: definition.functionName,
		arguments: named(definition.args).map(({ name, type }) => ({ name, type: type.sqlType, optional: 'optional' in type, default: defaultOf('sqlDefault' in type ? (type.sqlDefault as string) : null) })),
		returns:
			definition.gives === 'value'
				? definition.result.sqlType
				: named(definition.columns).map(({ name, type }) => ({ name: definition.ofValues ? '' : name, type: type.sqlType })),
	};
}

/** A default as PostgreSQL writes it or as we do, without what only one writes. */
function defaultOf(text: string | null | undefined): string | null {
	return text?.replace(/ without time zone/, '').replace(/^NULL::.*/, 'NULL').replace(/^('.*')::text$/, '$1').replace(/^[(](.*)[)]$/, '$1') ?? null;
}

function named(types: Record<string, AnyType>) {
	return Object.entries(types).map(([property, type]) => ({ name: sqlNameOf(property, type), type }));
}

/** Drizzle's name of a column's type, as format_type has it. */
function typeOf(column: PgColumn): string {
	return column.getSQLType().replace(/^time\b(?! )/, 'time without time zone');
}

function sorted<T>(list: T[]): T[] {
	return [...list].sort((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b)));
}

function sortedIfRows(returns: CatalogSignature['returns']) {
	return typeof returns === 'string' ? returns : sorted(returns);
}
