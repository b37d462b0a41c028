/*-------------------------------------------------------------------------
 *
 * period_walk.h
 *		Going through the set of one period: its days, each at its times of
 *		day, by number.  BYSETPOS may select from them.
 *
 * Plain C, part of the engine.  All inline, because recurrence_next spends its
 * time here.
 *
 *-------------------------------------------------------------------------
 */
#ifndef MEDSCHED_PERIOD_WALK_H
#define MEDSCHED_PERIOD_WALK_H

#include "recurrence/period.h"
#include "recurrence/timeset.h"

/* Tell whether a period has no occurrence left. */
static inline bool
period_is_exhausted(const Period *period)
{
	return period->index >= period->size;
}

/* Count the days of a period. */
static inline int
period_count_days(const Period *period)
{
	int count = 0;

	for (int w = 0; w < WORDS_FOR_YEAR; w++)
		count += count_bits(period->days[w]);
	return count;
}

/* Compute the local time of the slot and time that a period is at. */
static inline void
period_compute_value(const TimeSet *times, Period *period)
{
	period->value = period->base + period->slot * LOCAL_SECS_PER_DAY + timeset_nth(times, period->time);
}

/* Find the next index at or after one that BYSETPOS selects, or size. */
static inline int64_t
period_next_position(const Recurrence *rule, int64_t index, int64_t size)
{
	for (; index < size; index++)
	{
		int64_t from_first = index + 1;
		int64_t from_last = size - index;

		if ((from_first <= 366 && has_bit(rule->positions, (int) from_first)) ||
			(from_last <= 366 && has_bit(rule->last_positions, (int) from_last)))
			break;
		/* Between the first 366 and the last 366 there is nothing to select. */
		if (from_first > 366 && from_last > 366)
			index += from_last - 366 - 1;
	}
	return index;
}

/* Go to an index of a period's set, or to the first after it that is selected. */
static inline void
period_seek(const Recurrence *rule, const TimeSet *times, Period *period, int64_t index)
{
	int days_before;
	int w = 0;

	if (rule->by & BY_SETPOS)
		index = period_next_position(rule, index, period->size);
	period->index = index;
	if (index >= period->size)
		return;

	days_before = (int) (index / times->count);
	while (days_before >= count_bits(period->days[w]))
		days_before -= count_bits(period->days[w++]);
	period->slot = 64 * w + nth_bit(period->days[w], days_before);
	period->time = (int) (index % times->count);
	period_compute_value(times, period);
}

/* Count the occurrences of a period's set that come before a local time. */
static inline int64_t
period_rank(const TimeSet *times, const Period *period, int64_t local)
{
	int64_t slot;
	int64_t days = 0;

	if (local <= period->base)
		return 0;
	slot = (local - period->base) / LOCAL_SECS_PER_DAY;
	if (slot >= 64 * WORDS_FOR_YEAR)
		return period->size;
	for (int w = 0; w < slot / 64; w++)
		days += count_bits(period->days[w]);
	days += count_bits(period->days[slot / 64] & low_bits(slot % 64));
	return days * times->count +
		   (has_bit(period->days, (int) slot)
				? timeset_rank(times, (int) ((local - period->base) % LOCAL_SECS_PER_DAY))
				: 0);
}

/* Go to the next occurrence of a period's set. */
static inline void
period_advance(const Recurrence *rule, const TimeSet *times, Period *period)
{
	if (rule->by & BY_SETPOS)
	{
		period_seek(rule, times, period, period->index + 1);
		return;
	}

	if (++period->index == period->size)
		return;
	if (++period->time == times->count)
	{
		period->time = 0;
		do
			period->slot++;
		while (!has_bit(period->days, period->slot));
	}
	period_compute_value(times, period);
}

#endif /* MEDSCHED_PERIOD_WALK_H */
