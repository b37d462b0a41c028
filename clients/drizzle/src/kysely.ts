/** medsched's functions for Kysely. */
export * from './common.js';
export * from './kysely-functions.js';
export { setChangedBy } from './kysely-connection.js';
