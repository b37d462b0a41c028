/*-------------------------------------------------------------------------
 *
 * vtimezone.c
 *		The observances of a time zone, as a VTIMEZONE lists them.
 *
 * PostgreSQL's time zone data is a list of transitions.  Those alike make one
 * observance; where they end in a long run of the same weekday of the same
 * month, the run becomes a rule, which then holds for ever.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "nodes/pg_list.h"

#include "ical/vtimezone.h"
#include "recurrence/calendar.h"
#include "recurrence/parsed_rule.h"
#include "schedule/seconds.h"

#define YEAR_SECONDS (366 * (int64) SECS_PER_DAY)

/* Looked at beyond the horizon, to tell a rule from a coincidence. */
#define YEARS_AHEAD	  12
#define REGULAR_YEARS 10

/* The onsets of an observance. */
typedef struct Onsets
{
	Observance observance;
	Seconds	   locals;
} Onsets;

static const struct pg_tm *clock_at(const Zone *zone, int64 instant);
static bool				   is_daylight(const Zone *zone, int64 instant, int64 offset_from);
static List				  *add_onset(List *kinds, const Zone *zone, int64 instant, int64 offset_from, bool daylight);
static Date				   date_of(int64 local);
static bool				   same_but_for_week(int64 earlier, int64 later);
static bool				   in_last_week(Date date);
static char				  *regular_run(const Onsets *kind, int last_year, int *first);

int
vtimezone_observances(const Zone *zone, int64 from, int64 horizon, Observance **observances)
{
	int64		begin = from - YEAR_SECONDS;
	int64		end = horizon + YEARS_AHEAD * YEAR_SECONDS;
	List	   *kinds = NIL;
	ListCell   *cell;
	ZoneStretch stretch;
	int			n = 0;

	/* What held at the beginning, as if it had begun then. */
	zone_stretch_at(zone, begin, &stretch);
	kinds = add_onset(kinds, zone, begin, stretch.offset,
					  stretch.until < end && !is_daylight(zone, stretch.until, stretch.offset) && stretch.next_offset < stretch.offset);
	for (; stretch.until < end; zone_next_stretch(zone, &stretch))
	{
		CHECK_FOR_INTERRUPTS();
		kinds = add_onset(kinds, zone, stretch.until, stretch.offset, is_daylight(zone, stretch.until, stretch.offset));
	}

	*observances = palloc(2 * list_length(kinds) * sizeof(Observance));
	foreach (cell, kinds)
	{
		const Onsets *kind = lfirst(cell);
		int			  single = kind->locals.n;
		char		 *rrule = regular_run(kind, date_of(end).year - 1, &single);

		if (single > 0)
		{
			Observance *observance = &(*observances)[n++];

			*observance = kind->observance;
			observance->first = kind->locals.values[0];
			/* ical.js reads DTSTART only where there is no RDATE. */
			observance->dates = kind->locals.values;
			observance->n_dates = single > 1 ? single : 0;
		}
		if (rrule != NULL)
		{
			Observance *observance = &(*observances)[n++];

			*observance = kind->observance;
			observance->first = kind->locals.values[single];
			observance->rrule = rrule;
		}
	}
	return n;
}

/* Add an onset to its kind in a list of Onsets, and give the list. */
static List *
add_onset(List *kinds, const Zone *zone, int64 instant, int64 offset_from, bool daylight)
{
	const struct pg_tm *tm = clock_at(zone, instant);
	Observance			wanted = {.offset_from = offset_from, .daylight = daylight};
	Onsets			   *kind = NULL;
	ListCell		   *cell;

	wanted.offset_to = tm->tm_gmtoff;
	strlcpy(wanted.name, tm->tm_zone != NULL ? tm->tm_zone : "", sizeof(wanted.name));

	foreach (cell, kinds)
	{
		const Observance *known = &((Onsets *) lfirst(cell))->observance;

		if (known->offset_from == wanted.offset_from && known->offset_to == wanted.offset_to &&
			known->daylight == wanted.daylight && strcmp(known->name, wanted.name) == 0)
			kind = lfirst(cell);
	}
	if (kind == NULL)
	{
		kind = palloc0(sizeof(Onsets));
		kind->observance = wanted;
		kinds = lappend(kinds, kind);
	}
	seconds_add(&kind->locals, instant + offset_from);
	return kinds;
}

/* Read what the clocks show at an instant.  The result is overwritten by the next call. */
static const struct pg_tm *
clock_at(const Zone *zone, int64 instant)
{
	pg_time_t			time = instant + UNIX_EPOCH_AGO;
	const struct pg_tm *tm = pg_localtime(&time, zone);

	if (tm == NULL)
		elog(ERROR, "time zone \"%s\" has no local time for instant " INT64_FORMAT,
			 pg_get_timezone_name(unconstify(pg_tz *, zone)), instant);
	return tm;
}

/*
 * Tell whether an onset is one of daylight time as calendars understand it, ahead
 * of standard time.  For Ireland and Morocco the data has it the other way
 * round: the winter, or Ramadan, is the exception.
 */
static bool
is_daylight(const Zone *zone, int64 instant, int64 offset_from)
{
	bool				before = clock_at(zone, instant - 1)->tm_isdst > 0;
	const struct pg_tm *tm = clock_at(zone, instant);
	bool				after = tm->tm_isdst > 0;

	return before == after ? after : tm->tm_gmtoff > offset_from;
}

/*
 * Find the index of the first onset of a run to the last one that a yearly rule can
 * say, and the rule; or NULL.
 */
static char *
regular_run(const Onsets *kind, int last_year, int *first)
{
	int	 last = kind->locals.n - 1;
	Date date = date_of(kind->locals.values[last]);
	bool same_week = true;
	bool last_week = in_last_week(date);
	int	 run = last;
	int	 weekday = weekday_of_day((int32_t) floor_div(kind->locals.values[last], (int64) SECS_PER_DAY));

	while (run > 0 && same_but_for_week(kind->locals.values[run - 1], kind->locals.values[run]))
	{
		Date before = date_of(kind->locals.values[run - 1]);
		bool still_same = same_week && (before.day - 1) / 7 == (date.day - 1) / 7;
		bool still_last = last_week && in_last_week(before);

		if (!still_same && !still_last)
			break;
		same_week = still_same;
		last_week = still_last;
		run--;
	}
	if (last - run + 1 < REGULAR_YEARS || date.year < last_year)
		return NULL;
	*first = run;
	return psprintf("FREQ=YEARLY;BYDAY=%d%s;BYMONTH=%d", last_week ? -1 : (date.day - 1) / 7 + 1,
					rule_weekday_names[weekday], date.month);
}

static Date
date_of(int64 local)
{
	return date_from_day((int32_t) floor_div(local, (int64) SECS_PER_DAY));
}

static bool
in_last_week(Date date)
{
	return date.day + 7 > days_in_month(date.year, date.month);
}

/* Tell whether two onsets, a year apart, are alike but for the week of the month. */
static bool
same_but_for_week(int64 earlier, int64 later)
{
	Date a = date_of(earlier);
	Date b = date_of(later);

	return b.year == a.year + 1 && a.month == b.month &&
		   floor_mod(later - earlier, 7 * (int64) SECS_PER_DAY) == 0;
}
