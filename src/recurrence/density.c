/*-------------------------------------------------------------------------
 *
 * density.c
 *		How many occurrences a rule can have in a day.
 *
 *-------------------------------------------------------------------------
 */
#include "recurrence/recurrence.h"

static int64_t selected_times(const RecurrenceIterator *it);

int64_t
recurrence_most_per_day(const Recurrence *rule, int64_t start)
{
	RecurrenceIterator it;
	int64_t			   most;

	recurrence_open(&it, rule, start, start, start + 1);
	most = selected_times(&it);
	if (it.rule.freq < FREQ_DAILY)
	{
		int64_t step = unit_seconds(it.rule.freq) * it.rule.interval;
		int64_t steps = (LOCAL_SECS_PER_DAY + step - 1) / step;

		if (it.time_limits && it.limits.count < steps)
			steps = it.limits.count;
		most *= steps;
	}
	return it.rule.count > 0 && it.rule.count < most ? it.rule.count : most;
}

/* Count how many of a period's times of day BYSETPOS leaves, at most, on one day. */
static int64_t
selected_times(const RecurrenceIterator *it)
{
	int64_t size = it->times.count;
	int64_t selected = 0;

	if (!(it->rule.by & BY_SETPOS))
		return size;
	for (int n = 1; n <= 366; n++)
	{
		int64_t from_first = size + 1 - n;

		/* Up to a day, a period's set is this one: what does not reach into it selects nothing. */
		if (it->rule.freq <= FREQ_DAILY && n > size)
			break;
		selected += has_bit(it->rule.positions, n);
		if (has_bit(it->rule.last_positions, n) &&
			!(it->rule.freq <= FREQ_DAILY && from_first <= 366 && has_bit(it->rule.positions, (int) from_first)))
			selected++;
	}
	return selected < size ? selected : size;
}
