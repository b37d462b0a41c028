/** What drizzle-zod makes of the tables, with drizzle-orm 1.0. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createInsertSchema, createSelectSchema, createUpdateSchema } from 'drizzle-orm/zod';
import { doseTaken, schedules, type NewSchedule, type Schedule } from '../src/index.js';
import { zodColumns } from '../src/zod.js';

const id = '11111111-1111-4111-8111-111111111111';
const created = '2026-03-01T07:00:00.000001Z';

test('an insert is typed and checked', () => {
	const schema = createInsertSchema(schedules, zodColumns(schedules));
	const given: NewSchedule = schema.parse({ userId: id, medicationId: id, startsAt: '2026-03-01T08:00:00', timeZone: 'Europe/Berlin', rdates: ['2026-03-02T10:00'], limits: [{ doses: 3, within: '24 hours' }] });
	assert.deepEqual(given, { userId: id, medicationId: id, startsAt: '2026-03-01T08:00:00', timeZone: 'Europe/Berlin', rdates: ['2026-03-02T10:00'], limits: [{ doses: 3, within: '24 hours' }] });
	// @ts-expect-error a wall-clock time is a string
	void ((at: number) => at)(schema.parse(given).startsAt);
	for (const [column, wrong] of Object.entries({ startsAt: '2026-03-01T08:00:00Z', timeZone: 3, rdates: ['2026-03-02T10:00:00+01:00'], rrule: {}, endsAt: '2026-03-01T08:00:00', userId: 'me', limits: [{ doses: 3 }] })) {
		const { error } = schema.safeParse({ ...given, [column]: wrong });
		assert.deepEqual(error?.issues.map(({ path }) => path[0]), [column]);
	}
	assert.equal(schema.safeParse({ ...given, startsAt: undefined }).success, false);
	assert.equal(schema.safeParse({ ...given, endsAt: null, rrule: null }).success, true);
});

test('so are what is selected and an update', () => {
	const dose = createSelectSchema(doseTaken, zodColumns(doseTaken)).parse({
		userId: id, scheduledFor: created, scheduleId: id, outcome: 'taken', takenAt: null, amount: '1', reason: null, note: null, recordedBy: null, recordedAt: created, despiteLimits: null, nextDoseId: null,
	});
	const taken: string | null = dose.takenAt;
	const outcome: 'taken' | 'skipped' | 'extra' = dose.outcome;
	assert.deepEqual([taken, outcome, dose.scheduledFor], [null, 'taken', created]);
	const changes: Partial<Schedule> = createUpdateSchema(schedules, zodColumns(schedules)).parse({ endsAt: created }) as Partial<Schedule>;
	assert.deepEqual(changes, { endsAt: created });
});
