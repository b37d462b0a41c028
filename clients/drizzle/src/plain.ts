/** medsched's functions for a driver alone: node-postgres, postgres.js, PGlite, Neon's. */
export * from './common.js';
export * from './plain-functions.js';
export { setChangedBy, type Connection } from './plain-connection.js';
