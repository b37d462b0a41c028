/*-------------------------------------------------------------------------
 *
 * vevent.c
 *		A schedule as iCalendar tells it: DTSTART, RRULE, RDATE, EXDATE.
 *
 * A calendar must come to the very doses that we do.  Where the two part:
 *
 *	- DTSTART is an occurrence, starts_at need not be: DTSTART is the rule's
 *	  first occurrence, which has INTERVAL and COUNT begin where ours do.
 *	- An end of the schedule's, or a local UNTIL, is an UNTIL in UTC: the last
 *	  occurrence.
 *	- Steps in elapsed time: a rule of hours or less has its DTSTART in UTC.
 *	- A wall-clock time in a gap moves forward with us, and is dropped by many
 *	  (RFC 5545 section 3.3.10): where it moves to is an RDATE as well.
 *	- Cycles; SKIP, which few programs know; BY parts, which look at the wall
 *	  clock, in a rule of hours or less; an INTERVAL beyond what libical
 *	  holds: single RDATEs instead of a rule.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/timestamp.h"

#include "base/arguments.h"
#include "ical/ical_rule.h"
#include "ical/vevent.h"
#include "schedule/engine.h"
#include "schedule/rule_cache.h"
#include "schedule/schedule_iterator.h"
#include "schedule/schedule_search.h"

/* libical 3 keeps INTERVAL in a short. */
#define MAX_INTERVAL 32767

static void			  add_time(Seconds *list, int64 time);
static int64		  event_time(const EventTimes *times, const Zone *zone, int64 instant);
static ScheduleSource rule_alone(const ScheduleSource *source, TimestampTz ends_at);
static bool			  needs_single_dates(const ScheduleSource *source, const Recurrence *rule);
static bool			  list_occurrences(const Schedule *schedule, const Zone *zone, TimestampTz from, TimestampTz to, EventTimes *times);
static bool			  add_moved(const Schedule *schedule, const Schedule *alone, const Recurrence *rule, int64 start, const Zone *zone, int64 from, int64 horizon, Seconds *rdates);
static void			  add_dates(const ScheduleSource *source, const Schedule *schedule, const Schedule *alone, const Zone *zone, const EventTimes *times, Seconds *rdates, Seconds *exdates);
static bool			  count_is_whole(const ScheduleSource *source, TimestampTz first, TimestampTz last);
static char			 *rule_ending(const ScheduleSource *source, const Schedule *alone, TimestampTz first, const Recurrence *rule, bool moved);

bool
vevent_times(const ScheduleSource *source, TimestampTz effective_from, TimestampTz since, TimestampTz horizon,
			 EventTimes *times)
{
	const Zone	  *zone = zone_find(source->time_zone);
	Schedule	  *schedule = schedule_create_from(source, effective_from);
	int64		   starts_at = second_of(source->starts_at);
	ScheduleSource alone_source = rule_alone(source, source->ends_at);
	Schedule	  *alone;
	Recurrence	   rule;
	TimestampTz	   first;
	Seconds		   rdates = {0};
	Seconds		   exdates = {0};
	bool		   moved;
	char		  *ending;

	memset(times, 0, sizeof(*times));
	if (!schedule_next_occurrence(schedule, TIMESTAMP_IS_NOBEGIN(since) ? since : since - 1, &first))
		return false;
	if (source->rrule == NULL)
		return list_occurrences(schedule, zone, DT_NOBEGIN, DT_NOEND, times);

	rule = *rule_cache_find(source->rrule);
	times->utc = rule.freq < FREQ_DAILY;
	if (needs_single_dates(source, &rule))
		return list_occurrences(schedule, zone, since, horizon, times);

	alone = schedule_create_from(&alone_source, effective_from);
	if (!schedule_next_occurrence(alone, DT_NOBEGIN, &first))
		return list_occurrences(schedule, zone, DT_NOBEGIN, DT_NOEND, times);

	times->start = event_time(times, zone, second_of(first));
	moved = !times->utc &&
			add_moved(schedule, alone, &rule, starts_at, zone, second_of(first), second_of(horizon), &rdates);
	add_dates(source, schedule, alone, zone, times, &rdates, &exdates);
	ending = rule_ending(source, alone, first, &rule, moved);

	/* rdates may come before the rule's first occurrence. */
	times->earliest = second_of(first);
	if (schedule_next_occurrence(schedule, DT_NOBEGIN, &first))
		times->earliest = Min(times->earliest, second_of(first));
	seconds_sort_unique(&rdates);
	seconds_sort_unique(&exdates);
	times->rdates = rdates.values;
	times->n_rdates = rdates.n;
	times->exdates = exdates.values;
	times->n_exdates = exdates.n;
	times->rrule = ical_rule_text(&rule, starts_at, times->utc ? starts_at : times->start, ending);
	return true;
}

/* Give the rule of a schedule without its dates. */
static ScheduleSource
rule_alone(const ScheduleSource *source, TimestampTz ends_at)
{
	ScheduleSource alone = {
		.rrule = source->rrule,
		.starts_at = source->starts_at,
		.time_zone = source->time_zone,
		.ends_at = ends_at,
	};

	return alone;
}

