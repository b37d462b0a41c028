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
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"
#include "utils/uuid.h"

#include "base/arguments.h"
#include "base/message.h"
#include "ical/calendar_writer.h"
#include "ical/ical_rule.h"
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
	FEED_ID = SCHEDULE_NCOLUMNS,
	FEED_REPLACES,
	FEED_SUMMARY,
	FEED_DESCRIPTION,
	FEED_CREATED_AT,
	FEED_CHANGED_AT,
	FEED_MEDICATION_CREATED_AT,
	FEED_MEDICATION_CHANGED_AT,
	FEED_ENDS_AT,
	FEED_NCOLUMNS
};

static SavedPlan schedules_of_user = {
	.query = "SELECT " SCHEDULE_COLUMNS ", s.id, s.replaces,"
			 " pg_catalog.concat_ws(' ', m.name, pg_catalog.trim_scale(s.dose_amount), s.dose_unit),"
			 " s.instructions, s.created_at, {changed_at?s.changed_at|NULL::pg_catalog.timestamptz},"
			 " m.created_at, {changed_at?m.changed_at|NULL::pg_catalog.timestamptz},"
			 " LEAST(s.ends_at, m.inactivated_at)"
			 " FROM medsched.schedules AS s"
			 " JOIN medsched.medications AS m"
			 "  ON m.user_id OPERATOR(pg_catalog.=) s.user_id AND m.id OPERATOR(pg_catalog.=) s.medication_id"
			 " WHERE s.user_id OPERATOR(pg_catalog.=) $1"
			 " ORDER BY s.starts_at, s.id",
	.nargs = 1,
	.argtypes = {UUIDOID},
	.columns = {SCHEDULE_COLUMN_LIST, SCHEDULES_ID, SCHEDULES_REPLACES, COMPUTED_TEXT, SCHEDULES_INSTRUCTIONS,
				SCHEDULES_CREATED_AT, SCHEDULES_CHANGED_AT, MEDICATIONS_CREATED_AT, MEDICATIONS_CHANGED_AT, SCHEDULES_ENDS_AT},
};

/* The doses of a user that were moved, and whether they are recorded. */
static SavedPlan moved_of_user = {
	.query = "SELECT v.schedule_id, v.scheduled_for, v.due_at, v.moved_at, EXISTS (SELECT FROM medsched.dose_taken AS d"
			 " WHERE d.user_id OPERATOR(pg_catalog.=) $1 AND d.schedule_id OPERATOR(pg_catalog.=) v.schedule_id"
			 " AND d.scheduled_for OPERATOR(pg_catalog.=) v.scheduled_for)"
			 " FROM medsched.moved_doses AS v"
			 " WHERE v.user_id OPERATOR(pg_catalog.=) $1"
			 " ORDER BY v.scheduled_for",
	.nargs = 1,
	.argtypes = {UUIDOID},
	.columns = {MOVED_DOSES_SCHEDULE_ID, MOVED_DOSES_SCHEDULED_FOR, MOVED_DOSES_DUE_AT, MOVED_DOSES_MOVED_AT, COMPUTED_BOOLEAN},
};

/* A row of it. */
typedef struct MovedDose
{
	Datum	  schedule_id;
	MovedTime time;
	bool	  recorded;
} MovedDose;

/* What a call is asked for. */
typedef struct Feed
{
	TimestampTz since;
	TimestampTz horizon;
	int64		alarm; /* seconds before, or negative for none */

	const CalendarWriter *writer;
	Calendar			 *calendar;
} Feed;

/*
 * A schedule in the feed.  Schedules that replace each other are one event to a calendar,
 * which keeps its UID when it changes: the last of them has the UID of the first, as programs
 * that read the feed again put an event in place of the one by that UID.  What was before,
 * and is over, is an event of its own.
 */
typedef struct FeedSchedule FeedSchedule;

struct FeedSchedule
{
	Datum		  id;
	Datum		  replaces_id; /* 0: none */
	FeedSchedule *replaces;	   /* or NULL */
	FeedSchedule *replaced_by; /* or NULL */
	FeedSchedule *first;	   /* of those that replace each other */
	bool		  is_over;	   /* one that replaces it has events */
	TimestampTz	  created;
	int64		  changes; /* seconds from creation to the last change: more after each */
	TimestampTz	  modified;
	const char	 *time_zone;
	const char	 *summary;
	const char	 *description; /* or NULL */
	List		 *events;	   /* EventTimes */
};

