/** Calls of the API, and what it answers. */

export interface Person {
	id: string;
	name: string;
}

export interface Me {
	id: string;
	actsFor: Person[];
}

export interface Dose {
	doseId: string | null;
	scheduledFor: string;
	/** When it is to be taken. What an earlier page kept on this device lacks it. */
	dueAt?: string;
	localTime: string;
	timeZone: string;
	medicationName: string;
	scheduleId: string;
	doseAmount: string | null;
	doseUnit: string | null;
	instructions: string | null;
	status: 'taken' | 'skipped' | 'extra' | 'upcoming' | 'due' | 'missed';
	takenAt: string | null;
	recordedBy: string | null;
}

export interface CurrentSchedule {
	scheduleId: string;
	medicationId: string;
	medicationName: string;
	state: string;
	timeZone: string;
	asNeeded: boolean;
	doseAmount: string | null;
	doseUnit: string | null;
	instructions: string | null;
}

export interface Allowance {
	allowedAt: string;
	amount: string | null;
	unit: string | null;
	doses: number | null;
}

export interface StockForecast {
	medicationId: string;
	medicationName: string;
	amount: string | null;
	unit: string | null;
	runsOutAt: string | null;
	isEstimate: boolean;
	refillBy: string | null;
}

export interface DayCounts {
	day: string;
	scheduled: number;
	taken: number;
	skipped: number;
	missed: number;
}

/** RFC 9457. */
export interface Problem {
	type: string;
	title: string;
	detail?: string;
	hint?: string;
}

/** The server answered, and not as was hoped. */
export class Refused extends Error {
	constructor(
		readonly status: number,
		readonly problem: Problem,
	) {
		super(problem.detail ?? problem.title);
	}
}

/** No answer came: no connection, or none in time. */
export class Unreachable extends Error {}

const PATIENCE_MS = 30_000;
/** Clocks that differ less are right enough. */
const SKEW_MINUTES = 5;
let skewMinutes = 0;

/** By how many minutes this device's clock is behind the server's, rounded; 0: it is right. */
export function clockIsWrongBy(): number {
	return Math.abs(skewMinutes) < SKEW_MINUTES ? 0 : Math.round(skewMinutes);
}

export interface Call {
	method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
	body?: unknown;
	/** The same for each attempt of one request: it then has its effect once. */
	idempotencyKey?: string;
	/** How long to wait for the answer, in milliseconds. */
	patience?: number;
}

export async function call<Answer>(token: string, path: string, { method = 'GET', body, idempotencyKey, patience = PATIENCE_MS }: Call = {}): Promise<Answer> {
	const request: RequestInit = {
		method,
		headers: {
			Authorization: `Bearer ${token}`,
			...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
			...(idempotencyKey === undefined ? {} : { 'Idempotency-Key': idempotencyKey }),
		},
		...(body === undefined ? {} : { body: JSON.stringify(body) }),
		cache: 'no-store',
		credentials: 'omit',
		redirect: 'error',
		signal: AbortSignal.timeout(patience),
	};
	let response: Response;
	let answer: unknown;
	try {
		response = await fetch(`/v1${path}`, request);
		const serverTime = Date.parse(response.headers.get('Date') ?? '');
		if (!Number.isNaN(serverTime)) skewMinutes = (serverTime - Date.now()) / 60_000;
		const text = await response.text();
		answer = text === '' ? undefined : JSON.parse(text);
	} catch (error) {
		// A proxy's page, too, is no answer of the API's.
		throw new Unreachable(String(error));
	}
	if (response.ok) return answer as Answer;
	throw new Refused(response.status, { type: 'about:blank', title: `Error ${response.status}`, ...(answer as Partial<Problem> | undefined) });
}
