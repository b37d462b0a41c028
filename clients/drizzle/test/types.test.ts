/** What TypeScript knows of the rows: this file is a test by being compiled. */
import { test } from 'node:test';
import { eq, sql } from 'drizzle-orm';
import type { PgSelect } from 'drizzle-orm/pg-core';
import {
	createMedication,
	doseTaken,
	markDoseTaken,
	medications,
	nextOccurrence,
	scheduleFromTimes,
	schedules,
	upcomingDoses,
	type Database,
	type DoseStatus,
	type NewSchedule,
	type Schedule,
	type ScheduleInput,
} from '../src/index.js';

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function same<A, B>(_: Equal<A, B>): void {}

interface Dose {
	doseId: string;
	scheduledFor: string;
	localTime: string;
	timeZone: string;
	medicationId: string;
	medicationName: string;
	scheduleId: string;
	doseAmount: string | null;
	doseUnit: string | null;
	instructions: string | null;
	takenAt: string | null;
	recordedBy: string | null;
	status: DoseStatus;
	dueAt: string;
}
type Flat<T> = { [K in keyof T]: T[K] };

function limited<T extends PgSelect>(query: T, limit: number): T {
	return query.limit(limit) as T;
}

/** Compiled, not called. */
export async function compiled(db: Database): Promise<void> {
	const args = { userId: '', from: '', to: '' };

	const rows = await upcomingDoses(db, args);
	same<Flat<(typeof rows)[number]>, Flat<Dose>>(true);

	const dynamic = await limited(upcomingDoses(db, args).$dynamic(), 3);
	same<Flat<(typeof dynamic)[number]>, Flat<Dose>>(true);

	const prepared = upcomingDoses(db, { ...args, userId: sql.placeholder('userId') }).prepare('doses');
	const executed = await prepared.execute({ userId: '' });
	same<Flat<(typeof executed)[number]>, Flat<Dose>>(true);

	const doses = upcomingDoses.sql(args, 'd');
	const joined = await db
		.select({ at: doses.scheduledFor, status: doses.status, note: doseTaken.note, outcome: doseTaken.outcome, name: medications.name })
		.from(doses)
		.innerJoin(medications, eq(medications.id, doses.medicationId))
		.leftJoin(doseTaken, eq(doseTaken.scheduleId, doses.scheduleId));
	same<
		(typeof joined)[number],
		{ at: string; status: DoseStatus; note: string | null; outcome: 'taken' | 'skipped' | 'extra' | null; name: string }
	>(true);

	const whole = await db.select().from(medications).leftJoin(doses, eq(doses.medicationId, medications.id));
	same<(typeof whole)[number]['d'] extends infer D ? (null extends D ? true : false) : never, true>(true);
	same<(typeof whole)[number]['medications']['name'], string>(true);

	const marked = await markDoseTaken(db, { userId: '', scheduleId: '', scheduledFor: '', amount: 1 });
	same<typeof marked.newlyTaken, boolean>(true);
	same<typeof marked.takenAt, string | null>(true);

	const id = await createMedication(db, { userId: '', name: '', schedules: [] });
	same<typeof id, string>(true);
	const next = await nextOccurrence(db, { rrule: null, startsAt: '', timeZone: '', after: new Date() });
	same<typeof next, string | null>(true);
	const values = await db.select({ next: nextOccurrence.sql({ rrule: null, startsAt: '', timeZone: '', after: '' }) }).from(medications);
	same<(typeof values)[number]['next'], string | null>(true);

	same<Schedule['rdates'], string[]>(true);
	same<Schedule['endsAt'], string | null>(true);
	const needed: NewSchedule = { userId: '', medicationId: '', startsAt: '', timeZone: '' };
	void needed;
	// What the forms give goes into create_medication, and into the table.
	const [given] = await scheduleFromTimes(db, { times: ['08:00'], startsOn: '', timeZone: '' });
	const input: ScheduleInput = given!;
	const row: NewSchedule = { userId: '', medicationId: '', ...given! };
	void [input, row];
	await db.insert(schedules).values({ userId: '', medicationId: '', ...given! });

	// @ts-expect-error a window has two ends
	void upcomingDoses(db, { userId: '', from: '' });
	// @ts-expect-error there is no such argument
	void upcomingDoses(db, { ...args, limit: 3 });
	// @ts-expect-error nor such a column
	void rows[0]?.dose;
	// @ts-expect-error a schedule has a time zone
	void createMedication(db, { userId: '', name: '', schedules: [{ startsAt: '' }] });
	// @ts-expect-error a wall-clock time is no Date
	void nextOccurrence(db, { rrule: null, startsAt: new Date(), timeZone: '', after: '' });
}

test('the types are as they should be', () => {});
