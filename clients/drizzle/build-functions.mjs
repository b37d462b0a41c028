/**
 * Writes the functions of src/functions/ as each way to call them exports them:
 * every one by its name, with its comment; and the types of their rows.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const src = fileURLToPath(new URL('./src/', import.meta.url));
const ways = [['drizzle-functions', './call.js'], ['plain-functions', './plain-connection.js'], ['kysely-functions', './kysely-connection.js']];

const files = readdirSync(`${src}functions/`).sort().map((file) => [file, readFileSync(`${src}functions/${file}`, 'utf8')]);
const functions = files.flatMap(([file, text]) => {
	const names = [...text.matchAll(/^export const (\w+) = (?:rows|row|value|plainValues)\(/gm)].map(([, name]) => name);
	const documented = [...text.matchAll(/^(\/\*\*(?:(?!\*\/)[^])*\*\/)\nexport const (\w+) = (?:rows|row|value|plainValues)\(/gm)];
	const missing = names.filter((name) => !documented.some(([, , other]) => other === name));
	if (missing.length > 0) throw new Error(`${file}: no comment above ${missing.join(', ')}`);
	return documented.map(([, comment, name]) => ({ comment, name }));
});
const types = files.filter(([file]) => file !== 'shared.ts').flatMap(([, text]) => [...text.matchAll(/^export interface (\w+)/gm)].map(([, name]) => name));

for (const [file, from] of ways) {
	const exports = functions.map(({ comment, name }) => `${comment}\nexport const ${name} = functionOf(functions.${name});\n`);
	writeFileSync(
		`${src}${file}.ts`,
		`// Made by build-functions.mjs.\nimport { functionOf } from '${from}';\nimport * as functions from './functions/index.js';\nexport type { ${types.join(', ')} } from './functions/index.js';\n\n${exports.join('\n')}`,
	);
}
