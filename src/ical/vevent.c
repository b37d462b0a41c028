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

#include "catalog/pg_type.h"
#include "lib/qunique.h"
#include "miscadmin.h"
#include "utils/timestamp.h"

#include "recurrence/calendar.h"
#include "ical/vevent.h"
#include "ical/ical_rule.h"
#include "schedule/rule_cache.h"
#include "base/arguments.h"

/* libical 3 keeps INTERVAL in a short. */
#define MAX_INTERVAL 32767

/* Times being collected. */
typedef struct TimeList
{
	int64 *times;
	int	   n;
	int	   size;
} TimeList;

static void
add_time(TimeList *list, int64 time)
{
	if (list->n == list->size)
	{
		list->size = list->size == 0 ? 16 : 2 * list->size;
		if (list->times == NULL)
			list->times = palloc(list->size * sizeof(int64));
		else
			list->times = repalloc_huge(list->times, list->size * sizeof(int64));
	}
	list->times[list->n++] = time;
	check_dose_count(list->n);
}

static int
compare_times(const void *a, const void *b)
{
	int64 left = *(const int64 *) a;
	int64 right = *(const int64 *) b;

	return (left > right) - (left < right);
}

static void
sort_times(TimeList *list)
{
	if (list->n == 0)
		return;
	qsort(list->times, list->n, sizeof(int64), compare_times);
	list->n = (int) qunique(list->times, list->n, sizeof(int64), compare_times);
}

static int64
second_of(TimestampTz at)
{
	return floor_div(at, USECS_PER_SEC);
}

/* An instant as the event writes it. */
static int64
event_time(const EventTimes *times, const Zone *zone, int64 instant)
{
	return times->utc ? instant : zone_to_local(zone, instant);
}

/* The rule of a schedule without its dates. */
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

static bool
needs_single_dates(const ScheduleSource *source, const Recurrence *rule)
{
	Recurrence complete = *rule;

	recurrence_imply(&complete, floor_div(source->starts_at, USECS_PER_SEC));
	return source->cycle_days_on > 0 || rule->interval > MAX_INTERVAL || !ical_rule_fits(rule) ||
		   (rule->freq < FREQ_DAILY && rule->by != 0) ||
		   (rule->skip != SKIP_OMIT && (complete.by & (BY_MONTHDAY | BY_YEARDAY)));
}

/* Every occurrence in [from, to): the first is DTSTART, the others RDATEs. */
static bool
list_occurrences(const Schedule *schedule, const Zone *zone, TimestampTz from, TimestampTz to, EventTimes *times)
{
	ScheduleIterator *it = schedule_open(schedule, from, to);
	TimeList		  list = {NULL, 0, 0};
	TimestampTz		  at;

	while (schedule_next(it, &at))
		add_time(&list, second_of(at));
	schedule_close(it);
	if (list.n == 0)
		return false;

	times->earliest = list.times[0];
	for (int i = 0; i < list.n; i++)
		list.times[i] = event_time(times, zone, list.times[i]);
	times->start = list.times[0];
	times->rdates = list.times + 1;
	times->n_rdates = list.n - 1;
	return true;
}

/* Whether a rule, but for COUNT and UNTIL, has a local time. */
static bool
rule_has_local(const Recurrence *rule, int64 start, int64 local)
{
	RecurrenceIterator it;
	RecurrenceStep	   step;
	int64			   found;

	recurrence_open(&it, rule, start, local, local + 1);
	do
	{
		CHECK_FOR_INTERRUPTS();
		step = recurrence_next(&it, &found);
	} while (step == RECURRENCE_PAUSED);
	return step == RECURRENCE_FOUND;
}

/*
 * Add the local times to which gaps before the horizon move occurrences of a
 * rule, but for those that the rule names itself.  True: some are moved.
 */
static bool
add_moved(const Schedule *schedule, const Schedule *alone, const Recurrence *rule, int64 start, const Zone *zone,
		  int64 from, int64 horizon, TimeList *rdates)
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

			moved |= rule_has_local(rule, start, second_of(at) + stretch.offset);
			if (!rule_has_local(rule, start, local) && schedule_is_occurrence(schedule, at))
				add_time(rdates, local);
		}
		schedule_close(it);
	}
	return moved;
}

/* The wall-clock times of an array. */
static int
read_dates(ArrayType *array, int64 **dates)
{
	Datum *datums;
	int	   n;

	if (array == NULL || ARR_NDIM(array) == 0)
		return 0;
	deconstruct_array(array, TIMESTAMPOID, sizeof(Timestamp), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE, &datums, NULL, &n);
	*dates = palloc(n * sizeof(int64));
	for (int i = 0; i < n; i++)
		(*dates)[i] = floor_div(DatumGetTimestamp(datums[i]), USECS_PER_SEC);
	return n;
}

/* The dates of a schedule beside its rule. */
static void
add_dates(const ScheduleSource *source, const Schedule *schedule, const Schedule *alone, const Zone *zone,
		  const EventTimes *times, TimeList *rdates, TimeList *exdates)
{
	int64 *dates;
	int	   n = read_dates(source->rdates, &dates);

	for (int i = 0; i < n; i++)
	{
		int64		instant = zone_to_instant(zone, dates[i]);
		TimestampTz at = instant * USECS_PER_SEC;

		if (schedule_is_occurrence(schedule, at) && !schedule_is_occurrence(alone, at))
			add_time(rdates, event_time(times, zone, instant));
	}

	/* One in a gap is excluded as written and as read: programs compare either. */
	n = read_dates(source->exdates, &dates);
	for (int i = 0; i < n; i++)
	{
		int64 instant = zone_to_instant(zone, dates[i]);

		if (!schedule_is_occurrence(alone, instant * USECS_PER_SEC))
			continue;
		add_time(exdates, event_time(times, zone, instant));
		if (!times->utc)
			add_time(exdates, dates[i]);
	}
}

/* Whether a rule with COUNT begins and ends where it would without the schedule's own bounds. */
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

/* COUNT or UNTIL of the rule in the calendar, or NULL. */
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

bool
event_times_of(const ScheduleSource *source, TimestampTz effective_from, TimestampTz since, TimestampTz horizon,
			   EventTimes *times)
{
	const Zone	  *zone = zone_find(source->time_zone);
	Schedule	  *schedule = schedule_create_from(source, effective_from);
	int64		   starts_at = floor_div(source->starts_at, USECS_PER_SEC);
	ScheduleSource alone_source = rule_alone(source, source->ends_at);
	Schedule	  *alone;
	Recurrence	   rule;
	TimestampTz	   first;
	TimeList	   rdates = {NULL, 0, 0};
	TimeList	   exdates = {NULL, 0, 0};
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
	sort_times(&rdates);
	sort_times(&exdates);
	times->rdates = rdates.times;
	times->n_rdates = rdates.n;
	times->exdates = exdates.times;
	times->n_exdates = exdates.n;
	times->rrule = ical_rule_text(&rule, starts_at, times->utc ? starts_at : times->start,
								  ending);
	return true;
}
