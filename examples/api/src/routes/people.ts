/** Who may act for whom, and what holds for a person. */
import { OpenAPIHono, z } from '@hono/zod-openapi';
import { personSettingsOf, setChangedBy, setPersonSettings } from '@medsched/drizzle';
import { and, asc, eq } from 'drizzle-orm';
import type { Env } from '../auth.js';
import { inTransaction, retrying, type Database } from '../database.js';
import * as m from '../models.js';
import { caregivers } from '../schema.js';

const PersonName = z.string().trim().min(1).max(200).openapi({ example: 'Ada' });
const caregiverParam = z.object({ caregiverId: m.Id });

const Settings = z
	.strictObject({ dayBeginsAt: m.TimeOfDay.openapi({ description: 'when the person’s day begins: a dose before it belongs to the day before, in reports by day' }) })
	.openapi('Settings');

export function peopleRoutes(db: Database) {
	return new OpenAPIHono<Env>()
		.openapi(
			m.route({
				method: 'get',
				path: '/me',
				summary: 'Tell who the caller is, and for whom they may act',
				refuses: [],
				responses: {
					200: m.json(z.object({ id: m.Id, actsFor: z.array(z.object({ id: m.Id, name: PersonName })) }), 'the caller, and who granted the caller access'),
					...m.problems,
				},
			}),
			async (c) => {
				const { id } = c.get('principal');
				const actsFor = await retrying(() =>
					db
						.select({ id: caregivers.personId, name: caregivers.personName })
						.from(caregivers)
						.where(eq(caregivers.caregiverId, id))
						.orderBy(asc(caregivers.personName), asc(caregivers.personId)),
				);
				return c.json({ id, actsFor }, 200);
			},
		)
		.openapi(
			m.route({
				method: 'put',
				path: '/me/caregivers/{caregiverId}',
				summary: 'Grant a caregiver access',
				refuses: [],
				request: { params: caregiverParam, body: m.body(z.strictObject({ personName: PersonName })) },
				responses: { 204: { description: 'granted' }, ...m.problems },
			}),
			async (c) => {
				const personId = c.get('principal').id;
				const { caregiverId } = c.req.valid('param');
				const { personName } = c.req.valid('json');
				await retrying(() =>
					db
						.insert(caregivers)
						.values({ personId, caregiverId, personName })
						.onConflictDoUpdate({ target: [caregivers.personId, caregivers.caregiverId], set: { personName } }),
				);
				return c.body(null, 204);
			},
		)
		.openapi(
			m.route({
				method: 'delete',
				path: '/me/caregivers/{caregiverId}',
				summary: 'Take a caregiver’s access back',
				refuses: [],
				request: { params: caregiverParam },
				responses: { 204: { description: 'taken back' }, ...m.problems },
			}),
			async (c) => {
				const personId = c.get('principal').id;
				const { caregiverId } = c.req.valid('param');
				await retrying(() =>
					db.delete(caregivers).where(and(eq(caregivers.personId, personId), eq(caregivers.caregiverId, caregiverId))),
				);
				return c.body(null, 204);
			},
		)
		.openapi(
			m.route({
				method: 'get',
				path: '/people/{person}/settings',
				summary: 'Give a person’s settings',
				refuses: [],
				request: { params: m.PersonParam },
				responses: { 200: m.json(Settings, 'the settings, or the defaults'), ...m.problems },
			}),
			async (c) => c.json(await retrying(() => personSettingsOf(db, { userId: c.get('personId') })), 200),
		)
		.openapi(
			m.route({
				method: 'put',
				path: '/people/{person}/settings',
				summary: 'Change a person’s settings',
				refuses: [],
				request: { params: m.PersonParam, body: m.body(Settings) },
				responses: { 200: m.json(Settings, 'the settings'), ...m.problems },
			}),
			async (c) => {
				const userId = c.get('personId');
				const settings = await retrying(() =>
					inTransaction(db, async (tx) => {
						await setChangedBy(tx, c.get('principal').id);
						await setPersonSettings(tx, { userId, ...c.req.valid('json') });
						return await personSettingsOf(tx, { userId });
					}),
				);
				return c.json(settings, 200);
			},
		);
}
