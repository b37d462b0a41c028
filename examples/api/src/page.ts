/** The page at /: the files that its build made, read once. */
import { readdirSync, readFileSync } from 'node:fs';
import { extname } from 'node:path';
import { Hono } from 'hono';

const TYPES: Record<string, string> = {
	'.html': 'text/html; charset=utf-8',
	'.js': 'text/javascript; charset=utf-8',
	'.css': 'text/css; charset=utf-8',
	'.webmanifest': 'application/manifest+json; charset=utf-8',
	'.svg': 'image/svg+xml',
	'.png': 'image/png',
};

/** Nothing but our own files and API, and no script or style inside the page. */
const POLICY = [
	"default-src 'none'",
	"script-src 'self'",
	"style-src 'self'",
	"img-src 'self'",
	"connect-src 'self'",
	"manifest-src 'self'",
	"worker-src 'self'",
	"base-uri 'none'",
	"form-action 'none'",
	"frame-ancestors 'none'",
].join('; ');

export function page(directory: URL) {
	const app = new Hono();
	for (const file of readdirSync(directory)) {
		const type = TYPES[extname(file)];
		if (type === undefined) continue;
		const content = readFileSync(new URL(file, directory));
		app.get(file === 'index.html' ? '/' : `/${file}`, (c) =>
			c.body(content, 200, {
				'Content-Type': type,
				'Content-Security-Policy': POLICY,
				'Cross-Origin-Opener-Policy': 'same-origin',
				'Referrer-Policy': 'no-referrer',
				'X-Content-Type-Options': 'nosniff',
				// The service worker has them for when there is no connection; a browser asks whether they changed.
				'Cache-Control': 'no-cache',
			}),
		);
	}
	return app;
}
