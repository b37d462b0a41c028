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
		if (personId !== caller && !(await isGranted(db, personId, caller))) throw notGranted();
		c.set('personId', personId);
		c.set('recordedBy', personId === caller ? undefined : caller);
		await next();
	});
}

/** Of the caller and those for whom the caller may act, the people named; all of them where nobody is. */
export async function peopleFor(db: Database, caller: string, named: string | undefined): Promise<string[]> {
	const granted = await retrying(() => db.select({ personId: caregivers.personId }).from(caregivers).where(eq(caregivers.caregiverId, caller)));
	const people = new Set([caller, ...granted.map(({ personId }) => personId)]);
	const wanted = named?.split(',').map((person) => (person === 'me' ? caller : person.toLowerCase())) ?? [...people];
	if (!wanted.every((person) => people.has(person))) throw notGranted();
	return wanted;
}

// A stranger and nobody read the same.
const notGranted = () => new Problem(403, 'forbidden', 'this person has not granted you access');

async function isGranted(db: Database, personId: string, caregiverId: string): Promise<boolean> {
	const rows = await retrying(() =>
		db
			.select({ personId: caregivers.personId })
			.from(caregivers)
			.where(and(eq(caregivers.personId, personId), eq(caregivers.caregiverId, caregiverId))),
	);
	return rows.length > 0;
}
