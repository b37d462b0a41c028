/** How doses went. */
import { columnsOf, row, rows, value, type RowOf } from '../definition.js';
import { bigint, date, nothing, optional, text, time, uuid } from '../types.js';
import { numericOrNull, userId, window } from './shared.js';

const counts = { scheduled: bigint, taken: bigint, skipped: bigint, missed: bigint, onTime: bigint, percentage: numericOrNull };

const ofMedication = { medicationId: uuid, medicationName: text, ...counts };
/** How the doses of a medication went. */
export interface Adherence extends RowOf<typeof ofMedication> {}

const ofDay = { day: date, ...counts };
/** How the doses of a day went. */
export interface AdherenceOfDay extends RowOf<typeof ofDay> {}

const ofPerson = { userId: uuid, ...ofMedication };
/** How the doses of somebody's medication went. */
export interface AdherenceOfPerson extends RowOf<typeof ofPerson> {}

/** How a person's doses in a window went, a row for each medication. */
export const adherence = rows('adherence', { userId, ...window }, columnsOf<Adherence>(ofMedication));

/** The same, a row for each day, which begins when `dayBeginsAt`, or else the person's settings, say. */
export const adherenceByDay = rows('adherence_by_day', { userId, ...window, dayBeginsAt: optional(time) }, columnsOf<AdherenceOfDay>(ofDay));

const settings = { dayBeginsAt: time };
/** What holds for a person in all reports. */
export interface SettingsOfPerson extends RowOf<typeof settings> {}

/** What holds for a person in all reports, or the defaults. */
export const personSettingsOf = row('person_settings_of', { userId }, columnsOf<SettingsOfPerson>(settings));

/** Sets what holds for a person in all reports, in place of what was set before: when the day begins. */
export const setPersonSettings = value('set_person_settings', { userId, dayBeginsAt: optional(time, "'00:00:00'::time without time zone") }, nothing);

/** Everybody's, in no order. */
export const adherenceOfAll = rows('adherence_of_all', window, columnsOf<AdherenceOfPerson>(ofPerson));

/** The percentage as adherence computes it. */
export const percentageTaken = value('percentage_taken', { taken: bigint, skipped: bigint, missed: bigint }, numericOrNull);
