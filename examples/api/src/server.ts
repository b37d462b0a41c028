/** The API as a server of its own. */
import { serve } from '@hono/node-server';
import { createApp } from './app.js';
import { openDatabase } from './database.js';
import { tokenRules } from './settings.js';

const { db, close } = openDatabase(Number(process.env['DATABASE_CONNECTIONS'] ?? 5));
const app = createApp({ db, tokens: tokenRules() });

const server = serve({ fetch: app.fetch, hostname: process.env['HOST'] ?? '127.0.0.1', port: Number(process.env['PORT'] ?? 3000) }, (at) =>
	console.log(`listening on http://${at.address}:${at.port}`),
);

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
	process.once(signal, () => {
		server.close(() => void close());
	});
}
