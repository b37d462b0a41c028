/*-------------------------------------------------------------------------
 *
 * schedule_keys.c
 *		The names of the columns that a caller may set.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "tables/schedule_keys.h"

const char *const schedule_key_names[SCHEDULE_NKEYS] = {
	[KEY_ID] = "id",
	[KEY_STARTS_AT] = "starts_at",
	[KEY_TIME_ZONE] = "time_zone",
	[KEY_TIME_ZONE_PINNED] = "time_zone_pinned",
	[KEY_RRULE] = "rrule",
	[KEY_RDATES] = "rdates",
	[KEY_EXDATES] = "exdates",
	[KEY_CYCLE_DAYS_ON] = "cycle_days_on",
	[KEY_CYCLE_DAYS_OFF] = "cycle_days_off",
	[KEY_AS_NEEDED] = "as_needed",
	[KEY_MIN_INTERVAL] = "min_interval",
	[KEY_MAX_PER_24H] = "max_per_24h",
	[KEY_GRACE] = "grace",
	[KEY_DOSE_AMOUNT] = "dose_amount",
	[KEY_DOSE_UNIT] = "dose_unit",
	[KEY_INSTRUCTIONS] = "instructions",
	[KEY_ENDS_AT] = "ends_at"};
