/** Every way to call a function, with every driver. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { before, test } from 'node:test';
import { and, asc, eq, getTableColumns, gt, sql } from 'drizzle-orm';
import { pgTable, text, uuid } from 'drizzle-orm/pg-core';
import {
	adherence,
	adherenceByDay,
	adherenceOfAll,
	calendarFeed,
	changeHistory,
	changeTimeZone,
	checkIntegrity,
	version,
	checkRrule,
	claimReminders,
	completeReminder,
	completeReminders,
	extendLease,
	failReminder,
	fillReminders,
	nextReminderAt,
	reminderRules,
	reminderRulesOf,
	remindersDropped,
	stockReminderRules,
	stockReminderRulesOf,
	removeReminderRules,
	removeStockReminderRules,
	setReminderRules,
	setStockReminderRules,
	snoozeDose,
	checkTimeZone,
	countOccurrences,
	createMedication,
	describeRule,
	describeSchedule,
	doseHistory,
	doseId,
	doseStatus,
	doseTaken,
	dueDoses,
	eraseUser,
	exportUser,
	importUser,
	explainDose,
	graceEndedBefore,
	addSchedule,
	correctSchedule,
	createMedicationReturning,
	currentSchedules,
	medicationsOf,
	schedulesOf,
	describeRegimen,
	endRegimen,
	endSchedule,
	extendRegimen,
	scheduleFromTaper,
	shiftRegimen,
	renameMedication,
	updateMedication,
	inactivateMedication,
	isOccurrence,
	isOnTime,
	markDoseTaken,
	markDoseTakenById,
	markDosesTaken,
	MedschedError,
	moveDose,
	moveDoseById,
	moveDoses,
	moveRecordedDoses,
	medications,
	medicationsFromIcal,
	nextAsNeededAt,
	removeSubstanceLimits,
	routine,
	routineTimes,
	setRoutine,
	setSubstanceLimits,
	allowance,
	deleteStockEntry,
	recordStockEntry,
	stockEntriesOf,
	stock,
	stockEntries,
	stockForecast,
	runsOutAt,
	refillBy,
	dueRefills,
	proportionOfDaysCovered,
	medicationPossessionRatio,
	coveredDaysOfAll,
	nextDoses,
	nextDosesOf,
	nextOccurrence,
	occurrences,
	percentageTaken,
	personSettings,
	personSettingsOf,
	setPersonSettings,
	previousOccurrence,
	reactivateMedication,
	recordExtraDose,
	recordReports,
	resetForTests,
	reviseSchedule,
	scheduledDoses,
	scheduleFromFhir,
	medicationFromFhir,
	fhirMedicationStatement,
	fhirMedicationAdministrations,
	scheduleFromIcal,
	scheduleFromSig,
	scheduleFromTimes,
	timesOfSchedule,
	timesOfSchedules,
	scheduleHistory,
	scheduleOverview,
	schedules,
	skipDose,
	skipDoseById,
	skipDoses,
	takeAsNeeded,
	timingCodes,
	timingEvents,
	setChangedBy,
	undoDose,
	undoDoseById,
	upcomingDoses,
	upcomingDosesOf,
	type ReminderRule,
	type StockReminderRule,
} from '../src/index.js';
import { direct, errorOf, native, withEachDriver } from './connections.js';

// New York's clocks go from 02:00 to 03:00 on Sunday 8 March 2026: 08:00 is
// 13:00 in UTC until Saturday, and 12:00 from Sunday on.
const from = '2026-03-07T00:00:00-05:00';
const to = '2026-03-09T00:00:00-04:00';
const saturday = '2026-03-07T13:00:00Z';
const sunday = '2026-03-08T12:00:00Z';

withEachDriver('functions', (db) => {
	const userId = randomUUID();
	const scheduleId = randomUUID();
	let medicationId: string;

	before(async () => {
		medicationId = await createMedication(db, {
			userId,
			name: 'metformin',
			notes: null,
			schedules: [
				{
					id: scheduleId,
					startsAt: '2026-03-01T08:00:00',
					timeZone: 'America/New_York',
					rrule: 'FREQ=DAILY',
					doseAmount: '500.25',
					doseUnit: 'mg',
					instructions: 'with a meal',
					exdates: ['2026-03-05T08:00:00'],
					grace: '2 hours',
				},
			],
		});
		await db.execute(
			sql`create table if not exists public.people (id uuid primary key, display_name text not null, zone text not null)`,
		);
		await db.insert(people).values({ id: userId, displayName: 'Ada', zone: 'America/New_York' });
	});

	const people = pgTable('people', {
		id: uuid('id').primaryKey(),
		displayName: text('display_name').notNull(),
		zone: text('zone').notNull(),
	});

	test('upcomingDoses gives whole, typed rows', async () => {
		const doses = await upcomingDoses(db, { userId, from, to });
		const first: { doseAmount: string | null; takenAt: string | null; medicationName: string } | undefined = doses[0];
		assert.equal(first?.medicationName, 'metformin');
		assert.deepEqual(doses, [
			{
				doseId: dose(scheduleId, '2026-03-07T13:00:00.000Z'),
				scheduledFor: saturday,
				localTime: '2026-03-07T08:00:00',
				timeZone: 'America/New_York',
				medicationId,
				medicationName: 'metformin',
				scheduleId,
				doseAmount: '500.25',
				doseUnit: 'mg',
				instructions: 'with a meal',
				takenAt: null,
				recordedBy: null,
				status: 'missed',
				dueAt: saturday,
			},
			{ ...doses[0], doseId: dose(scheduleId, '2026-03-08T12:00:00.000Z'), scheduledFor: sunday, dueAt: sunday, localTime: '2026-03-08T08:00:00' },
		]);
	});

	test('a window may be given as Dates', async () => {
		const doses = await upcomingDoses(db, { userId, from: new Date(from), to: new Date(to) });
		assert.deepEqual(doses.map((d) => d.scheduledFor), [saturday, sunday]);
	});

	test('a query can be narrowed, ordered and limited', async () => {
		const doses = upcomingDoses.sql({ userId, from, to });
		const rows = await db
			.select({ at: doses.scheduledFor, name: doses.medicationName })
			.from(doses)
			.where(and(gt(doses.scheduledFor, saturday), eq(doses.timeZone, 'America/New_York')))
			.orderBy(asc(doses.scheduledFor))
			.limit(1);
		assert.deepEqual(rows, [{ at: sunday, name: 'metformin' }]);
		assert.equal((await upcomingDoses(db, { userId, from, to }).limit(1)).length, 1);
	});

	test('rows join with the application’s own tables and with medsched’s', async () => {
		const doses = upcomingDoses.sql({ userId, from, to }, 'd');
		const rows = await db
			.select({ person: people.displayName, at: doses.scheduledFor, unit: schedules.doseUnit, taken: doseTaken.takenAt })
			.from(doses)
			.innerJoin(schedules, eq(schedules.id, doses.scheduleId))
			.innerJoin(people, eq(people.id, schedules.userId))
			.leftJoin(doseTaken, and(eq(doseTaken.scheduleId, doses.scheduleId), eq(doseTaken.scheduledFor, sunday)))
			.where(eq(doses.scheduledFor, saturday));
		assert.deepEqual(rows, [{ person: 'Ada', at: saturday, unit: 'mg', taken: null }]);

		const whole = await db.select().from(doses).innerJoin(people, eq(people.id, userId)).limit(1);
		assert.equal(whole[0]?.d.scheduledFor, saturday);
		assert.equal(whole[0]?.people.displayName, 'Ada');
	});

	test('a column can be an argument: lateral join', async () => {
		const doses = upcomingDoses.sql({ userId: people.id, from, to });
		const rows = await db
			.select({ person: people.displayName, at: doses.scheduledFor })
			.from(people)
			.crossJoinLateral(doses)
			.where(eq(people.id, userId))
			.orderBy(doses.scheduledFor);
		assert.deepEqual(rows, [
			{ person: 'Ada', at: saturday },
			{ person: 'Ada', at: sunday },
		]);
	});

	test('two calls of one function join under two names', async () => {
		const a = upcomingDoses.sql({ userId, from, to }, 'a');
		const b = upcomingDoses.sql({ userId, from, to }, 'b');
		const rows = await db
			.select({ first: a.scheduledFor, second: b.scheduledFor })
			.from(a)
			.innerJoin(b, gt(b.scheduledFor, a.scheduledFor));
		assert.deepEqual(rows, [{ first: saturday, second: sunday }]);
	});

	test('$dynamic, a common table expression and a subquery', async () => {
		let query = upcomingDoses(db, { userId, from, to }).$dynamic();
		query = query.limit(1);
		assert.equal((await query.offset(1))[0]?.scheduledFor, sunday);

		const soon = db.$with('soon').as(db.select().from(upcomingDoses.sql({ userId, from, to })));
		assert.deepEqual(await db.with(soon).select({ n: sql<number>`count(*)::int` }).from(soon), [{ n: 2 }]);

		const sub = upcomingDoses(db, { userId, from, to }).as('sub');
		assert.deepEqual(await db.select({ at: sub.scheduledFor }).from(sub).limit(1), [{ at: saturday }]);
	});

	test('prepared, with placeholders', async () => {
		const prepared = upcomingDoses(db, {
			userId: sql.placeholder('userId'),
			from: sql.placeholder('from'),
			to: sql.placeholder('to'),
		}).prepare(direct ? 'upcoming' : '');
		for (const [end, n] of [[to, 2], [sunday, 1], [from, 0]] as const) {
			assert.equal((await prepared.execute({ userId, from: new Date(from), to: end })).length, n);
		}
		assert.deepEqual(await prepared.execute({ userId: randomUUID(), from, to }), []);
	});

	test('markDoseTaken records once, also when called again', async () => {
		const takenAt = '2026-03-07T13:05:00.123456Z';
		const first = await markDoseTaken(db, { userId, scheduleId, scheduledFor: saturday, takenAt, recordedBy: 'ada', amount: '0.1', note: "it's fine" });
		const { recordedAt, ...rest } = first;
		assert.match(recordedAt, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/);
		assert.deepEqual(rest, {
			userId, scheduleId, scheduledFor: saturday, outcome: 'taken', takenAt, amount: '0.1',
			reason: null, note: "it's fine", recordedBy: 'ada', despiteLimits: null, newlyTaken: true,
		});
		assert.deepEqual(await markDoseTaken(db, { userId, scheduleId, scheduledFor: saturday }), { ...first, newlyTaken: false });
		const [dose] = await upcomingDoses(db, { userId, from, to });
		assert.equal(dose?.status, 'taken');
		assert.equal(dose?.takenAt, takenAt);
	});

	test('markDoseTakenById takes the handle', async () => {
		const handle = dose(scheduleId, '2026-03-08T12:00:00.000Z');
		assert.equal((await markDoseTakenById(db, { userId, doseId: handle })).newlyTaken, true);
		assert.equal((await markDoseTakenById(db, { userId, doseId: handle })).newlyTaken, false);
	});

	test('in a transaction: what was done is undone together', async () => {
		const before = await db.select().from(medications).where(eq(medications.userId, userId));
		await assert.rejects(
			db.transaction(async (tx) => {
				const id = await createMedication(tx, { userId, name: 'aspirin', schedules: [{ startsAt: '2026-03-07T09:00:00', timeZone: 'UTC', rrule: null }] });
				const inside = await upcomingDoses(tx, { userId, from, to });
				assert.ok(inside.some((d) => d.medicationId === id && d.scheduledFor === '2026-03-07T09:00:00Z'));
				throw new Error('changed my mind');
			}),
			/changed my mind/,
		);
		assert.deepEqual(await db.select().from(medications).where(eq(medications.userId, userId)), before);
	});

	test('a function that changes something can be selected from, too', async () => {
		const scheduledFor = '2026-03-09T12:00:00Z';
		const marked = markDoseTaken.sql({ userId, scheduleId, scheduledFor });
		assert.deepEqual(await db.select({ at: marked.scheduledFor, fresh: marked.newlyTaken }).from(marked), [{ at: scheduledFor, fresh: true }]);
		const prepared = db.select().from(markDoseTaken.sql({ userId, scheduleId, scheduledFor: sql.placeholder('at') })).prepare(direct ? 'mark' : '');
		assert.equal((await prepared.execute({ at: scheduledFor }))[0]?.newlyTaken, false);
	});

	test('nextDoses: the earliest not recorded', async () => {
		const doses = await nextDoses(db, { userId, after: '2026-03-01T00:00:00Z', maxDoses: 3 });
		assert.deepEqual(doses.map((d) => d.scheduledFor), ['2026-03-01T13:00:00Z', '2026-03-02T13:00:00Z', '2026-03-03T13:00:00Z']);
	});

	test('upcomingDosesOf and nextDosesOf: of several persons, each as alone', async () => {
		const stranger = randomUUID();
		const doses = await upcomingDosesOf(db, { userIds: [stranger, userId, userId], from, to });
		assert.ok(doses.length > 0);
		assert.deepEqual(doses, (await upcomingDoses(db, { userId, from, to })).map((dose) => ({ userId, ...dose })));
		const next = await nextDosesOf(db, { userIds: [userId, stranger], after: '2026-03-01T00:00:00Z', maxDoses: 3 });
		assert.deepEqual(next.map((d) => [d.userId, d.scheduledFor]), ['2026-03-01T13:00:00Z', '2026-03-02T13:00:00Z', '2026-03-03T13:00:00Z'].map((at) => [userId, at]));
		assert.deepEqual(await upcomingDosesOf(db, { userIds: [], from, to }), []);
		assert.deepEqual(await nextDosesOf(db, { userIds: [stranger] }), []);
	});

	test('dueDoses and scheduledDoses: everybody’s', async () => {
		const window = { from: '2026-03-06T00:00:00Z', to: '2026-03-08T00:00:00Z' };
		const due = dueDoses.sql(window);
		const rows = await db.select({ at: due.scheduledFor, who: due.userId }).from(due).where(eq(due.userId, userId));
		assert.deepEqual(rows, [{ at: '2026-03-06T13:00:00Z', who: userId }]);
		const all = await scheduledDoses(db, window).where(sql`user_id = ${userId}`).orderBy(sql`scheduled_for`);
		assert.deepEqual(all.map((d) => [d.scheduledFor, d.outcome, d.onTime]), [
			['2026-03-06T13:00:00Z', null, false],
			[saturday, 'taken', true],
		]);
		assert.ok((await dueDoses(db, window)).length >= 1);
	});

	test('adherence, by medication and by day', async () => {
		// 1 to 8 March without the 5th: seven doses, of which two were recorded;
		// Saturday's five minutes after its time, Sunday's long after: 2 of 7 are 28.6 %.
		const window = { userId, from: '2026-03-01T00:00:00-05:00', to: '2026-03-09T00:00:00-04:00' };
		const counts = { scheduled: 7, taken: 2, skipped: 0, missed: 5, onTime: 1 };
		assert.deepEqual(await adherence(db, window), [{ medicationId, medicationName: 'metformin', ...counts, percentage: '28.6' }]);
		const days = await adherenceByDay(db, window);
		assert.deepEqual(days.map((d) => d.day), ['01', '02', '03', '04', '06', '07', '08'].map((d) => `2026-03-${d}`));
		assert.deepEqual(days[5], { day: '2026-03-07', scheduled: 1, taken: 1, skipped: 0, missed: 0, onTime: 1, percentage: '100.0' });
		const all = adherenceOfAll.sql({ from: window.from, to: window.to });
		assert.deepEqual(await db.select({ n: all.scheduled }).from(all).where(eq(all.userId, userId)), [{ n: 7 }]);
		assert.equal(await percentageTaken(db, { taken: 1, skipped: 1, missed: 1 }), '33.3');
		assert.equal(await percentageTaken(db, { taken: 0, skipped: 0, missed: 0 }), null);
	});

	test('single values are expressions, too', async () => {
		const handle = dose(scheduleId, '2026-03-07T13:00:00.000Z');
		assert.equal(await doseId(db, { scheduleId, scheduledFor: saturday }), handle);
		const rows = await db
			.select({ handle: doseId.sql({ scheduleId: schedules.id, scheduledFor: saturday }), words: describeSchedule.sql({ userId, scheduleId: schedules.id }) })
			.from(schedules)
			.where(eq(schedules.id, scheduleId));
		assert.equal(rows[0]?.handle, handle);
		assert.match(rows[0]?.words ?? '', /every day at 08:00/);
		assert.equal(await doseStatus(db, { scheduledFor: '2000-01-01T00:00:00Z', outcome: null, grace: '1 hour' }), 'missed');
		assert.equal(await doseStatus(db, { scheduledFor: '2000-01-01T00:00:00Z', outcome: 'taken', grace: null }), 'taken');
		assert.equal(await isOnTime(db, { scheduledFor: saturday, takenAt: '2026-03-07T13:59:59Z', grace: '1 hour' }), true);
		assert.equal(await isOnTime(db, { scheduledFor: saturday, takenAt: '2026-03-07T14:00:01Z', grace: '1 hour' }), false);
		const ended = Date.parse(await graceEndedBefore(db, { grace: '2 hours' }));
		assert.ok(Math.abs(Date.now() - 2 * 3_600_000 - ended) < 60_000, new Date(ended).toISOString());
	});

	test('rules without a table', async () => {
		const rule = { rrule: 'FREQ=WEEKLY;BYDAY=SU', startsAt: '2026-03-01T08:00:00', timeZone: 'America/New_York' };
		assert.deepEqual(await occurrences(db, { ...rule, from: '2026-03-01T00:00:00Z', to: '2026-03-16T00:00:00Z', rdates: ['2026-03-03T10:00:00'], exdates: ['2026-03-15T08:00:00'] }), [
			{ scheduledFor: '2026-03-01T13:00:00Z' },
			{ scheduledFor: '2026-03-03T15:00:00Z' },
			{ scheduledFor: sunday },
		]);
		assert.equal(await isOccurrence(db, { ...rule, at: sunday }), true);
		assert.equal(await isOccurrence(db, { ...rule, at: '2026-03-08T13:00:00Z' }), false);
		assert.equal(await nextOccurrence(db, { ...rule, after: sunday }), '2026-03-15T12:00:00Z');
		assert.equal(await nextOccurrence(db, { ...rule, after: '-infinity' }), '2026-03-01T13:00:00Z');
		assert.equal(await previousOccurrence(db, { ...rule, before: sunday }), '2026-03-01T13:00:00Z');
		assert.equal(await previousOccurrence(db, { ...rule, before: '2026-03-01T13:00:00Z' }), null);
		assert.match(await describeRule(db, { ...rule, asNeeded: false }), /Sunday/i);
		assert.match(
			await describeRule(db, { ...rule, doseAmount: '1.5', doseUnit: 'tablet', instructions: 'with food', language: 'de', withTimeZone: false }),
			/^1,5 Tabletten .*; with food$/,
		);
		assert.equal(
			await describeRule(db, { ...rule, rrule: null, afterLast: '5 days', hoursFrom: '08:00', hoursUntil: '22:00', maxPerDay: 2, withTimeZone: false }),
			'5 days after the last dose, between 08:00 and 22:00, at most 2 doses a day, from 1 March 2026 at 08:00',
		);
		assert.equal(await checkRrule(db, { rrule: 'FREQ=DAILY' }), true);
		assert.equal(await checkTimeZone(db, { timeZone: 'Europe/Berlin' }), true);
		// Days on and off: 1, 2 on, 3 off, and so on.
		const cycle = await occurrences(db, { rrule: 'FREQ=DAILY', startsAt: '2026-03-01T08:00:00', timeZone: 'UTC', from: '2026-03-01T00:00:00Z', to: '2026-03-07T00:00:00Z', cycleDaysOn: 2, cycleDaysOff: 1 });
		assert.deepEqual(cycle.map((o) => o.scheduledFor.slice(8, 10)), ['01', '02', '04', '05']);
		assert.equal(await countOccurrences(db, { ...rule, from: '2026-03-01T00:00:00Z', to: '2026-03-16T00:00:00Z' }), 3);
	});

	test('schedules from forms and prescriptions go into createMedication', async () => {
		const other = randomUUID();
		const fromTimes = await scheduleFromTimes(db, { times: ['08:00', '20:00'], startsOn: '2026-03-02', timeZone: 'UTC', daysOfWeek: [1, 3], endsOn: '2026-03-31' });
		assert.equal(fromTimes.length, 1);
		assert.equal(fromTimes[0]?.startsAt, '2026-03-02T08:00:00');
		await createMedication(db, { userId: other, name: 'by form', schedules: fromTimes });
		const days = await upcomingDoses(db, { userId: other, from: '2026-03-02T00:00:00Z', to: '2026-03-05T00:00:00Z' });
		assert.deepEqual(days.map((d) => d.scheduledFor), ['2026-03-02T08:00:00Z', '2026-03-02T20:00:00Z', '2026-03-04T08:00:00Z', '2026-03-04T20:00:00Z']);

		// And back to the form.
		const form = { times: ['08:00:00', '20:30:00'], startsOn: '2026-03-02', timeZone: 'UTC', daysOfWeek: [1, 3], endsOn: '2026-03-31', every: 2, cycleDaysOn: 21, cycleDaysOff: 7 };
		const two = (await scheduleFromTimes(db, form)).map((schedule) => ({ ...schedule, id: randomUUID() }));
		assert.equal(two.length, 2);
		assert.deepEqual(await timesOfSchedules(db, { schedules: two }), { ...form, problem: null });
		await createMedication(db, { userId: other, name: 'by form, in two', schedules: two });
		assert.deepEqual(await timesOfSchedule(db, { userId: other, scheduleIds: two.map((schedule) => schedule.id) }), { ...form, problem: null });
		const monthly = await timesOfSchedules(db, { schedules: [{ startsAt: '2026-03-01T08:00:00', timeZone: 'UTC', rrule: 'FREQ=MONTHLY' }] });
		assert.equal(monthly.problem, 'schedules[0] repeats by months');
		assert.equal(monthly.times, null);

		// Into the table, too.
		const [once] = await scheduleFromTimes(db, { times: ['09:00'], startsOn: '2026-03-02', timeZone: 'UTC', endsOn: '2026-03-02' });
		const [any] = await db.select().from(medications).where(eq(medications.userId, other));
		await db.insert(schedules).values({ userId: other, medicationId: any!.id, ...once! });

		const fromSig = await scheduleFromSig(db, { sig: 'BID', startsOn: '2026-03-02', timeZone: 'UTC' });
		const sig = await occurrences(db, { rrule: fromSig[0]?.rrule ?? null, startsAt: fromSig[0]!.startsAt, timeZone: 'UTC', from: '2026-03-02T00:00:00Z', to: '2026-03-03T00:00:00Z' });
		assert.deepEqual(sig.map((o) => o.scheduledFor), ['2026-03-02T08:00:00Z', '2026-03-02T20:00:00Z']);

		// Entered at 11:11, the morning's dose is not missed; the rhythm is that of the first day.
		const entered = { startsOn: '2026-03-02', timeZone: 'UTC', effectiveFrom: '2026-03-02T11:11:00Z' };
		const daily = { repeat: { frequency: 1, period: 1, periodUnit: 'd' } };
		assert.equal((await scheduleFromTimes(db, { times: ['08:00'], ...entered }))[0]?.effectiveFrom, entered.effectiveFrom);
		assert.equal((await scheduleFromFhir(db, { timing: daily, ...entered }))[0]?.effectiveFrom, entered.effectiveFrom);
		await createMedication(db, { userId: other, name: 'entered', schedules: await scheduleFromSig(db, { sig: 'BID', ...entered }) });
		const today = await upcomingDoses(db, { userId: other, from: '2026-03-02T00:00:00Z', to: '2026-03-03T00:00:00Z' });
		assert.deepEqual(today.filter((d) => d.medicationName === 'entered').map((d) => d.scheduledFor), ['2026-03-02T20:00:00Z']);

		const fromFhir = await scheduleFromFhir(db, {
			timing: { repeat: { frequency: 1, period: 1, periodUnit: 'd', timeOfDay: ['07:30:00'] } },
			startsOn: '2026-03-02',
			timeZone: 'UTC',
		});
		assert.equal(fromFhir[0]?.startsAt, '2026-03-02T07:30:00');
		const whenNeeded = await scheduleFromFhir(db, { timing: daily, startsOn: '2026-03-02', timeZone: 'UTC', asNeeded: true });
		assert.deepEqual(whenNeeded[0]?.limits, [{ doses: 1, days: 1 }]);

		// A prescription goes into a medication as it is, and comes out and in again.
		const prescription = {
			resourceType: 'MedicationRequest',
			status: 'active',
			intent: 'order',
			medicationCodeableConcept: { text: 'prescribed' },
			dosageInstruction: [{ timing: { repeat: { when: ['MORN'] } }, doseAndRate: [{ doseQuantity: { value: 1.5, unit: 'tablet' } }] }],
		};
		const prescribed = (await medicationFromFhir(db, { resource: prescription, timeZone: 'UTC', startsOn: '2026-03-02' }))!;
		assert.deepEqual(
			{ ...prescribed },
			{
				name: 'prescribed',
				schedules: [
					{ startsAt: '2026-03-02T08:00:00', timeZone: 'UTC', rrule: 'FREQ=DAILY;BYHOUR=8;BYMINUTE=0;BYSECOND=0', doseAmount: 1.5, doseUnit: 'tablet', instructions: 'in the morning' },
				],
				notes: null,
				substance: null,
				substanceAmount: null,
				substanceUnit: null,
			},
		);
		const prescribedId = (await createMedication(db, { userId: other, ...prescribed, name: prescribed.name! }))!;
		const statement = (await fhirMedicationStatement(db, { userId: other, medicationId: prescribedId, release: 'R5' }))!;
		assert.deepEqual(statement['medication'], { concept: { text: 'prescribed' } });
		assert.deepEqual(await medicationFromFhir(db, { resource: statement, timeZone: 'UTC' }), prescribed);
		const taken = (await upcomingDoses(db, { userId: other, from: '2026-03-02T00:00:00Z', to: '2026-03-03T00:00:00Z' })).find((d) => d.medicationId === prescribedId)!;
		await markDoseTaken(db, { userId: other, scheduleId: taken.scheduleId, scheduledFor: taken.scheduledFor, takenAt: '2026-03-02T08:05:00Z' });
		const [given, ...others] = await fhirMedicationAdministrations(db, { userId: other, from: '2026-03-02T00:00:00Z', to: '2026-03-03T00:00:00Z', medicationId: prescribedId });
		assert.equal(others.length, 0);
		assert.equal(given?.administration['effectiveDateTime'], '2026-03-02T08:05:00+00:00');

		const calendar = ['BEGIN:VCALENDAR', 'BEGIN:VEVENT', 'UID:a', 'SUMMARY:Ibuprofen', 'DESCRIPTION:with food', 'DTSTART;VALUE=DATE:20260302', 'RRULE:FREQ=DAILY',
			'EXDATE;VALUE=DATE:20260303', 'BEGIN:VALARM', 'TRIGGER:-PT15M', 'END:VALARM', 'END:VEVENT', 'END:VCALENDAR'].join('\r\n');
		const ofCalendar = { startsAt: '2026-03-02T08:30:00', timeZone: 'Europe/Berlin', rrule: 'FREQ=DAILY', exdates: ['2026-03-03T08:30:00'] };
		const read = { calendar, timeZone: 'Europe/Berlin', allDayAt: '08:30' };
		assert.deepEqual(await scheduleFromIcal(db, read), [{ ...ofCalendar, instructions: 'Ibuprofen\nwith food' }]);
		assert.deepEqual(await medicationsFromIcal(db, read), [
			{ name: 'Ibuprofen', schedules: [{ ...ofCalendar, instructions: 'with food' }], alarm: '00:15:00', uids: ['a'], problem: null },
		]);
		assert.match((await medicationsFromIcal(db, { calendar }))[0]?.problem ?? '', /in no time zone/);
		assert.ok((await timingCodes(db, {})).some((c) => c.code === 'BID' && c.frequency === 2 && c.times.join() === '08:00:00,20:00:00'));
		assert.ok((await timingEvents(db, {})).some((e) => e.event === 'PCM' && e.direction === 1));
	});

	test('created, added, renamed, corrected, ended: each gives what a form shows', async () => {
		const other = randomUUID();
		const created = await createMedicationReturning(db, {
			userId: other, name: 'edited', notes: 'n',
			schedules: [
				{ startsAt: '2026-03-01T20:00:00', timeZone: 'UTC', rrule: 'FREQ=DAILY', doseAmount: '1.50', rdates: ['2026-03-05T12:00:00'] },
				{ startsAt: '2026-03-01T08:00:00', timeZone: 'Europe/Berlin', asNeeded: true, minInterval: '4 hours' },
			],
		});
		assert.deepEqual(created.map((s) => [s.medicationName, s.medicationNotes, s.state, s.startsAt, s.timeZone, s.rrule, s.doseAmount, s.rdates, s.minInterval, s.ownColumns, s.medicationOwnColumns]), [
			['edited', 'n', 'current', '2026-03-01T20:00:00', 'UTC', 'FREQ=DAILY', '1.50', ['2026-03-05T12:00:00'], null, {}, {}],
			['edited', 'n', 'as needed', '2026-03-01T08:00:00', 'Europe/Berlin', null, null, [], '04:00:00', {}, {}],
		]);
		const { medicationId, scheduleId } = created[0]!;
		const added = await addSchedule(db, { userId: other, medicationId, schedule: { startsAt: '2026-03-01T07:00:00', timeZone: 'UTC', rrule: 'FREQ=DAILY' } });
		assert.deepEqual([added.medicationId, added.state, added.startsAt], [medicationId, 'current', '2026-03-01T07:00:00']);
		assert.deepEqual((await renameMedication(db, { userId: other, medicationId, name: 'renamed' })).name, 'renamed');
		const { createdAt, ...updated } = await updateMedication(db, { userId: other, medicationId, changes: { notes: null } });
		assert.deepEqual(updated, {
			medicationId, name: 'renamed', notes: null, inactivatedAt: null, ownColumns: {}, substance: null, substanceAmount: null, substanceUnit: null,
			therapeuticClass: null, refillLeadTime: null, refillReserve: null, refillReserveUnit: null,
		});
		const corrected = await correctSchedule(db, { userId: other, scheduleId: added.scheduleId, changes: { startsAt: '2026-03-03T09:00:00' } });
		assert.deepEqual([corrected.scheduleId, corrected.startsAt, corrected.medicationName], [added.scheduleId, '2026-03-03T09:00:00', 'renamed']);
		assert.deepEqual((await currentSchedules(db, { userId: other })).map((s) => s.scheduleId).sort(), [...created.map((s) => s.scheduleId), added.scheduleId].sort());
		await markDoseTaken(db, { userId: other, scheduleId, scheduledFor: '2026-03-06T20:00:00Z' });
		assert.equal(await endSchedule(db, { userId: other, scheduleId, at: '2026-03-06T10:00:00Z' }), '2026-03-06T20:00:01Z');
		assert.equal(await endSchedule(db, { userId: other, scheduleId, at: '2027-03-06T10:00:00Z' }), '2026-03-06T20:00:01Z');
		assert.equal((await currentSchedules(db, { userId: other, medicationId })).length, 2);
	});

	test('inactivateMedication ends the doses; a second call changes nothing', async () => {
		const other = randomUUID();
		const id = await createMedication(db, { userId: other, name: 'ends', schedules: [{ startsAt: '2026-03-01T08:00:00', timeZone: 'UTC', rrule: 'FREQ=DAILY' }] });
		const at = '2026-03-03T08:00:00Z';
		assert.equal(await inactivateMedication(db, { userId: other, medicationId: id, at }), at);
		assert.equal(await inactivateMedication(db, { userId: other, medicationId: id, at: '2027-01-01T00:00:00Z' }), at);
		const doses = await upcomingDoses(db, { userId: other, from: '2026-03-01T00:00:00Z', to: '2026-04-01T00:00:00Z' });
		assert.deepEqual(doses.map((d) => d.scheduledFor), ['2026-03-01T08:00:00Z', '2026-03-02T08:00:00Z']);
	});

	test('what became of a dose: skipped, taken back, by key and by handle', async () => {
		const at = (day: number) => ({ userId, scheduleId, scheduledFor: `2026-03-${day}T12:00:00Z` });
		const handle = { userId, doseId: dose(scheduleId, '2026-03-20T12:00:00.000Z') };
		const skipped = await skipDose(db, { ...at(19), reason: 'nausea', recordedBy: 'ada', note: 'n' });
		assert.deepEqual({ ...skipped, recordedAt: '' }, {
			...at(19), outcome: 'skipped', takenAt: null, amount: null, reason: 'nausea', note: 'n', recordedBy: 'ada', recordedAt: '', despiteLimits: null, newlySkipped: true,
		});
		assert.deepEqual(await skipDose(db, at(19)), { ...skipped, newlySkipped: false });
		assert.equal((await skipDoseById(db, handle)).newlySkipped, true);
		const { newlySkipped, ...removed } = skipped;
		assert.deepEqual(await undoDose(db, at(19)), [removed]);
		assert.deepEqual(await undoDose(db, at(19)), []);
		assert.equal((await undoDoseById(db, handle))[0]?.outcome, 'skipped');
		assert.deepEqual(await undoDoseById(db, handle), []);
		assert.equal((await errorOf(skipDose(db, { userId, scheduleId, scheduledFor: saturday }))).constraint, 'dose_already_taken');
		await skipDose(db, at(19));
		assert.equal((await errorOf(markDoseTaken(db, at(19)))).constraint, 'dose_already_skipped');
		await undoDose(db, at(19));
	});

	test('several doses, each as if alone', async () => {
		const person = randomUUID();
		const daily = randomUUID();
		await createMedication(db, { userId: person, name: 'together', schedules: [{ id: daily, startsAt: '2026-03-01T08:00:00', timeZone: 'UTC', rrule: 'FREQ=DAILY' }] });
		const [first, second, none] = ['02T08:00', '03T08:00', '03T09:00'].map((at) => dose(daily, `2026-03-${at}:00.000Z`)) as [string, string, string];
		const take = (doseIds: string[]) => markDosesTaken(db, { userId: person, doseIds, takenAt: '2026-03-03T08:05:00Z', note: 'n', recordedBy: 'ada' });
		const results = await take([second, none, 'x"y', first]);
		const noError = { errorCode: null, errorConstraint: null, errorMessage: null, errorDetail: null, errorHint: null };
		assert.deepEqual({ ...results[0], recordedAt: '' }, {
			nth: 1, doseId: second, scheduleId: daily, scheduledFor: '2026-03-03T08:00:00Z', outcome: 'taken', takenAt: '2026-03-03T08:05:00Z', amount: null,
			reason: null, note: 'n', recordedBy: 'ada', recordedAt: '', despiteLimits: null, newlyRecorded: true, ...noError,
		});
		assert.deepEqual(results.map((r) => [r.nth, r.doseId, r.outcome, r.newlyRecorded, r.errorCode, r.errorConstraint]), [
			[1, second, 'taken', true, null, null],
			[2, none, null, null, '23514', 'dose_is_scheduled'],
			[3, 'x"y', null, null, '22023', null],
			[4, first, 'taken', true, null, null],
		]);
		assert.equal(MedschedError.ofResult(results[0]!), undefined);
		const error = MedschedError.ofResult(results[1]!)!;
		assert.ok(error.is('dose_is_scheduled'));
		assert.match(error.detail!, /The nearest doses are at/);
		assert.deepEqual((await take([first, first])).map((r) => r.newlyRecorded), [false, false]);
		assert.deepEqual(await take([]), []);
		const [skipped, taken] = await skipDoses(db, { userId: person, doseIds: [dose(daily, '2026-03-04T08:00:00.000Z'), first], reason: 'fasting' });
		assert.deepEqual([skipped?.outcome, skipped?.reason, taken?.errorConstraint], ['skipped', 'fasting', 'dose_already_taken']);
	});

	test('a taper: steps that are one regimen', async () => {
		const person = randomUUID();
		const regimenId = randomUUID();
		const taper = await scheduleFromTaper(db, {
			steps: [{ amount: '40', days: 5 }, { days: 1 }, { amount: [20, 10], days: 4, times: ['07:00'] }],
			startsOn: '2026-03-02', timeZone: 'UTC', times: ['08:00', '20:00'], doseUnit: 'mg', instructions: 'with food', regimenId,
		});
		assert.deepEqual({ ...taper[0] }, {
			startsAt: '2026-03-02T08:00:00', timeZone: 'UTC', rrule: 'FREQ=DAILY;BYHOUR=8,20;BYMINUTE=0;BYSECOND=0;UNTIL=20260306',
			doseAmount: 40, doseUnit: 'mg', instructions: 'with food', regimenId,
		});
		await createMedication(db, { userId: person, name: 'prednisone', schedules: taper });
		const regimen = { userId: person, regimenId };
		assert.equal(
			await describeRegimen(db, regimen),
			'40 mg at 08:00 and 20:00 for 5 days, then nothing for 1 day, then 20 mg and 10 mg in turn at 07:00 for 4 days, UTC, from 2 March 2026 until 11 March 2026; with food',
		);
		assert.match(await describeRegimen(db, { ...regimen, language: 'de' }), /^5 Tage lang 40 mg um 08:00 und 20:00, dann 1 Tag lang nichts/);
		assert.deepEqual((await shiftRegimen(db, { ...regimen, startsOn: '2026-03-03' })).map((s) => [s.startsAt, s.regimenId]), [
			['2026-03-03T08:00:00', regimenId], ['2026-03-09T07:00:00', regimenId], ['2026-03-10T07:00:00', regimenId],
		]);
		const longer = { ...regimen, lastDay: '2026-03-08', at: '2026-03-04T12:00:00Z' };
		assert.equal((await extendRegimen(db, longer)).length, 3);
		assert.deepEqual(await extendRegimen(db, longer), []);
		assert.equal((await errorOf(extendRegimen(db, { ...longer, at: '2026-03-01T12:00:00Z' }))).constraint, 'regimen_in_force');
		assert.equal(await endRegimen(db, { ...regimen, at: '2026-03-05T00:00:00Z' }), '2026-03-05T00:00:00Z');
		assert.equal(await endRegimen(db, { ...regimen, at: '2026-03-05T00:00:00Z' }), null);
		assert.equal((await errorOf(endRegimen(db, { userId, regimenId }))).constraint, 'regimen_exists');
	});

	test('extra: recorded beside the schedule', async () => {
		const daily = randomUUID();
		await createMedication(db, { userId, name: 'lamotrigine', schedules: [{ id: daily, startsAt: '2026-03-01T08:00:00', timeZone: 'UTC', rrule: 'FREQ=DAILY' }] });
		const extra = (takenAt: string) => recordExtraDose(db, { userId, scheduleId: daily, takenAt, amount: '0.5', reason: 'vomited' });
		const first = await extra('2026-03-02T08:20:00.5Z');
		assert.deepEqual([first.scheduledFor, first.outcome, first.amount, first.reason, first.newlyTaken], ['2026-03-02T08:20:00Z', 'extra', '0.5', 'vomited', true]);
		assert.equal((await extra('2026-03-02T08:20:00Z')).newlyTaken, false);
		assert.equal((await errorOf(extra('2026-03-02T08:00:00Z'))).constraint, 'extra_dose_is_extra');
		const doses = await upcomingDoses(db, { userId, from: '2026-03-02T08:00:00Z', to: '2026-03-02T09:00:00Z' });
		assert.deepEqual(doses.filter((d) => d.scheduleId === daily).map((d) => [d.scheduledFor, d.status]), [['2026-03-02T08:00:00Z', 'missed'], ['2026-03-02T08:20:00Z', 'extra']]);
		assert.equal((await undoDose(db, { userId, scheduleId: daily, scheduledFor: '2026-03-02T08:20:00Z' })).length, 1);
	});

	test('moved: one dose at another time, by its handle of before', async () => {
		const daily = randomUUID();
		const person = randomUUID();
		await createMedication(db, { userId: person, name: 'ramipril', schedules: [{ id: daily, startsAt: '2030-03-01T08:00:00', timeZone: 'Europe/Berlin', rrule: 'FREQ=DAILY;BYHOUR=8,20' }] });
		const scheduledFor = '2030-03-02T07:00:00Z';
		const moved = await moveDose(db, { userId: person, scheduleId: daily, scheduledFor, dueAt: '2030-03-02T09:30:00Z', reason: 'at work', movedBy: 'Ben' });
		assert.deepEqual([moved.dueAt, moved.scheduledFor, moved.reason, moved.movedBy, typeof moved.movedAt], ['2030-03-02T09:30:00Z', scheduledFor, 'at work', 'Ben', 'string']);
		const listed = async () => (await upcomingDoses(db, { userId: person, from: '2030-03-02T00:00:00Z', to: '2030-03-03T00:00:00Z' })).map((d) => [d.doseId === moved.doseId, d.dueAt, d.localTime]);
		assert.deepEqual(await listed(), [[true, '2030-03-02T09:30:00Z', '2030-03-02T10:30:00'], [false, '2030-03-02T19:00:00Z', '2030-03-02T20:00:00']]);
		assert.equal((await errorOf(moveDose(db, { userId: person, scheduleId: daily, scheduledFor, dueAt: '2030-03-02T19:00:00Z' }))).constraint, 'moved_dose_is_apart');
		assert.equal((await moveDoseById(db, { userId: person, doseId: moved.doseId, localTime: '2030-03-02T12:00:00' })).dueAt, '2030-03-02T11:00:00Z');
		const day = { userId: person, from: '2030-03-02T00:00:00Z', to: '2030-03-03T00:00:00Z' };
		assert.deepEqual((await moveDoses(db, { ...day, moveBy: '1 hour' })).map((d) => d.dueAt), ['2030-03-02T12:00:00Z', '2030-03-02T20:00:00Z']);
		assert.equal((await moveDoseById(db, { userId: person, doseId: moved.doseId, dueAt: scheduledFor })).movedAt, null);
		await markDoseTakenById(db, { userId: person, doseId: moved.doseId, takenAt: '2030-03-02T07:10:00Z' });
		assert.equal((await errorOf(moveDoseById(db, { userId: person, doseId: moved.doseId, dueAt: '2030-03-02T09:30:00Z' }))).constraint, 'moved_dose_not_recorded');
	});

	test('limits: of amounts, of a substance, and in spite of them', async () => {
		const [tablets, sachets] = [randomUUID(), randomUUID()];
		const person = randomUUID();
		const asNeeded = { startsAt: '2026-03-01T00:00:00', timeZone: 'UTC', asNeeded: true, doseAmount: 1, doseUnit: 'piece' };
		await createMedication(db, {
			userId: person,
			name: 'tablets',
			schedules: [{ ...asNeeded, id: tablets, limits: [{ amount: '3', within: '24 hours' }, { doses: 2, days: 1 }] }],
			substance: 'Paracetamol',
			substanceAmount: '0.5',
			substanceUnit: 'g',
		});
		await createMedication(db, { userId: person, name: 'sachets', schedules: [{ ...asNeeded, id: sachets }], substance: 'paracetamol', substanceAmount: 1000, substanceUnit: 'mg' });
		assert.equal(await setSubstanceLimits(db, { userId: person, substance: 'paracetamol', limits: [{ amount: 2000, within: '24 hours' }], unit: 'mg', minInterval: '1 hour' }), undefined);
		const take = (scheduleId: string, takenAt: string, more: { amount?: number; despiteLimits?: string } = {}) => takeAsNeeded(db, { userId: person, scheduleId, takenAt, ...more });

		assert.equal((await take(tablets, '2026-03-02T08:00:00Z')).despiteLimits, null);
		assert.equal((await errorOf(take(tablets, '2026-03-02T10:00:00Z', { amount: 2.5 }))).constraint, 'as_needed_limits');
		assert.equal((await errorOf(take(sachets, '2026-03-02T08:30:00Z'))).constraint, 'substance_limits');
		await take(sachets, '2026-03-02T10:00:00Z');
		const at = '2026-03-02T10:30:00Z';
		assert.deepEqual(await allowance(db, { userId: person, substance: 'PARACETAMOL', at }), { allowedAt: '2026-03-02T11:00:00Z', amount: '500', unit: 'mg', doses: null });
		assert.equal(await nextAsNeededAt(db, { userId: person, scheduleId: sachets, at }), '2026-03-03T08:00:00Z');
		assert.equal((await take(sachets, at, { despiteLimits: 'fever' })).despiteLimits, 'fever');
		assert.equal((await allowance(db, { userId: person, substance: 'paracetamol', at })).allowedAt, '2026-03-03T10:00:00Z');
		assert.equal(await removeSubstanceLimits(db, { userId: person, substance: 'paracetamol' }), true);
		assert.equal((await errorOf(allowance(db, { userId: person, substance: 'paracetamol', at }))).code, 'P0002');
	});

	test('reminders: rules, what is handed out, and what becomes of it', async () => {
		await db.execute(sql`select medsched.enable_reminders()`);
		assert.equal(typeof (await fillReminders(db, { most: 100000 })), 'number');
		const [person, schedule] = [randomUUID(), randomUUID()];
		await setReminderRules(db, { userId: person, againEvery: '10 minutes', againAtMost: 3, quietFrom: '00:00', quietUntil: '00:01', timeZone: 'Asia/Tokyo', urgency: 'high' });
		const [rules] = await db.select().from(reminderRules).where(eq(reminderRules.userId, person));
		assert.deepEqual([rules?.scheduleId, rules?.againAtMost, rules?.quietUntil, rules?.urgency, rules?.dropAfter], [null, 3, '00:01:00', 'high', '02:00:00']);
		const [{ setAt, ...rule }] = (await reminderRulesOf(db, { userId: person })) as [ReminderRule];
		assert.ok(Math.abs(Date.parse(setAt) - Date.now()) < 60_000);
		assert.deepEqual(rule, {
			scheduleId: null, aheadBy: null, atTime: true, againEvery: '00:10:00', againAtMost: 3, escalateAfter: null, escalateTo: null,
			quietFrom: '00:00:00', quietUntil: '00:01:00', timeZone: 'Asia/Tokyo', urgency: 'high', dropAfter: '02:00:00',
		});
		const dueAt = `${new Date(Date.now() + 2000).toISOString().slice(0, 19)}Z`;
		await createMedication(db, { userId: person, name: 'now', schedules: [{ id: schedule, startsAt: dueAt.slice(0, 19), timeZone: 'UTC', doseAmount: 1 }] });

		let reminder;
		while (!reminder) {
			assert.ok(await nextReminderAt(db, {}));
			reminder = (await claimReminders(db, { most: 1000, lease: '1 minute', worker: 'test' })).find((r) => r.userId === person);
			if (!reminder) await new Promise((resolve) => setTimeout(resolve, 200));
		}
		const { token, reminderId, doseId: handle, leaseEndsAt, medicationId, ...said } = reminder;
		assert.equal(reminderId.split('/')[0], handle);
		assert.ok(handle);
		assert.ok(Date.parse(leaseEndsAt) > Date.parse(dueAt) && medicationId.length === 36);
		assert.deepEqual(said, {
			kind: 'due', nth: 0, attempt: 1, urgency: 'high', recipient: null, userId: person, scheduledFor: dueAt, dueAt, localTime: dueAt.slice(0, 19), timeZone: 'UTC',
			medicationName: 'now', scheduleId: schedule, doseAmount: '1', doseUnit: null, instructions: null,
			stockAmount: null, stockUnit: null, runsOutAt: null, runsOutOn: null, isEstimate: null, refillBy: null,
		});
		assert.equal(await extendLease(db, { token, lease: '2 minutes' }), true);
		await snoozeDose(db, { userId: person, doseId: handle, until: new Date(Date.now() + 600_000) });
		assert.equal((await errorOf(snoozeDose(db, { userId: person, doseId: handle, until: dueAt }))).code, '22023');
		assert.equal(await failReminder(db, { token, retryAfter: null, error: 'no network' }), true);
		const dropped = await db.select().from(remindersDropped).where(eq(remindersDropped.userId, person));
		assert.deepEqual(dropped.map((d) => [d.doses, d.reason]), [[1, 'failed']]);
		assert.equal(await completeReminder(db, { token }), false);
		assert.deepEqual(await completeReminders(db, { tokens: [token] }), []);
		assert.equal((await errorOf(setReminderRules(db, { userId: person, againEvery: '10 minutes' }))).constraint, 'reminder_rules_again_every_has_at_most');
		assert.equal(await removeReminderRules(db, { userId: person }), true);
	});

	test('reminders of what is left', async () => {
		await db.execute(sql`select medsched.enable_reminders()`);
		const [person, schedule] = [randomUUID(), randomUUID()];
		const medicationId = await createMedication(db, { userId: person, name: 'few', schedules: [{ id: schedule, startsAt: '2020-01-01T12:00:00', timeZone: 'UTC', rrule: 'FREQ=DAILY', doseAmount: 1, doseUnit: 'tablet' }] });
		await setStockReminderRules(db, { userId: person, medicationId, refillDaysAhead: null, lowDoses: 5, timeOfDay: '18:30', againAtMost: 2, timeZone: 'UTC' });
		const [{ setAt, ...rule }] = (await stockReminderRulesOf(db, { userId: person })) as [StockReminderRule];
		assert.ok(Math.abs(Date.parse(setAt) - Date.now()) < 60_000);
		assert.deepEqual(rule, { medicationId, refillDaysAhead: null, lowDoses: 5, timeOfDay: '18:30:00', againEveryDays: 1, againAtMost: 2, timeZone: 'UTC' });
		const [rules] = await db.select().from(stockReminderRules).where(eq(stockReminderRules.userId, person));
		assert.deepEqual([rules?.medicationId, rules?.refillDaysAhead, rules?.lowDoses, rules?.timeOfDay, rules?.againEveryDays, rules?.againAtMost, rules?.timeZone], [medicationId, null, 5, '18:30:00', 1, 2, 'UTC']);
		await recordStockEntry(db, { userId: person, medicationId, kind: 'counted', amount: '4', unit: 'tablet' });
		// In a moment, by the server's clock.
		await db.execute(sql`update medsched.stock_reminder_rules set time_of_day = ((now() + interval '1 second') at time zone 'UTC')::time where user_id = ${person}`);

		let reminder;
		while (!reminder) {
			reminder = (await claimReminders(db, { most: 1000, lease: '1 minute', worker: 'test' })).find((r) => r.userId === person && r.kind === 'stock');
			if (!reminder) await new Promise((resolve) => setTimeout(resolve, 200));
		}
		const { token, reminderId, leaseEndsAt, runsOutAt, runsOutOn, refillBy, ...said } = reminder;
		assert.match(reminderId, new RegExp(`^${medicationId}/stock/\\d{10}$`));
		assert.equal(runsOutAt?.slice(0, 10), runsOutOn);
		assert.equal(refillBy, runsOutAt);
		assert.deepEqual(said, {
			kind: 'stock', nth: 0, attempt: 1, urgency: 'normal', recipient: null, userId: person, doseId: null, scheduledFor: null, dueAt: null, localTime: null, timeZone: 'UTC',
			medicationId, medicationName: 'few', scheduleId: null, doseAmount: null, doseUnit: null, instructions: null, stockAmount: '4', stockUnit: 'tablet', isEstimate: false,
		});
		assert.equal(await extendLease(db, { token, lease: '2 minutes' }), true);
		assert.deepEqual(await completeReminders(db, { tokens: [token] }), [{ completeReminders: token }]);
		assert.equal((await errorOf(setStockReminderRules(db, { userId: person, lowDoses: -1 }))).constraint, 'stock_reminder_rules_low_doses_in_range');
		assert.equal(await removeStockReminderRules(db, { userId: person, medicationId }), true);
		assert.equal(await removeStockReminderRules(db, { userId: person }), false);
	});

	test('a routine: events of the day, and schedules that name them', async () => {
		const [person, breakfast, dinner] = [randomUUID(), randomUUID(), randomUUID()];
		const since = '2100-01-01T00:00:00Z';
		assert.deepEqual(await setRoutine(db, { userId: person, times: { CM: '07:30', CV: '18:30' }, effectiveFrom: since }), []);
		assert.deepEqual(await setRoutine(db, { userId: person, times: { CM: '09:00' }, daysOfWeek: [6, 7], effectiveFrom: since }), []);
		const own = (await routine(db, { userId: person, at: since })).filter((t) => t.isOwn && t.dayOfWeek > 5);
		assert.deepEqual(own.map((t) => [t.event, t.dayOfWeek, t.timeOfDay]), [['CM', 6, '09:00:00'], ['CV', 6, '18:30:00'], ['CM', 7, '09:00:00'], ['CV', 7, '18:30:00']]);
		const times = await routineTimes(db, { userId: person, at: since });
		const [fromSig] = await scheduleFromSig(db, { sig: '1 tablet with breakfast', startsOn: '2101-01-07', timeZone: 'UTC', times });
		assert.deepEqual([fromSig?.events, fromSig?.startsAt], [['CM'], '2101-01-07T00:00:00']);
		await createMedication(db, {
			userId: person,
			name: 'with meals',
			schedules: [
				{ ...fromSig!, id: breakfast },
				{ id: dinner, startsAt: '2101-01-07T00:00:00', timeZone: 'UTC', rrule: 'FREQ=DAILY;UNTIL=21010108', events: [{ event: 'ACV', offset: 30 }] },
			],
		});
		const changes = await setRoutine(db, { userId: person, times: { CM: '08:00' }, effectiveFrom: '2101-01-09T12:00:00Z' });
		assert.deepEqual(changes.map((c) => [c.oldScheduleId, c.outcome, c.effectiveFrom, c.reason]), [[breakfast, 'moved', '2101-01-09T12:00:00Z', null]]);
		// From Friday to Monday; dinner is over by then.
		const doses = await upcomingDoses(db, { userId: person, from: '2101-01-07T00:00:00Z', to: '2101-01-11T00:00:00Z' });
		assert.deepEqual(doses.map((d) => d.localTime), [
			'2101-01-07T07:30:00', '2101-01-07T18:00:00', '2101-01-08T09:00:00', '2101-01-08T18:00:00', '2101-01-09T09:00:00', '2101-01-10T08:00:00',
		]);
		const [now] = (await currentSchedules(db, { userId: person })).filter((s) => s.replaces === breakfast);
		assert.deepEqual([now?.events, now?.rrule], [['CM'], 'FREQ=DAILY;BYHOUR=8;BYMINUTE=0;BYSECOND=0']);
		assert.equal(
			await describeRule(db, { rrule: 'FREQ=DAILY', startsAt: '2101-01-07T07:30:00', timeZone: 'UTC', events: ['CM'], withTimeZone: false }),
			'every day with breakfast (at 07:30), from 7 January 2101',
		);
		assert.equal((await errorOf(createMedication(db, { userId: person, name: 'x', schedules: [{ startsAt: '2101-01-07T00:00:00', timeZone: 'UTC', asNeeded: true, events: ['CM'] }] }))).constraint, 'schedules_events_have_rule');
	});

	test('stock: what came, what was taken, what is left', async () => {
		const [person, daily, entryId] = [randomUUID(), randomUUID(), randomUUID()];
		const medicationId = await createMedication(db, {
			userId: person,
			name: 'syrup',
			schedules: [{ id: daily, startsAt: '2026-03-01T08:00:00', timeZone: 'UTC', rrule: 'FREQ=DAILY', doseAmount: 5, doseUnit: 'ml' }],
		});
		const bottle = { userId: person, medicationId, kind: 'dispensed', amount: '0.1', unit: 'l', occurredAt: '2026-03-01T00:00:00Z', daysSupply: 20, entryId } as const;
		const first = await recordStockEntry(db, bottle);
		assert.deepEqual({ ...first, recordedAt: '' }, { ...bottle, note: null, recordedBy: null, recordedAt: '', newlyRecorded: true });
		assert.equal((await recordStockEntry(db, bottle)).newlyRecorded, false);
		assert.equal((await errorOf(recordStockEntry(db, { ...bottle, amount: 1 }))).constraint, 'stock_entry_already_recorded');
		assert.equal((await errorOf(recordStockEntry(db, { userId: person, medicationId, kind: 'lost', amount: 1, unit: 'spoon' }))).constraint, 'units_convert');
		await markDoseTaken(db, { userId: person, scheduleId: daily, scheduledFor: '2026-03-02T08:00:00Z', takenAt: '2026-03-02T08:00:00Z' });
		const at = '2026-03-03T00:00:00Z';
		const left = { medicationId, medicationName: 'syrup', amount: '0.095', unit: 'l', countedAt: null, taken: '0.005', problem: null };
		assert.deepEqual(await stock(db, { userId: person, at }), [left]);
		await recordStockEntry(db, { userId: person, medicationId, kind: 'counted', amount: 90, unit: 'ml', occurredAt: at });
		assert.deepEqual(await stock(db, { userId: person, at }), [{ ...left, amount: '90', unit: 'ml', countedAt: at, taken: '0' }]);
		assert.deepEqual(
			(await db.select().from(stockEntries).where(eq(stockEntries.userId, person)).orderBy(stockEntries.occurredAt)).map((e) => [e.kind, e.amount, e.daysSupply]),
			[['dispensed', '0.1', 20], ['counted', '90', null]],
		);
		const entries = await stockEntriesOf(db, { userId: person, medicationId });
		assert.deepEqual(entries.map((e) => [e.kind, e.amount, e.daysSupply, e.newlyRecorded]), [['dispensed', '0.1', 20, false], ['counted', '90', null, false]]);
		assert.deepEqual({ ...entries[0], newlyRecorded: true }, first);
		// 90 ml are 18 days, the first that of 3 March; after the 13th 25 ml are left, after the 14th 20.
		await updateMedication(db, { userId: person, medicationId, changes: { refillLeadTime: '2 days', refillReserve: 25, refillReserveUnit: 'ml' } });
		const forecast = { medicationId, medicationName: 'syrup', amount: '90', unit: 'ml', runsOutAt: '2026-03-21T08:00:00Z', isEstimate: false, refillBy: '2026-03-14T08:00:00Z' };
		assert.deepEqual(await stockForecast(db, { userId: person, at }), [{ ...forecast, problem: null }]);
		assert.equal(await runsOutAt(db, { userId: person, medicationId, at }), forecast.runsOutAt);
		assert.equal(await refillBy(db, { userId: person, medicationId, at }), forecast.refillBy);
		const due = await dueRefills(db, { from: '2026-03-14T00:00:00Z', to: '2026-03-20T00:00:00Z', at });
		assert.deepEqual(due.filter((refill) => refill.userId === person), [{ userId: person, ...forecast }]);
		assert.equal((await errorOf(runsOutAt(db, { userId: person, medicationId, at: '2026-02-01T00:00:00Z' }))).constraint, 'medication_has_stock');
		await updateMedication(db, { userId: person, medicationId, changes: { refillLeadTime: null, refillReserve: null, refillReserveUnit: null } });
		assert.equal(await refillBy(db, { userId: person, medicationId, at }), forecast.runsOutAt);
		// The bottle is for 20 days, 1 to 20 March, of 31.
		await updateMedication(db, { userId: person, medicationId, changes: { therapeuticClass: 'antitussives' } });
		const march = { from: '2026-03-01', to: '2026-04-01' };
		const fill = { therapeuticClass: 'antitussives', medicationIds: [medicationId], medicationNames: ['syrup'], firstFill: '2026-03-01', days: 31, fills: 1, fillsWithoutDaysSupply: 0 };
		assert.deepEqual(await proportionOfDaysCovered(db, { userId: person, ...march }), [{ ...fill, daysCovered: 20, percentage: '64.5' }]);
		assert.deepEqual(await medicationPossessionRatio(db, { userId: person, ...march }), [{ ...fill, daysSupplied: 20, percentage: '64.5' }]);
		const all = await coveredDaysOfAll(db, march);
		assert.deepEqual(all.filter((row) => row.userId === person), [
			{ userId: person, ...fill, daysCovered: 20, daysSupplied: 20, proportionOfDaysCovered: '64.5', medicationPossessionRatio: '64.5' },
		]);
		assert.equal(await deleteStockEntry(db, { userId: person, entryId }), true);
		assert.equal(await deleteStockEntry(db, { userId: person, entryId }), false);
	});

	test('counted from the last dose', async () => {
		const person = randomUUID();
		const patches = randomUUID();
		await createMedication(db, {
			userId: person,
			name: 'fentanyl',
			schedules: [{ id: patches, startsAt: '2026-03-01T08:00:00', timeZone: 'Europe/Berlin', afterLast: '3 days', hoursFrom: '08:00', hoursUntil: '22:00', maxPerDay: 1 }],
		});
		const listed = async () =>
			(await upcomingDoses(db, { userId: person, from: '2026-03-01T00:00:00Z', to: '2026-04-01T00:00:00Z' })).map((dose) => [dose.scheduledFor, dose.dueAt, dose.takenAt]);
		assert.deepEqual(await listed(), [['2026-03-01T07:00:00Z', '2026-03-01T07:00:00Z', null]]);
		await markDoseTaken(db, { userId: person, scheduleId: patches, scheduledFor: '2026-03-01T07:00:00Z', takenAt: '2026-03-01T19:30:00Z' });
		assert.deepEqual((await listed()).at(-1), ['2026-03-04T19:30:00Z', '2026-03-04T19:30:00Z', null]);
		await db.update(doseTaken).set({ takenAt: '2026-03-01T18:00:00Z' }).where(eq(doseTaken.scheduleId, patches));
		assert.deepEqual((await listed()).at(-1), ['2026-03-04T19:30:00Z', '2026-03-04T18:00:00Z', null]);
		const [schedule] = await currentSchedules(db, { userId: person });
		assert.deepEqual([schedule?.afterLast, schedule?.hoursFrom, schedule?.hoursUntil, schedule?.maxPerDay, schedule?.rrule], ['3 days', '08:00:00', '22:00:00', 1, null]);
	});

	test('after another dose', async () => {
		const person = randomUUID();
		const [thyroid, breakfast] = [randomUUID(), randomUUID()];
		await createMedication(db, { userId: person, name: 'levothyroxine', schedules: [{ id: thyroid, startsAt: '2026-03-01T06:00:00', timeZone: 'Europe/Berlin', rrule: 'FREQ=DAILY' }] });
		await createMedication(db, { userId: person, name: 'iron', schedules: [{ id: breakfast, startsAt: '2026-03-01T00:00:00', timeZone: 'Europe/Berlin', follows: thyroid, followsBy: '30 minutes' }] });
		const listed = async () =>
			(await upcomingDoses(db, { userId: person, from: '2026-03-01T00:00:00Z', to: '2026-03-02T00:00:00Z' }))
				.filter((dose) => dose.scheduleId === breakfast).map((dose) => [dose.scheduledFor, dose.dueAt]);
		assert.deepEqual(await listed(), [['2026-03-01T05:30:00Z', '2026-03-01T05:30:00Z']]);
		await markDoseTaken(db, { userId: person, scheduleId: thyroid, scheduledFor: '2026-03-01T05:00:00Z', takenAt: '2026-03-01T06:00:00Z' });
		assert.deepEqual(await listed(), [['2026-03-01T05:30:00Z', '2026-03-01T06:30:00Z']]);
		const schedule = (await currentSchedules(db, { userId: person })).find((s) => s.scheduleId === breakfast);
		assert.deepEqual([schedule?.follows, schedule?.followsBy, schedule?.rrule], [thyroid, '00:30:00', null]);
		assert.equal(await describeSchedule(db, { userId: person, scheduleId: breakfast }), '30 minutes after levothyroxine, Europe/Berlin, from 1 March 2026');
		assert.equal((await errorOf(endSchedule(db, { userId: person, scheduleId: thyroid, at: '2026-03-05T00:00:00Z' }))).constraint, 'followed_schedule_goes_on');
	});

	test('as needed: recorded within its limits', async () => {
		const asNeeded = randomUUID();
		await createMedication(db, { userId, name: 'ibuprofen', schedules: [{ id: asNeeded, startsAt: '2026-03-01T00:00:00', timeZone: 'UTC', asNeeded: true, minInterval: '6 hours', maxPer24h: 2 }] });
		const take = (takenAt: string) => takeAsNeeded(db, { userId, scheduleId: asNeeded, takenAt });
		const first = await take('2026-03-02T08:00:00Z');
		assert.deepEqual([first.scheduledFor, first.takenAt, first.newlyTaken], ['2026-03-02T08:00:00Z', '2026-03-02T08:00:00Z', true]);
		assert.equal((await take('2026-03-02T08:00:00Z')).newlyTaken, false);
		assert.equal((await errorOf(take('2026-03-02T13:59:59Z'))).constraint, 'as_needed_min_interval');
		assert.equal(await nextAsNeededAt(db, { userId, scheduleId: asNeeded, at: '2026-03-02T09:00:00Z' }), '2026-03-02T14:00:00Z');
		await take('2026-03-02T14:00:00Z');
		assert.equal((await errorOf(take('2026-03-02T20:00:00Z'))).constraint, 'as_needed_max_per_24h');
	});

	test('revised, moved, taken up again; overview, history, explanation, calendar, erasure', async () => {
		const other = randomUUID();
		const first = randomUUID();
		const medication = await createMedication(db, { userId: other, name: 'changes', schedules: [{ id: first, startsAt: '2026-03-01T08:00:00', timeZone: 'UTC', rrule: 'FREQ=DAILY', doseAmount: 1 }] });
		const second = await reviseSchedule(db, { userId: other, scheduleId: first, effectiveFrom: '2026-03-03T00:00:00Z', changes: { doseAmount: '2', maxPer24h: null } });
		const days = await upcomingDoses(db, { userId: other, from: '2026-03-02T00:00:00Z', to: '2026-03-04T00:00:00Z' });
		assert.deepEqual(days.map((d) => [d.scheduleId, d.scheduledFor, d.doseAmount]), [[first, '2026-03-02T08:00:00Z', '1'], [second, '2026-03-03T08:00:00Z', '2']]);

		// 08:00 in Tokyo is 23:00 of the day before in UTC.
		const [moved] = await changeTimeZone(db, { userId: other, timeZone: 'Asia/Tokyo', effectiveFrom: '2026-03-05T00:00:00Z' });
		assert.deepEqual([moved?.oldScheduleId, moved?.outcome, moved?.effectiveFrom, moved?.shortestInterval, moved?.reason], [second, 'moved', '2026-03-05T00:00:00Z', '15:00:00', null]);
		const tokyo = await upcomingDoses(db, { userId: other, from: '2026-03-05T12:00:00Z', to: '2026-03-06T12:00:00Z' });
		assert.deepEqual(tokyo.map((d) => [d.scheduledFor, d.localTime]), [['2026-03-05T23:00:00Z', '2026-03-06T08:00:00']]);

		await inactivateMedication(db, { userId: other, medicationId: medication, at: '2026-03-10T00:00:00Z' });
		const [again] = await reactivateMedication(db, { userId: other, medicationId: medication, at: '2026-03-20T00:00:00Z' });
		assert.equal(again?.oldScheduleId, moved?.newScheduleId);
		const history = await scheduleHistory(db, { userId: other, medicationId: medication });
		assert.deepEqual(history.map((s) => [s.scheduleId, s.replaces, s.revision]), [[first, null, 1], [second, first, 2], [moved?.newScheduleId, second, 3], [again?.newScheduleId, moved?.newScheduleId, 4]]);

		const overview = await scheduleOverview(db, { userId: other });
		assert.deepEqual(overview.map((s) => [s.scheduleId, s.state, s.replacedBy]), [[first, 'replaced', second], [second, 'replaced', moved?.newScheduleId], [moved?.newScheduleId, 'replaced', again?.newScheduleId], [again?.newScheduleId, 'current', null]]);

		assert.equal((await explainDose(db, { userId: other, scheduleId: first, at: '2026-03-02T08:00:00Z' })).isDose, true);
		assert.equal((await explainDose(db, { userId: other, scheduleId: first, at: '2026-03-02T09:00:00Z' })).isDose, false);
		const feed = calendarFeed(db, { userId: other, name: 'Ada’s', alarm: '10 minutes' });
		if (native) assert.match(await feed, /^BEGIN:VCALENDAR\r\n[^]*SUMMARY:changes[^]*TRIGGER:-PT10M/);
		else assert.equal((await errorOf(feed)).code, '0A000');
		assert.deepEqual((await checkIntegrity(db, {})).filter((row) => row.userId === other), []);
		assert.deepEqual(await moveRecordedDoses(db, { timeZone: 'Asia/Tokyo', formerOffset: '8 hours', from: '2026-03-01T00:00:00Z', to: '2026-04-01T00:00:00Z' }), []);
		assert.match(await version(db, {}), /^\d+\.\d+\.\d+$/);

		assert.deepEqual(await eraseUser(db, { userId: other }), { medications: 1, schedules: 4, doses: 0 });
		assert.deepEqual(await db.select().from(medications).where(eq(medications.userId, other)), []);
	});

	test('a person goes to another database and back', async () => {
		const other = randomUUID();
		const schedule = randomUUID();
		await createMedication(db, {
			userId: other,
			name: 'moved',
			schedules: [{ id: schedule, startsAt: '2026-03-01T08:00:00', timeZone: 'UTC', rrule: 'FREQ=DAILY', doseAmount: '0.12345678901234567890' }],
		});
		await markDoseTaken(db, { userId: other, scheduleId: schedule, scheduledFor: '2026-03-02T08:00:00Z', takenAt: '2026-03-02T08:05:00Z' });
		const document = await exportUser(db, { userId: other });
		assert.match(document, /"dose_amount": 0\.12345678901234567890,/);
		assert.deepEqual([JSON.parse(document).version, JSON.parse(document).user_id], [1, other]);
		const doses = await upcomingDoses(db, { userId: other, from, to });
		assert.equal((await errorOf(importUser(db, { document }))).constraint, 'user_is_new');
		await eraseUser(db, { userId: other });
		assert.deepEqual(await importUser(db, { document }), { userId: other, medications: 1, schedules: 1, doses: 1 });
		// The queue's triggers have noted what came, beside what was noted before.
		const kept = (exported: string) => exported.replace(/"reminder_changes": \[[^\]]*\], /, '');
		assert.equal(kept(await exportUser(db, { userId: other })), kept(document));
		assert.deepEqual(await upcomingDoses(db, { userId: other, from, to }), doses);
		const error = await errorOf(importUser(db, { document: document.replace('"version": 1', '"version": 2') }));
		assert.deepEqual([error.code, error.constraint], ['0A000', 'document_of_user']);
		await eraseUser(db, { userId: other });
	});

	test('a database in use is not reset', async () => {
		const doses = await upcomingDoses(db, { userId, from, to });
		const error = await errorOf(resetForTests(db, {}));
		assert.deepEqual([error.code, error.constraint], ['55000', 'database_is_for_tests']);
		assert.equal(error.message, 'database "medsched" is not a test database');
		assert.ok(doses.length > 0);
		assert.deepEqual(await upcomingDoses(db, { userId, from, to }), doses);
	});

	test('a person’s medications and schedules, whatever became of them', async () => {
		const other = randomUUID();
		const daily = { startsAt: '2026-03-01T08:00:00', timeZone: 'UTC', rrule: 'FREQ=DAILY' };
		const b = await createMedication(db, { userId: other, name: 'b', schedules: [daily] });
		const a = await createMedication(db, { userId: other, name: 'a', notes: 'n', substance: 's', substanceAmount: '0.50', substanceUnit: 'mg', schedules: [{ ...daily, doseAmount: 1, doseUnit: 'mg' }] });
		await updateMedication(db, { userId: other, medicationId: a, changes: { therapeuticClass: 'c', refillLeadTime: '2 days', refillReserve: 3, refillReserveUnit: 'g' } });
		await inactivateMedication(db, { userId: other, medicationId: b, at: '2026-03-05T00:00:00Z' });
		const listed = await medicationsOf(db, { userId: other });
		assert.deepEqual(listed.map(({ createdAt, ownColumns, ...m }) => m), [
			{ medicationId: a, name: 'a', notes: 'n', inactivatedAt: null, substance: 's', substanceAmount: '0.50', substanceUnit: 'mg', therapeuticClass: 'c', refillLeadTime: '2 days', refillReserve: '3', refillReserveUnit: 'g' },
			{ medicationId: b, name: 'b', notes: null, inactivatedAt: '2026-03-05T00:00:00Z', substance: null, substanceAmount: null, substanceUnit: null, therapeuticClass: null, refillLeadTime: null, refillReserve: null, refillReserveUnit: null },
		]);
		const all = await schedulesOf(db, { userId: other });
		assert.deepEqual(all.map((s) => [s.medicationId, s.state]), [[a, 'current'], [b, 'medication inactive']]);
		assert.deepEqual(await schedulesOf(db, { userId: other, medicationId: a }), await currentSchedules(db, { userId: other }));
		assert.equal((await errorOf(schedulesOf(db, { userId: randomUUID(), medicationId: a }))).constraint, 'medication_exists');
	});

	test('reports of a device that was offline: all or none', async () => {
		const [other, schedule] = [randomUUID(), randomUUID()];
		await createMedication(db, { userId: other, name: 'reported', schedules: [{ id: schedule, startsAt: '2026-03-01T08:00:00', timeZone: 'UTC', rrule: 'FREQ=DAILY', doseAmount: 1 }] });
		const on = (day: number) => ({ scheduleId: schedule, scheduledFor: `2026-03-0${day}T08:00:00Z` });
		const takenAt = new Date('2026-03-02T08:05:00Z');
		const reports = [
			{ ...on(2), outcome: 'taken', takenAt, amount: '0.5', note: 'n' },
			{ ...on(3), outcome: 'skipped', reason: 'nausea' },
			{ scheduleId: schedule, scheduledFor: '2026-03-03T09:00:00Z', outcome: 'extra', despiteLimits: 'pain' },
			{ ...on(3), outcome: 'none', expected: { outcome: 'taken', takenAt: '2026-03-03T08:00:00Z' } },
			{ ...on(3), outcome: 'none', expected: { outcome: 'skipped', takenAt: null } },
		] as const;
		assert.equal((await errorOf(recordReports(db, { userId: other, reports: [...reports, { ...on(4), scheduledFor: '2026-03-04T09:00:00Z', outcome: 'taken' }] }))).constraint, 'dose_is_scheduled');
		const told = await recordReports(db, { userId: other, reports: [...reports], recordedBy: 'ada' });
		assert.deepEqual(told, [true, true, true, false, true].map((changed, n) => ({ nth: n + 1, changed })));
		const doses = await upcomingDoses(db, { userId: other, from: '2026-03-02T00:00:00Z', to: '2026-03-05T00:00:00Z' });
		assert.deepEqual(doses.map((d) => [d.status, d.takenAt, d.doseAmount, d.recordedBy]), [
			['taken', '2026-03-02T08:05:00Z', '1', 'ada'], ['missed', null, '1', null], ['extra', '2026-03-03T09:00:00Z', '1', 'ada'], ['missed', null, '1', null],
		]);
		assert.deepEqual(await recordReports(db, { userId: other, reports: [{ ...on(2), outcome: 'none', expected: { outcome: 'taken', takenAt } }] }), [{ nth: 1, changed: true }]);
		const error = await errorOf(recordReports(db, { userId: other, reports: [{ ...on(2), outcome: 'taken', takenAt: '2026-03-02T08:00:00' }] }));
		assert.deepEqual([error.code, /not an instant/.test(error.message)], ['22023', true]);
	});

	test('a day that begins at four', async () => {
		const other = randomUUID();
		await createMedication(db, { userId: other, name: 'melatonin', schedules: [{ startsAt: '2026-03-07T00:30:00', timeZone: 'America/New_York', rrule: 'FREQ=DAILY' }] });
		const days = async (dayBeginsAt?: string) => (await adherenceByDay(db, { userId: other, from, to, dayBeginsAt })).map((row) => row.day);
		assert.deepEqual(await days(), ['2026-03-07', '2026-03-08']);
		assert.deepEqual(await days('04:00'), ['2026-03-06', '2026-03-07']);
		const settings = { userId: other, dayBeginsAt: '04:00' };
		await db.insert(personSettings).values(settings).onConflictDoUpdate({ target: personSettings.userId, set: settings });
		assert.deepEqual(await days(), ['2026-03-06', '2026-03-07']);
		assert.deepEqual(await days('00:00'), ['2026-03-07', '2026-03-08']);
		assert.deepEqual(await personSettingsOf(db, { userId: other }), { dayBeginsAt: '04:00:00' });
		assert.equal(await setPersonSettings(db, { userId: other, dayBeginsAt: '00:30:01' }), undefined);
		assert.deepEqual(await days(), ['2026-03-06', '2026-03-07']);
		assert.equal((await errorOf(setPersonSettings(db, { userId: other, dayBeginsAt: '24:00' }))).constraint, 'person_settings_day_begins_at_in_range');
		await setPersonSettings(db, { userId: other });
		assert.deepEqual(await personSettingsOf(db, { userId: other }), { dayBeginsAt: '00:00:00' });
		await setPersonSettings(db, settings);
		assert.deepEqual(await db.select().from(personSettings).where(eq(personSettings.userId, other)), [{ userId: other, dayBeginsAt: '04:00:00' }]);
		const error = await errorOf(db.update(personSettings).set({ dayBeginsAt: '24:00' }).where(eq(personSettings.userId, other)));
		assert.equal(error.constraint, 'person_settings_day_begins_at_in_range');
	});

	test('the history of a dose, and who changed it', async () => {
		await db.execute(sql`select medsched.enable_history()`);
		const other = randomUUID();
		const schedule = randomUUID();
		await createMedication(db, { userId: other, name: 'kept', schedules: [{ id: schedule, startsAt: '2026-03-01T08:00:00', timeZone: 'UTC', rrule: 'FREQ=DAILY' }] });
		const of = { userId: other, scheduleId: schedule, scheduledFor: '2026-03-02T08:00:00Z' };
		await db.transaction(async (tx) => {
			await setChangedBy(tx, 'nurse "7"');
			await markDoseTaken(tx, { ...of, takenAt: '2026-03-02T08:05:00Z' });
		});
		await undoDose(db, of);
		const changes = await doseHistory(db, of);
		assert.deepEqual(changes.map((c) => [c.operation, c.changedBy, c.before?.['outcome'], c.after?.['outcome']]), [
			['INSERT', 'nurse "7"', undefined, 'taken'],
			['DELETE', null, 'taken', undefined],
		]);
		assert.ok(changes[0]!.changedRole.length > 0 && changes[0]!.changedAt.endsWith('Z'));
		const all = await db.select().from(changeHistory).where(eq(changeHistory.userId, other)).orderBy(asc(changeHistory.id));
		assert.deepEqual(all.map((c) => [c.tableName, c.operation, c.scheduledFor]), [
			['medications', 'INSERT', null], ['schedules', 'INSERT', null],
			['dose_taken', 'INSERT', '2026-03-02T08:00:00Z'], ['dose_taken', 'DELETE', '2026-03-02T08:00:00Z'],
		]);
		const error = await errorOf(db.delete(changeHistory).where(eq(changeHistory.userId, other)));
		assert.deepEqual([error.code, error.constraint], ['23001', 'change_history_not_changed']);
		await eraseUser(db, { userId: other });
		assert.deepEqual(await db.select().from(changeHistory).where(eq(changeHistory.userId, other)), []);
	});

	test('tables: inserts, exact values back', async () => {
		const other = randomUUID();
		const createdAt = '2026-03-01T00:00:00.000001Z';
		const [medication] = await db.transaction(async (tx) => {
			const inserted = await tx.insert(medications).values({ userId: other, name: 'by hand', createdAt }).returning();
			await tx.insert(schedules).values({
				userId: other, medicationId: inserted[0]!.id, startsAt: '2026-03-01T08:00:00', timeZone: 'Europe/Berlin',
				rrule: 'FREQ=DAILY', rdates: ['2026-03-02T10:00:00', '2026-03-02T11:00:00'], doseAmount: '0.30000000000000000001', grace: '90 minutes',
			});
			return inserted;
		});
		assert.equal(medication?.createdAt, createdAt);
		const [schedule] = await db.select().from(schedules).where(eq(schedules.userId, other));
		assert.deepEqual(schedule?.rdates, ['2026-03-02T10:00:00', '2026-03-02T11:00:00']);
		assert.deepEqual(schedule?.exdates, []);
		assert.equal(schedule?.startsAt, '2026-03-01T08:00:00');
		assert.equal(schedule?.doseAmount, '0.30000000000000000001');
		assert.equal(schedule?.grace, '01:30:00');
		assert.equal(Object.keys(getTableColumns(schedules)).length, Object.keys(schedule!).length);
	});
});

/** A dose's handle, made as its documentation says. */
function dose(scheduleId: string, instantWithMilliseconds: string): string {
	return `v1:${Buffer.from(`${scheduleId}|${instantWithMilliseconds}`).toString('base64url')}`;
}
