/**
 * Writes the functions as Prisma's TypedSQL takes them, from what is built: a file of SQL for
 * each, and the types of what `prisma generate --sql` makes of these files, which does not
 * know which columns have a value.
 */
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as functions from './dist/functions/index.js';
import { sqlNameOf } from './dist/types.js';

const here = fileURLToPath(new URL('./', import.meta.url));
const directory = `${here}dist/prisma/`;

// Parameters by their names in SQL: Prisma's type, what it is cast from, TypeScript's.  Prisma takes a list's from the cast.
const parameters = {
	boolean: ['Boolean', 'boolean', 'boolean'],
	integer: ['Int', 'integer', 'number'],
	bigint: ['BigInt', 'bigint', 'number | bigint'],
	jsonb: ['Json', 'jsonb', 'object'],
	'integer[]': [undefined, 'integer[]', 'number[]'],
};
const ofText = (sqlType) => parameters[sqlType] ?? (sqlType.endsWith('[]') ? [undefined, 'text[]', 'string[]'] : ['String', 'text', 'string']);

/** A column as the value that the package's types say. */
function columnSql(name, sqlType) {
	const wallClock = (at) => `regexp_replace(to_char(${at}, 'YYYY-MM-DD"T"HH24:MI:SS.US'), '[.]?0+$', '')`;
	switch (sqlType) {
		case 'boolean': case 'integer': case 'jsonb': case 'integer[]': return name;
		case 'bigint': return `${name}::float8`;
		case 'timestamp with time zone': return `${wallClock(`${name} AT TIME ZONE 'UTC'`)} || 'Z'`;
		case 'timestamp without time zone': return wallClock(name);
		case 'timestamp without time zone[]': return `ARRAY(SELECT ${wallClock('at')} FROM unnest(${name}) AS at)`;
		default: return `${name}::text${sqlType.endsWith('[]') ? '[]' : ''}`;
	}
}

// Types of single values.
const types = { boolean: 'boolean', integer: 'number', bigint: 'number', jsonb: 'unknown' };
const typeOf = ({ sqlType, nullable }) => `${types[sqlType] ?? 'string'}${nullable ? ' | null' : ''}`;

const comments = new Map();
const rows = new Map();
for (const file of readdirSync(`${here}src/functions/`)) {
	const text = readFileSync(`${here}src/functions/${file}`, 'utf8');
	for (const [, comment, name] of text.matchAll(/^(\/\*\*(?:(?!\*\/)[^])*\*\/)\nexport const (\w+) = /gm)) comments.set(name, comment);
	for (const [, name, row] of text.matchAll(/^export const (\w+) = (?:rows|row|plainValues)\((?:(?!^export)[^])*?columnsOf<(\w+)>/gm)) rows.set(name, row);
}

rmSync(directory, { recursive: true, force: true });
mkdirSync(directory, { recursive: true });
const declarations = Object.entries(functions)
	.filter(([, definition]) => definition.gives !== undefined)
	.map(([name, definition]) => {
		const args = Object.entries(definition.args).map(([property, type], i) => {
			const [prisma, cast, typescript] = ofText(type.sqlType);
			const isNullable = type.optional || type.nullable;
			const given = `$${i + 1}::${cast}${cast === type.sqlType ? '' : `::${type.sqlType}`}`;
			return {
				comment: prisma && `-- @param {${prisma}} $${i + 1}:${property}${isNullable ? '?' : ''}\n`,
				sql: `"${sqlNameOf(property, type)}" => ${type.optional && type.sqlDefault !== 'NULL' ? `coalesce(${given}, ${type.sqlDefault})` : given}`,
				type: `${property}: ${typescript}${isNullable ? ' | null' : ''}`,
			};
		});
		const call = `medsched.${definition.functionName}(${args.map((arg) => arg.sql).join(', ')})`;
		const columns = Object.entries(definition.columns ?? {});
		const names = columns.map(([property, type]) => `"${sqlNameOf(property, type)}"`);
		const select =
			definition.gives === 'value'
				? `SELECT ${columnSql('value', definition.result.sqlType)} AS value FROM (SELECT ${call}) AS _ (value)`
				: `SELECT ${columns.map(([property, type], i) => `${columnSql(names[i], type.sqlType)} AS "${property}"`).join(', ')}\n  FROM ${call}${definition.ofValues ? ` AS _ (${names.join(', ')})` : ''}`;
		writeFileSync(`${directory}${name}.sql`, `${args.map((arg) => arg.comment ?? '').join('')}${select}\n`);

		const result = definition.gives === 'value' ? `{ value: ${typeOf(definition.result)} }` : rows.get(name);
		const list = args.map((arg) => arg.type).join(', ');
		return `${comments.get(name)}\nexport declare const ${name}: (${list}) => TypedSql<[${list}], ${result}>;\n`;
	});
const imported = `import type { ${[...new Set(rows.values())].join(', ')} } from './plain.js';`;
for (const place of ['dist', 'dist/cjs']) {
	writeFileSync(`${here}${place}/prisma.d.ts`, `// Made by build-prisma.mjs.\nimport type { TypedSql } from '@prisma/client/runtime/client';\n${imported}\n\n${declarations.join('\n')}`);
}
