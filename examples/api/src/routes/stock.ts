/** What is left of a person's medications. */
import { OpenAPIHono, z } from '@hono/zod-openapi';
import { deleteStockEntry, medicationPossessionRatio, proportionOfDaysCovered, recordStockEntry, refillBy, runsOutAt, setChangedBy, stock, stockEntriesOf, stockEntryKinds, stockForecast } from '@medsched/drizzle';
import { sql } from 'drizzle-orm';
import type { Env } from '../auth.js';
import { inTransaction, retrying, type Database } from '../database.js';
import * as m from '../models.js';

const entryParam = m.PersonParam.extend({ entryId: m.Id });
const entryFields = {
	kind: z.enum(stockEntryKinds).openapi({ description: 'so much more, so much is there, so much less, a difference with its sign' }),
	occurredAt: m.Instant,
	daysSupply: z.number().int().min(1).max(3660).openapi({ description: 'dispensed: for how many days the dispenser says it lasts' }),
};
const NewStockEntry = z
	.strictObject({
		medicationId: m.Id,
		kind: entryFields.kind,
		amount: z.union([z.string().regex(/^-?\d{1,20}(\.\d{1,20})?$/, 'not a decimal number').openapi({ format: 'decimal', example: '30' }), z.number()]),
		unit: m.Unit.optional(),
		occurredAt: entryFields.occurredAt.optional(),
		daysSupply: entryFields.daysSupply.optional(),
		note: m.Text.optional(),
	})
	.openapi('NewStockEntry');
const StockEntry = z
	.object({
		entryId: m.Id,
		medicationId: m.Id,
		kind: entryFields.kind,
		occurredAt: m.Instant,
		amount: m.given.decimal,
		unit: m.given.unit.nullable(),
		daysSupply: m.given.count.nullable(),
		note: m.given.text.nullable(),
		recordedBy: m.given.caller.nullable(),
		recordedAt: m.Instant,
	})
	.openapi('StockEntry');
const Stock = z
	.object({
		medicationId: m.Id,
		medicationName: m.given.medicationName,
		amount: m.given.decimal.nullable().openapi({ description: 'what is left, in unit; null: problem says why it is not known' }),
		unit: m.given.unit.nullable(),
		countedAt: m.Instant.nullable(),
		taken: m.given.decimal.nullable().openapi({ description: 'what the doses took since it was counted, or since the first entry' }),
		problem: m.given.problem.nullable(),
	})
	.openapi('Stock');

const StockForecast = z.object({ ...m.Refill, problem: m.given.problem.nullable() }).openapi('StockForecast');

