/*-------------------------------------------------------------------------
 *
 * schedule_json.h
 *		A schedule as a client writes it: a JSON object whose keys are the
 *		columns of medsched.schedules that a caller may set, the application's own too.
 *
 *-------------------------------------------------------------------------
 */
#ifndef MEDSCHED_SCHEDULE_JSON_H
#define MEDSCHED_SCHEDULE_JSON_H

#include "utils/jsonb.h"

#include "tables/own_columns.h"

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

/*
 * A schedule read: a value for each key.  A key that is absent, or JSON's
 * null, has none: nulls is 'n' there and ' ' elsewhere, as SPI takes it.
 */
typedef struct ScheduleJson
{
	Datum values[SCHEDULE_NKEYS];
	char  nulls[SCHEDULE_NKEYS];
	bool  present[SCHEDULE_NKEYS]; /* the key is there, be it null */

	OwnColumns own; /* of the application */
} ScheduleJson;

/*
 * Read an object of so many bytes.  where says which it is, in errors: "schedules[0]".  Errors:
 * 22023 for what is no object, a key unknown, and a value of the wrong form; and
 * those of the types and domains, for the values.
 */
extern void schedule_json_read(ScheduleJson *schedule, JsonbContainer *object, int length, const char *where);

/* A schedule of which nothing is said. */
extern void schedule_json_clear(ScheduleJson *schedule);

#endif /* MEDSCHED_SCHEDULE_JSON_H */
