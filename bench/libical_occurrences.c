/*-------------------------------------------------------------------------
 *
 * libical_occurrences.c
 *		A benchmark comparator: libical's iterator as a set-returning function.
 *
 * bench.libical_occurrences(rrule, starts_at, time_zone, window_start,
 * window_end, jump) gives the same instants as medsched.occurrences for the
 * rules the benchmark uses.  It is what a careful extension on top of libical
 * would do: iterate on wall-clock time and convert with PostgreSQL's own time
 * zones, which are much faster than libical's; iterate in UTC for the
 * frequencies that step in elapsed time.
 *
 * jump false walks from starts_at, as libical's documentation shows and as the
 * extensions built on it do.  jump true begins with
 * icalrecur_iterator_set_start where that can be relied on: not for rules with
 * COUNT, which libical refuses, and not below FREQ=DAILY, where libical 3.0.16
 * loses the phase of the interval (FREQ=HOURLY;INTERVAL=8 from 21:45 goes on at
 * 15:45).
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <libical/ical.h>

#include "funcapi.h"
#include "miscadmin.h"
#include "pgtime.h"
#include "utils/builtins.h"
#include "utils/datetime.h"
#include "utils/timestamp.h"

PG_MODULE_MAGIC;

PG_FUNCTION_INFO_V1(libical_occurrences);

typedef struct Expansion
{
	icalrecur_iterator *iterator;
	pg_tz	   *zone;			/* NULL: the iterator runs in UTC */
	TimestampTz from;
	TimestampTz to;
} Expansion;

static void
free_iterator(void *iterator)
{
	icalrecur_iterator_free(iterator);
}

static pg_tz *
find_zone(const char *name)
{
	pg_tz	   *zone = pg_tzset(name);

	if (zone == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("time zone \"%s\" not recognized", name)));
	return zone;
}

static struct icaltimetype
to_icaltime(Timestamp at)
{
	struct icaltimetype result = icaltime_null_time();
	struct pg_tm tm;
	fsec_t		fsec;

	if (timestamp2tm(at, NULL, &tm, &fsec, NULL, NULL) != 0)
		elog(ERROR, "timestamp out of range");
	result.year = tm.tm_year;
	result.month = tm.tm_mon;
	result.day = tm.tm_mday;
	result.hour = tm.tm_hour;
	result.minute = tm.tm_min;
	result.second = tm.tm_sec;
	return result;
}

static TimestampTz
to_instant(struct icaltimetype at, pg_tz *zone)
{
	struct pg_tm tm = {0};
	TimestampTz result;
	int			offset = 0;

	tm.tm_year = at.year;
	tm.tm_mon = at.month;
	tm.tm_mday = at.day;
	tm.tm_hour = at.hour;
	tm.tm_min = at.minute;
	tm.tm_sec = at.second;
	tm.tm_isdst = -1;
	if (zone != NULL)
		offset = DetermineTimeZoneOffset(&tm, zone);
	if (tm2timestamp(&tm, 0, &offset, &result) != 0)
		elog(ERROR, "timestamp out of range");
	return result;
}

/* The wall clock of an instant; zone NULL: UTC. */
static Timestamp
to_local(TimestampTz instant, pg_tz *zone)
{
	struct pg_tm tm;
	fsec_t		fsec;
	int			offset;
	const char *abbreviation;
	Timestamp	result;

	if (zone == NULL)
		return instant;
	if (timestamp2tm(instant, &offset, &tm, &fsec, &abbreviation, zone) != 0 ||
		tm2timestamp(&tm, fsec, NULL, &result) != 0)
		elog(ERROR, "timestamp out of range");
	return result;
}

static Expansion *
expansion_create(FunctionCallInfo fcinfo)
{
	char	   *rrule = text_to_cstring(PG_GETARG_TEXT_PP(0));
	Timestamp	starts_at = PG_GETARG_TIMESTAMP(1);
	pg_tz	   *zone = find_zone(text_to_cstring(PG_GETARG_TEXT_PP(2)));
	bool		jump = PG_GETARG_BOOL(5);
	bool		elapsed;
	Expansion  *expansion = palloc(sizeof(Expansion));
	MemoryContextCallback *callback = palloc(sizeof(MemoryContextCallback));
	struct icalrecurrencetype rule = icalrecurrencetype_from_string(rrule);

	if (rule.freq == ICAL_NO_RECURRENCE)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("invalid recurrence rule \"%s\"", rrule)));

	expansion->zone = zone;
	expansion->from = PG_GETARG_TIMESTAMPTZ(3);
	expansion->to = PG_GETARG_TIMESTAMPTZ(4);
	elapsed = rule.freq == ICAL_HOURLY_RECURRENCE ||
		rule.freq == ICAL_MINUTELY_RECURRENCE ||
		rule.freq == ICAL_SECONDLY_RECURRENCE;
	if (elapsed)
	{
		starts_at = to_instant(to_icaltime(starts_at), zone);
		expansion->zone = NULL;
	}

	expansion->iterator = icalrecur_iterator_new(rule, to_icaltime(starts_at));
	if (expansion->iterator == NULL)
		elog(ERROR, "libical cannot iterate \"%s\"", rrule);
	callback->func = free_iterator;
	callback->arg = expansion->iterator;
	MemoryContextRegisterResetCallback(CurrentMemoryContext, callback);

	if (jump && !elapsed && rule.count == 0)
	{
		/* an hour early: libical compares on its own clock, we on ours */
		Timestamp	from = to_local(expansion->from - USECS_PER_HOUR, expansion->zone);

		if (from > starts_at &&
			!icalrecur_iterator_set_start(expansion->iterator, to_icaltime(from)))
			elog(ERROR, "libical cannot start \"%s\" in its middle", rrule);
	}
	return expansion;
}

Datum
libical_occurrences(PG_FUNCTION_ARGS)
{
	FuncCallContext *context;
	Expansion  *expansion;

	if (SRF_IS_FIRSTCALL())
	{
		MemoryContext previous;

		context = SRF_FIRSTCALL_INIT();
		previous = MemoryContextSwitchTo(context->multi_call_memory_ctx);
		context->user_fctx = expansion_create(fcinfo);
		MemoryContextSwitchTo(previous);
	}
	context = SRF_PERCALL_SETUP();
	expansion = context->user_fctx;

	for (;;)
	{
		struct icaltimetype next = icalrecur_iterator_next(expansion->iterator);
		TimestampTz instant;

		CHECK_FOR_INTERRUPTS();
		if (icaltime_is_null_time(next))
			SRF_RETURN_DONE(context);
		instant = to_instant(next, expansion->zone);
		if (instant >= expansion->to)
			SRF_RETURN_DONE(context);
		if (instant >= expansion->from)
			SRF_RETURN_NEXT(context, TimestampTzGetDatum(instant));
	}
}
