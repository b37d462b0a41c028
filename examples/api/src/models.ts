/** What goes over the wire, for validation and for the OpenAPI document. */
import { createRoute, z, type RouteConfig } from '@hono/zod-openapi';
import { doseStatuses, outcomes, scheduleStates } from '@medsched/drizzle';
import { ProblemBody } from './problem.js';

const WALL_CLOCK = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?$/;
const DECIMAL = /^\d{1,20}(\.\d{1,20})?$/;

export const Id = z.guid();
/** An instant with its offset; in a URL, a + is written %2B. */
export const Instant = z.iso
	.datetime({
		offset: true,
		error: ({ input }) => (input === undefined ? undefined : 'not an instant with its offset, as 2026-03-01T07:00:00Z'),
	})
	.openapi({ example: '2026-03-01T07:00:00Z' });
export const WallClock = z.string().regex(WALL_CLOCK, 'not a wall-clock time without offset, as 2026-03-01T08:00').openapi({ example: '2026-03-01T08:00' });
export const TimeZone = z.string().min(1).max(64).openapi({ example: 'Europe/Berlin' });
export const Rrule = z.string().min(1).max(1000).openapi({ example: 'FREQ=DAILY;BYHOUR=8,20' });
export const Day = z.iso.date();
export const TimeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?$/, 'not a time of day, as 04:00').openapi({ example: '04:00' });
export const Amount = z.union([z.string().regex(DECIMAL, 'not a decimal number'), z.number().positive()]).openapi({ type: 'string', example: '0.5' });
export const Interval = z.string().min(1).max(64).openapi({ example: '4 hours' });
export const Text = z.string().max(2000);
const Dates = z.array(WallClock).max(1000);
/** How much, or how many doses, within a length of time or on so many calendar days in a row. */
export const DoseLimit = z
	.union([
		z.strictObject({ amount: Amount, within: Interval }),
		z.strictObject({ amount: Amount, days: z.number().int().min(1).max(366) }),
		z.strictObject({ doses: z.number().int().min(1).max(1000), within: Interval }),
		z.strictObject({ doses: z.number().int().min(1).max(1000), days: z.number().int().min(1).max(366) }),
	])
	.openapi('DoseLimit');
const CycleDays = z.number().int().min(1).max(3660);

export const Window = z
	.object({ from: Instant, to: Instant })
	.refine(({ from, to }) => !(Date.parse(to) - Date.parse(from) > 366 * 86_400_000), {
		error: 'the window is longer than 366 days',
		path: ['to'],
	});

export const Substance = z.string().min(1).max(200).openapi({ example: 'paracetamol' });
/** What a person may take of a substance, by all medications that hold it. */
export const SubstanceLimits = z
	.strictObject({
		limits: z.array(DoseLimit).max(20).optional(),
		unit: z.string().max(64).optional(),
		minInterval: Interval.optional(),
		timeZone: TimeZone.optional(),
	})
	.openapi('SubstanceLimits');

const scheduleFields = {
	startsAt: WallClock,
	timeZone: TimeZone,
	timeZonePinned: z.boolean().optional(),
	rrule: Rrule.nullable().optional(),
	rdates: Dates.optional(),
	exdates: Dates.optional(),
	cycleDaysOn: CycleDays.nullable().optional(),
	cycleDaysOff: CycleDays.nullable().optional(),
	asNeeded: z.boolean().optional(),
	minInterval: Interval.nullable().optional(),
	maxPer24h: z.number().int().min(1).max(1000).nullable().optional(),
	limits: z.array(DoseLimit).max(20).nullable().optional(),
	grace: Interval.nullable().optional(),
	toleranceBefore: Interval.nullable().optional(),
	missedWhenNext: z.boolean().optional(),
	doseAmount: Amount.nullable().optional(),
	doseUnit: z.string().max(64).nullable().optional(),
	instructions: Text.nullable().optional(),
	endsAt: Instant.nullable().optional(),
};

