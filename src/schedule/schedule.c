/*-------------------------------------------------------------------------
 *
 * schedule.c
 *		A schedule and the questions asked of it.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "recurrence/calendar.h"
#include "schedule/rule_cache.h"
#include "schedule/schedule_private.h"

/* Where the search for the last occurrence before an instant begins to look. */
#define FIRST_LOOK_BACK LOCAL_SECS_PER_DAY

/* The longest stretch of days on or off. */
#define MAX_CYCLE_DAYS 3660

/* Whether a wall-clock time can be one of a schedule's; local_from_timestamp says why not. */
static bool
is_valid_local(Timestamp timestamp)
{
	return !TIMESTAMP_NOT_FINITE(timestamp) && timestamp % USECS_PER_SEC == 0 &&
		   timestamp >= LOCAL_MIN * USECS_PER_SEC && timestamp < LOCAL_END * USECS_PER_SEC;
}

/* Check a wall-clock time and give it in seconds. */
static int64
local_from_timestamp(Timestamp timestamp, const char *what)
{
	if (TIMESTAMP_NOT_FINITE(timestamp))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("%s must be finite", what)));
	if (timestamp % USECS_PER_SEC != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("%s must be a whole second", what),
				 errdetail("It is \"%s\".", DatumGetCString(DirectFunctionCall1(timestamp_out, TimestampGetDatum(timestamp)))),
				 errhint("Use date_trunc('second', ...).")));
	if (timestamp < LOCAL_MIN * USECS_PER_SEC || timestamp >= LOCAL_END * USECS_PER_SEC)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("%s is out of range", what),
				 errdetail("It is \"%s\".", DatumGetCString(DirectFunctionCall1(timestamp_out, TimestampGetDatum(timestamp)))),
				 errhint("Use a date in the years 1 to 9999.")));
	return timestamp / USECS_PER_SEC;
}

/* The first whole second at or after a time, of the years that have occurrences. */
static int64
seconds_from_timestamptz(TimestampTz timestamp)
{
	if (TIMESTAMP_IS_NOBEGIN(timestamp) || timestamp < LOCAL_MIN * USECS_PER_SEC)
		return LOCAL_MIN;
	if (TIMESTAMP_IS_NOEND(timestamp) || timestamp > LOCAL_END * USECS_PER_SEC)
		return LOCAL_END;
	return -floor_div(-timestamp, USECS_PER_SEC);
}

int
schedule_compare_instants(const void *a, const void *b)
{
	int64 left = *(const int64 *) a;
	int64 right = *(const int64 *) b;

	return (left > right) - (left < right);
}

/* Check an array of wall-clock times, and give them in seconds; with room for one more. */
static int64 *
locals_from_array(ArrayType *array, const char *what, int *n_locals)
{
	Datum *elements;
	bool  *nulls;
	int64 *locals;
	int	   n = 0;

	if (array != NULL && ARR_NDIM(array) > 1)
		ereport(ERROR, (errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR), errmsg("%s must have one dimension", what)));
	if (array != NULL && ARR_NDIM(array) == 1)
		deconstruct_array(array, TIMESTAMPOID, sizeof(Timestamp), true, TYPALIGN_DOUBLE, &elements, &nulls, &n);

	locals = palloc((n + 1) * sizeof(int64));
	for (int i = 0; i < n; i++)
	{
		if (nulls[i])
			ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("%s must not contain a null", what)));
		locals[i] = local_from_timestamp(DatumGetTimestamp(elements[i]), what);
	}
	*n_locals = n;
	return locals;
}

void
schedule_check_dates(ArrayType *array, const char *what)
{
	int n;

	pfree(locals_from_array(array, what, &n));
}

/* The instants of an array of wall-clock times, ascending, with room for one more. */
static int64 *
instants_from_array(const Zone *zone, ArrayType *array, const char *what, int *n_instants)
{
	int64 *instants = locals_from_array(array, what, n_instants);

	for (int i = 0; i < *n_instants; i++)
		instants[i] = zone_to_instant(zone, instants[i]);
	qsort(instants, *n_instants, sizeof(int64), schedule_compare_instants);
	return instants;
}

static bool
is_valid_array(ArrayType *array)
{
	Datum *elements;
	bool  *nulls;
	int	   n = 0;

	if (array == NULL || ARR_NDIM(array) == 0)
		return true;
	if (ARR_NDIM(array) > 1)
		return false;
	deconstruct_array(array, TIMESTAMPOID, sizeof(Timestamp), true, TYPALIGN_DOUBLE, &elements, &nulls, &n);
	for (int i = 0; i < n; i++)
	{
		if (nulls[i] || !is_valid_local(DatumGetTimestamp(elements[i])))
			return false;
	}
	return true;
}

static bool
is_valid_cycle(const ScheduleSource *source)
{
	int on = source->cycle_days_on;
	int off = source->cycle_days_off;

	return (on == 0 && off == 0) || (on >= 1 && off >= 1 && on <= MAX_CYCLE_DAYS && off <= MAX_CYCLE_DAYS);
}

