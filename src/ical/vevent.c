/*-------------------------------------------------------------------------
 *
 * vevent.c
 *		A schedule as the events of a calendar: DTSTART, RRULE, EXDATE.
 *
 * All programs must come to the very doses that we do.  So a rule is taken apart
 * (event_rules.h), each part becomes a series of events, and the rest becomes
 * single events, which are written in UTC:
 *
 *	- DTSTART is a dose, starts_at need not be.
 *	- COUNT, UNTIL and the ends of the schedule and its medication are a COUNT, of
 *	  several series where it is long: programs differ in what instant an UNTIL is.  One
 *	  beyond the horizon is an UNTIL.
 *	- Programs differ in what they make of a wall-clock time that does not come,
 *	  or comes twice, when the clocks change, and some in what comes after it.  Such a
 *	  dose is a single event, and its series ends before it and goes on as another after it.
 *	- In a cycle with more days on than off, a series leaves the days off out by EXDATE.
 *	  It ends at the horizon, lest there be doses on days off beyond it.
 *	- RDATE is no part of what all programs read: dates are single events.
 *	- A dose that was moved overrides its occurrence by RECURRENCE-ID, or is a single event.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/timestamp.h"

#include "base/arguments.h"
#include "ical/event_rules.h"
#include "ical/ical_rule.h"
#include "ical/vevent.h"
#include "schedule/engine.h"
#include "schedule/schedule_iterator.h"
#include "schedule/schedule_search.h"

/* Outlook has three digits for it, Google Calendar's own form two years of days. */
#define MAX_COUNT 730

/* No occurrence: after every instant. */
#define NEVER PG_INT64_MAX

/* A part of the rule in a calendar, between two doses that have to be single events. */
typedef struct Series
{
	int		 nth;	   /* of the parts of the rule, from 1 */
	bool	 goes_on;  /* after a piece of the same part */
	Schedule schedule; /* the rule alone, on the clock that it is written in */
	bool	 utc;
	int64	 first; /* DTSTART, a dose */
	int64	 last;	/* its last occurrence, or NEVER: it has none */
	int		 count; /* from the first to the last; 0: not counted */
	Seconds	 exdates;
} Series;

/* What a schedule is while it is written as events. */
typedef struct EventList
{
	const ScheduleSource *source;
	const Schedule		 *schedule;
	int64				  horizon;
	List				 *moved; /* MovedTimes */
	List				 *series;
	Seconds				  singles; /* instants */
} EventList;

static bool				open_series(EventList *list, TimestampTz effective_from);
static void				add_pieces(EventList *list, Series *whole, bool ends);
static Seconds			irregular_occurrences(const EventList *list, const Series *series);
static bool				is_plain(const Series *series, int64 instant);
static void				add_counted(EventList *list, Series *whole);
static void				add_open(EventList *list, Series *whole, bool ends);
static void				add_series(EventList *list, Series *whole, const Series *piece);
static void				add_days_off(const EventList *list, Series *series);
static void				add_exdates(const EventList *list, Series *series);
static void				add_moved_single(EventList *list, const MovedTime *move);
static List			   *add_overriding(const EventList *list, List *events, const Series *series, EventTimes *event);
static const MovedTime *find_move_of(const EventList *list, int64 instant);
static bool				has_moved_from(List *moved, int64 instant);
static bool				has_occurrence(const Series *series, int64 instant);
static bool				is_utc(const Zone *zone, int64 instant);
static void				add_doses(EventList *list, TimestampTz from, TimestampTz to);
static void				add_rdates(EventList *list);
static bool				is_covered(const EventList *list, int64 instant);
static List			   *add_event(List *events, bool utc, int64 start, int64 instant);
static void				add_time(Seconds *times, int64 time);
static int64			clock_time(const Series *series, int64 instant);

