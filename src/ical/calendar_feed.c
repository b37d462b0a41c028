/*-------------------------------------------------------------------------
 *
 * calendar_feed.c
 *		calendar_feed: a user's schedules as an iCalendar object.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "base/arguments.h"
#include "base/message.h"
#include "ical/vcalendar.h"
#include "recurrence/calendar.h"
#include "tables/saved_plan.h"
#include "tables/schedule_row.h"

PG_FUNCTION_INFO_V1(medsched_calendar_feed);

/* The arguments of calendar_feed, in their order. */
enum
{
	ARG_USER_ID,
	ARG_NAME,
	ARG_ALARM,
	ARG_SINCE,
	ARG_HORIZON
};

/* The columns of the query after those of SCHEDULE_COLUMNS. */
enum
{
	FEED_UID = SCHEDULE_NCOLUMNS,
	FEED_SUMMARY,
	FEED_DESCRIPTION,
	FEED_STAMP,
	FEED_ENDS_AT,
	FEED_NCOLUMNS
};

static SavedPlan schedules_of_user = {
	.query = "SELECT " SCHEDULE_COLUMNS ", pg_catalog.concat(s.id, '@medsched'),"
			 " pg_catalog.concat_ws(' ', m.name, pg_catalog.trim_scale(s.dose_amount), s.dose_unit),"
			 " s.instructions, s.created_at, LEAST(s.ends_at, m.inactivated_at)"
			 " FROM medsched.schedules AS s"
			 " JOIN medsched.medications AS m"
			 "  ON m.user_id OPERATOR(pg_catalog.=) s.user_id AND m.id OPERATOR(pg_catalog.=) s.medication_id"
			 " WHERE s.user_id OPERATOR(pg_catalog.=) $1 AND NOT s.as_needed"
			 " ORDER BY s.starts_at, s.id",
	.nargs = 1,
	.argtypes = {UUIDOID},
	.columns = {SCHEDULE_COLUMN_LIST, COMPUTED_TEXT, COMPUTED_TEXT, SCHEDULES_INSTRUCTIONS, SCHEDULES_CREATED_AT,
				SCHEDULES_ENDS_AT},
};

/* What a call is asked for. */
typedef struct Feed
{
	TimestampTz since;
	TimestampTz horizon;
	int64		alarm; /* seconds before, or negative for none */
} Feed;

/* A time zone in use, and the first instant it is used at. */
typedef struct ZoneUse
{
	const char *time_zone;
	int64		from;
} ZoneUse;

static void	 read_arguments(FunctionCallInfo fcinfo, Feed *feed);
static bool	 read_event(uint64 row, const Feed *feed, CalendarEvent *event);
static char *text_or_null(const Datum *values, const bool *isnull, int column);
static void	 add_zones(Calendar *calendar, List *events, const Feed *feed);

Datum
medsched_calendar_feed(PG_FUNCTION_ARGS)
{
	MemoryContext caller = CurrentMemoryContext;
	Feed		  feed;
	Datum		  user_id;
	char		 *name;
	Calendar	 *calendar;
	List		 *events = NIL;
	ListCell	 *cell;
	MemoryContext old;
	char		 *words;
	text		 *result;

	read_arguments(fcinfo, &feed);
	user_id = PG_GETARG_DATUM(ARG_USER_ID);
	name = PG_ARGISNULL(ARG_NAME) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(ARG_NAME));

	/* All that follows is in SPI's memory context, and gone with it. */
	SPI_connect();
	calendar = vcalendar_create(name);
	run_plan(&schedules_of_user, &user_id, NULL, true, SPI_OK_SELECT, 0);
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		CalendarEvent *event = palloc(sizeof(CalendarEvent));

		if (read_event(i, &feed, event))
			events = lappend(events, event);
	}
	/* A calendar has one component at least (RFC 5545 section 3.6). */
	if (events == NIL)
		vcalendar_add_zone(calendar, "UTC", 0, 0);
	add_zones(calendar, events, &feed);
	foreach (cell, events)
		vcalendar_add_event(calendar, lfirst(cell), feed.alarm);
	words = vcalendar_text(calendar);
	old = MemoryContextSwitchTo(caller);
	result = cstring_to_text(words);
	MemoryContextSwitchTo(old);
	SPI_finish();
	PG_RETURN_TEXT_P(result);
}

