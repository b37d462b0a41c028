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
		type: z.string().openapi({ example: 'urn:medsched:dose_is_scheduled' }),
		title: z.string(),
		status: z.number().int(),
		detail: z.string().optional(),
		hint: z.string().optional(),
		scheduleId: z.string().optional().openapi({ description: 'the schedule that replaced the one in question' }),
		doseId: z.string().optional().openapi({ description: 'the recorded dose in the way' }),
		errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
	})
	.openapi('Problem');

type Status = 400 | 401 | 403 | 404 | 409 | 413 | 415 | 422 | 500 | 503;

/** An error that the API itself finds. */
export class Problem extends Error {
	constructor(
		readonly status: Status,
		readonly type: string,
		title: string,
		readonly more: { detail?: string | undefined; hint?: string | undefined; scheduleId?: string | undefined; doseId?: string | undefined; errors?: { path: string; message: string }[] } = {},
		readonly headers: Record<string, string> = {},
	) {
		super(title);
	}
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
	'extra_dose_is_extra',
	'as_needed_min_interval',
	'as_needed_max_per_24h',
	'as_needed_limits',
	'substance_limits',
	'medications_not_deleted',
	'schedules_id_key',
	'schedules_pkey',
	'schedules_user_id_replaces_key',
]);

function ofDatabase(error: MedschedError): Problem {
	const more = { detail: error.detail, hint: hintForClients(error.hint), scheduleId: error.scheduleId, doseId: error.doseId };
	if (error.code === 'P0002') return new Problem(404, 'not_found', error.message, more);
	if (error.code === '55000' || (error.constraint && CONFLICTS.has(error.constraint))) {
		return new Problem(409, error.constraint ?? 'conflict', error.message, more);
	}
	if (error.code === '54000') return new Problem(422, 'too_many_doses', error.message, more);
	return new Problem(422, error.constraint ?? 'not_acceptable', error.message, more);
}

function problemOf(thrown: unknown): Problem {
	if (thrown instanceof Problem) return thrown;
	if (thrown instanceof HTTPException) {
		const status = thrown.status >= 400 && thrown.status < 500 ? (thrown.status as Status) : 500;
		return new Problem(status, 'invalid_request', thrown.message || 'the request is not valid');
	}
	const error = MedschedError.from(thrown);
	if (error) return ofDatabase(error);
	if (isRetryable(thrown)) {
		return new Problem(503, 'busy', 'the database cannot be reached', { hint: 'Send the request again.' }, { 'Retry-After': '1' });
	}
	return new Problem(500, 'internal', 'something went wrong on our side');
}

export function answerProblem(thrown: unknown, c: Context): Response {
	const problem = problemOf(thrown);
	if (problem.status === 500) {
		const log = (c as Context<Env>).get('log') ?? toStandardOutput;
		log({ level: 'error', requestId: c.get('requestId'), ...describeError(thrown) });
	}
	const body = {
		type: `urn:medsched:${problem.type}`,
		title: problem.message,
		status: problem.status,
		...Object.fromEntries(Object.entries(problem.more).filter(([, value]) => value !== undefined)),
	};
	return c.body(JSON.stringify(body), problem.status, { ...problem.headers, 'Content-Type': 'application/problem+json' });
}
