/** For those who run the service: what concerns everybody. */
import { OpenAPIHono, z } from '@hono/zod-openapi';
import { adherenceOfAll, checkIntegrity, coveredDaysOfAll, dueDoses, dueRefills, eraseUser, exportUser, moveRecordedDoses, scheduledDoses, version } from '@medsched/drizzle';
import { eq, or, sql } from 'drizzle-orm';
import type { Env } from '../auth.js';
import { inTransaction, retrying, type Database } from '../database.js';
import * as m from '../models.js';
import { answers, caregivers, pushSubscriptions } from '../schema.js';

const Page = m.Window.safeExtend({ limit: z.coerce.number().int().min(1).max(10_000).default(1000) });

export function operatorRoutes(db: Database) {
	return new OpenAPIHono<Env>()
		.openapi(
			m.route({
				method: 'get',
				path: '/operator/due-doses',
				summary: 'List everybody’s doses that are not recorded',
				refuses: [],
				request: { query: Page },
				responses: { 200: m.json(z.array(m.DueDose), 'doses not recorded, for a notifier'), ...m.problems },
			}),
			async (c) => {
				const { limit, ...window } = c.req.valid('query');
				return c.json(await retrying(() => dueDoses(db, window).limit(limit)), 200);
			},
		)
		.openapi(
			m.route({
				method: 'get',
				path: '/operator/due-refills',
				summary: 'List everybody’s medications that are to be refilled',
				refuses: [],
				request: { query: Page },
				responses: { 200: m.json(z.array(z.object({ userId: m.Id, ...m.Refill })), 'refills, for a notifier'), ...m.problems },
			}),
			async (c) => {
				const { limit, ...window } = c.req.valid('query');
				return c.json(await retrying(() => dueRefills(db, window).limit(limit)), 200);
			},
		)
		.openapi(
			m.route({
				method: 'get',
				path: '/operator/covered-days',
				summary: 'Give everybody’s proportion of days covered and possession ratio',
				refuses: [],
				request: { query: m.Days.safeExtend({ limit: z.coerce.number().int().min(1).max(10_000).default(1000) }) },
				responses: {
					200: m.json(
						z.array(
							z.object({
								userId: m.Id,
								...m.CoveredDays,
								daysCovered: m.given.count,
								daysSupplied: m.given.count,
								proportionOfDaysCovered: m.Percentage.nullable(),
								medicationPossessionRatio: m.Percentage.nullable(),
							}),
						),
						'for each person and class',
					),
					...m.problems,
				},
			}),
			async (c) => {
				const { limit, ...days } = c.req.valid('query');
				return c.json(await retrying(() => coveredDaysOfAll(db, days).limit(limit)), 200);
			},
		)
		.openapi(
			m.route({
				method: 'get',
				path: '/operator/statistics',
				summary: 'Sum up everybody’s doses',
				refuses: [],
				request: { query: m.Window },
				responses: {
					200: m.json(z.object({ people: m.given.count, doses: m.given.count, lowest: z.array(z.object({ userId: m.Id, medicationId: m.Id, percentage: m.Percentage.nullable() })) }), 'how doses went, over all people'),
					...m.problems,
				},
			}),
			async (c) => {
				const window = c.req.valid('query');
				const all = scheduledDoses.sql(window);
				const each = adherenceOfAll.sql(window);
				const [sums] = await retrying(() =>
					db.select({ people: sql<number>`count(distinct ${all.userId})::int`, doses: sql<number>`count(*)::int` }).from(all),
				);
				const lowest = await retrying(() =>
					db
						.select({ userId: each.userId, medicationId: each.medicationId, percentage: each.percentage })
						.from(each)
						.orderBy(sql`${each.percentage} nulls last`, each.userId, each.medicationId)
						.limit(10),
				);
				return c.json({ ...sums!, lowest }, 200);
			},
		)
		.openapi(
			m.route({
				method: 'get',
				path: '/operator/integrity',
				summary: 'Check the tables against the rules',
				refuses: [],
				responses: {
					200: m.json(z.array(z.object({ rule: z.string().openapi({ example: 'dose_is_scheduled' }), userId: m.Id, rowId: z.string().openapi({ example: '5c1b0c59-8d4f-4e38-9a3c-6c52b35c7f6e' }), problem: m.given.problem })), 'what breaks a rule: nothing, where all is well'),
					...m.problems,
				},
			}),
			async (c) => c.json(await retrying(() => checkIntegrity(db, {})), 200),
		)
		.openapi(
			m.route({
				method: 'post',
				path: '/operator/move-recorded-doses',
				summary: 'Move recorded doses that a correction of the time zone data left behind',
				refuses: [],
				request: { body: m.body(m.Window.safeExtend({ timeZone: m.TimeZone, formerOffset: m.Interval })) },
				responses: {
					200: m.json(z.array(z.object({ userId: m.Id, scheduleId: m.Id, formerScheduledFor: m.Instant, scheduledFor: m.Instant.nullable(), problem: m.given.problem.nullable() })), 'each dose that was moved, or why it stays'),
					...m.problems,
				},
			}),
			async (c) => c.json(await retrying(() => moveRecordedDoses(db, c.req.valid('json'))), 200),
		)
		.openapi(
			m.route({
				method: 'get',
				path: '/operator/version',
				summary: 'Tell the version of medsched',
				refuses: [],
				responses: { 200: m.json(z.object({ version: z.string().openapi({ example: '0.2.0' }) }), 'the version in the database'), ...m.problems },
			}),
			async (c) => c.json({ version: await retrying(() => version(db, {})) }, 200),
		)
		.openapi(
			m.route({
				method: 'get',
				path: '/operator/people/{personId}/document',
				summary: 'Export a person',
				refuses: [],
				request: { params: z.object({ personId: m.Id }) },
				responses: {
					200: m.json(z.looseObject({ format: z.literal('medsched.person'), version: z.literal(1), user_id: m.Id }), 'all that medsched has of them'),
					...m.problems,
				},
			}),
			async (c) => {
				const document = await retrying(() => exportUser(db, { userId: c.req.valid('param').personId }));
				// As it is: parsed, it could lose digits.
				return c.body(document, 200, { 'Content-Type': 'application/json' }) as never;
			},
		)
		.openapi(
			m.route({
				method: 'delete',
				path: '/operator/people/{personId}',
				summary: 'Erase a person',
				refuses: [],
				request: { params: z.object({ personId: m.Id }) },
				responses: { 200: m.json(z.object({ medications: m.given.count, schedules: m.given.count, doses: m.given.count }), 'how much was erased'), ...m.problems },
			}),
			async (c) => {
				const { personId } = c.req.valid('param');
				const erased = await retrying(() =>
					inTransaction(db, async (tx) => {
						await tx.delete(caregivers).where(or(eq(caregivers.personId, personId), eq(caregivers.caregiverId, personId)));
						await tx.delete(pushSubscriptions).where(eq(pushSubscriptions.personId, personId));
						await tx.delete(answers).where(eq(answers.callerId, personId));
						return eraseUser(tx, { userId: personId });
					}),
				);
				return c.json(erased, 200);
			},
		);
}