/* A time zone in use, and the first instant it is used at. */
typedef struct ZoneUse
{
	const char *time_zone;
	int64		from;
} ZoneUse;

static const CalendarWriter *load_writer(void);
static void					 read_arguments(FunctionCallInfo fcinfo, Feed *feed);
static List					*read_moves(Datum user_id);
static List					*moved_of_schedule(List *moved, Datum schedule_id, TimestampTz ends_at);
static FeedSchedule			*read_schedule(uint64 row, List *moved, const Feed *feed);
static bool					 is_in_calendar(TimestampTz at);
static int64				 seconds_between(const Datum *values, const bool *isnull, int from, int to);
static char					*text_or_null(const Datum *values, const bool *isnull, int column);
static void					 link_schedules(List *schedules);
static void					 add_zones(List *schedules, const Feed *feed);
static void					 add_zone(const char *time_zone, int64 from, int64 horizon, const Feed *feed);
static ZoneUse				*find_use(List **uses, const char *time_zone, int64 from);
static void					 add_events(const FeedSchedule *schedule, const Feed *feed);
static const char			*event_uid(const FeedSchedule *schedule, const EventTimes *times);

Datum
medsched_calendar_feed(PG_FUNCTION_ARGS)
{
	MemoryContext caller = CurrentMemoryContext;
	Feed		  feed;
	Datum		  user_id;
	char		 *name;
	List		 *schedules = NIL;
	List		 *moved;
	ListCell	 *cell;
	MemoryContext old;
	char		 *words;
	text		 *result;

	read_arguments(fcinfo, &feed);
	user_id = PG_GETARG_DATUM(ARG_USER_ID);
	name = PG_ARGISNULL(ARG_NAME) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(ARG_NAME));

	/* All that follows is in SPI's memory context, and gone with it. */
	SPI_connect();
	feed.writer = load_writer();
	feed.calendar = feed.writer->create(name);
	moved = read_moves(user_id);
	run_plan(&schedules_of_user, &user_id, NULL, true, SPI_OK_SELECT, 0);
	for (uint64 i = 0; i < SPI_processed; i++)
		schedules = lappend(schedules, read_schedule(i, moved, &feed));
	link_schedules(schedules);
	add_zones(schedules, &feed);
	foreach (cell, schedules)
		add_events(lfirst(cell), &feed);
	words = feed.writer->text(feed.calendar);
	old = MemoryContextSwitchTo(caller);
	result = cstring_to_text(words);
	MemoryContextSwitchTo(old);
	SPI_finish();
	PG_RETURN_TEXT_P(result);
}

/*
 * Load the library that writes calendars: with libical, which nothing else needs.  It is
 * where PostgreSQL looks for libraries, as this one is.
 */
static const CalendarWriter *
load_writer(void)
{
	return ((const CalendarWriter *(*) (void) ) load_external_function("medsched_ical", "medsched_calendar_writer", true, NULL))();
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

/* Read the doses of a user that were moved, as MovedDoses. */
static List *
read_moves(Datum user_id)
{
	List *moved = NIL;

	check_tables();
	if (!tables_have_later_column("due_at"))
		return NIL;
	run_plan(&moved_of_user, &user_id, NULL, true, SPI_OK_SELECT, 0);
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		MovedDose *dose = palloc0(sizeof(MovedDose));
		Datum	   values[5];
		bool	   isnull[5];

		CHECK_FOR_INTERRUPTS();
		read_row(&moved_of_user, i, values, isnull);
		/* The checks of the table may be gone. */
		if (!is_in_calendar(DatumGetTimestampTz(values[1])) || !is_in_calendar(DatumGetTimestampTz(values[2])) ||
			!is_in_calendar(DatumGetTimestampTz(values[3])))
			continue;
		dose->schedule_id = values[0];
		dose->time.instant = second_of(DatumGetTimestampTz(values[1]));
		dose->time.due_at = second_of(DatumGetTimestampTz(values[2]));
		dose->time.moved_at = DatumGetTimestampTz(values[3]);
		dose->recorded = DatumGetBool(values[4]);
		moved = lappend(moved, dose);
	}
	return moved;
}