static void
check_cycle(const ScheduleSource *source)
{
	if (!is_valid_cycle(source))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("invalid cycle of %d days on and %d days off", source->cycle_days_on, source->cycle_days_off),
				 errhint("Give both, each from 1 to %d, or neither.", MAX_CYCLE_DAYS)));
}

bool
schedule_is_valid(const ScheduleSource *source)
{
	return (source->rrule == NULL || rule_cache_lookup(source->rrule) != NULL) && is_valid_local(source->starts_at) &&
		   zone_lookup(source->time_zone) != NULL && is_valid_cycle(source) && is_valid_array(source->rdates) &&
		   is_valid_array(source->exdates);
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
	schedule->end = seconds_from_timestamptz(source->ends_at);
	check_cycle(source);
	schedule->cycle_days_on = source->cycle_days_on;
	schedule->cycle_days_off = source->cycle_days_off;
	schedule->rdates = instants_from_array(schedule->zone, source->rdates, "rdates", &schedule->n_rdates);
	schedule->exdates = instants_from_array(schedule->zone, source->exdates, "exdates", &schedule->n_exdates);
	if (!schedule->has_rule)
	{
		schedule->rdates[schedule->n_rdates++] = schedule->start_instant;
		qsort(schedule->rdates, schedule->n_rdates, sizeof(int64), schedule_compare_instants);
	}
	return schedule;
}

Schedule *
schedule_create_from(const ScheduleSource *source, TimestampTz effective_from)
{
	Schedule *schedule = schedule_create(source);

	schedule->begin = Max(schedule->begin, seconds_from_timestamptz(effective_from));
	return schedule;
}

ScheduleIterator *
schedule_open(const Schedule *schedule, TimestampTz from, TimestampTz to)
{
	int64 to_second = seconds_from_timestamptz(to);

	return schedule_open_seconds(schedule, seconds_from_timestamptz(from), to_second,
								 schedule_rule_end(schedule, to_second));
}

bool
schedule_next(ScheduleIterator *iterator, TimestampTz *occurrence)
{
	int64 instant;

	if (!schedule_next_second(iterator, &instant))
		return false;
	*occurrence = instant * USECS_PER_SEC;
	return true;
}

/* The first occurrence in a window of seconds. */
static bool
first_in_window(const Schedule *schedule, int64 from, int64 to, RuleEnd end, int64 *instant)
{
	ScheduleIterator *iterator = schedule_open_seconds(schedule, from, to, end);
	bool			  found = schedule_next_second(iterator, instant);

	schedule_close(iterator);
	return found;
}

bool
schedule_is_occurrence(const Schedule *schedule, TimestampTz at)
{
	int64 second = seconds_from_timestamptz(at);
	int64 found;

	return !TIMESTAMP_NOT_FINITE(at) && at % USECS_PER_SEC == 0 &&
		   first_in_window(schedule, second, second + 1, schedule_rule_end(schedule, second + 1), &found);
}

bool
schedule_next_occurrence(const Schedule *schedule, TimestampTz after, TimestampTz *occurrence)
{
	int64	from = seconds_from_timestamptz(TIMESTAMP_NOT_FINITE(after) ? after : after + 1);
	RuleEnd end = schedule_rule_end(schedule, LOCAL_MIN);
	int64	found;

	/* COUNT is looked at only up to what would be the answer without it. */
	if (!first_in_window(schedule, from, LOCAL_END, end, &found))
		return false;
	if (schedule->has_rule && schedule->rule.count > 0 &&
		!first_in_window(schedule, from, LOCAL_END, schedule_rule_end(schedule, found + 1), &found))
		return false;
	*occurrence = found * USECS_PER_SEC;
	return true;
}

/* The last occurrence in a window that has one at first. */
static int64
last_in_window(const Schedule *schedule, int64 first, int64 to, RuleEnd end)
{
	int64 from = first + 1;
	int64 found;

	while (from < to)
	{
		int64 middle = from + (to - from) / 2;

		if (first_in_window(schedule, middle, to, end, &found))
		{
			first = found;
			from = found + 1;
		}
		else
			to = middle;
	}
	return first;
}

bool
schedule_previous_occurrence(const Schedule *schedule, TimestampTz before, TimestampTz *occurrence)
{
	int64	to = seconds_from_timestamptz(before);
	int64	look_back = FIRST_LOOK_BACK;
	RuleEnd end = schedule_rule_end(schedule, to);

	/* Look into windows that double, each before the one found empty. */
	while (to > schedule->begin)
	{
		int64 from = Max(to - look_back, schedule->begin);
		int64 found;

		if (first_in_window(schedule, from, to, end, &found))
		{
			*occurrence = last_in_window(schedule, found, to, end) * USECS_PER_SEC;
			return true;
		}
		to = from;
		look_back *= 2;
	}
	return false;
}
