/** What goes over the wire, for validation and for the OpenAPI document. */
import { createRoute, z, type RouteConfig } from '@hono/zod-openapi';
import { doseStatuses, outcomes, scheduleStates } from '@medsched/drizzle';
import { ProblemBody } from './problem.js';

const WALL_CLOCK = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?$/;
const DECIMAL = /^\d{1,20}(\.\d{1,20})?$/;

/** A schema with a name of its own, or null: by nullable(), the description would have no null of it, or it everywhere. */
export function orNull<T extends z.ZodType>(schema: T) {
	return z.union([schema, z.null()]);
}

export const Id = z.guid().openapi({ example: '5c1b0c59-8d4f-4e38-9a3c-6c52b35c7f6e' });
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
export const Day = z.iso.date().openapi({ example: '2026-03-01' });
export const TimeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?$/, 'not a time of day, as 04:00').openapi({ example: '04:00' });
export const Amount = z.union([z.string().regex(DECIMAL, 'not a decimal number').openapi({ format: 'decimal', example: '0.5' }), z.number().positive()]);
export const Interval = z.string().min(1).max(64).openapi({ example: '4 hours' });
export const Text = z.string().max(2000).openapi({ example: 'with food' });
export const Name = z.string().trim().min(1).max(200).openapi({ example: 'ibuprofen' });
export const Unit = z.string().max(64).openapi({ example: 'mg' });
export const Description = z.string().openapi({ example: 'every day at 08:00 and 20:00 (Europe/Berlin)' });
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
const CycleDays = z.number().int().min(1).max(3660).openapi({ example: 21 });

/**
 * What is in answers, which have one spelling of each value; an Instant is in UTC.  The formats are of the OpenAPI
 * Initiative's registry.
 */
export const given = {
	wallClock: z.string().openapi({ format: 'date-time-local', example: '2026-03-01T08:00:00' }),
	timeOfDay: z.string().openapi({ format: 'time-local', example: '08:00:00' }),
	decimal: z.string().openapi({ format: 'decimal', example: '0.5' }),
	interval: z.string().openapi({ example: '04:00:00' }),
	count: z.number().int().openapi({ example: 14 }),
	medicationName: z.string().openapi({ example: 'ibuprofen' }),
	unit: z.string().openapi({ example: 'mg' }),
	text: z.string().openapi({ example: 'with food' }),
	/** Who did it, as their token names them. */
	caller: z.string().openapi({ example: '0b0b0b0b-0000-4000-8000-00000000be00' }),
	doseId: z.string().openapi({ example: 'v1:NWMxYjBjNTktOGQ0Zi00ZTM4LTlhM2MtNmM1MmIzNWM3ZjZlfDIwMjYtMDMtMDFUMDc6MDA6MDAuMDAwWg', description: 'the dose, in the addresses of what is done with it' }),
	problem: z.string().openapi({ example: 'the schedules have different time zones' }),
};

export const Window = z
	.object({ from: Instant, to: Instant })
	.refine(({ from, to }) => !(Date.parse(to) - Date.parse(from) > 366 * 86_400_000), {
		error: 'the window is longer than 366 days',
		path: ['to'],
	});

/** Several people, in an address. */
export const People = z
	.string()
	.max(8000)
	.regex(/^(?:me|[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12})(?:,(?:me|[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}))*$/, 'not "me" and uuids with commas between them')
	.optional()
	.openapi({ description: '"me" and ids of people, with commas between them; without it, you and all for whom you may act', example: 'me,018f3b1c-5d7e-7a10-9c3b-2f6d8e4a1b05' });

/** Days: from is one of them, to is not. */
export const Days = z
	.object({ from: Day, to: Day })
	.refine(({ from, to }) => !(to < from), { error: 'the window ends before it begins', path: ['to'] })
	.refine(({ from, to }) => !(Date.parse(to) - Date.parse(from) > 3660 * 86_400_000), { error: 'the window is longer than 3660 days', path: ['to'] });

export const Substance = z.string().min(1).max(200).openapi({ example: 'paracetamol' });
/** What a person may take of a substance, by all medications that hold it. */
export const SubstanceLimits = z
	.strictObject({
		limits: z.array(DoseLimit).max(20).optional(),
		unit: Unit.optional(),
		minInterval: Interval.optional(),
		timeZone: TimeZone.optional(),
	})
	.openapi('SubstanceLimits', { example: { limits: [{ amount: '4000', within: '24 hours' }], unit: 'mg', minInterval: '4 hours' } });

