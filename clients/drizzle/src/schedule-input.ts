import type { Instant, WallClock } from './time.js';

/** How much, or how many doses, within a length of time (`24 hours`), or on so many calendar days in a row. */
export type DoseLimit = ({ amount: string | number } | { doses: number }) & ({ within: string } | { days: number });

/**
 * A schedule as `createMedication` takes it.  The keys are the columns of
 * `schedules`; the database checks what they hold.
 */
export interface ScheduleInput {
	/** Your own id, where you have one; else the database makes one. */
	id?: string | undefined;
	/** The wall-clock time that the rule counts from; no dose is earlier. */
	startsAt: WallClock;
	/** The IANA name of the time zone. */
	timeZone: string;
	/** True: the schedule keeps its zone when the person's changes. */
	timeZonePinned?: boolean | undefined;
	/** RFC 5545; null: one dose, at startsAt. */
	rrule?: string | null | undefined;
	rdates?: WallClock[] | undefined;
	exdates?: WallClock[] | undefined;
	cycleDaysOn?: number | null | undefined;
	cycleDaysOff?: number | null | undefined;
	asNeeded?: boolean | undefined;
	/** As PostgreSQL reads an interval: `4 hours`, `PT4H`. */
	minInterval?: string | null | undefined;
	maxPer24h?: number | null | undefined;
	/** More limits, of an amount in doseUnit or a number of doses. */
	limits?: DoseLimit[] | null | undefined;
	grace?: string | null | undefined;
	toleranceBefore?: string | null | undefined;
	missedWhenNext?: boolean | undefined;
	/** How long after the last dose was taken the next is due, days by the wall clock: `5 days`. */
	afterLast?: string | null | undefined;
	/** Counted from the last dose: the hours of a day that it may be due in, `08:00` to `22:00`, or past midnight. */
	hoursFrom?: string | null | undefined;
	hoursUntil?: string | null | undefined;
	/** Counted from the last dose: the most on a date. */
	maxPerDay?: number | null | undefined;
	/** The id of the schedule whose doses those of this one follow, instead of a rule. */
	follows?: string | null | undefined;
	/** How long after a dose of it was taken: `30 minutes`. */
	followsBy?: string | null | undefined;
	/** A string keeps every digit. */
	doseAmount?: string | number | null | undefined;
	doseUnit?: string | null | undefined;
	instructions?: string | null | undefined;
	/** What schedules of a medication have that are one to their reader: the steps of a taper. */
	regimenId?: string | null | undefined;
	/** The events of the person's routine, such as `CM`, breakfast, whose times the rule gets; without a rule, on every day. */
	events?: RoutineEvent[] | null | undefined;
	/** No dose is earlier, though rule and cycle count from startsAt: history that began before your application. */
	effectiveFrom?: Instant | null | undefined;
	endsAt?: Instant | null | undefined;
	/** Columns that your application added to `schedules`, by their names in the database. */
	ownColumns?: Record<string, unknown> | undefined;
}

/** An event of the day, such as `CM`, breakfast; or so many minutes before or after one that is, such as `ACM`. */
export type RoutineEvent = string | { event: string; offset?: number | undefined };

/** A step of a taper: amounts that are several are taken in turn; without an amount it is a gap; a last one without days goes on. */
export interface TaperStep {
	amount?: string | number | (string | number)[] | undefined;
	days?: number | undefined;
	/** The times of day of this step, where they are others. */
	times?: string[] | undefined;
}

/** A schedule as forms and prescriptions give it: for `createMedication`, and for an insert into `schedules`. */
export type ScheduleOfForm = Pick<
	ScheduleInput,
	'startsAt' | 'timeZone' | 'timeZonePinned' | 'rrule' | 'rdates' | 'exdates' | 'cycleDaysOn' | 'cycleDaysOff' | 'asNeeded' | 'minInterval' | 'maxPer24h' | 'limits' | 'instructions' | 'events' | 'effectiveFrom'
>;

/**
 * What `reviseSchedule` and `correctSchedule` change: keys left out stay, null takes a value away.  `effectiveFrom` is for a
 * correction alone.
 */
export type ScheduleChanges = { [K in Exclude<keyof ScheduleInput, 'id'>]?: ScheduleInput[K] | undefined };

/** What `updateMedication` changes: keys left out stay, null takes a value away. */
export interface MedicationChanges {
	name?: string | undefined;
	notes?: string | null | undefined;
	/** What measures of covered days count it with: statins. */
	therapeuticClass?: string | null | undefined;
	/** How long before it runs short it is to be refilled, as `5 days`. */
	refillLeadTime?: string | null | undefined;
	/** How much is always to be left, in `refillReserveUnit`. */
	refillReserve?: string | number | null | undefined;
	refillReserveUnit?: string | null | undefined;
	/** Columns that your application added to `medications`, by their names in the database. */
	ownColumns?: Record<string, unknown> | undefined;
}

const KEYS: Record<Exclude<keyof ScheduleInput, 'ownColumns'>, string> = {
	id: 'id',
	startsAt: 'starts_at',
	timeZone: 'time_zone',
	timeZonePinned: 'time_zone_pinned',
	rrule: 'rrule',
	rdates: 'rdates',
	exdates: 'exdates',
	cycleDaysOn: 'cycle_days_on',
	cycleDaysOff: 'cycle_days_off',
	asNeeded: 'as_needed',
	minInterval: 'min_interval',
	maxPer24h: 'max_per_24h',
	limits: 'limits',
	grace: 'grace',
	toleranceBefore: 'tolerance_before',
	missedWhenNext: 'missed_when_next',
	afterLast: 'after_last',
	hoursFrom: 'hours_from',
	hoursUntil: 'hours_until',
	maxPerDay: 'max_per_day',
	follows: 'follows',
	followsBy: 'follows_by',
	doseAmount: 'dose_amount',
	doseUnit: 'dose_unit',
	instructions: 'instructions',
	regimenId: 'regimen_id',
	events: 'events',
	effectiveFrom: 'effective_from',
	endsAt: 'ends_at',
};

/** The keys of a schedule in JSON, as the database names them. */
export const scheduleKeys: readonly string[] = Object.values(KEYS);

const PROPERTIES = new Map(Object.entries(KEYS).map(([property, key]) => [key, property]));

/** A schedule as the database's JSON names its keys. */
export function writeSchedule(schedule: ScheduleChanges): Record<string, unknown> {
	const { ownColumns, ...ours } = schedule;
	const json: Record<string, unknown> = { ...ownColumns };
	for (const [property, value] of Object.entries(ours)) {
		const key = (KEYS as Record<string, string>)[property];
		if (key === undefined) throw new TypeError(`a schedule has no "${property}"`);
		if (value !== undefined) json[key] = value;
	}
	return json;
}

/** And back. */
export function readSchedule(json: Record<string, unknown>): ScheduleOfForm {
	return Object.fromEntries(
		Object.entries(json).map(([key, value]) => [PROPERTIES.get(key) ?? key, value]),
	) as unknown as ScheduleOfForm;
}
