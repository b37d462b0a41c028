/*-------------------------------------------------------------------------
 *
 * reach.c
 *		Whether a rule can ever have an occurrence.
 *
 * Without this, the search for an occurrence that cannot be would visit every
 * minute to the end of the window.
 *
 *-------------------------------------------------------------------------
 */
#include "recurrence/recurrence.h"

static bool steps_meet_limits(const RecurrenceIterator *it);
static bool positions_in_reach(const RecurrenceIterator *it);

bool
recurrence_reaches_any(const RecurrenceIterator *it)
{
	return (!it->time_limits || steps_meet_limits(it)) && positions_in_reach(it);
}

/*
 * Tell whether the steps of a rule below a day ever meet its time limits.  Steps of
 * an even number of seconds from an even second never meet BYSECOND=1.
 *
 * Over the days, the steps visit every second of the day that is congruent to
 * the phase modulo the gcd of step and day.  The same holds within a minute
 * and an hour, which settles most rules after a few tries; a larger span adds
 * nothing where its gcd is no larger.
 */
static bool
steps_meet_limits(const RecurrenceIterator *it)
{
	static const int spans[] = {60, 3600, 86400};
	int64_t			 seconds = unit_seconds(it->rule.freq);
	int64_t			 settled = 1;

	for (int i = 0; i < 3; i++)
	{
		int64_t	 divisor = greatest_common_divisor(it->rule.interval * seconds, spans[i]);
		int64_t	 second = floor_mod(it->phase * seconds, divisor);
		uint64_t hours = spans[i] <= 3600 ? BIT(0) : it->limits.hours;
		uint64_t minutes = spans[i] <= 60 ? BIT(0) : it->limits.minutes;

		if (divisor == settled)
			continue;
		settled = divisor;
		while (second < spans[i] && !((hours & BIT(second / 3600)) && (minutes & BIT(second / 60 % 60)) &&
									  (it->limits.seconds & BIT(second % 60))))
			second += divisor;
		if (second >= spans[i])
			return false;
	}
	return true;
}

/*
 * Tell whether BYSETPOS has a position that the largest set of a period reaches.
 * FREQ=MINUTELY;BYHOUR=8;BYSETPOS=2 selects nothing from sets of one.
 */
static bool
positions_in_reach(const RecurrenceIterator *it)
{
	static const int most_days[] = {
		[FREQ_SECONDLY] = 1,
		[FREQ_MINUTELY] = 1,
		[FREQ_HOURLY] = 1,
		[FREQ_DAILY] = 1,
		[FREQ_WEEKLY] = 7,
		[FREQ_MONTHLY] = 31 + 2,
		[FREQ_YEARLY] = 7 * 53 + 2,
	};
	int64_t most = (int64_t) most_days[it->rule.freq] * it->times.count;

	if (!(it->rule.by & BY_SETPOS))
		return true;
	for (int n = 1; n <= 366 && n <= most; n++)
	{
		if (has_bit(it->rule.positions, n) || has_bit(it->rule.last_positions, n))
			return true;
	}
	return false;
}
