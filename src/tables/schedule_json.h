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
#include "tables/schedule_keys.h"

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
