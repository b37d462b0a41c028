/*-------------------------------------------------------------------------
 *
 * describe.c
 *		describe_schedule: a schedule in English.
 *
 * The day and time that a sentence says "from" are those of the rule's first
 * occurrence, not starts_at: "every 2 weeks on Mondays from Thursday" would
 * leave open which Mondays.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "recurrence/calendar.h"
#include "functions/describe_rule.h"
#include "schedule/rule_cache.h"
#include "schedule/schedule_iterator.h"
#include "schedule/schedule_search.h"
#include "base/arguments.h"
#include "functions/words.h"
#include "schedule/zone.h"

/* Single dates are told one by one up to so many. */
#define DATES_LISTED 6

PG_FUNCTION_INFO_V1(medsched_describe_schedule);

/* The arguments of describe_schedule, in their order. */
enum
{
	DESCRIBE_RRULE,
	DESCRIBE_STARTS_AT,
	DESCRIBE_TIME_ZONE,
	DESCRIBE_RDATES,
	DESCRIBE_EXDATES,
	DESCRIBE_ENDS_AT,
	DESCRIBE_CYCLE_DAYS_ON,
	DESCRIBE_CYCLE_DAYS_OFF,
	DESCRIBE_AS_NEEDED,
	DESCRIBE_MIN_INTERVAL,
	DESCRIBE_MAX_PER_24H,
	DESCRIBE_EFFECTIVE_FROM
};

static int64		  local_of_instant(const char *time_zone, TimestampTz at);
static ScheduleSource source_from_arguments(FunctionCallInfo fcinfo);
static char			 *describe_end(const ScheduleSource *source, const Recurrence *rule);
static bool			  first_of_rule(const ScheduleSource *source, TimestampTz effective_from, TimestampTz ends_at, int64 *local);
static char			 *describe_bounds(const ScheduleSource *source, TimestampTz effective_from);
static char			 *describe_none(const ScheduleSource *source, TimestampTz effective_from, bool possible);
static void			  append_rule(StringInfo text, const ScheduleSource *source, TimestampTz effective_from);
static void			  append_times(StringInfo text, const char *prefix, const int64 *times, int n);
static void			  append_dates(StringInfo text, const char *prefix, ArrayType *array, const Schedule *schedule, const char *time_zone);
static void			  append_single_doses(StringInfo text, const ScheduleSource *source, const Schedule *schedule);
static void			  append_as_needed(StringInfo text, FunctionCallInfo fcinfo, const ScheduleSource *source, TimestampTz effective_from);
static void			  append_rule_and_dates(StringInfo text, const ScheduleSource *source, const Schedule *schedule, TimestampTz effective_from);

Datum
medsched_describe_schedule(PG_FUNCTION_ARGS)
{
	TimestampTz	   effective_from = PG_ARGISNULL(DESCRIBE_EFFECTIVE_FROM) ? DT_NOBEGIN : PG_GETARG_TIMESTAMPTZ(DESCRIBE_EFFECTIVE_FROM);
	ScheduleSource source;
	Schedule	  *schedule;
	StringInfoData text;

	source = source_from_arguments(fcinfo);
	if (TIMESTAMP_IS_NOEND(effective_from))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("effective_from must not be infinity")));
	schedule = schedule_create_from(&source, effective_from);
	initStringInfo(&text);
	if (!PG_ARGISNULL(DESCRIBE_AS_NEEDED) && PG_GETARG_BOOL(DESCRIBE_AS_NEEDED))
		append_as_needed(&text, fcinfo, &source, effective_from);
	else if (source.rrule == NULL)
		append_single_doses(&text, &source, schedule);
	else
		append_rule_and_dates(&text, &source, schedule, effective_from);
	PG_RETURN_TEXT_P(cstring_to_text_with_len(text.data, text.len));
}

static ScheduleSource
source_from_arguments(FunctionCallInfo fcinfo)
{
	ScheduleSource source;
	Datum		   values[SCHEDULE_NFIELDS];
	bool		   isnull[SCHEDULE_NFIELDS];

	require_argument(fcinfo, DESCRIBE_STARTS_AT, "starts_at");
	require_argument(fcinfo, DESCRIBE_TIME_ZONE, "time_zone");
	for (int field = 0; field < SCHEDULE_NFIELDS; field++)
	{
		/* ends_at stands before the cycle. */
		int argument = field < FIELD_CYCLE_DAYS_ON ? field : field - FIELD_CYCLE_DAYS_ON + DESCRIBE_CYCLE_DAYS_ON;

		values[field] = fcinfo->args[argument].value;
		isnull[field] = fcinfo->args[argument].isnull;
	}
	source = schedule_source_read(values, isnull);
	if (!PG_ARGISNULL(DESCRIBE_ENDS_AT))
		source.ends_at = PG_GETARG_TIMESTAMPTZ(DESCRIBE_ENDS_AT);
	if (TIMESTAMP_IS_NOBEGIN(source.ends_at))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("ends_at must not be -infinity")));
	return source;
}

