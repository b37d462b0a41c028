/**
 * What is logged: a line of JSON for each request and each error of ours.  Of a request it names the route, not its
 * address, in which people, doses and substances are named; of an error nothing that the database said of values.
 */
import { createMiddleware } from 'hono/factory';
import { matchedRoutes } from 'hono/route';
import type { Env } from './auth.js';

export type Log = (entry: Record<string, unknown>) => void;

/** One line on standard output, where every platform collects it. */
export const toStandardOutput: Log = (entry) => process.stdout.write(`${JSON.stringify({ time: new Date().toISOString(), ...entry })}\n`);

/** Where requests are logged: nowhere, if LOG is off. */
export function requestLog(): Log | undefined {
	return process.env['LOG'] === 'off' ? undefined : toStandardOutput;
}

/** Logs each request when it is answered.  The id of a request is also in its answer's X-Request-Id. */
export function logRequests(log: Log) {
	return createMiddleware<Env>(async (c, next) => {
		const begin = performance.now();
		c.set('log', log);
		await next();
		const { status } = c.res;
		log({
			level: status >= 500 ? 'error' : 'info',
			requestId: c.get('requestId'),
			method: c.req.method,
			route: matchedRoutes(c).findLast(({ method }) => method !== 'ALL')?.path ?? 'none',
			status,
			milliseconds: Math.round(performance.now() - begin),
		});
	});
}

/** What may be said of an error. A message of the database's can have a patient's values in it, its code has none. */
export function describeError(thrown: unknown): Record<string, unknown> {
	let error = thrown;
	while (error instanceof Error && error.cause instanceof Error) error = error.cause;
	const { name, message, stack, code, constraint, table, routine } = error as Error & Record<'code' | 'constraint' | 'table' | 'routine', string | undefined>;
	const frames = stack?.split('\n').filter((line) => /^\s+at /.test(line)).slice(0, 5).map((line) => line.trim());
	const isDatabases = typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code);
	return { error: name, code, ...(isDatabases ? { constraint, table, routine } : { message }), stack: frames };
}