/** An event of the day: its code, or so many minutes before or after it. */
const RoutineEvent = z.union([z.string().min(1).max(20).openapi({ example: 'CM' }), z.strictObject({ event: z.string().min(1).max(20).openapi({ example: 'CM' }), offset: z.number().int().min(0).max(1439).optional() })]);
export const RoutineEvents = z
	.array(RoutineEvent)
	.min(1)
	.max(24)
	.openapi({ description: 'the events of the person’s routine whose times the rule gets', example: ['CM', { event: 'ACV', offset: 30 }] });

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
	afterLast: Interval.nullable().optional().openapi({ description: 'counted from when the last dose was taken, instead of a rule', example: '5 days' }),
	hoursFrom: TimeOfDay.nullable().optional(),
	hoursUntil: TimeOfDay.nullable().optional(),
	maxPerDay: z.number().int().min(1).max(1440).nullable().optional(),
	follows: Id.nullable().optional().openapi({ description: 'the schedule whose doses those of this one follow, instead of a rule' }),
	followsBy: Interval.nullable().optional().openapi({ description: 'how long after a dose of it was taken', example: '30 minutes' }),
	doseAmount: Amount.nullable().optional(),
	doseUnit: Unit.nullable().optional(),
	instructions: Text.nullable().optional(),
	regimenId: Id.nullable().optional(),
	events: RoutineEvents.nullable().optional(),
	endsAt: Instant.nullable().optional(),
};

export const ScheduleInput = z.strictObject({ id: Id.optional(), ...scheduleFields, effectiveFrom: Instant.nullable().optional() }).openapi('ScheduleInput');
export const ScheduleChanges = z.strictObject(scheduleFields).partial().openapi('ScheduleChanges', { example: { rrule: 'FREQ=DAILY;BYHOUR=9', doseAmount: '1' } });
export const NewMedication = z
	.strictObject({
		name: Name,
		notes: Text.nullable().optional(),
		substance: Substance.optional(),
		substanceAmount: Amount.optional(),
		substanceUnit: Unit.optional(),
		schedules: z.array(ScheduleInput).min(1).max(50),
	})
	.openapi('NewMedication');

/** What covered days count a medication with. */
const TherapeuticClass = z.string().trim().min(1).max(200).openapi({ example: 'statins' });
export const MedicationChanges = z
	.strictObject({
		name: Name,
		notes: Text.nullable(),
		therapeuticClass: TherapeuticClass.nullable(),
		refillLeadTime: Interval.nullable(),
		refillReserve: Amount.nullable(),
		refillReserveUnit: Unit.nullable(),
	})
	.partial()
	.openapi('MedicationChanges', { example: { name: 'ibuprofen 400' } });

/** What a schedule prescribes. */
export const prescribed = {
	doseAmount: given.decimal.nullable(),
	doseUnit: given.unit.nullable(),
	instructions: given.text.nullable(),
};

export const Schedule = z
	.object({
		id: Id,
		startsAt: given.wallClock,
		timeZone: TimeZone,
		rrule: Rrule.nullable(),
		...prescribed,
		asNeeded: z.boolean(),
		endsAt: Instant.nullable(),
		replaces: Id.nullable(),
	})
	.openapi('Schedule');

/** All that a form shows of a schedule. */
export const CurrentSchedule = z
	.object({
		medicationId: Id,
		medicationName: given.medicationName,
		medicationNotes: given.text.nullable(),
		scheduleId: Id,
		state: z.enum(scheduleStates),
		startsAt: given.wallClock,
		timeZone: TimeZone,
		timeZonePinned: z.boolean(),
		rrule: Rrule.nullable(),
		rdates: z.array(given.wallClock),
		exdates: z.array(given.wallClock),
		cycleDaysOn: CycleDays.nullable(),
		cycleDaysOff: CycleDays.nullable(),
		asNeeded: z.boolean(),
		minInterval: given.interval.nullable(),
		maxPer24h: given.count.nullable(),
		limits: z.array(DoseLimit).nullable(),
		grace: given.interval.nullable(),
		afterLast: given.interval.nullable(),
		hoursFrom: given.timeOfDay.nullable(),
		hoursUntil: given.timeOfDay.nullable(),
		maxPerDay: given.count.nullable(),
		follows: Id.nullable(),
		followsBy: given.interval.nullable(),
		...prescribed,
		effectiveFrom: Instant.nullable(),
		endsAt: Instant.nullable(),
		replaces: Id.nullable(),
		replacedBy: Id.nullable(),
		createdAt: Instant,
		regimenId: Id.nullable().openapi({ description: 'the same of schedules that are one to their reader, as the steps of a taper' }),
		events: RoutineEvents.nullable(),
	})
	.openapi('CurrentSchedule');