export function stockRoutes(db: Database) {
	return new OpenAPIHono<Env>()
		.openapi(
			m.route({
				method: 'get',
				path: '/people/{person}/stock',
				summary: 'Tell what is left of the medications',
				refuses: [],
				request: { params: m.PersonParam, query: z.object({ at: m.Instant.optional() }) },
				responses: { 200: m.json(z.array(Stock), 'for each medication that has entries'), ...m.problems },
			}),
			async (c) => c.json(await retrying(() => stock(db, { userId: c.get('personId'), ...c.req.valid('query') })), 200),
		)
		.openapi(
			m.route({
				method: 'get',
				path: '/people/{person}/stock/forecast',
				summary: 'Tell when the medications run out',
				refuses: [],
				request: { params: m.PersonParam, query: z.object({ at: m.Instant.optional() }) },
				responses: { 200: m.json(z.array(StockForecast), 'for each medication that has entries, the soonest first'), ...m.problems },
			}),
			async (c) => c.json(await retrying(() => stockForecast(db, { userId: c.get('personId'), ...c.req.valid('query') })), 200),
		)
		.openapi(
			m.route({
				method: 'get',
				path: '/people/{person}/medications/{medicationId}/refill',
				summary: 'Tell when one runs out, and by when it is to be refilled',
				refuses: [404, 409],
				request: { params: m.PersonParam.extend({ medicationId: m.Id }), query: z.object({ at: m.Instant.optional() }) },
				responses: { 200: m.json(z.object({ runsOutAt: m.Refill.runsOutAt, refillBy: m.Refill.refillBy }), 'when; null: not in ten years'), ...m.problems },
			}),
			async (c) => {
				const { medicationId } = c.req.valid('param');
				const asked = { userId: c.get('personId'), medicationId, ...c.req.valid('query') };
				const [refill] = await retrying(() => db.select({ runsOutAt: runsOutAt.sql(asked), refillBy: refillBy.sql(asked) }).from(sql`(select) as one`));
				return c.json(refill!, 200);
			},
		)
		.openapi(
			m.route({
				method: 'get',
				path: '/people/{person}/days-covered',
				summary: 'Give the proportion of days covered by fills',
				refuses: [],
				request: { params: m.PersonParam, query: m.Days },
				responses: { 200: m.json(z.array(z.object({ ...m.CoveredDays, daysCovered: m.given.count, percentage: m.Percentage.nullable() })), 'for each class'), ...m.problems },
			}),
			async (c) => c.json(await retrying(() => proportionOfDaysCovered(db, { userId: c.get('personId'), ...c.req.valid('query') })), 200),
		)
		.openapi(
			m.route({
				method: 'get',
				path: '/people/{person}/days-supplied',
				summary: 'Give the medication possession ratio',
				refuses: [],
				request: { params: m.PersonParam, query: m.Days },
				responses: { 200: m.json(z.array(z.object({ ...m.CoveredDays, daysSupplied: m.given.count, percentage: m.Percentage.nullable() })), 'for each class'), ...m.problems },
			}),
			async (c) => c.json(await retrying(() => medicationPossessionRatio(db, { userId: c.get('personId'), ...c.req.valid('query') })), 200),
		)
		.openapi(
			m.route({
				method: 'put',
				path: '/people/{person}/stock-entries/{entryId}',
				summary: 'Record what came to or went from a stock, or was counted',
				refuses: [404, 409, 422],
				request: { params: entryParam, body: m.body(NewStockEntry) },
				responses: { 200: m.json(StockEntry.extend({ newlyRecorded: z.boolean() }), 'the entry as recorded, by this call or an earlier one'), ...m.problems },
			}),
			async (c) => {
				const given = { userId: c.get('personId'), ...c.req.valid('param'), ...c.req.valid('json'), recordedBy: c.get('recordedBy') };
				const { person, ...entry } = given;
				const { userId, ...recorded } = await retrying(() => recordStockEntry(db, entry));
				return c.json(recorded, 200);
			},
		)
		.openapi(
			m.route({
				method: 'delete',
				path: '/people/{person}/stock-entries/{entryId}',
				summary: 'Delete an entry of a stock that was recorded by mistake',
				refuses: [],
				request: { params: entryParam },
				responses: { 200: m.json(z.object({ deleted: z.boolean() }), 'whether there was one'), ...m.problems },
			}),
			async (c) => {
				const { entryId } = c.req.valid('param');
				const deleted = await retrying(() =>
					inTransaction(db, async (tx) => {
						await setChangedBy(tx, c.get('principal').id);
						return await deleteStockEntry(tx, { userId: c.get('personId'), entryId });
					}),
				);
				return c.json({ deleted }, 200);
			},
		)
		.openapi(
			m.route({
				method: 'get',
				path: '/people/{person}/medications/{medicationId}/stock-entries',
				summary: 'List the entries of a medication’s stock',
				refuses: [404],
				request: { params: m.PersonParam.extend({ medicationId: m.Id }) },
				responses: { 200: m.json(z.array(StockEntry), 'in the order of time'), ...m.problems },
			}),
			async (c) => {
				const entries = await retrying(() => stockEntriesOf(db, { userId: c.get('personId'), medicationId: c.req.valid('param').medicationId }));
				return c.json(entries.map(({ userId, newlyRecorded, ...entry }) => entry), 200);
			},
		);
}
