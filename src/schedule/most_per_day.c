/*-------------------------------------------------------------------------
 *
 * most_per_day.c
 *		How many occurrences a schedule can have, in a day and by its COUNT.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "recurrence/recurrence.h"
#include "schedule/schedule.h"

static int64 most_in_a_day(const int64 *instants, int n);

int64
schedule_most_per_day(const Schedule *schedule)
{
	int64 of_rule = schedule->has_rule ? recurrence_most_per_day(&schedule->rule, schedule->start) : 0;

	return of_rule + most_in_a_day(schedule->rdates.values, schedule->rdates.n);
}

/* Count the most of some ascending instants that lie within 24 hours; what repeats is one. */
static int64
most_in_a_day(const int64 *instants, int n)
{
	int64 most = 0;
	int64 within = 0;
	int	  first = 0;

	for (int i = 0; i < n; i++)
	{
		if (i > 0 && instants[i] == instants[i - 1])
			continue;
		within++;
		while (instants[first] <= instants[i] - LOCAL_SECS_PER_DAY)
		{
			if (instants[first] != instants[first + 1])
				within--;
			first++;
		}
		most = Max(most, within);
	}
	return most;
}

int64
schedule_count(const Schedule *schedule)
{
	return schedule->has_rule ? schedule->rule.count : 0;
}