static void
read_arguments(FunctionCallInfo fcinfo, Feed *feed)
{
	require_argument(fcinfo, ARG_USER_ID, "user_id");
	require_argument(fcinfo, ARG_HORIZON, "horizon");
	feed->horizon = PG_GETARG_TIMESTAMPTZ(ARG_HORIZON);
	feed->since = PG_ARGISNULL(ARG_SINCE) ? DT_NOBEGIN : PG_GETARG_TIMESTAMPTZ(ARG_SINCE);
	require_finite(feed->horizon, "horizon");
	if (TIMESTAMP_IS_NOEND(feed->since))
		ereport(ERROR, (errcode_medsched(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("since must not be infinity")));
	if (feed->since > feed->horizon)
		ereport(ERROR,
				(errcode_medsched(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("horizon must not be before since"),
				 errdetail("The horizon is %s, since is %s.", timestamptz_to_str(feed->horizon),
						   pstrdup(timestamptz_to_str(feed->since)))));

	feed->alarm = -1;
	if (!PG_ARGISNULL(ARG_ALARM))
	{
		static const Interval none = {.day = 0};
		static const Interval week = {.day = 7};
		const Interval		 *alarm = PG_GETARG_INTERVAL_P(ARG_ALARM);

		if (DatumGetInt32(DirectFunctionCall2(interval_cmp, IntervalPGetDatum(alarm), IntervalPGetDatum(&none))) < 0 ||
			DatumGetInt32(DirectFunctionCall2(interval_cmp, IntervalPGetDatum(alarm), IntervalPGetDatum(&week))) > 0)
			ereport(ERROR,
					(errcode_medsched(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("alarm is out of range"),
					 errdetail("It is %s.", DatumGetCString(DirectFunctionCall1(interval_out, PG_GETARG_DATUM(ARG_ALARM)))),
					 errhint("It is how long before a dose to remind, from 0 to 7 days.")));
		feed->alarm = ((int64) alarm->month * DAYS_PER_MONTH + alarm->day) * SECS_PER_DAY + floor_div(alarm->time, USECS_PER_SEC);
	}
}

/* Read an event from a row of the query; false: it has no dose from since on. */
static bool
read_event(uint64 row, const Feed *feed, CalendarEvent *event)
{
	Datum		values[FEED_NCOLUMNS];
	bool		isnull[FEED_NCOLUMNS];
	ScheduleRow schedule;

	read_row(&schedules_of_user, row, values, isnull);
	schedule_row_read(&schedule, values, isnull);
	if (!isnull[FEED_ENDS_AT])
		schedule.source.ends_at = DatumGetTimestampTz(values[FEED_ENDS_AT]);

	event->uid = text_or_null(values, isnull, FEED_UID);
	event->summary = text_or_null(values, isnull, FEED_SUMMARY);
	event->description = text_or_null(values, isnull, FEED_DESCRIPTION);
	event->stamp = isnull[FEED_STAMP] ? 0 : DatumGetTimestampTz(values[FEED_STAMP]);
	event->time_zone = schedule.source.time_zone;
	return vevent_times(&schedule.source, schedule.effective_from, feed->since, feed->horizon, &event->times);
}

static char *
text_or_null(const Datum *values, const bool *isnull, int column)
{
	return isnull[column] ? NULL : TextDatumGetCString(values[column]);
}

/* Add the time zones that events are written in, each once. */
static void
add_zones(Calendar *calendar, List *events, const Feed *feed)
{
	List	 *uses = NIL;
	ListCell *cell;
	ListCell *other;

	foreach (cell, events)
	{
		CalendarEvent *event = lfirst(cell);
		ZoneUse		  *use = NULL;

		if (event->times.utc)
			continue;
		foreach (other, uses)
		{
			if (strcmp(((ZoneUse *) lfirst(other))->time_zone, event->time_zone) == 0)
				use = lfirst(other);
		}
		if (use == NULL)
		{
			use = palloc(sizeof(ZoneUse));
			use->time_zone = event->time_zone;
			use->from = event->times.earliest;
			uses = lappend(uses, use);
		}
		use->from = Min(use->from, event->times.earliest);
	}
	foreach (cell, uses)
	{
		ZoneUse *use = lfirst(cell);

		vcalendar_add_zone(calendar, use->time_zone, use->from, Max(use->from, second_of(feed->horizon)));
	}
}