static void
append_as_needed(StringInfo text, FunctionCallInfo fcinfo, const ScheduleSource *source, TimestampTz effective_from)
{
	appendStringInfoString(text, "as needed");
	if (!PG_ARGISNULL(DESCRIBE_MIN_INTERVAL))
		appendStringInfo(text, ", at least %s apart", words_interval(PG_GETARG_INTERVAL_P(DESCRIBE_MIN_INTERVAL)));
	if (!PG_ARGISNULL(DESCRIBE_MAX_PER_24H))
		appendStringInfo(text, ", at most %s in any 24 hours", words_quantity(PG_GETARG_INT32(DESCRIBE_MAX_PER_24H), "dose"));
	appendStringInfo(text, ", %s, %s", source->time_zone, describe_bounds(source, effective_from));
}

/* Say "from 1 March 2027 until 3 March 2027", or that there is no time between the two. */
static char *
describe_bounds(const ScheduleSource *source, TimestampTz effective_from)
{
	static const Recurrence no_rule = {.until_form = UNTIL_NONE};
	TimestampTz				begin = schedule_begin(source, effective_from);
	int64					local = local_of_instant(source->time_zone, begin);

	if (source->ends_at <= begin)
		return pstrdup("in effect at no time");
	return psprintf("from %s%s", floor_mod(local, LOCAL_SECS_PER_DAY) == 0 ? words_date(local) : words_date_and_time(local),
					describe_end(source, &no_rule));
}

static int64
local_of_instant(const char *time_zone, TimestampTz at)
{
	return zone_to_local(zone_find(time_zone), second_of(at));
}

/* Say "until ...", with what ends the schedule first, or "". */
static char *
describe_end(const ScheduleSource *source, const Recurrence *rule)
{
	const Zone *zone = zone_find(source->time_zone);
	int64		until = PG_INT64_MAX;

	if (rule->until_form == UNTIL_INSTANT)
		until = rule->until;
	else if (rule->until_form == UNTIL_LOCAL)
		until = zone_to_instant(zone, rule->until);

	if (!TIMESTAMP_IS_NOEND(source->ends_at) && second_of(source->ends_at) <= until)
	{
		int64 local = local_of_instant(source->time_zone, source->ends_at);

		if (floor_mod(local, LOCAL_SECS_PER_DAY) == 0)
			return psprintf(" until %s", words_date(local - 1));
		return psprintf(" until just before %s", words_date_and_time(local));
	}
	if (rule->until_form == UNTIL_LOCAL && floor_mod(rule->until, LOCAL_SECS_PER_DAY) == LOCAL_SECS_PER_DAY - 1)
		return psprintf(" until %s", words_date(rule->until));
	if (rule->until_form == UNTIL_LOCAL)
		return psprintf(" until %s", words_date_and_time(rule->until));
	if (rule->until_form == UNTIL_INSTANT)
	{
		int64 local = zone_to_local(zone, until);

		/* Of an hour that comes twice, only UTC can tell which. */
		if (zone_to_instant(zone, local) == until)
			return psprintf(" until %s", words_date_and_time(local));
		return psprintf(" until %s UTC", words_date_and_time(until));
	}
	return "";
}

/* Append the doses of a schedule without a rule. */
static void
append_single_doses(StringInfo text, const ScheduleSource *source, const Schedule *schedule)
{
	ScheduleIterator *it = schedule_open(schedule, DT_NOBEGIN, DT_NOEND);
	TimestampTz		  at;
	Seconds			  times = {0};

	while (schedule_next(it, &at))
		seconds_add(&times, local_of_instant(source->time_zone, at));
	schedule_close(it);

	if (times.n == 0)
		appendStringInfo(text, "never, %s", source->time_zone);
	else
	{
		appendStringInfo(text, "once on %s, %s", words_date_and_time(times.values[0]), source->time_zone);
		append_times(text, "also", times.values + 1, times.n - 1);
	}
}