/* List every occurrence in [from, to): the first is DTSTART, the others RDATEs. */
static bool
list_occurrences(const Schedule *schedule, const Zone *zone, TimestampTz from, TimestampTz to, EventTimes *times)
{
	ScheduleIterator *it = schedule_open(schedule, from, to);
	Seconds			  list = {0};
	TimestampTz		  at;

	while (schedule_next(it, &at))
		add_time(&list, second_of(at));
	schedule_close(it);
	if (list.n == 0)
		return false;

	times->earliest = list.values[0];
	for (int i = 0; i < list.n; i++)
		list.values[i] = event_time(times, zone, list.values[i]);
	times->start = list.values[0];
	times->rdates = list.values + 1;
	times->n_rdates = list.n - 1;
	return true;
}

static void
add_time(Seconds *list, int64 time)
{
	seconds_add(list, time);
	check_dose_count(list->n);
}

/* Give an instant as the event writes it. */
static int64
event_time(const EventTimes *times, const Zone *zone, int64 instant)
{
	return times->utc ? instant : zone_to_local(zone, instant);
}

static bool
needs_single_dates(const ScheduleSource *source, const Recurrence *rule)
{
	Recurrence complete = *rule;

	rule_imply(&complete, second_of(source->starts_at));
	return source->cycle_days_on > 0 || rule->interval > MAX_INTERVAL || !ical_rule_fits(rule) ||
		   (rule->freq < FREQ_DAILY && rule->by != 0) ||
		   (rule->skip != SKIP_OMIT && (complete.by & (BY_MONTHDAY | BY_YEARDAY)));
}

/*
 * Add the local times to which gaps before the horizon move occurrences of a
 * rule, but for those that the rule names itself.  True: some are moved.
 */
static bool
add_moved(const Schedule *schedule, const Schedule *alone, const Recurrence *rule, int64 start, const Zone *zone,
		  int64 from, int64 horizon, Seconds *rdates)
{
	ZoneStretch stretch;
	bool		moved = false;

	for (zone_stretch_at(zone, from - LOCAL_SECS_PER_DAY, &stretch); stretch.until < horizon;
		 zone_next_stretch(zone, &stretch))
	{
		int64			  width = stretch.next_offset - stretch.offset;
		ScheduleIterator *it;
		TimestampTz		  at;

		CHECK_FOR_INTERRUPTS();
		if (width <= 0)
			continue;
		it = schedule_open(alone, stretch.until * USECS_PER_SEC, (stretch.until + width) * USECS_PER_SEC);
		while (schedule_next(it, &at))
		{
			int64 local = second_of(at) + stretch.next_offset;

			moved |= engine_finds(rule, start, second_of(at) + stretch.offset);
			if (!engine_finds(rule, start, local) && schedule_is_occurrence(schedule, at))
				add_time(rdates, local);
		}
		schedule_close(it);
	}
	return moved;
}

/* Add the dates of a schedule beside its rule. */
static void
add_dates(const ScheduleSource *source, const Schedule *schedule, const Schedule *alone, const Zone *zone,
		  const EventTimes *times, Seconds *rdates, Seconds *exdates)
{
	Seconds dates = seconds_of_array(source->rdates);

	for (int i = 0; i < dates.n; i++)
	{
		int64		instant = zone_to_instant(zone, dates.values[i]);
		TimestampTz at = instant * USECS_PER_SEC;

		if (schedule_is_occurrence(schedule, at) && !schedule_is_occurrence(alone, at))
			add_time(rdates, event_time(times, zone, instant));
	}

	/* One in a gap is excluded as written and as read: programs compare either. */
	dates = seconds_of_array(source->exdates);
	for (int i = 0; i < dates.n; i++)
	{
		int64 instant = zone_to_instant(zone, dates.values[i]);

		if (!schedule_is_occurrence(alone, instant * USECS_PER_SEC))
			continue;
		add_time(exdates, event_time(times, zone, instant));
		if (!times->utc)
			add_time(exdates, dates.values[i]);
	}
}

/* Write COUNT or UNTIL of the rule in the calendar; NULL for neither. */
static char *
rule_ending(const ScheduleSource *source, const Schedule *alone, TimestampTz first, const Recurrence *rule, bool moved)
{
	TimestampTz last;

	if (rule->count == 0 && rule->until_form == UNTIL_NONE && TIMESTAMP_IS_NOEND(source->ends_at))
		return NULL;
	if (!schedule_previous_occurrence(alone, DT_NOEND, &last))
		elog(ERROR, "rule \"%s\" has a first occurrence but no last", source->rrule);

	/* A program that drops what a gap moves counts one more at the end. */
	if (rule->count > 0 && !moved && count_is_whole(source, first, last))
		return psprintf("COUNT=" INT64_FORMAT, (int64) rule->count);
	return psprintf("UNTIL=%s", ical_rule_instant(second_of(last)));
}

/* Tell whether a rule with COUNT begins and ends where it would without the schedule's own bounds. */
static bool
count_is_whole(const ScheduleSource *source, TimestampTz first, TimestampTz last)
{
	ScheduleSource unbound_source = rule_alone(source, DT_NOEND);
	Schedule	  *unbound = schedule_create(&unbound_source);
	TimestampTz	   first_unbound;
	TimestampTz	   last_unbound;

	return schedule_next_occurrence(unbound, DT_NOBEGIN, &first_unbound) && first == first_unbound &&
		   schedule_previous_occurrence(unbound, DT_NOEND, &last_unbound) && last == last_unbound;
}
