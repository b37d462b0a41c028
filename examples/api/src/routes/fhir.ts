/** FHIR: prescriptions in, what a person takes and took out. */
import { OpenAPIHono, z } from '@hono/zod-openapi';
import { fhirMedicationAdministrations, fhirMedicationStatement, medicationFromFhir } from '@medsched/drizzle';
import type { Env } from '../auth.js';
import { retrying, type Database } from '../database.js';
import * as m from '../models.js';
import { Schedules, Times } from './rules.js';

const Resource = z.record(z.string(), z.unknown());
const REQUEST = {
	resourceType: 'MedicationRequest',
	status: 'active',
	intent: 'order',

	medicationCodeableConcept: { text: 'ibuprofen' },
	dosageInstruction: [{ timing: { repeat: { when: ['MORN'], boundsPeriod: { start: '2026-03-01' } } }, doseAndRate: [{ doseQuantity: { value: 400, unit: 'mg' } }] }],
};
const Release = z.enum(['R4', 'R5']).optional();
const Prescribed = z.object({
	name: m.given.medicationName.nullable().openapi({ description: 'null: the resource only refers to a Medication' }),
	schedules: Schedules,
	notes: m.given.text.nullable(),
	substance: m.Substance.nullable(),
	substanceAmount: m.given.decimal.nullable(),
	substanceUnit: m.given.unit.nullable(),
});

export function fhirRoutes(db: Database) {
	return new OpenAPIHono<Env>()
		.openapi(
			m.route({
				method: 'post',
				path: '/medications/from-fhir',
				summary: 'Read a prescription in FHIR',
				refuses: [422],
				request: {
					body: m.body(
						z.strictObject({
							resource: z.union([Resource.openapi({ example: REQUEST }), z.array(Resource).min(1).max(100)]),
							timeZone: m.TimeZone,
							startsOn: m.Day.optional(),
							times: Times,
							effectiveFrom: m.Instant.optional(),
						}),
					),
				},
				responses: { 200: m.json(Prescribed, 'a medication, to be created'), ...m.problems },
			}),
			async (c) => c.json((await retrying(() => medicationFromFhir(db, c.req.valid('json'))))!, 200),
		)
		.openapi(
			m.route({
				method: 'get',
				path: '/people/{person}/medications/{medicationId}/fhir',
				summary: 'Give a medication as a MedicationStatement',
				refuses: [404],
				request: { params: m.PersonParam.extend({ medicationId: m.Id }), query: z.object({ release: Release }) },
				responses: { 200: m.json(Resource, 'a MedicationStatement'), ...m.problems },
			}),
			async (c) => {
				const { medicationId } = c.req.valid('param');
				const { release } = c.req.valid('query');
				return c.json((await retrying(() => fhirMedicationStatement(db, { userId: c.get('personId'), medicationId, release })))!, 200);
			},
		)
		.openapi(
			m.route({
				method: 'get',
				path: '/people/{person}/fhir/administrations',
				summary: 'Give the recorded doses as MedicationAdministrations',
				refuses: [],
				request: { params: m.PersonParam, query: m.Window.safeExtend({ medicationId: m.Id.optional(), release: Release }) },
				responses: { 200: m.json(z.array(Resource), 'MedicationAdministrations, in the order of their times'), ...m.problems },
			}),
			async (c) => {
				const { from, to, medicationId, release } = c.req.valid('query');
				const given = await retrying(() => fhirMedicationAdministrations(db, { userId: c.get('personId'), from, to, medicationId, release }));
				return c.json(given.map(({ administration }) => administration), 200);
			},
		);
}
