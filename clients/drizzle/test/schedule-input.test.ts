import assert from 'node:assert/strict';
import { test } from 'node:test';
import { writeSchedule } from '../src/schedule-input.js';

test('columns of the application go beside ours, by their own names', () => {
	assert.deepEqual(
		writeSchedule({ startsAt: '2026-03-01T08:00:00', timeZone: 'UTC', ownColumns: { prescription_id: 'rx-1', Tags: ['a'] } }),
		{ starts_at: '2026-03-01T08:00:00', time_zone: 'UTC', prescription_id: 'rx-1', Tags: ['a'] },
	);
	assert.deepEqual(writeSchedule({ doseAmount: 2, ownColumns: { dose_amount: 3 } }), { dose_amount: 2 });
	assert.throws(() => writeSchedule({ prescriptionId: 'rx-1' } as object), { message: 'a schedule has no "prescriptionId"' });
});
