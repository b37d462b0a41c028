/** Medications and their schedules: prescribe, revise, end, take up again. */
import { OpenAPIHono, z } from '@hono/zod-openapi';
import {
	addSchedule,
	changeTimeZone,
	correctSchedule,
	createMedicationReturning,
	currentSchedules,
	describeRegimen,
	describeSchedule,
	endRegimen,
	endSchedule,
	explainDose,
	extendRegimen,
	inactivateMedication,
	MedschedError,
	medicationsOf,
	reactivateMedication,
	renameMedication,
	reviseSchedule,
	routine,
	routineTimes,
	scheduleHistory,
	scheduleOverview,
	scheduleStates,
	schedulesOf,
	setRoutine,
	shiftRegimen,
	timesOfSchedule,
	updateMedication,
	type CurrentSchedule,
	type ScheduleChanges as Changes,
	type ScheduleInput as Input,
} from '@medsched/drizzle';
import type { Env } from '../auth.js';
import { once, retrying, type Database, type Transaction } from '../database.js';
import * as m from '../models.js';

const medicationParam = m.PersonParam.extend({ medicationId: m.Id });
const scheduleParam = m.PersonParam.extend({ scheduleId: m.Id });
const regimenParam = m.PersonParam.extend({ regimenId: m.Id });
const Replaced = z.array(z.object({ oldScheduleId: m.Id, newScheduleId: m.Id }));
const turned = {
	oldScheduleId: m.Id,
	newScheduleId: m.Id.nullable(),
	effectiveFrom: m.Instant.nullable(),
	shortestInterval: m.given.interval.nullable(),
	reason: m.given.problem.nullable(),
};
const Journey = z.array(z.object({ ...turned, outcome: z.enum(['moved', 'left', 'pinned', 'as_needed', 'in_zone']) }));
const RoutineChanges = z.array(z.object({ ...turned, outcome: z.enum(['moved', 'same', 'left']) }));
const DayOfWeek = z.number().int().min(1).max(7).openapi({ description: 'ISO number: 1 Monday to 7 Sunday' });
const Schedules = z.array(m.CurrentSchedule);
// Columns that an application adds are its own to show; this one has none.
const shown = <Row extends { ownColumns: unknown; medicationOwnColumns: unknown }>({ ownColumns, medicationOwnColumns, ...row }: Row) => row;
const MedicationRow = z.object({
	medicationId: m.Id,
	name: m.given.medicationName,
	notes: m.given.text.nullable(),
	inactivatedAt: m.Instant.nullable(),
	createdAt: m.Instant,
	substance: m.given.text.nullable(),
	substanceAmount: m.given.decimal.nullable(),
	substanceUnit: m.given.unit.nullable(),
	therapeuticClass: m.given.text.nullable(),
	refillLeadTime: m.given.interval.nullable(),
	refillReserve: m.given.decimal.nullable(),
	refillReserveUnit: m.given.unit.nullable(),
});
const At = z.strictObject({ at: m.Instant.optional() });

/** Makes schedules, unless the same request did before, and gives them. */
async function makeOnce(tx: Transaction, userId: string, list: Input[], idOf: (nth: number) => string, make: (list: Input[]) => PromiseLike<CurrentSchedule[]>): Promise<CurrentSchedule[]> {
	// Those that have ids are refused where they are there.
	if (list.length === 0 || list.some(({ id }) => id !== undefined)) return await make(list);
	const ids = list.map((_, nth) => idOf(nth));
	const there = new Map((await schedulesOf(tx, { userId })).map((schedule) => [schedule.scheduleId, schedule]));
	if (ids.every((id) => there.has(id))) return ids.map((id) => there.get(id)!);
	try {
		return await make(list.map((schedule, nth) => ({ ...schedule, id: ids[nth] })));
	} catch (thrown) {
		// A shard goes on with a call whose connection was lost: look again.
		if (MedschedError.from(thrown)?.is('schedules_pkey', 'schedules_id_key')) throw Object.assign(new Error('the request is being done', { cause: thrown }), { code: '40001' });
		throw thrown;
	}
}

