/** Run by bundle.sh. */
import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';

const rounds = Number(process.argv[2]);
const build = new URL('../examples/api/build/', import.meta.url).pathname;
const env = { ...process.env, JWT_ISSUER: 'bench', JWT_AUDIENCE: 'bench', JWT_JWKS: '{"keys":[]}' };
const event = { version: '2.0', rawPath: '/readyz', rawQueryString: '', headers: {}, isBase64Encoded: false, requestContext: { domainName: 'bench', http: { method: 'GET', path: '/readyz' } } };

function coldStart(file) {
	const script = `
		const { handler } = await import(${JSON.stringify(build + file)});
		const { statusCode } = await handler(${JSON.stringify(event)}, {});
		const { user, system } = process.cpuUsage();
		console.log(JSON.stringify([statusCode, performance.now(), (user + system) / 1000]));
		process.exit();`;
	// The last line is its own: the handler logs.
	const runs = Array.from({ length: rounds }, () => JSON.parse(execFileSync(process.execPath, ['--input-type=module', '-e', script], { env, encoding: 'utf8' }).trim().split('\n').at(-1)));
	if (runs.some(([status]) => status !== 200)) throw new Error(`${file} does not answer`);
	const median = (values) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)];
	return [median(runs.map(([, wall]) => wall)), median(runs.map(([, , cpu]) => cpu))].map((ms) => `${Math.round(ms)} ms`);
}

const kB = (file) => `${Math.round(statSync(build + file).size / 1024)} kB`;
const api = new URL('../examples/api/', import.meta.url).pathname;
const [, ...modules] = execFileSync('npm', ['ls', '--omit=dev', '--all', '--parseable'], { cwd: api, encoding: 'utf8' }).trim().split('\n');
const megabytes = Math.round(Number(execFileSync('du', ['-skc', ...modules], { encoding: 'utf8' }).match(/(\d+)\ttotal/)[1]) / 1024);
const sizes = {
	'src/lambda.js': `${megabytes} MB of node_modules`,
	'esm/lambda.mjs': kB('esm/lambda.mjs'),
	'cjs/lambda.cjs': kB('cjs/lambda.cjs'),
};
console.log('| | size | cold start | processor time |\n|---|---:|---:|---:|');
for (const [file, size] of Object.entries(sizes)) console.log(`| \`${file}\` | ${size} | ${coldStart(file).join(' | ')} |`);
