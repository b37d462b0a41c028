/*-------------------------------------------------------------------------
 *
 * zone.c
 *		Wall clock to instant and back.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "base/message.h"
#include "recurrence/calendar.h"
#include "schedule/zone.h"

/*
 * No zone is further than this from UTC, and no transition moves a clock by
 * more than a day: a local time is read with an offset that held no earlier
 * than this before it.
 */
#define LOOK_BACK (2 * (int64) SECS_PER_DAY)

static bool is_listed(const char *name);
static bool is_zone_of(pg_tz *zone, const char *name);
static int	next_boundary(const Zone *zone, pg_time_t time, pg_time_t *boundary, long *before, long *after);

/*
 * The zone found last is kept, for a person's schedules are mostly in one: finding it again costs as much as
 * opening a rule.  A backend reads a zone's data once.
 */
const Zone *
zone_lookup(const char *name)
{
	static char	  last_name[TZ_STRLEN_MAX + 1];
	static pg_tz *last_zone = NULL;
	pg_tz		 *zone;

	if (last_zone != NULL && strcmp(last_name, name) == 0)
		return last_zone;
	zone = name[0] == '\0' ? NULL : pg_tzset(name);
	if (zone == NULL || !is_zone_of(zone, name))
		return NULL;
	strlcpy(last_name, name, sizeof(last_name));
	last_zone = zone;
	return zone;
}

/* Tell whether a zone that pg_tzset made of a name is the zone of that name, spelled so. */
static bool
is_zone_of(pg_tz *zone, const char *name)
{
	static char last_listed[TZ_STRLEN_MAX + 1];

	if (strcmp(pg_get_timezone_name(zone), name) != 0)
		return false;

	/*
	 * pg_tzset also takes POSIX zone strings, and those have a digit.  The few
	 * names that have one are looked up in the list, which is slow.
	 */
	if (strpbrk(name, "0123456789<") != NULL && strcmp(name, last_listed) != 0)
	{
		if (!is_listed(name))
			return false;
		strlcpy(last_listed, name, sizeof(last_listed));
	}
	return pg_tz_acceptable(zone);
}

/* Tell whether a zone is one of pg_timezone_names, by looking through them all. */
static bool
is_listed(const char *name)
{
	pg_tzenum *list = pg_tzenumerate_start();
	pg_tz	  *zone;
	bool	   found = false;

	while (!found && (zone = pg_tzenumerate_next(list)) != NULL)
		found = strcmp(pg_get_timezone_name(zone), name) == 0;
	pg_tzenumerate_end(list);
	return found;
}

const Zone *
zone_find(const char *name)
{
	const Zone *zone = zone_lookup(name);
	pg_tz	   *meant;

	if (zone != NULL)
		return zone;

	meant = name[0] == '\0' ? NULL : pg_tzset(name);
	if (meant != NULL && strcmp(pg_get_timezone_name(meant), name) != 0)
		ereport(ERROR,
				(errcode_medsched(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("time zone \"%s\" is not spelled as its name", short_text(name)),
				 errhint("Write \"%s\".", pg_get_timezone_name(meant))));
	ereport(ERROR,
			(errcode_medsched(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("time zone \"%s\" is not known", short_text(name)),
			 errdetail("Time zones are IANA names such as \"Europe/Berlin\"; offsets and POSIX zone strings are not "
					   "taken, because they do not follow a place when its rules change."),
			 errhint("The names are in the view pg_timezone_names.")));
}

void
zone_stretch_at(const Zone *zone, int64 instant, ZoneStretch *stretch)
{
	pg_time_t time = instant + UNIX_EPOCH_AGO;
	pg_time_t boundary;
	long	  before;
	long	  after;
	int		  found;

	/* Transitions that change only the name of the time are none. */
	while ((found = next_boundary(zone, time, &boundary, &before, &after)) == 1 && before == after)
		time = boundary;

	if (found < 0)
		elog(ERROR, "time zone \"%s\" has no offset for instant " INT64_FORMAT, pg_get_timezone_name(unconstify(pg_tz *, zone)),
			 instant);
	stretch->offset = before;
	stretch->until = PG_INT64_MAX;
	stretch->next_offset = before;
	stretch->local_until = PG_INT64_MAX;
	if (found == 1)
	{
		stretch->until = boundary - UNIX_EPOCH_AGO;
		stretch->next_offset = after;
		stretch->local_until = stretch->until + Max(before, after);
	}
}

/*
 * Do as pg_next_dst_boundary, made right for the last transition that is stored.
 * PostgreSQL keeps a zone's transitions for some centuries and reads a later
 * time as the same time so many cycles of 400 years before.  At the instant of
 * the last transition, and 400 years later and so on, it answers that there is
 * no next one.  A second later it knows better.
 */
static int
next_boundary(const Zone *zone, pg_time_t time, pg_time_t *boundary, long *before, long *after)
{
	pg_time_t later = time + 1;
	int		  before_isdst;
	int		  after_isdst;
	int		  found = pg_next_dst_boundary(&time, before, &before_isdst, boundary, after, &after_isdst, zone);

	if (found == 0)
		found = pg_next_dst_boundary(&later, before, &before_isdst, boundary, after, &after_isdst, zone);
	return found;
}

void
zone_next_stretch(const Zone *zone, ZoneStretch *stretch)
{
	zone_stretch_at(zone, stretch->until, stretch);
}

void
zone_stretch_at_local(const Zone *zone, int64 local, ZoneStretch *stretch)
{
	zone_stretch_at(zone, local - LOOK_BACK, stretch);
	while (local >= stretch->local_until)
		zone_next_stretch(zone, stretch);
}

int64
zone_to_instant(const Zone *zone, int64 local)
{
	ZoneStretch stretch;

	zone_stretch_at_local(zone, local, &stretch);
	return local - stretch.offset;
}

int64
zone_to_local(const Zone *zone, int64 instant)
{
	ZoneStretch stretch;

	zone_stretch_at(zone, instant, &stretch);
	return instant + stretch.offset;
}
