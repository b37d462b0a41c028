/** The API as a server of its own. */
import { serve } from '@hono/node-server';
import { createApp } from './app.js';
import { openDatabase } from './database.js';
import { requestLog } from './log.js';
import { pushSettings, tokenRules } from './settings.js';

/** So long, requests that are being answered may take when the server is told to stop. */
const GRACE_MS = 10_000;

/** Longer than load balancers keep an idle connection, which is a minute: who closes it first may do so while a request is on its way. */
const KEEP_ALIVE_MS = 75_000;

const hostname = process.env['HOST'] ?? '127.0.0.1';
const port = Number(process.env['PORT'] ?? 3000);
if (!Number.isInteger(port) || port < 0 || port > 65535) fail(`PORT is no port: "${process.env['PORT']}"`);

let stopping = false;
const { db, close } = told(() => openDatabase(Number(process.env['DATABASE_CONNECTIONS'] ?? 5)));
const app = createApp({ db, tokens: told(tokenRules), push: told(pushSettings), log: requestLog(), isStopping: () => stopping });

const server = serve({ fetch: app.fetch, hostname, port, serverOptions: { keepAliveTimeout: KEEP_ALIVE_MS } }, (at) => console.log(`listening on http://${at.address}:${at.port}`));

server.on('error', (error: NodeJS.ErrnoException) => {
	if (error.code === 'EADDRINUSE') fail(`port ${port} of ${hostname} is in use: set PORT to another, or stop what listens there`);
	if (error.code === 'EACCES') fail(`port ${port} of ${hostname} is not for this user: set PORT to one above 1023`);
	if (error.code === 'EADDRNOTAVAIL') fail(`${hostname} is no address of this machine: set HOST to one that is, or to 0.0.0.0 for all`);
	throw error;
});

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
	process.on(signal, () => {
		// Told twice, it waits for nobody.
		if (stopping) process.exit(1);
		stopping = true;
		server.close(() => void close());
		if ('closeAllConnections' in server) setTimeout(() => server.closeAllConnections(), GRACE_MS).unref();
	});
}

/** Makes what the environment describes; what is wrong with that is said in one line, without the source around it. */
function told<T>(make: () => T): T {
	try {
		return make();
	} catch (error) {
		return fail(error instanceof Error ? error.message : String(error));
	}
}

function fail(message: string): never {
	console.error(message);
	process.exit(1);
}
