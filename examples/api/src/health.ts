/** For whatever runs the server: whether it lives, and whether to send it requests. */
import { sql } from 'drizzle-orm';
import { Hono } from 'hono';
import type { Database } from './database.js';

const PATIENCE_MS = 2000;

export function health(db: Database, isStopping: () => boolean) {
	return (
		new Hono()
			// A server that cannot reach its database is not mended by a restart.
			.get('/healthz', (c) => c.json({ status: 'ok' }))
			.get('/readyz', async (c) => {
				if (isStopping()) return c.json({ status: 'stopping' }, 503);
				return (await answers(db)) ? c.json({ status: 'ready' }) : c.json({ status: 'the database cannot be reached' }, 503);
			})
	);
}

async function answers(db: Database): Promise<boolean> {
	const asked = Promise.resolve(db.execute(sql`select 1`)).then(
		() => true,
		() => false,
	);
	let timer: NodeJS.Timeout | undefined;
	const tooLate = new Promise<boolean>((resolve) => (timer = setTimeout(resolve, PATIENCE_MS, false)));
	return await Promise.race([asked, tooLate]).finally(() => clearTimeout(timer));
}
