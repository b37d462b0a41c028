/*-------------------------------------------------------------------------
 *
 * schedule.c
 *		A schedule, checked and brought to instants.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "base/message.h"
#include "schedule/rule_cache.h"
#include "schedule/schedule.h"

/* The longest stretch of days on or off. */
#define MAX_CYCLE_DAYS 3660

static ArrayType *read_dates(Datum dates, bool isnull);
static bool		  is_valid_local(Timestamp timestamp);
static int64	  local_from_timestamp(Timestamp timestamp, const char *what);
static Seconds	  locals_from_array(ArrayType *array, const char *what);
static Seconds	  instants_from_array(const Zone *zone, ArrayType *array, const char *what);
static bool		  is_valid_array(ArrayType *array);
static bool		  is_valid_cycle(const ScheduleSource *source);
static void		  check_cycle(const ScheduleSource *source);

void
schedule_check_dates(ArrayType *array, const char *what)
{
	locals_from_array(array, what);
}

/* Check an array of wall-clock times, and give them in seconds. */
static Seconds
locals_from_array(ArrayType *array, const char *what)
{
	Seconds locals = {0};
	Datum  *elements;
	bool   *nulls;
	int		n;

	if (array != NULL && ARR_NDIM(array) > 1)
		ereport(ERROR, (errcode_medsched(ERRCODE_ARRAY_SUBSCRIPT_ERROR), errmsg("%s must have one dimension", what)));
	n = timestamps_of_array(array, &elements, &nulls);
	for (int i = 0; i < n; i++)
	{
		if (nulls[i])
			ereport(ERROR, (errcode_medsched(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("%s must not contain a null", what)));
		seconds_add(&locals, local_from_timestamp(DatumGetTimestamp(elements[i]), what));
	}
	return locals;
}

/* Check a wall-clock time and give it in seconds. */
static int64
local_from_timestamp(Timestamp timestamp, const char *what)
{
	if (TIMESTAMP_NOT_FINITE(timestamp))
		ereport(ERROR, (errcode_medsched(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("%s must be finite", what)));
	if (timestamp % USECS_PER_SEC != 0)
		ereport(ERROR,
				(errcode_medsched(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("%s must be a whole second", what),
				 errdetail("It is \"%s\".", wall_clock_text(timestamp)),
				 errhint("Use date_trunc('second', ...).")));
	if (timestamp < LOCAL_MIN * USECS_PER_SEC || timestamp >= LOCAL_END * USECS_PER_SEC)
		ereport(ERROR,
				(errcode_medsched(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("%s is out of range", what),
				 errdetail("It is \"%s\".", wall_clock_text(timestamp)),
				 errhint("Use a date in the years 1 to 9999.")));
	return timestamp / USECS_PER_SEC;
}

ScheduleSource
schedule_source_read(const Datum *values, const bool *isnull)
{
	ScheduleSource source = {.ends_at = DT_NOEND};

	if (!isnull[FIELD_RRULE])
		source.rrule = TextDatumGetCString(values[FIELD_RRULE]);
	source.starts_at = DatumGetTimestamp(values[FIELD_STARTS_AT]);
	source.time_zone = TextDatumGetCString(values[FIELD_TIME_ZONE]);
	source.rdates = read_dates(values[FIELD_RDATES], isnull[FIELD_RDATES]);
	source.exdates = read_dates(values[FIELD_EXDATES], isnull[FIELD_EXDATES]);
	if (!isnull[FIELD_CYCLE_DAYS_ON])
		source.cycle_days_on = DatumGetInt32(values[FIELD_CYCLE_DAYS_ON]);
	if (!isnull[FIELD_CYCLE_DAYS_OFF])
		source.cycle_days_off = DatumGetInt32(values[FIELD_CYCLE_DAYS_OFF]);
	return source;
}

/* Give NULL for no dates: most schedules have none, and are spared a look at an array. */
static ArrayType *
read_dates(Datum dates, bool isnull)
{
	ArrayType *array = isnull ? NULL : DatumGetArrayTypeP(dates);

	return array == NULL || ARR_NDIM(array) == 0 ? NULL : array;
}

TimestampTz
schedule_begin(const ScheduleSource *source, TimestampTz effective_from)
{
	int64 start = zone_to_instant(zone_find(source->time_zone), second_of(source->starts_at));

	return Max(start * USECS_PER_SEC, effective_from);
}

bool
schedule_is_valid(const ScheduleSource *source)
{
	return (source->rrule == NULL || rule_cache_lookup(source->rrule) != NULL) && is_valid_local(source->starts_at) &&
		   zone_lookup(source->time_zone) != NULL && is_valid_cycle(source) && is_valid_array(source->rdates) &&
		   is_valid_array(source->exdates);
}

/* Tell whether a wall-clock time can be one of a schedule's; local_from_timestamp says why not. */
static bool
is_valid_local(Timestamp timestamp)
{
	return !TIMESTAMP_NOT_FINITE(timestamp) && timestamp % USECS_PER_SEC == 0 &&
		   timestamp >= LOCAL_MIN * USECS_PER_SEC && timestamp < LOCAL_END * USECS_PER_SEC;
}

static bool
is_valid_cycle(const ScheduleSource *source)
{
	int on = source->cycle_days_on;
	int off = source->cycle_days_off;

	return (on == 0 && off == 0) || (on >= 1 && off >= 1 && on <= MAX_CYCLE_DAYS && off <= MAX_CYCLE_DAYS);
}

static bool
is_valid_array(ArrayType *array)
{
	Datum *elements;
	bool  *nulls;
	int	   n;

	if (array != NULL && ARR_NDIM(array) > 1)
		return false;
	n = timestamps_of_array(array, &elements, &nulls);
	for (int i = 0; i < n; i++)
	{
		if (nulls[i] || !is_valid_local(DatumGetTimestamp(elements[i])))
			return false;
	}
	return true;
}

Schedule *
schedule_create(const ScheduleSource *source)
{
	Schedule *schedule = palloc(sizeof(Schedule));

	schedule->has_rule = source->rrule != NULL;
	schedule->elapsed = false;
	if (schedule->has_rule)
	{
		schedule->rule = *rule_cache_find(source->rrule);
		schedule->elapsed = schedule->rule.freq < FREQ_DAILY;
	}
	schedule->zone = zone_find(source->time_zone);
	schedule->start = local_from_timestamp(source->starts_at, "starts_at");
	schedule->start_instant = zone_to_instant(schedule->zone, schedule->start);
	schedule->begin = Max(schedule->start_instant, LOCAL_MIN);
	schedule->end = second_at_or_after(source->ends_at);
	check_cycle(source);
	schedule->cycle_days_on = source->cycle_days_on;
	schedule->cycle_days_off = source->cycle_days_off;
	schedule->rdates = instants_from_array(schedule->zone, source->rdates, "rdates");
	schedule->exdates = instants_from_array(schedule->zone, source->exdates, "exdates");
	if (!schedule->has_rule)
	{
		seconds_add(&schedule->rdates, schedule->start_instant);
		seconds_sort(&schedule->rdates);
	}
	return schedule;
}

static void
check_cycle(const ScheduleSource *source)
{
	if (!is_valid_cycle(source))
		ereport(ERROR,
				(errcode_medsched(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("invalid cycle of %d days on and %d days off", source->cycle_days_on, source->cycle_days_off),
				 errhint("Give both, each from 1 to %d, or neither.", MAX_CYCLE_DAYS)));
}

/* Give the instants of an array of wall-clock times, ascending. */
static Seconds
instants_from_array(const Zone *zone, ArrayType *array, const char *what)
{
	Seconds instants = locals_from_array(array, what);

	for (int i = 0; i < instants.n; i++)
		instants.values[i] = zone_to_instant(zone, instants.values[i]);
	seconds_sort(&instants);
	return instants;
}

Schedule *
schedule_create_from(const ScheduleSource *source, TimestampTz effective_from)
{
	Schedule *schedule = schedule_create(source);

	schedule->begin = Max(schedule->begin, second_at_or_after(effective_from));
	return schedule;
}
