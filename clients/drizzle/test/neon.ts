/**
 * The network's side of Neon: answers what its driver sends over HTTP with what the
 * database of these tests says.  A request is one statement, or one transaction.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { neon, neonConfig } from '@neondatabase/serverless';
import { drizzle } from 'drizzle-orm/neon-http';
import pg from 'pg';

// What the driver gets is what PostgreSQL wrote: it has parsers of its own.
const asWritten = { getTypeParser: () => (value: unknown) => value };

export async function neonHttp(database = process.env['PGDATABASE'] ?? '') {
	const pool = new pg.Pool({ database, max: 2 });
	let requests = 0;
	const server = createServer(async (request, response) => {
		requests++;
		const { query, params } = JSON.parse(await text(request)) as { query: string; params: unknown[] };
		const [status, body] = await pool.query({ text: query, values: params, rowMode: 'array', types: asWritten }).then(
			({ fields, rows, command, rowCount }) => [200, { fields, rows, command, rowCount, rowAsArray: true }] as const,
			(error: pg.DatabaseError) => [400, { ...error, message: error.message }] as const,
		);
		response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	neonConfig.fetchEndpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}/sql`;
	return {
		db: drizzle({ client: neon('postgresql://somebody:secret@neon.example/app') }),
		requests: () => requests,
		close: async () => {
			server.closeAllConnections();
			server.close();
			await pool.end();
		},
	};
}
