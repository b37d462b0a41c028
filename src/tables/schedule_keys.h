/*-------------------------------------------------------------------------
 *
 * schedule_keys.h
 *		The columns of medsched.schedules that a caller may set, as the keys of
 *		a JSON object.
 *
 *-------------------------------------------------------------------------
 */
#ifndef MEDSCHED_SCHEDULE_KEYS_H
#define MEDSCHED_SCHEDULE_KEYS_H

/* The keys, in the order of the values. */
typedef enum ScheduleKey
{
	KEY_ID,
	KEY_STARTS_AT,
	KEY_TIME_ZONE,
	KEY_TIME_ZONE_PINNED,
	KEY_RRULE,
	KEY_RDATES,
	KEY_EXDATES,
	KEY_CYCLE_DAYS_ON,
	KEY_CYCLE_DAYS_OFF,
	KEY_AS_NEEDED,
	KEY_MIN_INTERVAL,
	KEY_MAX_PER_24H,
	KEY_GRACE,
	KEY_DOSE_AMOUNT,
	KEY_DOSE_UNIT,
	KEY_INSTRUCTIONS,
	KEY_ENDS_AT,
	SCHEDULE_NKEYS
} ScheduleKey;

/* The keys' names, their columns' types, and both as text for a query. */
extern const char *const schedule_key_names[SCHEDULE_NKEYS];

#define SCHEDULE_KEY_COLUMNS                                                \
	"id, starts_at, time_zone, time_zone_pinned, rrule, rdates, exdates, "  \
	"cycle_days_on, cycle_days_off, as_needed, min_interval, max_per_24h, " \
	"grace, dose_amount, dose_unit, instructions, ends_at"

#define SCHEDULE_KEY_TYPES                                                  \
	UUIDOID, TIMESTAMPOID, TEXTOID, BOOLOID, TEXTOID, TIMESTAMPARRAYOID,    \
		TIMESTAMPARRAYOID, INT4OID, INT4OID, BOOLOID, INTERVALOID, INT4OID, \
		INTERVALOID, NUMERICOID, TEXTOID, TEXTOID, TIMESTAMPTZOID

#endif /* MEDSCHED_SCHEDULE_KEYS_H */