List *
vevent_list(const ScheduleSource *source, TimestampTz effective_from, List *moved, TimestampTz since, TimestampTz horizon)
{
	EventList	list = {.source = source, .schedule = schedule_create_from(source, effective_from), .horizon = second_of(horizon), .moved = moved};
	List	   *events = NIL;
	List	   *overriding = NIL;
	ListCell   *cell;
	TimestampTz first;

	if (!schedule_next_occurrence(list.schedule, TIMESTAMP_IS_NOBEGIN(since) ? since : since - 1, &first) &&
		!has_moved_from(moved, TIMESTAMP_IS_NOBEGIN(since) ? PG_INT64_MIN : second_of(since)))
		return NIL;
	if (source->rrule == NULL)
		add_doses(&list, DT_NOBEGIN, DT_NOEND);
	else
	{
		if (!open_series(&list, effective_from))
			add_doses(&list, since, horizon);
		add_rdates(&list);
	}

	foreach (cell, list.series)
	{
		Series	   *series = lfirst(cell);
		EventTimes *event;

		events = add_event(events, series->utc, clock_time(series, series->first), series->first);
		event = llast(events);
		event->rrule = ical_rule_text(&series->schedule.rule, series->count, series->last);
		event->exdates = series->exdates;
		event->nth = series->nth;
		event->goes_on = series->goes_on;
		overriding = add_overriding(&list, overriding, series, event);
	}
	events = list_concat(events, overriding);
	foreach (cell, moved)
		add_moved_single(&list, lfirst(cell));
	seconds_sort_unique(&list.singles);
	for (int i = 0; i < list.singles.n; i++)
	{
		int64			 instant = list.singles.values[i];
		const MovedTime *move = find_move_of(&list, instant);
		int64			 due_at = move == NULL ? instant : move->due_at;

		CHECK_FOR_INTERRUPTS();
		if (due_at * USECS_PER_SEC < since || (move != NULL && move->absent) || is_covered(&list, instant))
			continue;
		events = add_event(events, true, due_at, instant);
		((EventTimes *) llast(events))->moved = move;
	}
	return events;
}

/* Add a dose that was moved to the single events, where the schedule has it: it may have come before what is listed. */
static void
add_moved_single(EventList *list, const MovedTime *move)
{
	CHECK_FOR_INTERRUPTS();
	if (schedule_is_occurrence(list->schedule, move->instant * USECS_PER_SEC))
		add_time(&list->singles, move->instant);
}

/* Add the doses of an event with a rule that were moved; one that does not come at all, the event leaves out. */
static List *
add_overriding(const EventList *list, List *events, const Series *series, EventTimes *event)
{
	ListCell *cell;

	foreach (cell, list->moved)
	{
		const MovedTime *move = lfirst(cell);
		EventTimes		*override;

		CHECK_FOR_INTERRUPTS();
		if (!has_occurrence(series, move->instant) || !schedule_is_occurrence(list->schedule, move->instant * USECS_PER_SEC))
			continue;
		if (move->absent)
		{
			add_time(&event->exdates, clock_time(series, move->instant));
			seconds_sort_unique(&event->exdates);
			continue;
		}
		events = add_event(events, true, move->due_at, move->instant);
		override = llast(events);
		override->moved = move;
		override->of = event;
		override->recurrence_id = clock_time(series, move->instant);
	}
	return events;
}

/* Find what is moved at an instant; NULL: nothing. */
static const MovedTime *
find_move_of(const EventList *list, int64 instant)
{
	ListCell *cell;

	foreach (cell, list->moved)
	{
		if (((const MovedTime *) lfirst(cell))->instant == instant)
			return lfirst(cell);
	}
	return NULL;
}

/* Tell whether a dose was moved to an instant or after it. */
static bool
has_moved_from(List *moved, int64 instant)
{
	ListCell *cell;

	foreach (cell, moved)
	{
		const MovedTime *move = lfirst(cell);

		if (!move->absent && move->due_at >= instant)
			return true;
	}
	return false;
}

static List *
add_event(List *events, bool utc, int64 start, int64 instant)
{
	EventTimes *event = palloc0(sizeof(EventTimes));

	event->utc = utc;
	event->start = start;
	event->instant = instant;
	return lappend(events, event);
}

/* Add series for the parts of the rule; false: it has no parts that programs read. */
static bool
open_series(EventList *list, TimestampTz effective_from)
{
	const ScheduleSource *source = list->source;
	ScheduleSource		  alone = *source;
	Schedule			 *rule;
	TimestampTz			  last;
	bool				  ends;
	List				 *rules;
	ListCell			 *cell;

	if (source->cycle_days_off > source->cycle_days_on)
		return false;
	alone.rdates = NULL;
	alone.exdates = NULL;
	rule = schedule_create_from(&alone, effective_from);
	ends = rule->rule.count > 0 || rule->rule.until_form != UNTIL_NONE || !TIMESTAMP_IS_NOEND(source->ends_at);
	if (ends)
	{
		if (!schedule_previous_occurrence(rule, DT_NOEND, &last))
			return true;
		rule->end = second_of(last) + 1;
	}
	if (source->cycle_days_on > 0)
	{
		rule->end = Min(rule->end, list->horizon);
		ends = true;
	}

	rules = event_rules(&rule->rule, rule->start, rule->start_instant);
	foreach (cell, rules)
	{
		const EventRule *part = lfirst(cell);
		Series			 whole = {.nth = foreach_current_index(cell) + 1};

		CHECK_FOR_INTERRUPTS();
		whole.utc = part->utc || is_utc(rule->zone, rule->begin);
		whole.schedule = *rule;
		whole.schedule.rule = part->rule;
		whole.schedule.elapsed = false;
		whole.schedule.zone = whole.utc ? zone_find("UTC") : rule->zone;
		whole.schedule.start = part->start;
		whole.schedule.start_instant = zone_to_instant(whole.schedule.zone, part->start);
		whole.schedule.cycle_days_on = 0;
		whole.schedule.cycle_days_off = 0;
		add_pieces(list, &whole, ends);
	}
	return rules != NIL;
}

