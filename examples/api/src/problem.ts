/** Errors as the client sees them: application/problem+json, RFC 9457. */
import { isRetryable, MedschedError, type Constraint } from '@medsched/drizzle';
import { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { HTTPException } from 'hono/http-exception';
import type { Env } from './auth.js';
import { hintForClients } from './hints.js';
import { describeError, toStandardOutput } from './log.js';

export const ProblemBody = z
	.object({
		type: z.string().openapi({ format: 'uri', example: 'urn:medsched:dose_is_scheduled' }),
		title: z.string().openapi({ description: 'the same for every problem of a type', example: 'A rule of medication schedules does not allow this' }),
		status: z.number().int().openapi({ example: 422 }),
		detail: z.string().openapi({ description: 'what is particular to this one', example: 'schedule "5c1b0c59-8d4f-4e38-9a3c-6c52b35c7f6e" has no dose at 2026-03-01 07:30:00+00.' }),
		hint: z.string().optional().openapi({ example: 'Record a dose at the scheduledFor that GET /v1/people/{person}/doses gives.' }),
		scheduleId: z.guid().optional().openapi({ description: 'the schedule that replaced the one in question' }),
		doseId: z.string().optional().openapi({ description: 'the recorded dose in the way', example: 'v1:NWMxYjBjNTktOGQ0Zi00ZTM4LTlhM2MtNmM1MmIzNWM3ZjZlfDIwMjYtMDMtMDFUMDc6MDA6MDAuMDAwWg' }),
		errors: z
			.array(z.object({ path: z.string().openapi({ example: 'json.schedules.0.timeZone' }), message: z.string().openapi({ example: 'schedules.0.timeZone is missing' }) }))
			.optional()
			.openapi({ description: 'each thing that is wrong with a request that is not valid' }),
	})
	.openapi('Problem');

type Status = 400 | 401 | 403 | 404 | 409 | 413 | 415 | 422 | 500 | 503;

/** An error that the API itself finds. */
export class Problem extends Error {
	constructor(
		readonly status: Status,
		readonly type: string,
		detail: string,
		readonly more: { hint?: string | undefined; scheduleId?: string | undefined; doseId?: string | undefined; errors?: { path: string; message: string }[] } = {},
		readonly headers: Record<string, string> = {},
	) {
		super(detail);
	}
}

/** What a type of problem is called, whatever its particulars. */
const TITLES: Record<string, string> = {
	invalid_request: 'The request is not valid',
	unauthorized: 'The token is not valid',
	forbidden: 'The caller may not do this',
	not_found: 'There is no such thing',
	too_large: 'The request is too large',
	idempotency_key_reused: 'The Idempotency-Key was used for another request',
	push_service_unknown: 'Reminders cannot be sent there',
	escalate_to_is_caregiver: 'Only who was granted access is told of a person',
	too_many_doses: 'There would be too many doses',
	not_supported: 'The database does not support this',
	busy: 'The service is busy',
	internal: 'Something went wrong on our side',
};

/** The other types are rules of medsched's, by their names. */
function titleOf({ type, status }: Problem): string {
	return TITLES[type] ?? (status === 409 ? 'This is in conflict with what is recorded' : 'A rule of medication schedules does not allow this');
}

/** What a form that the schemas refuse is answered with. */
export function refuseInvalid(result: { success: boolean; target?: string; error?: z.ZodError }): void {
	if (result.success || !result.error) return;
	const { target = 'request' } = result;
	const errors = result.error.issues.map((issue) => ({
		path: [target, ...issue.path.map(String)].join('.'),
		message: isMissing(issue) ? `${named(target, issue.path)} is missing` : issue.message,
	}));
	throw new Problem(400, 'invalid_request', 'the request is not valid', { errors });
}

/** Whether there is no value at all; zod says so in its message only. */
function isMissing(issue: z.core.$ZodIssue): boolean {
	return issue.code === 'invalid_type' && issue.message.endsWith('received undefined');
}

function named(target: string, path: PropertyKey[]): string {
	const name = path.map(String).join('.');
	if (target === 'header') return `the header ${name.replace(/(?<![a-z])[a-z]/g, (letter) => letter.toUpperCase())}`;
	if (target === 'query') return `the query parameter ${name}`;
	return name === '' ? 'the body' : name;
}

/** What is in conflict with what the database holds; other broken rules are the request's own fault. */
const CONFLICTS = new Set<Constraint>([
	'recorded_dose_keeps_schedule',
	'dose_already_taken',
	'dose_already_skipped',
	'dose_already_extra',
	'moved_dose_not_recorded',
	'moved_dose_is_apart',
	'moved_dose_in_effect',
	'snoozed_dose_not_recorded',
	'schedule_follows_once',
	'followed_schedule_goes_on',
	'extra_dose_is_extra',
	'as_needed_min_interval',
	'as_needed_max_per_24h',
	'as_needed_limits',
	'substance_limits',
	'stock_entry_already_recorded',
	'medications_not_deleted',
	'schedules_id_key',
	'schedules_pkey',
	'schedules_user_id_replaces_key',
]);

function ofDatabase(error: MedschedError): Problem {
	const detail = [error.message, error.detail ?? ''].filter(Boolean).map((text) => text.replace(/[.]?$/, '.')).join(' ');
	const more = { hint: hintForClients(error.hint), scheduleId: error.scheduleId, doseId: error.doseId };
	// An argument: what the package refuses before it asks the database, and what the database refuses.
	if (error.code.startsWith('22')) return new Problem(400, 'invalid_request', detail, more);
	if (error.code === 'P0002') return new Problem(404, 'not_found', detail, more);
	if (error.code === '55000' || (error.constraint && CONFLICTS.has(error.constraint))) {
		return new Problem(409, error.constraint ?? 'conflict', detail, more);
	}
	if (error.code === '54000') return new Problem(422, 'too_many_doses', detail, more);
	return new Problem(422, error.constraint ?? 'not_supported', detail, more);
}

function hasCode(thrown: unknown, codes: RegExp): boolean {
	for (let error = thrown; error instanceof Error; error = error.cause) {
		if (codes.test(String((error as { code?: unknown }).code))) return true;
	}
	return false;
}

function problemOf(thrown: unknown): Problem {
	if (thrown instanceof Problem) return thrown;
	if (thrown instanceof HTTPException) {
		const status = thrown.status >= 400 && thrown.status < 500 ? (thrown.status as Status) : 500;
		return new Problem(status, 'invalid_request', thrown.message || 'the request is not valid');
	}
	const error = MedschedError.from(thrown);
	if (error) return ofDatabase(error);
	// A text of the request's own that no column of PostgreSQL can have, medsched's or another.
	if (hasCode(thrown, /^(22021|22P05)$/)) return new Problem(400, 'invalid_request', 'a text has a zero byte, which the database cannot keep');
	// statement_timeout, lock_timeout, and the time that a transaction may be idle or take.
	if (isRetryable(thrown) || hasCode(thrown, /^(57014|55P03|25P0[34])$/)) {
		return new Problem(503, 'busy', 'the database cannot be reached', { hint: 'Send the request again.' }, { 'Retry-After': '1' });
	}
	return new Problem(500, 'internal', 'something went wrong on our side');
}

function bodyOf(problem: Problem): z.infer<typeof ProblemBody> {
	return {
		type: `urn:medsched:${problem.type}`,
		title: titleOf(problem),
		status: problem.status,
		detail: problem.message,
		...Object.fromEntries(Object.entries(problem.more).filter(([, value]) => value !== undefined)),
	};
}

/** What one of several things is answered with, where the others are not in its way. */
export function problemBodyOf(thrown: unknown): z.infer<typeof ProblemBody> {
	return bodyOf(problemOf(thrown));
}

export function answerProblem(thrown: unknown, c: Context): Response {
	const problem = problemOf(thrown);
	if (problem.status === 500) {
		const log = (c as Context<Env>).get('log') ?? toStandardOutput;
		log({ level: 'error', requestId: c.get('requestId'), ...describeError(thrown) });
	}
	return c.body(JSON.stringify(bodyOf(problem)), problem.status, { ...problem.headers, 'Content-Type': 'application/problem+json' });
}
