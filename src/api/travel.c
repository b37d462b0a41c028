/*-------------------------------------------------------------------------
 *
 * travel.c
 *		A schedule that goes over to another time zone.
 *
 * Going west, the new clock repeats hours that the old one has shown; going
 * east, it leaves hours out.  What is repeated must not be taken twice, and
 * what is left out must not be missed.  The same holds at an UNTIL in UTC, which
 * is another wall-clock time in each zone: each last dose stays one.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "base/message.h"
#include "schedule/engine.h"
#include "schedule/rule_cache.h"
#include "schedule/schedule_search.h"
#include "api/travel.h"
#include "base/arguments.h"

/* Two zones differ by at most 26 hours, and each by an hour or two from itself. */
#define LOOK_AROUND (2 * LOCAL_SECS_PER_DAY)

/* Transitions are at multiples of it: a step over an hour that comes twice. */
#define STEP_OUT_OF_OVERLAP (15 * 60)

/* A schedule on its way. */
typedef struct Journey
{
	Datum			id;
	ScheduleRow		row; /* in the new zone */
	const Zone	   *old_zone;
	const Zone	   *new_zone;
	const Schedule *old_schedule;
	const Schedule *new_schedule;
	int64			at;
	Seconds			wanted; /* instants that shall be doses */
	Seconds			given;	/* instants that the new schedule has */
} Journey;

static void		  keep_instants(Journey *journey, ScheduleJson *changes);
static void		  keep_wall_clock(Journey *journey, ScheduleJson *changes);
static void		  look_around(Journey *journey, int64 instant);
static void		  look_at(Journey *journey, int64 local);
static int64	  local_that_gives(const Zone *zone, int64 instant);
static Timestamp  timestamp_of(int64 local);
static ArrayType *add_to_array(ArrayType *array, const Zone *zone, const Seconds *add, const Seconds *unless);
static int64	  same_instant(Journey *journey, int64 instant);
static ArrayType *rewrite_array(Journey *journey, ArrayType *array);
static ArrayType *array_of(const Seconds *locals);

void
travel(const StoredSchedule *schedule, TimestampTz at, ScheduleJson *changes)
{
	Journey	  journey = {0};
	Schedule *target;

	Assert(changes->nulls[KEY_TIME_ZONE] == ' ');
	journey.id = schedule->id;
	journey.row = schedule->row;
	journey.at = ceil_to_second(at) / USECS_PER_SEC;
	journey.old_zone = zone_find(journey.row.source.time_zone);
	journey.row.source.time_zone = TextDatumGetCString(changes->values[KEY_TIME_ZONE]);
	journey.new_zone = zone_find(journey.row.source.time_zone);

	if (journey.row.as_needed ||
		(journey.row.source.rrule != NULL && rule_cache_find(journey.row.source.rrule)->freq < FREQ_DAILY))
	{
		keep_instants(&journey, changes);
		return;
	}

	target = schedule_create_from(&journey.row.source, Max(at, journey.row.effective_from));
	journey.new_schedule = target;
	journey.old_schedule = schedule_row_schedule(unconstify(ScheduleRow *, &schedule->row));
	keep_wall_clock(&journey, changes);
}

/* Write a schedule in elapsed time, or as needed, in the new zone. */
static void
keep_instants(Journey *journey, ScheduleJson *changes)
{
	const ScheduleSource *source = &journey->row.source;
	int64				  start = zone_to_instant(journey->old_zone, second_of(source->starts_at));

	/* As needed, effective_from is bound enough. */
	change_column(changes, KEY_STARTS_AT,
				  TimestampGetDatum(timestamp_of(journey->row.as_needed ? zone_to_local(journey->new_zone, start)
																		: same_instant(journey, start))));
	change_column(changes, KEY_RDATES, PointerGetDatum(rewrite_array(journey, source->rdates)));
	change_column(changes, KEY_EXDATES, PointerGetDatum(rewrite_array(journey, source->exdates)));
}

/* Let each wall-clock time be a dose once. */
static void
keep_wall_clock(Journey *journey, ScheduleJson *changes)
{
	const ScheduleSource *source = &journey->row.source;

	/* A schedule that another one precedes has no dose by the old clock yet. */
	if (journey->row.effective_from <= journey->at * USECS_PER_SEC)
		look_around(journey, journey->at);
	if (source->rrule != NULL && rule_cache_find(source->rrule)->until_form == UNTIL_INSTANT)
		look_around(journey, rule_cache_find(source->rrule)->until);

	seconds_sort_unique(&journey->wanted);
	seconds_sort_unique(&journey->given);
	change_column(changes, KEY_RDATES,
				  PointerGetDatum(add_to_array(source->rdates, journey->new_zone, &journey->wanted, &journey->given)));
	change_column(changes, KEY_EXDATES,
				  PointerGetDatum(add_to_array(source->exdates, journey->new_zone, &journey->given, &journey->wanted)));
}

