/**
 * Bundles the server, the worker, both as Lambda functions, and the migrations with everything that they import,
 * as ES modules into build/esm and as CommonJS into build/cjs.  What they read at run time is
 * beside those: build/public and build/migrations.
 */
import { build } from 'esbuild';

const here = new URL('.', import.meta.url).pathname;
const formats = {
	// Dependencies that are CommonJS call require.
	esm: { extension: '.mjs', banner: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
	cjs: { extension: '.cjs', banner: "const importMetaUrl = require('node:url').pathToFileURL(__filename).href;", define: { 'import.meta.url': 'importMetaUrl' } },
};

for (const [format, { extension, banner, define = {} }] of Object.entries(formats)) {
	await build({
		entryPoints: ['server', 'lambda', 'worker', 'remind', 'migrate', 'iam'].map((name) => `${here}src/${name}.ts`),
		outdir: `${here}build/${format}`,
		outExtension: { '.js': extension },
		bundle: true,
		minify: true,
		platform: 'node',
		target: 'node20',
		format,
		// node-postgres looks for it, and does without.
		external: ['pg-native'],
		plugins: [
			{
				// Half as large again, and only for who asks for it: a file of its own beside the others.
				name: 'iam',
				setup: (build) => build.onResolve({ filter: /^\.\/iam\.js$/ }, () => ({ path: `./iam${extension}`, external: true })),
			},
		],
		banner: { js: banner },
		define,
		legalComments: 'external',
		logLevel: 'warning',
	});
}