/* Add the pieces of a series between its irregular occurrences before the horizon, and those as single events. */
static void
add_pieces(EventList *list, Series *whole, bool ends)
{
	Schedule *schedule = &whole->schedule;
	Seconds	  irregular = irregular_occurrences(list, whole);
	int64	  end = schedule->end;

	for (int i = 0; i < irregular.n; i++)
	{
		schedule->end = irregular.values[i];
		add_counted(list, whole);
		if (schedule_is_occurrence(list->schedule, irregular.values[i] * USECS_PER_SEC))
			add_time(&list->singles, irregular.values[i]);
		schedule->begin = irregular.values[i] + 1;
	}
	schedule->end = end;
	if (ends && end <= list->horizon)
		add_counted(list, whole);
	else
		add_open(list, whole, ends);
}

/* Add what there is between the begin and the end of a series, all of it plain, with a COUNT. */
static void
add_counted(EventList *list, Series *whole)
{
	ScheduleIterator *it = schedule_open(&whole->schedule, DT_NOBEGIN, DT_NOEND);
	Series			  piece = {0};
	TimestampTz		  at;

	while (schedule_next(it, &at))
	{
		CHECK_FOR_INTERRUPTS();
		if (piece.count == 0)
		{
			/* DTSTART is a dose. */
			if (!schedule_is_occurrence(list->schedule, at))
				continue;
			piece = *whole;
			piece.first = second_of(at);
		}
		piece.last = second_of(at);
		if (++piece.count == MAX_COUNT)
		{
			add_series(list, whole, &piece);
			piece.count = 0;
		}
	}
	schedule_close(it);
	if (piece.count > 0)
		add_series(list, whole, &piece);
}

/* Add what there is from the begin of a series on, which has no end before the horizon. */
static void
add_open(EventList *list, Series *whole, bool ends)
{
	ScheduleIterator *it = schedule_open(&whole->schedule, DT_NOBEGIN, DT_NOEND);
	Series			  piece = *whole;
	TimestampTz		  at;

	while (schedule_next(it, &at))
	{
		CHECK_FOR_INTERRUPTS();
		if (!is_plain(whole, second_of(at)) || !schedule_is_occurrence(list->schedule, at))
			continue;
		piece.first = second_of(at);
		piece.last = NEVER;
		if (ends && schedule_previous_occurrence(&whole->schedule, DT_NOEND, &at))
			piece.last = second_of(at);
		add_series(list, whole, &piece);
		break;
	}
	schedule_close(it);
}

/* Add a piece of a series, or, where it is one dose, a single event. */
static void
add_series(EventList *list, Series *whole, const Series *piece)
{
	Series *series;

	if (piece->first == piece->last)
	{
		add_time(&list->singles, piece->first);
		return;
	}
	series = palloc(sizeof(Series));
	*series = *piece;
	series->goes_on = whole->goes_on;
	whole->goes_on = true;
	if (list->source->cycle_days_on > 0)
		add_days_off(list, series);
	else
		add_exdates(list, series);
	list->series = lappend(list->series, series);
	check_dose_count(list_length(list->series));
}

/* Tell whether a zone has been UTC since a day before an instant, for ever. */
static bool
is_utc(const Zone *zone, int64 instant)
{
	ZoneStretch stretch;

	zone_stretch_at(zone, instant - LOCAL_SECS_PER_DAY, &stretch);
	return stretch.until == NEVER && stretch.offset == 0;
}

