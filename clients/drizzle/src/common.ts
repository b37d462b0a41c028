/** What every way to call the functions exports beside them. */
export * from './errors.js';
export * from './retries.js';
export * from './schedule-input.js';
export type { DoseReport } from './dose-report.js';
export { readInstant, readWallClock, type Instant, type WallClock } from './time.js';
export { changeOperations, doseStatuses, outcomes, reminderKinds, scheduleStates, stockEntryKinds, urgencies } from './functions/shared.js';
export type * from './functions/shared.js';
