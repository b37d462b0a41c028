export * from './changed-by.js';
export * from './columns.js';
export * from './errors.js';
export * from './functions.js';
export * from './migration.js';
export * from './schedule-input.js';
export * from './schema.js';
export { readInstant, readWallClock, type Instant, type WallClock } from './time.js';
export type { Database, Query, RowFunction, RowsFunction, Signature, Source, ValueFunction } from './call.js';
