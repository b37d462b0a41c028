/*-------------------------------------------------------------------------
 *
 * schedule_iterator.c
 *		The occurrences of a schedule as instants.
 *
 * A rule from DAILY up is a pattern on the wall clock: the engine runs once
 * over local times, each of which is converted.  A rule below a day steps in
 * elapsed time: over each stretch of constant offset the wall clock is elapsed
 * time plus that offset, so the engine runs once for each stretch, as if the
 * offset had always been that one.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "schedule/engine.h"
#include "schedule/schedule_iterator.h"

/* No occurrence: after every instant. */
#define NEVER PG_INT64_MAX

struct ScheduleIterator
{
	const Schedule	  *schedule;
	int64			   from;
	int64			   to;
	RuleEnd			   rule_end;
	RecurrenceIterator engine;
	ZoneStretch		   stretch; /* the one the engine is in */
	bool			   rule_done;
	int64			   rule_next; /* the next occurrence of the rule, or NEVER */
	int				   next_rdate;
	int				   next_exdate;

	/* Occurrences around a gap, out of order on the wall clock: see collect_gap. */
	Seconds gap;
	int		next_in_gap;
};

static void	 open_stretch(const Schedule *schedule, const ZoneStretch *stretch, int64 from, int64 to, RecurrenceIterator *engine);
static int64 count_elapsed(const Schedule *schedule, int64 limit);
static void	 open_wall_clock(ScheduleIterator *it);
static bool	 in_cycle(const Schedule *schedule, int64 *local);
static bool	 next_wall_clock(ScheduleIterator *it, int64 *local);
static int64 instant_of_wall_clock(ScheduleIterator *it, int64 local);
static void	 collect_gap(ScheduleIterator *it, int64 local);
static int64 next_of_wall_clock_rule(ScheduleIterator *it);
static int64 next_of_elapsed_rule(ScheduleIterator *it);
static void	 advance_rule(ScheduleIterator *it);

RuleEnd
schedule_rule_end(const Schedule *schedule, int64 limit)
{
	const Recurrence *rule = &schedule->rule;
	RuleEnd			  end = {NEVER, LOCAL_END};

	if (!schedule->has_rule)
		return end;
	if (rule->until_form == UNTIL_INSTANT)
		end.instant = rule->until + 1;
	else if (rule->until_form == UNTIL_LOCAL && schedule->elapsed)
		end.instant = zone_to_instant(schedule->zone, rule->until) + 1;
	else if (rule->until_form == UNTIL_LOCAL)
		end.local = rule->until + 1;

	if (rule->count > 0 && schedule->elapsed)
	{
		int64 last = count_elapsed(schedule, limit);

		end.instant = last == NEVER ? NEVER : last + 1;
	}
	else if (rule->count > 0)
	{
		RecurrenceIterator engine;
		int64			   count = rule->count;
		int64			   last;

		/* A local time before limit is not a day ahead of it. */
		recurrence_open(&engine, rule, schedule->start, schedule->start, limit + LOCAL_SECS_PER_DAY);
		if (engine_skip(&engine, &count, &last))
			end.local = last + 1;
	}
	return end;
}

/* Find the instant of the COUNTth occurrence of a rule in elapsed time, or NEVER if not before limit. */
static int64
count_elapsed(const Schedule *schedule, int64 limit)
{
	int64			   count = schedule->rule.count;
	int64			   from = schedule->start_instant;
	ZoneStretch		   stretch;
	RecurrenceIterator engine;
	int64			   local;

	zone_stretch_at(schedule->zone, from, &stretch);
	while (from < limit)
	{
		open_stretch(schedule, &stretch, from, limit, &engine);
		if (engine_skip(&engine, &count, &local))
			return local - stretch.offset;
		from = stretch.until;
		if (from < limit)
			zone_next_stretch(schedule->zone, &stretch);
	}
	return NEVER;
}