export function medicationRoutes(db: Database) {
	return new OpenAPIHono<Env>()
		.openapi(
			m.route({
				method: 'get',
				path: '/people/{person}/medications',
				summary: 'List the medications',
				refuses: [],
				request: { params: m.PersonParam },
				responses: { 200: m.json(z.array(m.Medication), 'medications with their schedules'), ...m.problems },
			}),
			async (c) => {
				const userId = c.get('personId');
				const [medications, schedules] = await Promise.all([retrying(() => medicationsOf(db, { userId })), retrying(() => schedulesOf(db, { userId }))]);
				const list = medications.map(({ medicationId, name, notes, substance, inactivatedAt }) => ({
					id: medicationId, name, notes, substance, inactivatedAt,
					schedules: schedules.filter((s) => s.medicationId === medicationId).map((s) => ({
						id: s.scheduleId, startsAt: s.startsAt, timeZone: s.timeZone, rrule: s.rrule, doseAmount: s.doseAmount, doseUnit: s.doseUnit,
						instructions: s.instructions, asNeeded: s.asNeeded, endsAt: s.endsAt, replaces: s.replaces,
					})),
				}));
				return c.json(list, 200);
			},
		)
		.openapi(
			m.route({
				method: 'post',
				path: '/people/{person}/medications',
				summary: 'Create a medication with its schedules',
				refuses: [409, 422],
				request: { params: m.PersonParam, headers: m.IdempotencyKey, body: m.body(m.NewMedication) },
				responses: { 201: m.json(z.object({ id: m.Id, schedules: Schedules }), 'created'), ...m.problems },
			}),
			async (c) => {
				const userId = c.get('personId');
				const { name, notes, substance, substanceAmount, substanceUnit, schedules: list } = c.req.valid('json');
				const holds = { substance, substanceAmount, substanceUnit };
				const key = c.req.valid('header')['idempotency-key'];
				const content = ['createMedication', userId, name, notes, list, holds];
				const { body } = await once(db, { callerId: c.get('principal').id, key, content }, async (tx, idOf) => {
					const rows = await makeOnce(tx, userId, list as Input[], idOf, (schedules) =>
						createMedicationReturning(tx, { userId, name, notes: notes ?? null, ...holds, schedules }),
					);
					return { status: 201, body: { id: rows[0]!.medicationId, schedules: rows.map(shown) } };
				});
				return c.json(body, 201);
			},
		)
		.openapi(
			m.route({
				method: 'patch',
				path: '/people/{person}/medications/{medicationId}',
				summary: 'Change a medication’s name, notes, or when it is to be refilled',
				refuses: [404],
				request: { params: medicationParam, body: m.body(m.MedicationChanges) },
				responses: { 200: m.json(MedicationRow, 'the medication'), ...m.problems },
			}),
			async (c) => {
				const userId = c.get('personId');
				const { medicationId } = c.req.valid('param');
				const changes = c.req.valid('json');
				const { ownColumns, ...row } = await retrying(() => updateMedication(db, { userId, medicationId, changes: changes as Changes }));
				return c.json(row, 200);
			},
		)
		.openapi(
			m.route({
				method: 'put',
				path: '/people/{person}/medications/{medicationId}/name',
				summary: 'Rename a medication',
				refuses: [404],
				request: { params: medicationParam, body: m.body(z.strictObject({ name: m.Name })) },
				responses: { 200: m.json(MedicationRow, 'the medication'), ...m.problems },
			}),
			async (c) => {
				const userId = c.get('personId');
				const { medicationId } = c.req.valid('param');
				const { name } = c.req.valid('json');
				const { ownColumns, ...row } = await retrying(() => renameMedication(db, { userId, medicationId, name }));
				return c.json(row, 200);
			},
		)
		.openapi(
			m.route({
				method: 'post',
				path: '/people/{person}/medications/{medicationId}/schedules',
				summary: 'Add a schedule to a medication',
				refuses: [404, 409, 422],
				request: { params: medicationParam, headers: m.IdempotencyKey, body: m.body(m.ScheduleInput) },
				responses: { 201: m.json(m.CurrentSchedule, 'the schedule'), ...m.problems },
			}),
			async (c) => {
				const userId = c.get('personId');
				const { medicationId } = c.req.valid('param');
				const schedule = c.req.valid('json') as Input;
				const key = c.req.valid('header')['idempotency-key'];
				const content = ['addSchedule', userId, medicationId, schedule];
				const { body } = await once(db, { callerId: c.get('principal').id, key, content }, async (tx, idOf) => {
					const [added] = await makeOnce(tx, userId, [schedule], idOf, async ([given]) => [await addSchedule(tx, { userId, medicationId, schedule: given! })]);
					return { status: 201, body: shown(added!) };
				});
				return c.json(body, 201);
			},
		)
		.openapi(
			m.route({
				method: 'post',
				path: '/people/{person}/medications/{medicationId}/inactivate',
				summary: 'End a medication',
				refuses: [404, 409],
				request: { params: medicationParam, body: m.body(At) },
				responses: {
					200: m.json(z.object({ inactivatedAt: m.Instant }), 'when it ended, after what is recorded; a second call does not change it'),
					...m.problems,
				},
			}),
			async (c) => {
				const { medicationId } = c.req.valid('param');
				const { at } = c.req.valid('json');
				const inactivatedAt = await retrying(() => inactivateMedication(db, { userId: c.get('personId'), medicationId, at }));
				return c.json({ inactivatedAt }, 200);
			},
		)
		.openapi(
			m.route({
				method: 'post',
				path: '/people/{person}/medications/{medicationId}/reactivate',
				summary: 'Take an ended medication up again',
				refuses: [404, 409],
				request: { params: medicationParam, headers: m.IdempotencyKey, body: m.body(At) },
				responses: { 200: m.json(Replaced, 'the schedules that go on, and those they replace'), ...m.problems },
			}),
			async (c) => {
				const userId = c.get('personId');
				const { medicationId } = c.req.valid('param');
				const { at } = c.req.valid('json');
				const key = c.req.valid('header')['idempotency-key'];
				const content = ['reactivateMedication', userId, medicationId, at];
				const { body } = await once(db, { callerId: c.get('principal').id, key, content }, async (tx) => ({
					status: 200,
					body: await reactivateMedication(tx, { userId, medicationId, at }),
				}));
				return c.json(body, 200);
			},
		)
		.openapi(
			m.route({
				method: 'get',
				path: '/people/{person}/medications/{medicationId}/history',
				summary: 'List the revisions of a medication’s schedules',
				refuses: [404],
				request: { params: medicationParam },
				responses: {
					200: m.json(
						z.array(
							z.object({
								scheduleId: m.Id,
								replaces: m.Id.nullable(),
								startsAt: m.given.wallClock,
								timeZone: m.TimeZone,
								rrule: m.Rrule.nullable(),
								effectiveFrom: m.Instant.nullable(),
								endsAt: m.Instant.nullable(),
								...m.prescribed,
								createdAt: m.Instant,
								revision: z.number().int().min(1),
							}),
						),
						'its schedules, each followed by those that replaced it',
					),
					...m.problems,
				},
			}),
			async (c) => {
				const { medicationId } = c.req.valid('param');
				return c.json(await retrying(() => scheduleHistory(db, { userId: c.get('personId'), medicationId })), 200);
			},
		)
		.openapi(
			m.route({
				method: 'get',
				path: '/people/{person}/schedules',
				summary: 'Give an overview of the schedules',
				refuses: [],
				request: { params: m.PersonParam },
				responses: {
					200: m.json(
						z.array(
							z.object({
								medicationId: m.Id,
								medicationName: m.given.medicationName,
								scheduleId: m.Id,
								state: z.enum(scheduleStates),
								description: m.Description,
								doseAmount: m.given.decimal.nullable(),
								doseUnit: m.given.unit.nullable(),
								lastRecorded: m.Instant.nullable(),
								nextDose: m.Instant.nullable(),
								effectiveFrom: m.Instant.nullable(),
								endsAt: m.Instant.nullable(),
								replaces: m.Id.nullable(),
								replacedBy: m.Id.nullable(),
							}),
						),
						'the schedules in words, and how they stand',
					),
					...m.problems,
				},
			}),
			async (c) => c.json(await retrying(() => scheduleOverview(db, { userId: c.get('personId') })), 200),
		)
		.openapi(
			m.route({
				method: 'get',
				path: '/people/{person}/schedules/current',
				summary: 'List the schedules in force or to come, as a form shows them',
				refuses: [],
				request: { params: m.PersonParam, query: z.object({ medicationId: m.Id.optional() }) },
				responses: { 200: m.json(Schedules, 'the schedules, in order of their medications'), ...m.problems },
			}),
			async (c) => {
				const { medicationId } = c.req.valid('query');
				const rows = await retrying(() => currentSchedules(db, { userId: c.get('personId'), medicationId }));
				return c.json(rows.map(shown), 200);
			},
		)
		.openapi(
			m.route({
				method: 'post',
				path: '/people/{person}/schedules/{scheduleId}/correct',
				summary: 'Correct a schedule: it was meant so from the start',
				refuses: [404, 409, 422],
				request: { params: scheduleParam, body: m.body(m.ScheduleChanges) },
				responses: { 200: m.json(m.CurrentSchedule, 'the schedule, with the id it had'), ...m.problems },
			}),
			async (c) => {
				const userId = c.get('personId');
				const { scheduleId } = c.req.valid('param');
				const changes = c.req.valid('json') as Changes;
				return c.json(shown(await retrying(() => correctSchedule(db, { userId, scheduleId, changes }))), 200);
			},
		)
		.openapi(
			m.route({
				method: 'post',
				path: '/people/{person}/schedules/{scheduleId}/end',
				summary: 'End a schedule',
				refuses: [404, 409],
				request: { params: scheduleParam, body: m.body(At) },
				responses: {
					200: m.json(z.object({ endedAt: m.Instant }), 'when it ended, after what is recorded; a second call does not change it'),
					...m.problems,
				},
			}),
			async (c) => {
				const { scheduleId } = c.req.valid('param');
				const { at } = c.req.valid('json');
				const endedAt = await retrying(() => endSchedule(db, { userId: c.get('personId'), scheduleId, at }));
				return c.json({ endedAt }, 200);
			},
		)
		.openapi(
			m.route({
				method: 'post',
				path: '/people/{person}/schedules/{scheduleId}/revise',
				summary: 'Change a schedule from an instant on',
				refuses: [404, 409, 422],
				request: {
					params: scheduleParam,
					headers: m.IdempotencyKey,
					body: m.body(z.strictObject({ effectiveFrom: m.Instant, changes: m.ScheduleChanges })),
				},
				responses: { 200: m.json(z.object({ scheduleId: m.Id }), 'the schedule that holds from then on'), ...m.problems },
			}),
			async (c) => {
				const userId = c.get('personId');
				const { scheduleId } = c.req.valid('param');
				const { effectiveFrom, changes } = c.req.valid('json');
				const key = c.req.valid('header')['idempotency-key'];
				const content = ['reviseSchedule', userId, scheduleId, effectiveFrom, changes];
				const { body } = await once(db, { callerId: c.get('principal').id, key, content }, async (tx) => ({
					status: 200,
					body: { scheduleId: await reviseSchedule(tx, { userId, scheduleId, effectiveFrom, changes: changes as Changes }) },
				}));
				return c.json(body, 200);
			},
		)
		.openapi(
			m.route({
				method: 'get',
				path: '/people/{person}/schedules/{scheduleIds}/form',
				summary: 'Lead schedules back to the form',
				refuses: [404],
				request: { params: m.PersonParam.extend({ scheduleIds: z.string().max(4000).regex(/^[0-9a-fA-F-]{36}(,[0-9a-fA-F-]{36})*$/, 'not ids with commas between').openapi({ description: 'their ids, with commas between', example: '5c1b0c59-8d4f-4e38-9a3c-6c52b35c7f6e' }) }) },
				responses: { 200: m.json(m.Form, 'what from-times would make them of; or the problem, where no form shows them'), ...m.problems },
			}),
			async (c) => {
				const scheduleIds = c.req.valid('param').scheduleIds.split(',');
				return c.json(await retrying(() => timesOfSchedule(db, { userId: c.get('personId'), scheduleIds })), 200);
			},
		)
		.openapi(
			m.route({
				method: 'get',
				path: '/people/{person}/schedules/{scheduleId}/description',
				summary: 'Say a schedule in English',
				refuses: [404],
				request: { params: scheduleParam },
				responses: { 200: m.json(z.object({ description: m.Description }), 'the schedule in English'), ...m.problems },
			}),
			async (c) => {
				const { scheduleId } = c.req.valid('param');
				const description = await retrying(() => describeSchedule(db, { userId: c.get('personId'), scheduleId }));
				return c.json({ description }, 200);
			},
		)
		.openapi(
			m.route({
				method: 'get',
				path: '/people/{person}/regimens/{regimenId}/description',
				summary: 'Say a regimen, such as a taper, in one sentence',
				refuses: [404],
				request: { params: regimenParam, query: z.object({ language: z.string().max(10).openapi({ description: 'en or de', example: 'de' }).optional() }) },
				responses: { 200: m.json(z.object({ description: m.Description }), 'the regimen in words'), ...m.problems },
			}),
			async (c) => {
				const { regimenId } = c.req.valid('param');
				const { language } = c.req.valid('query');
				const description = await retrying(() => describeRegimen(db, { userId: c.get('personId'), regimenId, language }));
				return c.json({ description }, 200);
			},
		)
		.openapi(
			m.route({
				method: 'put',
				path: '/people/{person}/regimens/{regimenId}/start',
				summary: 'Have a regimen begin on another day',
				refuses: [404, 409],
				description: 'Has a regimen of which nothing is recorded begin on another day, and moves all its steps by as much. May be sent again.',
				request: { params: regimenParam, body: m.body(z.strictObject({ startsOn: m.Day })) },
				responses: { 200: m.json(Schedules, 'the schedules that changed'), ...m.problems },
			}),
			async (c) => {
				const { regimenId } = c.req.valid('param');
				const { startsOn } = c.req.valid('json');
				return c.json((await retrying(() => shiftRegimen(db, { userId: c.get('personId'), regimenId, startsOn }))).map(shown), 200);
			},
		)
		.openapi(
			m.route({
				method: 'put',
				path: '/people/{person}/regimens/{regimenId}/last-day',
				summary: 'Let the step of a regimen in force last longer, or shorter',
				refuses: [404, 409],
				description: 'Lets the step that is in force, or the gap, last until another day, and moves the steps after it by as much. May be sent again.',
				request: { params: regimenParam, body: m.body(At.extend({ lastDay: m.Day })) },
				responses: { 200: m.json(Schedules, 'the schedules that changed'), ...m.problems },
			}),
			async (c) => {
				const { regimenId } = c.req.valid('param');
				const { lastDay, at } = c.req.valid('json');
				return c.json((await retrying(() => extendRegimen(db, { userId: c.get('personId'), regimenId, lastDay, at }))).map(shown), 200);
			},
		)
		.openapi(
			m.route({
				method: 'post',
				path: '/people/{person}/regimens/{regimenId}/end',
				summary: 'End a regimen',
				refuses: [404],
				request: { params: regimenParam, body: m.body(At) },
				responses: { 200: m.json(z.object({ endedAt: m.Instant.nullable() }), 'when the last of its steps ended; null: none had a dose to come'), ...m.problems },
			}),
			async (c) => {
				const { regimenId } = c.req.valid('param');
				const { at } = c.req.valid('json');
				const endedAt = await retrying(() => endRegimen(db, { userId: c.get('personId'), regimenId, at }));
				return c.json({ endedAt }, 200);
			},
		)
		.openapi(
			m.route({
				method: 'get',
				path: '/people/{person}/schedules/{scheduleId}/explanation',
				summary: 'Explain why there is a dose at an instant, or none',
				refuses: [404],
				request: { params: scheduleParam, query: z.object({ at: m.Instant }) },
				responses: {
					200: m.json(z.object({ isDose: z.boolean(), explanation: z.string().openapi({ example: 'There is a dose: the rule has every day at 08:00.' }) }), 'why there is, or is not, a dose then'),
					...m.problems,
				},
			}),
			async (c) => {
				const { scheduleId } = c.req.valid('param');
				const { at } = c.req.valid('query');
				return c.json(await retrying(() => explainDose(db, { userId: c.get('personId'), scheduleId, at })), 200);
			},
		)
		.openapi(
			m.route({
				method: 'get',
				path: '/people/{person}/routine',
				summary: 'Tell when a person wakes, eats and goes to bed',
				refuses: [],
				request: { params: m.PersonParam, query: z.object({ at: m.Instant.optional() }) },
				responses: {
					200: m.json(
						z.object({
							routine: z.array(z.object({ event: z.string().openapi({ example: 'CM' }), dayOfWeek: DayOfWeek, timeOfDay: m.given.timeOfDay, isOwn: z.boolean() })),
							times: z.record(z.string(), z.union([z.string().openapi({ example: '07:00' }), z.boolean()])).openapi({ description: 'to send as times with a sig or a FHIR Timing, whose schedules then name events' }),
						}),
						'the events of each day of the week; not the person’s own: the default',
					),
					...m.problems,
				},
			}),
			async (c) => {
				const of = { userId: c.get('personId'), at: c.req.valid('query').at };
				const times = (await retrying(() => routineTimes(db, of))) as Record<string, string | boolean>;
				return c.json({ routine: await retrying(() => routine(db, of)), times }, 200);
			},
		)
		.openapi(
			m.route({
				method: 'put',
				path: '/people/{person}/routine',
				summary: 'Set when a person wakes, eats and goes to bed',
				refuses: [],
				description: 'From an instant on, on days of the week or on all; the schedules that name events go by it from there on. May be sent again.',
				request: {
					params: m.PersonParam,
					body: m.body(
						z.strictObject({
							times: z.record(z.string(), m.TimeOfDay).openapi({ example: { CM: '07:30', HS: '22:30' } }),
							daysOfWeek: z.array(DayOfWeek).min(1).max(7).optional(),
							effectiveFrom: m.Instant.optional(),
						}),
					),
				},
				responses: { 200: m.json(RoutineChanges, 'what becomes of each schedule that names events and is not over'), ...m.problems },
			}),
			async (c) => c.json(await retrying(() => setRoutine(db, { userId: c.get('personId'), ...c.req.valid('json') })), 200),
		)
		.openapi(
			m.route({
				method: 'put',
				path: '/people/{person}/time-zone',
				summary: 'Move the schedules to another time zone',
				refuses: [],
				request: {
					params: m.PersonParam,
					headers: m.IdempotencyKey,
					body: m.body(z.strictObject({ timeZone: m.TimeZone, effectiveFrom: m.Instant.optional() })),
				},
				responses: { 200: m.json(Journey, 'what becomes of each schedule that is not over'), ...m.problems },
			}),
			async (c) => {
				const userId = c.get('personId');
				const { timeZone, effectiveFrom } = c.req.valid('json');
				const key = c.req.valid('header')['idempotency-key'];
				const content = ['changeTimeZone', userId, timeZone, effectiveFrom];
				const { body } = await once(db, { callerId: c.get('principal').id, key, content }, async (tx) => ({
					status: 200,
					body: await changeTimeZone(tx, { userId, timeZone, effectiveFrom }),
				}));
				return c.json(body, 200);
			},
		);
}
