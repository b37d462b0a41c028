/*-------------------------------------------------------------------------
 *
 * schedule_search.c
 *		The occurrence of a schedule at, after or before an instant.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/timestamp.h"

#include "schedule/schedule_iterator.h"
#include "schedule/schedule_search.h"

/* Where the search for the last occurrence before an instant begins to look. */
#define FIRST_LOOK_BACK LOCAL_SECS_PER_DAY

static bool	 first_in_window(const Schedule *schedule, int64 from, int64 to, RuleEnd end, int64 *instant);
static int	 first_ones(const Schedule *schedule, int64 from, RuleEnd end, int n, int64 *instants);
static int64 last_in_window(const Schedule *schedule, int64 first, int64 to, RuleEnd end);

bool
schedule_is_occurrence(const Schedule *schedule, TimestampTz at)
{
	int64 second = second_at_or_after(at);
	int64 found;

	return !TIMESTAMP_NOT_FINITE(at) && at >= LOCAL_MIN * USECS_PER_SEC && at % USECS_PER_SEC == 0 &&
		   first_in_window(schedule, second, second + 1, schedule_rule_end(schedule, second + 1), &found);
}

/* Find the first occurrence in a window of seconds. */
static bool
first_in_window(const Schedule *schedule, int64 from, int64 to, RuleEnd end, int64 *instant)
{
	ScheduleIterator *iterator = schedule_open_seconds(schedule, from, to, end);
	bool			  found = schedule_next_second(iterator, instant);

	schedule_close(iterator);
	return found;
}

bool
schedule_next_occurrence(const Schedule *schedule, TimestampTz after, TimestampTz *occurrence)
{
	return schedule_next_occurrences(schedule, after, 1, occurrence) == 1;
}

int
schedule_next_occurrences(const Schedule *schedule, TimestampTz after, int n, TimestampTz *occurrences)
{
	int64 from = second_at_or_after(TIMESTAMP_NOT_FINITE(after) ? after : after + 1);
	int	  found = first_ones(schedule, from, schedule_rule_end(schedule, LOCAL_MIN), n, occurrences);

	/* COUNT is looked at only up to what would be the answer without it. */
	if (found > 0 && schedule->has_rule && schedule->rule.count > 0)
		found = first_ones(schedule, from, schedule_rule_end(schedule, occurrences[found - 1] + 1), n, occurrences);
	for (int i = 0; i < found; i++)
		occurrences[i] *= USECS_PER_SEC;
	return found;
}

/* Find the first n occurrences, or as many as there are, and give their number. */
static int
first_ones(const Schedule *schedule, int64 from, RuleEnd end, int n, int64 *instants)
{
	ScheduleIterator *iterator = schedule_open_seconds(schedule, from, LOCAL_END, end);
	int				  found = 0;

	while (found < n && schedule_next_second(iterator, &instants[found]))
		found++;
	schedule_close(iterator);
	return found;
}

bool
schedule_previous_occurrence(const Schedule *schedule, TimestampTz before, TimestampTz *occurrence)
{
	int64	to = second_at_or_after(before);
	int64	look_back = FIRST_LOOK_BACK;
	RuleEnd end = schedule_rule_end(schedule, to);

	/* Look into windows that double, each before the one found empty. */
	while (to > schedule->begin)
	{
		int64 from = Max(to - look_back, schedule->begin);
		int64 found;

		if (first_in_window(schedule, from, to, end, &found))
		{
			*occurrence = last_in_window(schedule, found, to, end) * USECS_PER_SEC;
			return true;
		}
		to = from;
		look_back *= 2;
	}
	return false;
}

/* Find the last occurrence in a window that has one at first. */
static int64
last_in_window(const Schedule *schedule, int64 first, int64 to, RuleEnd end)
{
	int64 from = first + 1;
	int64 found;

	while (from < to)
	{
		int64 middle = from + (to - from) / 2;

		if (first_in_window(schedule, middle, to, end, &found))
		{
			first = found;
			from = found + 1;
		}
		else
			to = middle;
	}
	return first;
}