export const ScheduleInput = z.strictObject({ id: Id.optional(), ...scheduleFields, effectiveFrom: Instant.nullable().optional() }).openapi('ScheduleInput');
export const ScheduleChanges = z.strictObject(scheduleFields).partial().openapi('ScheduleChanges');
export const NewMedication = z
	.strictObject({
		name: z.string().trim().min(1).max(200),
		notes: Text.nullable().optional(),
		substance: Substance.optional(),
		substanceAmount: Amount.optional(),
		substanceUnit: z.string().max(64).optional(),
		schedules: z.array(ScheduleInput).min(1).max(50),
	})
	.openapi('NewMedication');

export const MedicationChanges = z
	.strictObject({ name: z.string().trim().min(1).max(200), notes: Text.nullable() })
	.partial()
	.openapi('MedicationChanges');

/** What a schedule prescribes. */
export const prescribed = {
	doseAmount: z.string().nullable(),
	doseUnit: z.string().nullable(),
	instructions: z.string().nullable(),
};

export const Schedule = z
	.object({
		id: Id,
		startsAt: z.string(),
		timeZone: z.string(),
		rrule: z.string().nullable(),
		...prescribed,
		asNeeded: z.boolean(),
		endsAt: z.string().nullable(),
		replaces: Id.nullable(),
	})
	.openapi('Schedule');

/** All that a form shows of a schedule. */
export const CurrentSchedule = z
	.object({
		medicationId: Id,
		medicationName: z.string(),
		medicationNotes: z.string().nullable(),
		scheduleId: Id,
		state: z.enum(scheduleStates),
		startsAt: z.string(),
		timeZone: z.string(),
		timeZonePinned: z.boolean(),
		rrule: z.string().nullable(),
		rdates: z.array(z.string()),
		exdates: z.array(z.string()),
		cycleDaysOn: z.number().nullable(),
		cycleDaysOff: z.number().nullable(),
		asNeeded: z.boolean(),
		minInterval: z.string().nullable(),
		maxPer24h: z.number().nullable(),
		grace: z.string().nullable(),
		...prescribed,
		effectiveFrom: z.string().nullable(),
		endsAt: z.string().nullable(),
		replaces: Id.nullable(),
		replacedBy: Id.nullable(),
	})
	.openapi('CurrentSchedule');

export const Medication = z
	.object({
		id: Id,
		name: z.string(),
		notes: z.string().nullable(),
		substance: z.string().nullable().openapi({ description: 'which substance it holds, as limits name it' }),
		inactivatedAt: z.string().nullable(),
		schedules: z.array(Schedule),
	})
	.openapi('Medication');

const doseFields = {
	doseId: z.string(),
	scheduledFor: z.string(),
	localTime: z.string(),
	timeZone: z.string(),
	medicationId: Id,
	medicationName: z.string(),
	scheduleId: Id,
	...prescribed,
	status: z.enum(doseStatuses),
};

export const Dose = z
	.object({ ...doseFields, takenAt: z.string().nullable(), recordedBy: z.string().nullable() })
	.openapi('Dose');
export const DueDose = z.object({ userId: Id, ...doseFields }).openapi('DueDose');

const recordFields = {
	userId: Id,
	scheduleId: Id,
	scheduledFor: z.string(),
	outcome: z.enum(outcomes),
	takenAt: z.string().nullable(),
	amount: z.string().nullable(),
	reason: z.string().nullable(),
	note: z.string().nullable(),
	recordedBy: z.string().nullable(),
	recordedAt: z.string(),
	despiteLimits: z.string().nullable(),
};
export const Record = z.object(recordFields).openapi('Record');
export const Taken = z.object({ ...recordFields, newlyTaken: z.boolean() }).openapi('Taken');
export const Skipped = z.object({ ...recordFields, newlySkipped: z.boolean() }).openapi('Skipped');

export const DespiteLimits = z.string().min(1).max(1000).openapi({ description: 'why it was taken in spite of the limits' });
export const Taking = z
	.strictObject({ takenAt: Instant.optional(), amount: Amount.optional(), note: Text.optional(), despiteLimits: DespiteLimits.optional() })
	.openapi('Taking');
export const Skipping = z.strictObject({ reason: Text.optional(), note: Text.optional() }).openapi('Skipping');