/* List the occurrences of a series before the horizon whose wall-clock time does not come, or comes twice. */
static Seconds
irregular_occurrences(const EventList *list, const Series *series)
{
	const Schedule *schedule = &series->schedule;
	int64			end = Min(schedule->end, list->horizon) + LOCAL_SECS_PER_DAY;
	Seconds			irregular = {0};
	ZoneStretch		stretch;

	for (zone_stretch_at(schedule->zone, schedule->begin - LOCAL_SECS_PER_DAY, &stretch); stretch.until < end;
		 zone_next_stretch(schedule->zone, &stretch))
	{
		int64			  width = stretch.next_offset - stretch.offset;
		ScheduleIterator *it;
		TimestampTz		  at;

		CHECK_FOR_INTERRUPTS();
		it = schedule_open(schedule, Min(stretch.until, stretch.until + width) * USECS_PER_SEC, Max(stretch.until, stretch.until + width) * USECS_PER_SEC);
		while (schedule_next(it, &at))
		{
			/* What a gap leaves out is read as a time after it, which can be one of the rule's, too. */
			bool in_gap = width > 0 && engine_finds(&schedule->rule, schedule->start, second_of(at) + stretch.offset);

			if (in_gap || !is_plain(series, second_of(at)))
				add_time(&irregular, second_of(at));
		}
		schedule_close(it);
	}
	seconds_sort_unique(&irregular);
	return irregular;
}

/* Tell whether the wall-clock time of an occurrence is the one that the rule names, and comes once. */
static bool
is_plain(const Series *series, int64 instant)
{
	ZoneStretch stretch;

	if (series->utc)
		return true;
	zone_stretch_at(series->schedule.zone, instant, &stretch);
	return (stretch.until == NEVER || instant < stretch.until - (stretch.offset - stretch.next_offset)) &&
		   engine_finds(&series->schedule.rule, series->schedule.start, instant + stretch.offset);
}

/* Leave the days off of a cycle, and exdates, out of a series that ends. */
static void
add_days_off(const EventList *list, Series *series)
{
	TimestampTz		  from = series->first * USECS_PER_SEC;
	TimestampTz		  to = (series->last + 1) * USECS_PER_SEC;
	ScheduleIterator *doses = schedule_open(list->schedule, from, to);
	ScheduleIterator *it = schedule_open(&series->schedule, from, to);
	TimestampTz		  dose = from;
	TimestampTz		  at;

	while (schedule_next(it, &at))
	{
		CHECK_FOR_INTERRUPTS();
		while (dose < at && schedule_next(doses, &dose))
			;
		if (dose != at)
			add_time(&series->exdates, clock_time(series, second_of(at)));
	}
	schedule_close(it);
	schedule_close(doses);
}

/* Leave the exdates of a schedule out of a series. */
static void
add_exdates(const EventList *list, Series *series)
{
	const Seconds *exdates = &list->schedule->exdates;

	for (int i = 0; i < exdates->n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (has_occurrence(series, exdates->values[i]))
			add_time(&series->exdates, clock_time(series, exdates->values[i]));
	}
	seconds_sort_unique(&series->exdates);
}

/* Tell whether a plain occurrence of a series, excluded or not, is at an instant. */
static bool
has_occurrence(const Series *series, int64 instant)
{
	/* Most have another time of day. */
	return instant >= series->first && instant <= series->last &&
		   floor_mod(clock_time(series, instant) - series->schedule.start, LOCAL_SECS_PER_DAY) == 0 &&
		   schedule_is_occurrence(&series->schedule, instant * USECS_PER_SEC) && is_plain(series, instant);
}

/* Add every dose in [from, to) as a single event. */
static void
add_doses(EventList *list, TimestampTz from, TimestampTz to)
{
	ScheduleIterator *it = schedule_open(list->schedule, from, to);
	TimestampTz		  at;

	while (schedule_next(it, &at))
		add_time(&list->singles, second_of(at));
	schedule_close(it);
}

/* Add the doses of rdates as single events. */
static void
add_rdates(EventList *list)
{
	const Seconds *rdates = &list->schedule->rdates;

	for (int i = 0; i < rdates->n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (schedule_is_occurrence(list->schedule, rdates->values[i] * USECS_PER_SEC))
			add_time(&list->singles, rdates->values[i]);
	}
}

/* Tell whether a series has a dose. */
static bool
is_covered(const EventList *list, int64 instant)
{
	ListCell *cell;

	foreach (cell, list->series)
	{
		if (has_occurrence(lfirst(cell), instant))
			return true;
	}
	return false;
}

static void
add_time(Seconds *times, int64 time)
{
	seconds_add(times, time);
	check_dose_count(times->n);
}

/* Give an instant on the clock of a series. */
static int64
clock_time(const Series *series, int64 instant)
{
	return series->utc ? instant : zone_to_local(series->schedule.zone, instant);
}