/* Give those of a schedule that ends at an instant, as MovedTimes.  One that would be due then or later does not come, if it is not recorded. */
static List *
moved_of_schedule(List *moved, Datum schedule_id, TimestampTz ends_at)
{
	List	 *times = NIL;
	ListCell *cell;

	foreach (cell, moved)
	{
		MovedDose *dose = lfirst(cell);

		if (memcmp(DatumGetUUIDP(dose->schedule_id), DatumGetUUIDP(schedule_id), UUID_LEN) != 0)
			continue;
		dose->time.absent = !dose->recorded && dose->time.due_at * USECS_PER_SEC >= ends_at;
		times = lappend(times, &dose->time);
	}
	return times;
}

/* Read a row of the query, with the events that it comes to. */
static FeedSchedule *
read_schedule(uint64 row, List *moved, const Feed *feed)
{
	FeedSchedule *schedule = palloc0(sizeof(FeedSchedule));
	Datum		  values[FEED_NCOLUMNS];
	bool		  isnull[FEED_NCOLUMNS];
	ScheduleRow	  columns;

	read_row(&schedules_of_user, row, values, isnull);
	schedule_row_read(&columns, values, isnull);
	if (!isnull[FEED_ENDS_AT])
		columns.source.ends_at = DatumGetTimestampTz(values[FEED_ENDS_AT]);

	schedule->id = values[FEED_ID];
	schedule->replaces_id = isnull[FEED_REPLACES] ? (Datum) 0 : values[FEED_REPLACES];
	for (int column = FEED_CREATED_AT; column <= FEED_MEDICATION_CHANGED_AT; column++)
	{
		/* Applications can write these columns: what is in no year is not known. */
		if (!isnull[column] && !is_in_calendar(DatumGetTimestampTz(values[column])))
			isnull[column] = true;
		if (column != FEED_MEDICATION_CREATED_AT && !isnull[column])
			schedule->modified = Max(schedule->modified, DatumGetTimestampTz(values[column]));
	}
	schedule->changes = seconds_between(values, isnull, FEED_CREATED_AT, FEED_CHANGED_AT) +
						seconds_between(values, isnull, FEED_MEDICATION_CREATED_AT, FEED_MEDICATION_CHANGED_AT);
	schedule->created = isnull[FEED_CREATED_AT] ? LOCAL_END * USECS_PER_SEC : DatumGetTimestampTz(values[FEED_CREATED_AT]);
	schedule->time_zone = columns.source.time_zone;
	schedule->summary = text_or_null(values, isnull, FEED_SUMMARY);
	schedule->description = text_or_null(values, isnull, FEED_DESCRIPTION);
	if (schedule_row_has_times(&columns))
		schedule->events = vevent_list(&columns.source, columns.effective_from,
									   moved_of_schedule(moved, schedule->id, columns.source.ends_at), feed->since, feed->horizon);
	return schedule;
}

/* Tell whether an instant is in a year that a calendar can have. */
static bool
is_in_calendar(TimestampTz at)
{
	return at >= LOCAL_MIN * USECS_PER_SEC && at < LOCAL_END * USECS_PER_SEC;
}

/* Give the seconds from one column to another; 0 where one is NULL. */
static int64
seconds_between(const Datum *values, const bool *isnull, int from, int to)
{
	if (isnull[from] || isnull[to])
		return 0;
	return Max(second_of(DatumGetTimestampTz(values[to])) - second_of(DatumGetTimestampTz(values[from])), 0);
}

static char *
text_or_null(const Datum *values, const bool *isnull, int column)
{
	return isnull[column] ? NULL : TextDatumGetCString(values[column]);
}

/*
 * Find what replaces what, and have the first of those that replace each other count all changes.
 * Rows that no trigger saw may replace each other in a circle.
 */
static void
link_schedules(List *schedules)
{
	ListCell *cell;
	ListCell *other;

	foreach (cell, schedules)
	{
		FeedSchedule *schedule = lfirst(cell);

		CHECK_FOR_INTERRUPTS();
		if (schedule->replaces_id == (Datum) 0)
			continue;
		foreach (other, schedules)
		{
			FeedSchedule *replaced = lfirst(other);

			if (replaced != schedule &&
				memcmp(DatumGetUUIDP(replaced->id), DatumGetUUIDP(schedule->replaces_id), UUID_LEN) == 0)
			{
				schedule->replaces = replaced;
				replaced->replaced_by = schedule;
			}
		}
	}
	foreach (cell, schedules)
	{
		FeedSchedule *schedule = lfirst(cell);
		FeedSchedule *later = schedule->replaced_by;
		int			  steps = list_length(schedules);

		schedule->first = schedule;
		while (schedule->first->replaces != NULL && steps-- > 0)
			schedule->first = schedule->first->replaces;
		for (steps = list_length(schedules); later != NULL && steps > 0; steps--)
		{
			schedule->is_over |= later->events != NIL;
			later = later->replaced_by;
		}
		if (schedule->first != schedule)
		{
			schedule->first->changes += schedule->changes + 1;
			schedule->first->modified = Max(schedule->first->modified, schedule->modified);
		}
	}
}

