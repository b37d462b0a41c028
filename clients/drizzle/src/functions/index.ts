/** Every function of medsched, each described once.  Windows are half-open, [from, to). */
export * from './adherence.js';
export * from './doses.js';
export * from './fhir.js';
export * from './forms.js';
export * from './ical.js';
export * from './medications.js';
export * from './recording.js';
export * from './reminders.js';
export * from './rules.js';
export * from './stock.js';
export * from './upkeep.js';