/** What is done with several doses in one call. */
export const Doses = z.array(z.string().min(1).max(200)).min(1).max(500);
export const TakingTogether = Taking.omit({ amount: true }).extend({ doseIds: Doses }).openapi('TakingTogether');
export const SkippingTogether = Skipping.extend({ doseIds: Doses }).openapi('SkippingTogether');
export const DoseResult = z
	.object({ doseId: z.string(), newlyRecorded: z.boolean(), record: Record.nullable(), problem: ProblemBody.nullable() })
	.openapi('DoseResult', { description: 'the dose as recorded, or the problem with it' });

export const Counts = {
	scheduled: z.number(),
	taken: z.number(),
	skipped: z.number(),
	missed: z.number(),
	onTime: z.number(),
	percentage: z.string().nullable(),
};

export const Rule = z
	.strictObject({
		rrule: Rrule.nullable(),
		startsAt: WallClock,
		timeZone: TimeZone,
		rdates: Dates.optional(),
		exdates: Dates.optional(),
		cycleDaysOn: CycleDays.optional(),
		cycleDaysOff: CycleDays.optional(),
	})
	.openapi('Rule');

/** What a form shows of schedules. */
export const Form = z
	.object({
		times: z.array(z.string()).nullable(),
		startsOn: z.string().nullable(),
		timeZone: z.string().nullable(),
		daysOfWeek: z.array(z.number()).nullable(),
		endsOn: z.string().nullable(),
		every: z.number().nullable(),
		cycleDaysOn: z.number().nullable(),
		cycleDaysOff: z.number().nullable(),
		problem: z.string().nullable().openapi({ description: 'why no form shows the schedules; all else is null then' }),
	})
	.openapi('Form');

export const PersonParam = z.object({ person: z.string().openapi({ description: 'a person’s id, or me', example: 'me' }) });
export const IdempotencyKey = z.object({
	'idempotency-key': z.string().min(8).max(200).openapi({ description: 'the same for each retry of one request' }),
});

/** A response in JSON. */
export function json<T extends z.ZodType>(schema: T, description: string) {
	return { description, content: { 'application/json': { schema } } };
}

/** A request's body, which has to be there. */
export function body<T extends z.ZodType>(schema: T) {
	return { required: true, content: { 'application/json': { schema } } };
}

const problem = (description: string) => ({
	description,
	content: { 'application/problem+json': { schema: ProblemBody } },
});

/** What a route may answer instead; `route` leaves out what that one cannot. */
export const problems = {
	400: problem('the request is malformed'),
	401: problem('the token is missing, expired or not valid'),
	403: problem('the caller may not act for this person'),
	404: problem('this person has none by that id'),
	409: problem('in conflict with what is recorded'),
	413: problem('the request is too large'),
	415: problem('the request is not JSON'),
	422: problem('the database refuses it'),
	500: problem('something went wrong on the server’s side'),
	503: problem('try again'),
};

const NO_QUERY = z.strictObject({});

/** A route as createRoute makes it, that has an id and refuses what it does not know in the query. */
export function route<P extends string, R extends Omit<RouteConfig, 'path'> & { path: P }>(config: R) {
	const { method, path, request, responses } = config;
	const query = request?.query instanceof z.ZodObject ? request.query.strict() : NO_QUERY;
	const impossible = new Set([
		...(request?.body === undefined ? ['413', '415'] : []),
		// Of the questions, one is about a schedule of its own kind.
		...(method === 'get' && !path.endsWith('/next-allowed') ? ['409'] : []),
		...(/^\/(people|operator)\//.test(path) ? [] : ['403']),
		...(path.includes('{') ? [] : ['404']),
	]);
	return createRoute({
		...config,
		operationId: operationId(method, path),
		request: { ...request, query },
		responses: Object.fromEntries(Object.entries(responses).filter(([status]) => !impossible.has(status))),
	} as unknown as R);
}

/** `putDosesTaken` of PUT /people/{person}/doses/{doseId}/taken. */
function operationId(method: string, path: string): string {
	const words = path.replace(/^\/people\/\{person\}/, '').split(/[^A-Za-z{}]+/).filter((word) => word !== '' && !word.includes('{'));
	return method + words.map((word) => word[0]!.toUpperCase() + word.slice(1)).join('');
}