/* Add the time zones that events are written in, each once. */
static void
add_zones(List *schedules, const Feed *feed)
{
	List	 *uses = NIL;
	ListCell *cell;
	ListCell *other;
	bool	  is_empty = true;

	foreach (cell, schedules)
	{
		FeedSchedule *schedule = lfirst(cell);
		ZoneUse		 *use = NULL;

		foreach (other, schedule->events)
		{
			const EventTimes *times = lfirst(other);

			is_empty = false;
			if (times->utc)
				continue;
			if (use == NULL)
				use = find_use(&uses, schedule->time_zone, times->instant);
			use->from = Min(use->from, times->instant);
		}
	}
	foreach (cell, uses)
	{
		ZoneUse *use = lfirst(cell);

		add_zone(use->time_zone, use->from, Max(use->from, second_of(feed->horizon)), feed);
	}
	/* A calendar has one component at least (RFC 5545 section 3.6). */
	if (is_empty)
		add_zone("UTC", 0, 0, feed);
}

/* Add the definition of a time zone, for all instants from from on. */
static void
add_zone(const char *time_zone, int64 from, int64 horizon, const Feed *feed)
{
	Observance *observances;
	int			n = vtimezone_observances(zone_find(time_zone), from, horizon, &observances);

	feed->writer->add_zone(feed->calendar, time_zone, observances, n);
}

/* Find a time zone among those in use, or add it, from an instant on. */
static ZoneUse *
find_use(List **uses, const char *time_zone, int64 from)
{
	ListCell *cell;
	ZoneUse	 *use;

	foreach (cell, *uses)
	{
		use = lfirst(cell);
		if (strcmp(use->time_zone, time_zone) == 0)
			return use;
	}
	use = palloc(sizeof(ZoneUse));
	use->time_zone = time_zone;
	use->from = from;
	*uses = lappend(*uses, use);
	return use;
}

static void
add_events(const FeedSchedule *schedule, const Feed *feed)
{
	CalendarEvent event = {
		.summary = schedule->summary,
		.description = schedule->description,
		.modified = schedule->first->modified,
		.sequence = (int) Min(schedule->first->changes, PG_INT32_MAX),
		.time_zone = schedule->time_zone,
	};
	ListCell *cell;

	foreach (cell, schedule->events)
	{
		CalendarEvent moved = event;

		event.times = lfirst(cell);
		event.uid = event_uid(schedule, event.times->of != NULL ? event.times->of : event.times);
		if (event.times->moved == NULL)
		{
			feed->writer->add_event(feed->calendar, &event, feed->alarm);
			continue;
		}
		/* Moved once more, it is a later version of the same event. */
		moved.times = event.times;
		moved.uid = event.uid;
		moved.modified = Max(event.modified, event.times->moved->moved_at);
		moved.sequence = (int) Min(Max(event.sequence, (event.times->moved->moved_at - schedule->created) / USECS_PER_SEC), PG_INT32_MAX);
		feed->writer->add_event(feed->calendar, &moved, feed->alarm);
	}
}

/*
 * Give the UID of an event: of a single dose by when it is, else by its place among the
 * events of its schedule, so that it stays when their times change.
 */
static const char *
event_uid(const FeedSchedule *schedule, const EventTimes *times)
{
	StringInfoData uid;

	initStringInfo(&uid);
	if (schedule->is_over && times->rrule != NULL)
		appendStringInfo(&uid, "%s-replaced", uuid_text(schedule->id));
	else
		appendStringInfoString(&uid, uuid_text(schedule->first->id));
	if (times->nth > 1)
		appendStringInfo(&uid, "-%d", times->nth);
	if (times->rrule == NULL || times->goes_on)
		appendStringInfo(&uid, "-%s", ical_instant_text(times->instant));
	appendStringInfoString(&uid, "@medsched");
	return uid.data;
}
