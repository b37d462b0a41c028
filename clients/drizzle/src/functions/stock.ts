/** What is left of a medication: a ledger of what came and went, and what the doses took. */
import { columnsOf, row, rows, value, type RowOf } from '../definition.js';
import { bigint, boolean, called, date, instant, integer, listOf, numeric, oneOf, optional, orNull, text, uuid } from '../types.js';
import { at, instantOrNull, integerOrNull, medicationId, numericOrNull, stockEntryKinds, textOrNull, userId, window } from './shared.js';

const entry = {
	userId: uuid,
	entryId: uuid,
	medicationId: uuid,
	kind: oneOf(stockEntryKinds),
	occurredAt: instant,
	amount: numeric,
	unit: textOrNull,
	daysSupply: integerOrNull,
	note: textOrNull,
	recordedBy: textOrNull,
	recordedAt: instant,
	newlyRecorded: boolean,
};
/** An entry of a stock; newlyRecorded is false where it was recorded before. */
export interface RecordedStockEntry extends RowOf<typeof entry> {}

/** Records that so much was dispensed, lost or expired, is corrected by (with its sign), or was counted.  An `entryId` again changes nothing. */
export const recordStockEntry = row(
	'record_stock_entry',
	{
		userId,
		medicationId,
		kind: oneOf(stockEntryKinds),
		amount: numeric,
		/** Converts to the doseUnit of the medication's schedules. */
		unit: optional(text),
		occurredAt: optional(instant, 'now()'),
		/** Dispensed: for how many days the dispenser says it lasts. */
		daysSupply: optional(integer),
		note: optional(text),
		recordedBy: optional(text),
		entryId: optional(uuid, 'gen_random_uuid()'),
	},
	columnsOf<RecordedStockEntry>(entry),
);

/** Deletes an entry that was recorded by mistake; false: there was none. */
export const deleteStockEntry = value('delete_stock_entry', { userId, entryId: uuid }, boolean);

/** The entries of a person's stocks, of one medication or of all, in the order of time; none is new. */
export const stockEntriesOf = rows('stock_entries_of', { userId, medicationId: optional(uuid) }, columnsOf<RecordedStockEntry>(entry));

const left = {
	medicationId: uuid,
	medicationName: text,
	amount: numericOrNull,
	unit: textOrNull,
	countedAt: instantOrNull,
	taken: numericOrNull,
	problem: textOrNull,
};
/** What is left of a medication: `amount` is null where `problem` says what is not known. */
export interface Stock extends RowOf<typeof left> {}

/** What is left of each medication that has entries: counted last, with the entries since, less the doses taken since. */
export const stock = rows('stock', { userId, at }, columnsOf<Stock>(left));

const ofMedication = {
	medicationId: uuid,
	medicationName: text,
	amount: numericOrNull,
	unit: textOrNull,
	runsOutAt: instantOrNull,
	isEstimate: boolean,
	refillBy: instantOrNull,
};
const forecast = { ...ofMedication, problem: textOrNull };
/** When what is left of a medication runs out; `isEstimate` where that depends on what is taken as needed. */
export interface StockForecast extends RowOf<typeof forecast> {}

/** When each runs out: the first dose to come that is more than what is left; and by when it is to be refilled.  The soonest first. */
export const stockForecast = rows('stock_forecast', { userId, at }, columnsOf<StockForecast>(forecast));

/** When one medication runs out; null: not in ten years. */
export const runsOutAt = value('runs_out_at', { userId, medicationId, at }, instantOrNull);

/** By when it is to be refilled: the medication's lead time before a dose leaves less than its reserve. */
export const refillBy = value('refill_by', { userId, medicationId, at }, instantOrNull);

const ofPerson = { userId: uuid, ...ofMedication };
/** A refill of somebody's medication. */
export interface DueRefill extends RowOf<typeof ofPerson> {}

/** Everybody's medications that are to be refilled in a window, for a notifier; in no order. */
export const dueRefills = rows('due_refills', { ...window, at }, columnsOf<DueRefill>(ofPerson));

/** Half-open: from ≤ day < to. */
const days = { from: called('window_start', date), to: called('window_end', date) };
const ofClass = {
	therapeuticClass: textOrNull,
	medicationIds: listOf(uuid),
	medicationNames: listOf(text),
	firstFill: orNull(date),
	days: integerOrNull,
};
const fills = { fills: integer, fillsWithoutDaysSupply: integer };

const covered = { ...ofClass, daysCovered: integer, percentage: numericOrNull, ...fills };
/** How many days the fills of a class covered: `percentage` is the proportion of days covered. */
export interface DaysCovered extends RowOf<typeof covered> {}

/** The proportion of days covered (PDC), a row for each class: from the first fill in the window to its end, each day once. */
export const proportionOfDaysCovered = rows('proportion_of_days_covered', { userId, ...days }, columnsOf<DaysCovered>(covered));

const supplied = { ...ofClass, daysSupplied: bigint, percentage: numericOrNull, ...fills };
/** How many days the fills of a class were for: `percentage` is the medication possession ratio. */
export interface DaysSupplied extends RowOf<typeof supplied> {}

/** The medication possession ratio (MPR), a row for each class: above 100 where more was supplied than the days there were. */
export const medicationPossessionRatio = rows('medication_possession_ratio', { userId, ...days }, columnsOf<DaysSupplied>(supplied));

const coveredOfPerson = {
	userId: uuid,
	...ofClass,
	daysCovered: integer,
	daysSupplied: bigint,
	proportionOfDaysCovered: numericOrNull,
	medicationPossessionRatio: numericOrNull,
	...fills,
};
/** Both of somebody. */
export interface CoveredDaysOfPerson extends RowOf<typeof coveredOfPerson> {}

/** Everybody's, in no order. */
export const coveredDaysOfAll = rows('covered_days_of_all', days, columnsOf<CoveredDaysOfPerson>(coveredOfPerson));
