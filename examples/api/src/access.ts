/** For whom the caller may act: themselves, and who granted them access. */
import { and, eq } from 'drizzle-orm';
import { createMiddleware } from 'hono/factory';
import { isPersonId, type Env } from './auth.js';
import { retrying, type Database } from './database.js';
import { Problem } from './problem.js';
import { caregivers } from './schema.js';

/** Turns the path's person into an id, where the caller may act for them. */
export function actFor(db: Database) {
	return createMiddleware<Env>(async (c, next) => {
		const caller = c.get('principal').id;
		const named = c.req.param('person') ?? '';
		const personId = named === 'me' ? caller : named.toLowerCase();
		if (!isPersonId(personId)) {
			throw new Problem(400, 'invalid_request', 'the request is not valid', {
				errors: [{ path: 'param.person', message: 'neither "me" nor a uuid' }],
			});
		}
		if (personId !== caller && !(await isGranted(db, personId, caller))) {
			// A stranger and nobody read the same.
			throw new Problem(403, 'forbidden', 'this person has not granted you access');
		}
		c.set('personId', personId);
		c.set('recordedBy', personId === caller ? undefined : caller);
		await next();
	});
}

async function isGranted(db: Database, personId: string, caregiverId: string): Promise<boolean> {
	const rows = await retrying(() =>
		db
			.select({ personId: caregivers.personId })
			.from(caregivers)
			.where(and(eq(caregivers.personId, personId), eq(caregivers.caregiverId, caregiverId))),
	);
	return rows.length > 0;
}
