/**
 * Writes the managed edition's file, made from medsched's source tree, to where it goes
 * into the package: as a module before tsc runs, and as the SQL of a migration after it.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const tree = fileURLToPath(new URL('../../', import.meta.url));
const here = fileURLToPath(new URL('./', import.meta.url));

execFileSync('make', ['-s', 'managed'], { cwd: tree, stdio: 'inherit' });
const version = /^default_version\s*=\s*'([^']+)'/m.exec(readFileSync(`${tree}medsched.control`, 'utf8'))[1];
const sql = readFileSync(`${tree}medsched-managed--${version}.sql`, 'utf8');
writeFileSync(
	`${here}src/managed-sql.ts`,
	`// Made by build-managed.mjs.\n/** The managed edition's file: one SQL statement. */\nexport const managedSql: string = ${JSON.stringify(sql)};\n`,
);
mkdirSync(`${here}dist/cjs`, { recursive: true });
// Node and TypeScript take what is below for CommonJS.
writeFileSync(`${here}dist/cjs/package.json`, '{ "type": "commonjs" }\n');
writeFileSync(`${here}dist/managed.sql`, `${sql}--> statement-breakpoint\nSELECT medsched.create_tables();\n`);
