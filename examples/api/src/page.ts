/** The page at /, read once. */
import { readFileSync } from 'node:fs';
import { Hono } from 'hono';

const FILES = {
	'/': ['index.html', 'text/html; charset=utf-8'],
	'/page.js': ['page.js', 'text/javascript; charset=utf-8'],
	'/page.css': ['page.css', 'text/css; charset=utf-8'],
} as const;

/** Nothing but our own script, style and API. */
const POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

export function page(directory: URL) {
	const app = new Hono();
	for (const [path, [file, type]] of Object.entries(FILES)) {
		const content = readFileSync(new URL(file, directory), 'utf8');
		app.get(path, (c) =>
			c.body(content, 200, {
				'Content-Type': type,
				'Content-Security-Policy': POLICY,
				'Referrer-Policy': 'no-referrer',
				'X-Content-Type-Options': 'nosniff',
				'Cache-Control': 'no-cache',
			}),
		);
	}
	return app;
}
