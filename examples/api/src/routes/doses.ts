/** Doses: which are coming up, and what became of them. */
import { OpenAPIHono, z } from '@hono/zod-openapi';
import {
	adherence,
	adherenceByDay,
	allowance,
	calendarFeed,
	changeOperations,
	doseHistory,
	markDoseTakenById,
	markDosesTaken,
	MedschedError,
	moveDoseById,
	moveDoses,
	nextAsNeededAt,
	nextDoses,
	nextDosesOf,
	outcomes,
	removeSubstanceLimits,
	setChangedBy,
	setSubstanceLimits,
	skipDoseById,
	skipDoses,
	recordExtraDose,
	recordReports,
	takeAsNeeded,
	undoDoseById,
	upcomingDoses,
	upcomingDosesOf,
} from '@medsched/drizzle';
import { peopleFor } from '../access.js';
import type { Env } from '../auth.js';
import { inTransaction, once, retrying, type Database, type Transaction } from '../database.js';
import * as m from '../models.js';
import { problemBodyOf } from '../problem.js';

const doseParam = m.PersonParam.extend({ doseId: m.given.doseId.min(1).max(200) });
const scheduleParam = m.PersonParam.extend({ scheduleId: m.Id });
const substanceParam = m.PersonParam.extend({ substance: m.Substance });

/** What a record has to be still, to be taken back: a device may not have seen what somebody else recorded since. */
const Expected = z.strictObject({ outcome: z.enum(outcomes), takenAt: m.Instant.nullable() });

/** What a device that was offline sends when it is back. */
const Report = z
	.strictObject({
		scheduleId: m.Id,
		scheduledFor: m.Instant.openapi({ description: 'for a dose as needed and an extra dose, the second when it was taken' }),
		outcome: z.enum([...outcomes, 'none']).openapi({ description: 'none takes back what was recorded' }),
		expected: Expected.optional().openapi({ description: 'with none: what is recorded is taken back if it is this, and left alone if not' }),
		takenAt: m.Instant.optional(),
		amount: m.Amount.optional(),
		reason: m.Text.optional(),
		note: m.Text.optional(),
		despiteLimits: m.DespiteLimits.optional(),
	})
	.refine((r) => r.outcome === 'taken' || r.takenAt === undefined, { error: 'takenAt goes with the outcome taken' })
	.refine((r) => r.outcome === 'taken' || r.outcome === 'extra' || (r.amount === undefined && r.despiteLimits === undefined), {
		error: 'amount and despiteLimits go with the outcomes taken and extra',
	})
	.refine((r) => r.outcome === 'skipped' || r.outcome === 'extra' || r.reason === undefined, { error: 'reason goes with the outcomes skipped and extra' })
	.refine((r) => r.outcome === 'none' || r.expected === undefined, { error: 'expected goes with the outcome none' })
	.openapi('Report');

const RecordThen = z.record(z.string(), z.unknown()).nullable();
const Change = z
	.object({
		changedAt: m.Instant,
		operation: z.enum(changeOperations),
		changedBy: m.given.caller.nullable(),
		before: RecordThen,
		after: RecordThen,
	})
	.openapi('Change');

/** What came of each of several doses, for who asked for it. */
function answered(userId: string, results: Awaited<ReturnType<typeof markDosesTaken>>): z.infer<typeof m.DoseResult>[] {
	return results.map(({ nth, doseId, newlyRecorded, errorCode, errorConstraint, errorMessage, errorDetail, errorHint, ...record }) => {
		const error = MedschedError.ofResult({ errorCode, errorConstraint, errorMessage, errorDetail, errorHint });
		return {
			doseId: doseId!,
			newlyRecorded: newlyRecorded ?? false,
			record: error ? null : ({ userId, ...record } as z.infer<typeof m.Record>),
			problem: error ? problemBodyOf(error) : null,
		};
	});
}

