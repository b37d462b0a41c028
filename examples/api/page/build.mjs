/**
 * Builds what a browser loads into build/public: the page in one file of script, its service worker with the list of
 * files that it keeps, and the files that need no building.
 */
import { createHash } from 'node:crypto';
import { cp, mkdir, readdir, readFile } from 'node:fs/promises';
import { build } from 'esbuild';

const here = new URL('.', import.meta.url).pathname;
const out = new URL('../build/public/', import.meta.url).pathname;
const STATIC = ['index.html', 'page.css', 'manifest.webmanifest', 'icon.svg', 'icon-192.png', 'icon-512.png'];

const bundled = (entry, define = {}) =>
	build({
		entryPoints: [here + entry],
		outdir: out,
		bundle: true,
		minify: true,
		format: 'esm',
		target: 'es2022',
		legalComments: 'inline',
		logLevel: 'warning',
		define: { 'process.env.NODE_ENV': '"production"', ...define },
	});

await mkdir(out, { recursive: true });
for (const file of STATIC) await cp(here + file, out + file);
await bundled('page.ts');

const kept = [];
for (const file of (await readdir(out)).sort()) {
	const revision = createHash('sha256').update(await readFile(out + file)).digest('base64url').slice(0, 16);
	kept.push({ url: file === 'index.html' ? '/' : `/${file}`, revision });
}
await bundled('worker.ts', { 'self.__WB_MANIFEST': JSON.stringify(kept) });
