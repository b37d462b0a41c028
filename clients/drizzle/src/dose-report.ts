/** What a device that was offline says of a dose, and how it is written. */
import { writeInstant, type Instant } from './time.js';

/** One report of `recordReports`. */
export interface DoseReport {
	scheduleId: string;
	/** Of a dose as needed and of an extra dose, the second when it was taken. */
	scheduledFor: Instant;
	/** `none` takes back what is recorded. */
	outcome: 'taken' | 'skipped' | 'extra' | 'none';
	/** With `taken`; left out, it is now. */
	takenAt?: Instant | Date | null | undefined;
	/** With `taken` and `extra`. */
	amount?: string | number | null | undefined;
	/** With `skipped` and `extra`. */
	reason?: string | null | undefined;
	note?: string | null | undefined;
	/** With `taken` and `extra`: why it was taken in spite of the limits. */
	despiteLimits?: string | null | undefined;
	/** With `none`: what is recorded is taken back if it is this still, and left alone if not. */
	expected?: { outcome: 'taken' | 'skipped' | 'extra'; takenAt: Instant | Date | null } | null | undefined;
}

export function writeReport({ scheduleId, scheduledFor, takenAt, despiteLimits, expected, ...same }: DoseReport): Record<string, unknown> {
	return {
		...same,
		schedule_id: scheduleId,
		scheduled_for: writeInstant(scheduledFor),
		taken_at: takenAt && writeInstant(takenAt),
		despite_limits: despiteLimits,
		expected: expected && { outcome: expected.outcome, taken_at: expected.takenAt && writeInstant(expected.takenAt) },
	};
}
