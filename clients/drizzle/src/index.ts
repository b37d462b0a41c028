export * from './changed-by.js';
export * from './columns.js';
export * from './common.js';
export * from './drizzle-functions.js';
export * from './migration.js';
export * from './schema.js';
export type { RowFunction, RowsFunction, ValueFunction, Values } from './call.js';
export type { Database, Query, Source } from './orm.js';