export const Medication = z
	.object({
		id: Id,
		name: given.medicationName,
		notes: given.text.nullable(),
		substance: Substance.nullable().openapi({ description: 'which substance it holds, as limits name it' }),
		inactivatedAt: Instant.nullable(),
		schedules: z.array(Schedule),
	})
	.openapi('Medication');

const doseFields = {
	doseId: given.doseId,
	scheduledFor: Instant.openapi({ description: 'with scheduleId, which dose it is' }),
	dueAt: Instant.openapi({ description: 'when it is to be taken: scheduledFor, unless it was moved' }),
	localTime: given.wallClock.openapi({ description: 'dueAt on the wall clock of the schedule' }),
	timeZone: TimeZone,
	medicationId: Id,
	medicationName: given.medicationName,
	scheduleId: Id,
	...prescribed,
	status: z.enum(doseStatuses),
};

export const Dose = z
	.object({ ...doseFields, takenAt: Instant.nullable(), recordedBy: given.caller.nullable() })
	.openapi('Dose');
export const PersonDose = z
	.object({ userId: Id, ...doseFields, takenAt: Instant.nullable(), recordedBy: given.caller.nullable() })
	.openapi('PersonDose');
export const DueDose = z.object({ userId: Id, ...doseFields }).openapi('DueDose');

export const Refill = {
	medicationId: Id,
	medicationName: given.medicationName,
	amount: given.decimal.nullable(),
	unit: given.unit.nullable(),
	runsOutAt: Instant.nullable().openapi({ description: 'the first dose to come that is more than what is left' }),
	isEstimate: z.boolean().openapi({ description: 'it depends on how much was taken as needed of late' }),
	refillBy: Instant.nullable(),
};

export const CoveredDays = {
	therapeuticClass: TherapeuticClass.nullable(),
	medicationIds: z.array(Id),
	medicationNames: z.array(given.medicationName),
	firstFill: Day.nullable(),
	days: given.count.nullable().openapi({ description: 'from the first fill to the end of the window' }),
	fills: given.count,
	fillsWithoutDaysSupply: given.count,
};

const recordFields = {
	userId: Id,
	scheduleId: Id,
	scheduledFor: Instant,
	outcome: z.enum(outcomes),
	takenAt: Instant.nullable(),
	amount: given.decimal.nullable(),
	reason: given.text.nullable(),
	note: given.text.nullable(),
	recordedBy: given.caller.nullable(),
	recordedAt: Instant,
	despiteLimits: given.text.nullable(),
};
export const Record = z.object(recordFields).openapi('Record');
export const Taken = z.object({ ...recordFields, newlyTaken: z.boolean() }).openapi('Taken');
export const Skipped = z.object({ ...recordFields, newlySkipped: z.boolean() }).openapi('Skipped');

export const DespiteLimits = z.string().min(1).max(1000).openapi({ example: 'severe pain', description: 'why it was taken in spite of the limits' });
export const Taking = z
	.strictObject({ takenAt: Instant.optional(), amount: Amount.optional(), note: Text.optional(), despiteLimits: DespiteLimits.optional() })
	.openapi('Taking');
export const Moved = z
	.object({
		userId: Id,
		scheduleId: Id,
		scheduledFor: Instant,
		doseId: given.doseId,
		dueAt: Instant,
		reason: given.text.nullable(),
		movedBy: given.caller.nullable(),
		movedAt: Instant.nullable().openapi({ description: 'null: it is due at its own time' }),
	})
	.openapi('Moved');
const MoveReason = z.string().max(1000).openapi({ example: 'at the dentist' });
export const Moving = z
	.strictObject({ dueAt: Instant.optional(), localTime: WallClock.optional(), reason: MoveReason.optional() })
	.refine((r) => (r.dueAt === undefined) !== (r.localTime === undefined), { error: 'one of dueAt and localTime is needed' })
	.openapi('Moving', { example: { dueAt: '2026-03-01T09:30:00Z', reason: 'at the dentist' } });