/* Run the engine over the part of [from, to) that lies in a stretch, for a rule in elapsed time. */
static void
open_stretch(const Schedule *schedule, const ZoneStretch *stretch, int64 from, int64 to, RecurrenceIterator *engine)
{
	recurrence_open(engine, &schedule->rule, schedule->start_instant + stretch->offset, from + stretch->offset,
					Min(to, stretch->until) + stretch->offset);
}

ScheduleIterator *
schedule_open(const Schedule *schedule, TimestampTz from, TimestampTz to)
{
	int64 to_second = second_at_or_after(to);

	return schedule_open_seconds(schedule, second_at_or_after(from), to_second, schedule_rule_end(schedule, to_second));
}

bool
schedule_next(ScheduleIterator *it, TimestampTz *occurrence)
{
	int64 instant;

	if (!schedule_next_second(it, &instant))
		return false;
	*occurrence = instant * USECS_PER_SEC;
	return true;
}

ScheduleIterator *
schedule_open_seconds(const Schedule *schedule, int64 from, int64 to, RuleEnd end)
{
	ScheduleIterator *it = palloc(sizeof(ScheduleIterator));

	it->schedule = schedule;
	it->from = Max(from, schedule->begin);
	it->to = Min(to, schedule->end);
	it->rule_end = end;
	it->gap = (Seconds){0};
	it->next_in_gap = 0;
	it->next_rdate = it->next_exdate = 0;
	it->rule_next = -NEVER;
	it->rule_done = !schedule->has_rule || it->from >= Min(it->to, end.instant);

	if (!it->rule_done && schedule->elapsed)
	{
		zone_stretch_at(schedule->zone, it->from, &it->stretch);
		open_stretch(schedule, &it->stretch, it->from, it->to, &it->engine);
	}
	else if (!it->rule_done)
		open_wall_clock(it);
	advance_rule(it);
	return it;
}

/* Start the engine on the wall clock, on local times that cover [from, to). */
static void
open_wall_clock(ScheduleIterator *it)
{
	const Schedule *schedule = it->schedule;
	ZoneStretch		stretch;
	int64			from;
	int64			to;

	/* A gap may have moved what lies in the window from up to a day before it. */
	zone_stretch_at(schedule->zone, it->from - LOCAL_SECS_PER_DAY, &stretch);
	from = it->from + stretch.offset;
	to = it->to + stretch.offset;
	if (stretch.until < it->to)
	{
		zone_stretch_at(schedule->zone, it->from, &stretch);
		from = Min(from, it->from + stretch.offset);
		zone_stretch_at(schedule->zone, it->to, &stretch);
		to = it->to + stretch.offset;
		zone_stretch_at(schedule->zone, it->to - LOCAL_SECS_PER_DAY, &stretch);
		to = Max(to, it->to + stretch.offset);
		zone_stretch_at_local(schedule->zone, from, &stretch);
	}
	it->stretch = stretch;
	recurrence_open(&it->engine, &schedule->rule, schedule->start, from, Min(to, it->rule_end.local));
}

/* Have the rule's next occurrence in rule_next, distinct from the one before. */
static void
advance_rule(ScheduleIterator *it)
{
	int64 last = it->rule_next;

	while (!it->rule_done && it->rule_next == last)
	{
		it->rule_next = it->schedule->elapsed ? next_of_elapsed_rule(it) : next_of_wall_clock_rule(it);
		if (it->rule_next >= Min(it->to, it->rule_end.instant))
			it->rule_done = true;
	}
	if (it->rule_done)
		it->rule_next = NEVER;
}

static int64
next_of_elapsed_rule(ScheduleIterator *it)
{
	const Schedule *schedule = it->schedule;
	int64			local;

	for (;;)
	{
		if (engine_next(&it->engine, &local))
		{
			if (in_cycle(schedule, &local))
				return local - it->stretch.offset;
			open_stretch(schedule, &it->stretch, local - it->stretch.offset, it->to, &it->engine);
		}
		else
		{
			int64 from = it->stretch.until;

			if (from >= it->to)
				return NEVER;
			zone_next_stretch(schedule->zone, &it->stretch);
			open_stretch(schedule, &it->stretch, from, it->to, &it->engine);
		}
	}
}