export function doseRoutes(db: Database) {
	return new OpenAPIHono<Env>()
		.openapi(
			m.route({
				method: 'get',
				path: '/me/doses',
				summary: 'List the doses of several people in a window',
				refuses: [422],
				request: { query: m.Window.safeExtend({ people: m.People }) },
				responses: { 200: m.json(z.array(m.PersonDose), 'the doses in [from, to), in order of time, whoever they are of'), ...m.problems },
			}),
			async (c) => {
				const { people, from, to } = c.req.valid('query');
				const userIds = await peopleFor(db, c.get('principal').id, people);
				return c.json(await retrying(() => upcomingDosesOf(db, { userIds, from, to })), 200);
			},
		)
		.openapi(
			m.route({
				method: 'get',
				path: '/me/doses/next',
				summary: 'List the next doses of several people',
				refuses: [],
				request: { query: z.object({ people: m.People, after: m.Instant.optional(), limit: z.coerce.number().int().min(1).max(1000).default(1) }) },
				responses: { 200: m.json(z.array(m.PersonDose), 'of each of them, so many doses that are not recorded; in order of time'), ...m.problems },
			}),
			async (c) => {
				const { people, after, limit } = c.req.valid('query');
				const userIds = await peopleFor(db, c.get('principal').id, people);
				return c.json(await retrying(() => nextDosesOf(db, { userIds, after, maxDoses: limit })), 200);
			},
		)
		.openapi(
			m.route({
				method: 'get',
				path: '/people/{person}/doses',
				summary: 'List the doses in a window',
				refuses: [422],
				request: { params: m.PersonParam, query: m.Window },
				responses: { 200: m.json(z.array(m.Dose), 'the doses in [from, to), in order of time'), ...m.problems },
			}),
			async (c) => {
				const { from, to } = c.req.valid('query');
				return c.json(await retrying(() => upcomingDoses(db, { userId: c.get('personId'), from, to })), 200);
			},
		)
		.openapi(
			m.route({
				method: 'get',
				path: '/people/{person}/doses/next',
				summary: 'List the next doses to take',
				refuses: [],
				request: {
					params: m.PersonParam,
					query: z.object({ after: m.Instant.optional(), limit: z.coerce.number().int().min(1).max(1000).default(10) }),
				},
				responses: { 200: m.json(z.array(m.Dose), 'the next doses that are not recorded'), ...m.problems },
			}),
			async (c) => {
				const { after, limit } = c.req.valid('query');
				return c.json(await retrying(() => nextDoses(db, { userId: c.get('personId'), after, maxDoses: limit })), 200);
			},
		)
		.openapi(
			m.route({
				method: 'put',
				path: '/people/{person}/doses/{doseId}/taken',
				summary: 'Record a dose as taken',
				refuses: [404, 409, 422],
				request: { params: doseParam, body: m.body(m.Taking) },
				responses: { 200: m.json(m.Taken, 'the dose as recorded, by this call or an earlier one'), ...m.problems },
			}),
			async (c) => {
				const { doseId } = c.req.valid('param');
				const userId = c.get('personId');
				const taking = { ...c.req.valid('json'), recordedBy: c.get('recordedBy') };
				return c.json(await retrying(() => markDoseTakenById(db, { userId, doseId, ...taking })), 200);
			},
		)
		.openapi(
			m.route({
				method: 'put',
				path: '/people/{person}/doses/{doseId}/skipped',
				summary: 'Record a dose as skipped',
				refuses: [404, 409, 422],
				request: { params: doseParam, body: m.body(m.Skipping) },
				responses: { 200: m.json(m.Skipped, 'the dose as recorded, by this call or an earlier one'), ...m.problems },
			}),
			async (c) => {
				const { doseId } = c.req.valid('param');
				const userId = c.get('personId');
				const skipping = { ...c.req.valid('json'), recordedBy: c.get('recordedBy') };
				return c.json(await retrying(() => skipDoseById(db, { userId, doseId, ...skipping })), 200);
			},
		)
		.openapi(
			m.route({
				method: 'post',
				path: '/people/{person}/doses/taken',
				summary: 'Record several doses as taken',
				refuses: [],
				description: 'Records several doses as taken, each as if alone: a problem with one is told beside what was recorded of the others. May be sent again.',
				request: { params: m.PersonParam, body: m.body(m.TakingTogether) },
				responses: { 200: m.json(z.array(m.DoseResult), 'for each dose, in their order'), ...m.problems },
			}),
			async (c) => {
				const userId = c.get('personId');
				const taking = { ...c.req.valid('json'), recordedBy: c.get('recordedBy') };
				return c.json(answered(userId, await retrying(() => markDosesTaken(db, { userId, ...taking }))), 200);
			},
		)
		.openapi(
			m.route({
				method: 'post',
				path: '/people/{person}/doses/skipped',
				summary: 'Record several doses as skipped',
				refuses: [],
				description: 'Records several doses as skipped, each as if alone: a problem with one is told beside what was recorded of the others. May be sent again.',
				request: { params: m.PersonParam, body: m.body(m.SkippingTogether) },
				responses: { 200: m.json(z.array(m.DoseResult), 'for each dose, in their order'), ...m.problems },
			}),
			async (c) => {
				const userId = c.get('personId');
				const skipping = { ...c.req.valid('json'), recordedBy: c.get('recordedBy') };
				return c.json(answered(userId, await retrying(() => skipDoses(db, { userId, ...skipping }))), 200);
			},
		)
		.openapi(
			m.route({
				method: 'delete',
				path: '/people/{person}/doses/{doseId}/record',
				summary: 'Take back what was recorded of a dose',
				refuses: [404],
				request: { params: doseParam },
				responses: { 200: m.json(z.object({ removed: m.orNull(m.Record) }), 'what had been recorded'), ...m.problems },
			}),
			async (c) => {
				const { doseId } = c.req.valid('param');
				const [removed] = await retrying(() =>
					inTransaction(db, async (tx) => {
						// The row is gone then: who took it back is in its history.
						await setChangedBy(tx, c.get('principal').id);
						return await undoDoseById(tx, { userId: c.get('personId'), doseId });
					}),
				);
				return c.json({ removed: removed ?? null }, 200);
			},
		)
		.openapi(
			m.route({
				method: 'put',
				path: '/people/{person}/doses/{doseId}/due-at',
				summary: 'Move a dose to another time',
				refuses: [404, 409, 422],
				description: 'Moves this dose alone, to an instant or to a time by the clock of its schedule; to its own time moves it back. It keeps its id.',
				request: { params: doseParam, body: m.body(m.Moving) },
				responses: { 200: m.json(m.Moved, 'when it is due now'), ...m.problems },
			}),
			async (c) => {
				const { doseId } = c.req.valid('param');
				const move = { ...c.req.valid('json'), movedBy: c.get('recordedBy') };
				return c.json(await retrying(() => moveDoseById(db, { userId: c.get('personId'), doseId, ...move })), 200);
			},
		)
		.openapi(
			m.route({
				method: 'post',
				path: '/people/{person}/doses/move',
				summary: 'Move all doses of a window by the same time',
				description: 'Moves the doses that are due in [from, to) and not recorded: all of them or, with an error, none.',
				refuses: [409],
				request: { params: m.PersonParam, headers: m.IdempotencyKey, body: m.body(m.MovingAll) },
				responses: { 200: m.json(z.array(m.Moved), 'when they are due now'), ...m.problems },
			}),
			async (c) => {
				const userId = c.get('personId');
				const moves = { ...c.req.valid('json'), movedBy: c.get('recordedBy') };
				const key = c.req.valid('header')['idempotency-key'];
				// Sent again, they would be moved again.
				const { body } = await once(db, { callerId: c.get('principal').id, key, content: ['moveDoses', userId, moves] }, async (tx) => ({
					status: 200,
					body: await moveDoses(tx, { userId, ...moves }),
				}));
				return c.json(body, 200);
			},
		)
		.openapi(
			m.route({
				method: 'get',
				path: '/people/{person}/schedules/{scheduleId}/dose-history',
				summary: 'List what was recorded of a dose, and taken back',
				refuses: [],
				request: { params: scheduleParam, query: z.object({ scheduledFor: m.Instant }) },
				responses: { 200: m.json(z.array(Change), 'each change with the record before and after it, in order'), ...m.problems },
			}),
			async (c) => {
				const { scheduleId } = c.req.valid('param');
				const { scheduledFor } = c.req.valid('query');
				const changes = await retrying(() => doseHistory(db, { userId: c.get('personId'), scheduleId, scheduledFor }));
				return c.json(changes.map(({ changedRole, ...change }) => change), 200);
			},
		)
		.openapi(
			m.route({
				method: 'post',
				path: '/people/{person}/reports',
				summary: 'Record what a device kept while offline',
				refuses: [404, 409, 422],
				description:
					'Records what a device kept while it was offline: all of it or, with an error, nothing. May be sent again. '
					+ 'With an Idempotency-Key, what is sent again has no effect even when somebody else has changed the record since.',
				request: { params: m.PersonParam, headers: m.IdempotencyKey.partial(), body: m.body(z.array(Report).min(1).max(500)) },
				responses: { 200: m.json(z.array(z.object({ changed: z.boolean() })), 'for each, whether it was news'), ...m.problems },
			}),
			async (c) => {
				const userId = c.get('personId');
				const callerId = c.get('principal').id;
				const reports = c.req.valid('json');
				const key = c.req.valid('header')['idempotency-key'];
				const record = async (tx: Transaction) =>
					(await recordReports(tx, { userId, reports, recordedBy: c.get('recordedBy') })).map(({ changed }) => ({ changed }));
				if (key !== undefined) {
					const { body } = await once(db, { callerId, key, content: ['reports', userId, reports] }, async (tx) => ({ status: 200, body: await record(tx) }));
					return c.json(body, 200);
				}
				const changed = await retrying(() =>
					inTransaction(db, async (tx) => {
						await setChangedBy(tx, callerId);
						return await record(tx);
					}),
				);
				return c.json(changed, 200);
			},
		)
		.openapi(
			m.route({
				method: 'put',
				path: '/people/{person}/schedules/{scheduleId}/extra/{takenAt}',
				summary: 'Record an extra dose',
				refuses: [404, 409, 422],
				description: 'Records a dose taken beside those of a schedule at set times. The time is part of the address: sent again, it is the same dose.',
				request: {
					params: scheduleParam.extend({ takenAt: m.Instant }),
					body: m.body(m.Taking.omit({ takenAt: true }).extend({ reason: m.Text.optional() })),
				},
				responses: { 200: m.json(m.Taken, 'the dose as recorded'), ...m.problems },
			}),
			async (c) => {
				const { scheduleId, takenAt } = c.req.valid('param');
				const extra = { ...c.req.valid('json'), takenAt, recordedBy: c.get('recordedBy') };
				return c.json(await retrying(() => recordExtraDose(db, { userId: c.get('personId'), scheduleId, ...extra })), 200);
			},
		)
		.openapi(
			m.route({
				method: 'put',
				path: '/people/{person}/schedules/{scheduleId}/taken/{takenAt}',
				summary: 'Record a dose taken as needed',
				refuses: [404, 409, 422],
				description: 'Records a dose of a medication taken as needed. The time is part of the address: sent again, it is the same dose.',
				request: {
					params: scheduleParam.extend({ takenAt: m.Instant }),
					body: m.body(m.Taking.omit({ takenAt: true })),
				},
				responses: { 200: m.json(m.Taken, 'the dose as recorded'), ...m.problems },
			}),
			async (c) => {
				const { scheduleId, takenAt } = c.req.valid('param');
				const taking = { ...c.req.valid('json'), takenAt, recordedBy: c.get('recordedBy') };
				return c.json(await retrying(() => takeAsNeeded(db, { userId: c.get('personId'), scheduleId, ...taking })), 200);
			},
		)
		.openapi(
			m.route({
				method: 'get',
				path: '/people/{person}/schedules/{scheduleId}/next-allowed',
				summary: 'Ask when the next dose as needed is allowed',
				refuses: [404, 409],
				request: { params: scheduleParam, query: z.object({ at: m.Instant.optional() }) },
				responses: { 200: m.json(z.object({ allowedAt: m.Instant.nullable() }), 'when the next dose as needed is allowed'), ...m.problems },
			}),
			async (c) => {
				const { scheduleId } = c.req.valid('param');
				const { at } = c.req.valid('query');
				const allowedAt = await retrying(() => nextAsNeededAt(db, { userId: c.get('personId'), scheduleId, at }));
				return c.json({ allowedAt }, 200);
			},
		)
		.openapi(
			m.route({
				method: 'put',
				path: '/people/{person}/substances/{substance}/limits',
				summary: 'Limit a substance',
				refuses: [422],
				description: 'Sets how much of a substance the person may take, by all medications that hold it, in place of what was set before.',
				request: { params: substanceParam, body: m.body(m.SubstanceLimits) },
				responses: { 204: { description: 'set' }, ...m.problems },
			}),
			async (c) => {
				const { substance } = c.req.valid('param');
				const limits = c.req.valid('json') as Omit<Parameters<typeof setSubstanceLimits>[0], 'userId' | 'substance'>;
				await retrying(() => setSubstanceLimits(db, { userId: c.get('personId'), substance, ...limits }));
				return c.body(null, 204);
			},
		)
		.openapi(
			m.route({
				method: 'delete',
				path: '/people/{person}/substances/{substance}/limits',
				summary: 'Remove the limits of a substance',
				refuses: [],
				request: { params: substanceParam },
				responses: { 204: { description: 'removed' }, ...m.problems },
			}),
			async (c) => {
				const { substance } = c.req.valid('param');
				await retrying(() => removeSubstanceLimits(db, { userId: c.get('personId'), substance }));
				return c.body(null, 204);
			},
		)
		.openapi(
			m.route({
				method: 'get',
				path: '/people/{person}/substances/{substance}/allowance',
				summary: 'Ask how much of a substance is still allowed',
				refuses: [404],
				request: { params: substanceParam, query: z.object({ at: m.Instant.optional() }) },
				responses: {
					200: m.json(
						z.object({ allowedAt: m.Instant, amount: m.given.decimal.nullable(), unit: m.given.unit.nullable(), doses: m.given.count.nullable() }),
						'when any is allowed, and how much then',
					),
					...m.problems,
				},
			}),
			async (c) => {
				const { substance } = c.req.valid('param');
				const { at } = c.req.valid('query');
				return c.json(await retrying(() => allowance(db, { userId: c.get('personId'), substance, at })), 200);
			},
		)
		.openapi(
			m.route({
				method: 'get',
				path: '/people/{person}/adherence',
				summary: 'Count the doses taken, by medication',
				refuses: [],
				request: { params: m.PersonParam, query: m.Window },
				responses: {
					200: m.json(z.array(z.object({ medicationId: m.Id, medicationName: m.given.medicationName, ...m.Counts })), 'for each medication'),
					...m.problems,
				},
			}),
			async (c) => {
				const { from, to } = c.req.valid('query');
				return c.json(await retrying(() => adherence(db, { userId: c.get('personId'), from, to })), 200);
			},
		)
		.openapi(
			m.route({
				method: 'get',
				path: '/people/{person}/adherence/days',
				summary: 'Count the doses taken, by day',
				refuses: [],
				request: { params: m.PersonParam, query: m.Window.safeExtend({ dayBeginsAt: m.TimeOfDay.optional() }) },
				responses: { 200: m.json(z.array(z.object({ day: m.Day, ...m.Counts })), 'for each day'), ...m.problems },
			}),
			async (c) => {
				const { from, to, dayBeginsAt } = c.req.valid('query');
				return c.json(await retrying(() => adherenceByDay(db, { userId: c.get('personId'), from, to, dayBeginsAt })), 200);
			},
		)
		.openapi(
			m.route({
				method: 'get',
				path: '/people/{person}/calendar.ics',
				summary: 'Give the schedules as a calendar feed',
				refuses: [422],
				request: {
					params: m.PersonParam,
					query: z.object({
						name: z.string().max(200).optional().openapi({ example: 'Ada’s medicines' }),
						alarm: z.string().max(64).optional().openapi({ example: '10 minutes' }),
						since: m.Instant.optional(),
						horizon: m.Instant.optional(),
					}),
				},
				responses: {
					200: { description: 'an iCalendar document', content: { 'text/calendar': { schema: z.string().openapi({ example: 'BEGIN:VCALENDAR' }) } } },
					...m.problems,
				},
			}),
			async (c) => {
				const feed = await retrying(() => calendarFeed(db, { userId: c.get('personId'), ...c.req.valid('query') }));
				return c.body(feed, 200, { 'Content-Type': 'text/calendar; charset=utf-8' });
			},
		);
}
