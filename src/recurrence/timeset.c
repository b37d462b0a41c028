/*-------------------------------------------------------------------------
 *
 * timeset.c
 *		The times of day of an occurrence.
 *
 *-------------------------------------------------------------------------
 */
#include "recurrence/timeset.h"

#define N_FIRST ((int) (sizeof(((TimeSet *) 0)->first) / sizeof(int32_t)))

static int	compute_nth(const TimeSet *set, int n);
static void fill_first(TimeSet *set);

void
timeset_init(TimeSet *set, uint64_t hours, uint64_t minutes, uint64_t seconds)
{
	set->hours = hours;
	set->minutes = minutes;
	set->seconds = seconds;
	set->per_hour = count_bits(minutes) * count_bits(seconds);
	set->count = count_bits(hours) * set->per_hour;
	fill_first(set);
}

static void
fill_first(TimeSet *set)
{
	int n = 0;

	for (uint64_t h = set->hours; h != 0; h &= h - 1)
	{
		for (uint64_t m = set->minutes; m != 0; m &= m - 1)
		{
			for (uint64_t s = set->seconds; s != 0; s &= s - 1)
			{
				if (n == N_FIRST)
					return;
				set->first[n++] = lowest_bit(h) * 3600 + lowest_bit(m) * 60 + lowest_bit(s);
			}
		}
	}
}

int
timeset_nth(const TimeSet *set, int n)
{
	return n < N_FIRST ? set->first[n] : compute_nth(set, n);
}

static int
compute_nth(const TimeSet *set, int n)
{
	int per_minute = count_bits(set->seconds);

	return nth_bit(set->hours, n / set->per_hour) * 3600 +
		   nth_bit(set->minutes, n % set->per_hour / per_minute) * 60 +
		   nth_bit(set->seconds, n % per_minute);
}

int
timeset_rank(const TimeSet *set, int second)
{
	int hour = second / 3600;
	int minute = second / 60 % 60;
	int per_minute = count_bits(set->seconds);
	int rank = count_bits(set->hours & low_bits(hour)) * set->per_hour;

	if (!(set->hours & BIT(hour)))
		return rank;
	rank += count_bits(set->minutes & low_bits(minute)) * per_minute;
	if (!(set->minutes & BIT(minute)))
		return rank;
	return rank + count_bits(set->seconds & low_bits(second % 60));
}

int
timeset_at_or_after(const TimeSet *set, int second)
{
	int rank = timeset_rank(set, second);

	return rank < set->count ? timeset_nth(set, rank) : -1;
}