/*
 * Tell whether a local time is in the days on of the cycle, which counts from
 * the day of starts_at.  If not, move it to the next day on.
 */
static bool
in_cycle(const Schedule *schedule, int64 *local)
{
	int length = schedule->cycle_days_on + schedule->cycle_days_off;
	int day;

	if (schedule->cycle_days_on == 0)
		return true;
	day = day_of_cycle(schedule->start, length, *local);
	if (day < schedule->cycle_days_on)
		return true;
	*local = (floor_div(*local, LOCAL_SECS_PER_DAY) + length - day) * LOCAL_SECS_PER_DAY;
	return false;
}

static int64
next_of_wall_clock_rule(ScheduleIterator *it)
{
	int64 local;

	for (;;)
	{
		int64 instant;

		if (it->next_in_gap < it->gap.n)
			instant = it->gap.values[it->next_in_gap++];
		else if (!next_wall_clock(it, &local))
			return NEVER;
		else
		{
			instant = instant_of_wall_clock(it, local);
			if (instant >= it->stretch.until)
			{
				collect_gap(it, local);
				continue;
			}
		}
		if (instant >= it->from)
			return instant;
	}
}

/* Find the next local time of a wall-clock rule that is in the cycle. */
static bool
next_wall_clock(ScheduleIterator *it, int64 *local)
{
	while (engine_next(&it->engine, local))
	{
		if (in_cycle(it->schedule, local))
			return true;
		recurrence_open(&it->engine, &it->schedule->rule, it->schedule->start, *local, it->engine.to);
	}
	return false;
}

static int64
instant_of_wall_clock(ScheduleIterator *it, int64 local)
{
	while (local >= it->stretch.local_until)
		zone_next_stretch(it->schedule->zone, &it->stretch);
	return local - it->stretch.offset;
}

/*
 * A local time in a gap moves past local times that come after it.  Collect
 * all that can be passed, up to twice the gap's width, and sort them.
 */
static void
collect_gap(ScheduleIterator *it, int64 local)
{
	int64 width = it->stretch.next_offset - it->stretch.offset;
	int64 end = it->stretch.local_until + width;

	it->gap.n = it->next_in_gap = 0;
	seconds_add(&it->gap, instant_of_wall_clock(it, local));
	while (local < end && next_wall_clock(it, &local))
		seconds_add(&it->gap, instant_of_wall_clock(it, local));
	seconds_sort(&it->gap);
}

bool
schedule_next_second(ScheduleIterator *it, int64 *instant)
{
	const Schedule *schedule = it->schedule;

	for (;;)
	{
		int64 next = it->rule_next;
		bool  from_rule = next != NEVER;

		while (it->next_rdate < schedule->rdates.n && schedule->rdates.values[it->next_rdate] < it->from)
			it->next_rdate++;
		if (it->next_rdate < schedule->rdates.n && schedule->rdates.values[it->next_rdate] <= next)
		{
			from_rule = schedule->rdates.values[it->next_rdate] == next;
			next = schedule->rdates.values[it->next_rdate];
		}
		if (next >= it->to)
			return false;

		/* Past it, in the rule and in the dates, which may have it twice. */
		it->from = next + 1;
		if (from_rule)
			advance_rule(it);

		while (it->next_exdate < schedule->exdates.n && schedule->exdates.values[it->next_exdate] < next)
			it->next_exdate++;
		if (it->next_exdate == schedule->exdates.n || schedule->exdates.values[it->next_exdate] != next)
		{
			*instant = next;
			return true;
		}
	}
}

void
schedule_close(ScheduleIterator *it)
{
	if (it->gap.values != NULL)
		pfree(it->gap.values);
	pfree(it);
}