export const MovingAll = z
	.strictObject({ from: Instant, to: Instant, moveBy: Interval, reason: MoveReason.optional() })
	.openapi('MovingAll');
export const Skipping = z.strictObject({ reason: Text.optional(), note: Text.optional() }).openapi('Skipping');

/** What is done with several doses in one call. */
export const Doses = z.array(given.doseId.min(1).max(200)).min(1).max(500);
export const TakingTogether = Taking.omit({ amount: true }).extend({ doseIds: Doses }).openapi('TakingTogether');
export const SkippingTogether = Skipping.extend({ doseIds: Doses }).openapi('SkippingTogether');
export const DoseResult = z
	.object({ doseId: given.doseId, newlyRecorded: z.boolean(), record: orNull(Record), problem: orNull(ProblemBody) })
	.openapi('DoseResult', { description: 'the dose as recorded, or the problem with it' });

export const Percentage = given.decimal.openapi({ example: '92.9' });
export const Counts = {
	scheduled: given.count,
	taken: given.count,
	skipped: given.count,
	missed: given.count,
	onTime: given.count,
	percentage: Percentage.nullable(),
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
		times: z.array(given.timeOfDay).nullable(),
		startsOn: Day.nullable(),
		timeZone: TimeZone.nullable(),
		daysOfWeek: z.array(z.number().int().min(1).max(7)).nullable(),
		endsOn: Day.nullable(),
		every: z.number().int().min(1).nullable(),
		cycleDaysOn: CycleDays.nullable(),
		cycleDaysOff: CycleDays.nullable(),
		problem: given.problem.nullable().openapi({ description: 'why no form shows the schedules; all else is null then' }),
	})
	.openapi('Form');

export const PersonParam = z.object({ person: z.string().openapi({ description: 'a person’s id, or me', example: 'me' }) });
export const IdempotencyKey = z.object({
	'idempotency-key': z.string().min(8).max(200).openapi({ example: '8f14e45f-ceea-467f-9b1c-2f7a5d0e3a11', description: 'the same for each retry of one request' }),
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
	422: problem('a rule of medication schedules does not allow it'),
	500: problem('something went wrong on the server’s side'),
	503: problem('try again'),
};

/** What follows from a request's place and parts; of 404, 409 and 422 each route says which of them it has. */
function canAnswer(status: number, { path, request, refuses = [404, 409, 422] }: Pick<Route, 'path' | 'request' | 'refuses'>): boolean {
	switch (status) {
		case 403:
			return /^\/(people|operator|me\/doses)\b/.test(path);
		case 413:
		case 415:
			return request?.body !== undefined;
		case 404:
		case 409:
			return refuses.includes(status as 404);
		case 422:
			// An Idempotency-Key may have been used for another request.
			return refuses.includes(422) || request?.headers !== undefined;
		default:
			return true;
	}
}

const NO_QUERY = z.strictObject({});

type Route = RouteConfig & {
	summary: string;
	/** Which it answers of 404 (no such medication, schedule …), 409 (what is recorded is in the way) and 422 (a rule is broken). */
	refuses?: readonly (404 | 409 | 422)[];
};

/** A route as createRoute makes it, that has an id and refuses what it does not know in the query. */
export function route<P extends string, R extends Omit<Route, 'path'> & { path: P }>(config: R) {
	const { method, path, summary, request, responses, refuses, ...more } = config;
	const query = request?.query instanceof z.ZodObject ? request.query.strict() : NO_QUERY;
	const possible = Object.entries(responses).filter(([status]) => canAnswer(Number(status), config));
	const [, success] = possible.find(([status]) => status.startsWith('2')) ?? [];
	return createRoute({
		// What is said of an operation is what it does, and what it answers.
		description: `${summary}. Answer: ${(success as { description: string }).description}.`,
		...more,
		method,
		path,
		summary,
		operationId: operationId(method, path),
		request: { ...request, query },
		responses: Object.fromEntries(possible),
	} as unknown as R);
}

/** `putDosesTaken` of PUT /people/{person}/doses/{doseId}/taken. */
function operationId(method: string, path: string): string {
	const words = path.replace(/^\/people\/\{person\}/, '').split(/[^A-Za-z{}]+/).filter((word) => word !== '' && !word.includes('{'));
	return method + words.map((word) => word[0]!.toUpperCase() + word.slice(1)).join('');
}