/* Append ", also on 3 March 2027 at 08:00 and on 5 March 2027 at 09:00": local times. */
static void
append_times(StringInfo text, const char *prefix, const int64 *times, int n)
{
	List *items = NIL;

	if (n == 0)
		return;
	if (n > DATES_LISTED)
	{
		appendStringInfo(text, ", %s at %d single times", prefix, n);
		return;
	}
	for (int i = 0; i < n; i++)
		items = lappend(items, psprintf("on %s", words_date_and_time(times[i])));
	appendStringInfo(text, ", %s %s", prefix, words_join(items, "and"));
}

/* Append a rule, and the single dates that make a difference to it. */
static void
append_rule_and_dates(StringInfo text, const ScheduleSource *source, const Schedule *schedule,
					  TimestampTz effective_from)
{
	ScheduleSource whole = *source;

	append_rule(text, source, effective_from);
	append_dates(text, "also", source->rdates, schedule, source->time_zone);
	whole.exdates = NULL;
	append_dates(text, "but not", source->exdates, schedule_create_from(&whole, effective_from), source->time_zone);
}

static void
append_rule(StringInfo text, const ScheduleSource *source, TimestampTz effective_from)
{
	int64	   start = second_of(source->starts_at);
	int64	   first = start;
	int64	   first_counted = start;
	bool	   occurs = first_of_rule(source, effective_from, source->ends_at, &first);
	bool	   possible = first_of_rule(source, DT_NOBEGIN, DT_NOEND, &first_counted);
	Recurrence rule = *rule_cache_find(source->rrule);
	char	  *span = NULL;
	bool	   date_says_all;
	bool	   some_left_out;

	rule_imply(&rule, start);
	some_left_out = source->cycle_days_on > 0 || source->exdates != NULL || !occurs || first_counted != first;

	if (occurs && rule.count == 1)
	{
		appendStringInfo(text, "once on %s, %s", words_date_and_time(first), source->time_zone);
		return;
	}
	date_says_all = rule.freq >= FREQ_DAILY &&
					floor_mod(first, LOCAL_SECS_PER_DAY) == describe_first_time(&rule);
	if (occurs)
		span = psprintf("from %s%s", date_says_all ? words_date(first) : words_date_and_time(first),
						describe_end(source, &rule));
	describe_rule(text, &rule, span, source->time_zone);
	if (!occurs)
		appendStringInfo(text, ", %s", describe_none(source, effective_from, possible));
	if (rule.count > 0 && possible)
		appendStringInfo(text, ", %s%s", words_quantity(rule.count, "dose"),
						 some_left_out ? " counting those left out" : "");
	if (source->cycle_days_on > 0)
	{
		appendStringInfo(text, ", %s on, %s off", words_quantity(source->cycle_days_on, "day"),
						 words_quantity(source->cycle_days_off, "day"));
		if (!occurs || floor_div(first, LOCAL_SECS_PER_DAY) != floor_div(start, LOCAL_SECS_PER_DAY))
			appendStringInfo(text, " counted from %s", words_date(start));
	}
}

/* Find the first occurrence of rule and cycle in [effective_from, ends_at), on the wall clock; the dates aside. */
static bool
first_of_rule(const ScheduleSource *source, TimestampTz effective_from, TimestampTz ends_at, int64 *local)
{
	ScheduleSource alone = *source;
	TimestampTz	   first;

	alone.rdates = alone.exdates = NULL;
	alone.ends_at = ends_at;

	if (!schedule_next_occurrence(schedule_create_from(&alone, effective_from), DT_NOBEGIN, &first))
		return false;
	*local = local_of_instant(source->time_zone, first);
	return true;
}

/* Say why a rule has no occurrence: it can have none, or none in the bounds. */
static char *
describe_none(const ScheduleSource *source, TimestampTz effective_from, bool possible)
{
	if (!possible)
		return source->cycle_days_on > 0 ? "never by this rule and cycle" : "never by this rule";
	if (source->ends_at <= schedule_begin(source, effective_from))
		return describe_bounds(source, effective_from);
	return psprintf("no dose by this rule %s", describe_bounds(source, effective_from));
}

/* Append those of the dates at which schedule has an occurrence. */
static void
append_dates(StringInfo text, const char *prefix, ArrayType *array, const Schedule *schedule, const char *time_zone)
{
	const Zone *zone = zone_find(time_zone);
	Seconds		dates = seconds_of_array(array);
	Seconds		times = {0};

	for (int i = 0; i < dates.n; i++)
	{
		int64 instant = zone_to_instant(zone, dates.values[i]);

		if (schedule_is_occurrence(schedule, instant * USECS_PER_SEC))
			seconds_add(&times, zone_to_local(zone, instant));
	}
	seconds_sort_unique(&times);
	append_times(text, prefix, times.values, times.n);
}