/* Look at each wall-clock time that is near an instant by either clock. */
static void
look_around(Journey *journey, int64 instant)
{
	const ScheduleSource *source = &journey->row.source;
	int64				  start = second_of(source->starts_at);
	int64				  from = Max(start, zone_to_local(journey->old_zone, instant) - LOOK_AROUND);
	int64				  to = zone_to_local(journey->old_zone, instant) + LOOK_AROUND;
	Seconds				  dates = seconds_of_array(source->rdates);

	if (source->rrule == NULL)
		seconds_add(&dates, start);
	for (int i = 0; i < dates.n; i++)
	{
		if (dates.values[i] >= from && dates.values[i] < to)
			look_at(journey, dates.values[i]);
	}

	if (source->rrule != NULL && from < to)
	{
		Recurrence		   rule = *rule_cache_find(source->rrule);
		RecurrenceIterator engine;
		int64			   local;

		recurrence_open(&engine, &rule, start, from, to);
		while (engine_next(&engine, &local))
			look_at(journey, local);
	}
}

/*
 * A wall-clock time: is it still to come by the old clock, and does the new
 * schedule have it?  Both schedules know their bounds, COUNT, cycle and dates.
 */
static void
look_at(Journey *journey, int64 local)
{
	int64 old_instant = zone_to_instant(journey->old_zone, local);
	int64 new_instant = zone_to_instant(journey->new_zone, local);

	if (old_instant >= journey->at && old_instant * USECS_PER_SEC < journey->row.ends_at &&
		schedule_is_occurrence(journey->old_schedule, old_instant * USECS_PER_SEC))
		seconds_add(&journey->wanted, new_instant >= journey->at ? new_instant : old_instant);
	if (schedule_is_occurrence(journey->new_schedule, new_instant * USECS_PER_SEC))
		seconds_add(&journey->given, new_instant);
	check_dose_count(journey->wanted.n);
}

/*
 * The wall-clock time that is read as an instant.  An instant in the second
 * coming of an hour has none: take the first after it.
 */
static int64
local_that_gives(const Zone *zone, int64 instant)
{
	while (zone_to_instant(zone, zone_to_local(zone, instant)) != instant)
		instant += STEP_OUT_OF_OVERLAP;
	return zone_to_local(zone, instant);
}

static Timestamp
timestamp_of(int64 local)
{
	return local * USECS_PER_SEC;
}

/* An array of wall-clock times, and with it those instants that are not in another list. */
static ArrayType *
add_to_array(ArrayType *array, const Zone *zone, const Seconds *add_these, const Seconds *unless)
{
	Seconds locals = seconds_of_array(array);

	for (int i = 0; i < add_these->n; i++)
	{
		if (!seconds_contain(unless, add_these->values[i]))
			seconds_add(&locals, local_that_gives(zone, add_these->values[i]));
	}
	return array_of(&locals);
}

/* What the new clock shows at an instant that must stay that instant. */
static int64
same_instant(Journey *journey, int64 instant)
{
	int64 local = zone_to_local(journey->new_zone, instant);

	if (zone_to_instant(journey->new_zone, local) != instant)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("schedule \"%s\" cannot be written in time zone \"%s\"",
						uuid_text(journey->id), journey->row.source.time_zone),
				 errdetail("It has %s, in an hour that comes twice there; only its first coming can be written.",
						   instant_text(instant * USECS_PER_SEC)),
				 errhint("Set its time_zone_pinned, or call medsched.revise_schedule() with a starts_at.")));
	return local;
}

/* The same instants in the new zone; those that are over are left behind. */
static ArrayType *
rewrite_array(Journey *journey, ArrayType *array)
{
	Seconds locals = seconds_of_array(array);
	Seconds rewritten = {0};

	for (int i = 0; i < locals.n; i++)
	{
		int64 instant = zone_to_instant(journey->old_zone, locals.values[i]);

		if (instant >= journey->at)
			seconds_add(&rewritten, same_instant(journey, instant));
	}
	return array_of(&rewritten);
}

static ArrayType *
array_of(const Seconds *locals)
{
	Datum *elements = palloc(sizeof(Datum) * Max(locals->n, 1));

	for (int i = 0; i < locals->n; i++)
		elements[i] = TimestampGetDatum(timestamp_of(locals->values[i]));
	return construct_array(elements, locals->n, TIMESTAMPOID, sizeof(Timestamp), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE);
}
