/*-------------------------------------------------------------------------
 *
 * recurrence.c
 *		The recurrence engine: from a rule and a window to its occurrences.
 *
 * The first period comes from the window by division, so the age of DTSTART
 * does not matter.  Each period of the rule has a set: its days (period.c) at its times of day
 * (timeset.c), from which BYSETPOS may select.  Where BY parts make a rule
 * sparse, the iteration jumps to the next month, day or time that passes.
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>

#include "recurrence/recurrence.h"

/* Periods looked at before a call pauses: well under a millisecond. */
#define STEPS_PER_CALL 2048

/* Occurrences passed over one by one before a call pauses. */
#define SKIPS_PER_CALL 64

static int64_t		  rank_in_period(const RecurrenceIterator *it, const Period *period, int64_t local);
static int64_t		  next_position(const Recurrence *rule, int64_t index, int64_t size);
static void			  seek_in_period(const RecurrenceIterator *it, Period *period, int64_t index);
static void			  advance_in_period(const RecurrenceIterator *it, Period *period);
static int32_t		  day_after_mismatch(const Recurrence *rule, int32_t day);
static bool			  unit_passes(RecurrenceIterator *it, int64_t unit);
static int			  count_days(const Period *period);
static RecurrenceStep load_period(RecurrenceIterator *it, Period *period, int *steps);
static RecurrenceStep fill_periods(RecurrenceIterator *it, int *steps);
static bool			  is_regular(const RecurrenceIterator *it);
static void			  set_times(RecurrenceIterator *it);
static int64_t		  greatest_common_divisor(int64_t a, int64_t b);
static bool			  steps_meet_limits(const RecurrenceIterator *it);
static bool			  positions_in_reach(const RecurrenceIterator *it);

/* Find the first unit of the rule's at or after a unit. */
static inline int64_t
align_unit(const RecurrenceIterator *it, int64_t unit)
{
	return unit + floor_mod(it->phase - unit, it->rule.interval);
}

static inline void
compute_value(const RecurrenceIterator *it, Period *period)
{
	period->value = period->base + period->slot * LOCAL_SECS_PER_DAY + timeset_nth(&it->times, period->time);
}

static inline bool
is_exhausted(const Period *period)
{
	return period->index >= period->size;
}

RecurrenceStep
recurrence_next(RecurrenceIterator *it, int64_t *local)
{
	int		steps = STEPS_PER_CALL;
	int64_t value;

	do
	{
		Period *period = &it->current;

		if (is_exhausted(period) || it->overlapping)
		{
			RecurrenceStep step = fill_periods(it, &steps);

			if (step != RECURRENCE_FOUND)
				return step;
			if (!is_exhausted(&it->ahead) && it->ahead.value < period->value)
				period = &it->ahead;
		}
		value = period->value;
		if (value >= it->to)
			return RECURRENCE_DONE;
		advance_in_period(it, period);
	} while (value <= it->last);

	it->last = value;
	*local = value;
	return RECURRENCE_FOUND;
}

/* Have the next occurrence in current, and when periods overlap the one after in ahead. */
static RecurrenceStep
fill_periods(RecurrenceIterator *it, int *steps)
{
	RecurrenceStep step = RECURRENCE_FOUND;

	if (is_exhausted(&it->current) && !is_exhausted(&it->ahead))
	{
		it->current = it->ahead;
		it->ahead.index = it->ahead.size;
	}
	if (is_exhausted(&it->current))
		step = load_period(it, &it->current, steps);
	if (step == RECURRENCE_FOUND && it->overlapping && is_exhausted(&it->ahead) &&
		load_period(it, &it->ahead, steps) == RECURRENCE_PAUSED)
		step = RECURRENCE_PAUSED;
	return step;
}

/* Load the next period that has an occurrence at or after from. */
static RecurrenceStep
load_period(RecurrenceIterator *it, Period *period, int *steps)
{
	for (;;)
	{
		int64_t unit = it->next_unit;

		if (unit > it->last_unit)
			return RECURRENCE_DONE;
		if ((*steps)-- <= 0)
			return RECURRENCE_PAUSED;
		it->next_unit = unit + it->rule.interval;

		switch (it->rule.freq)
		{
			case FREQ_YEARLY:
				if (it->rule.by & BY_WEEKNO)
					period_of_week_year(&it->rule, (int) unit, period);
				else
					period_of_year(&it->rule, (int) unit, period);
				break;
			case FREQ_MONTHLY:
				period_of_month(&it->rule, (int) unit, period);
				break;
			case FREQ_WEEKLY:
				period_of_week(&it->rule, first_day_of_week(&it->rule, unit), period);
				break;
			default:
				if ((it->day_limits || it->time_limits) && !unit_passes(it, unit))
					continue;
				period->base = unit * unit_seconds(it->rule.freq);
				memset(period->days, 0, sizeof(period->days));
				set_bit(period->days, 0);
		}

		period->size = (it->rule.freq <= FREQ_DAILY ? 1 : count_days(period)) * it->times.count;
		seek_in_period(it, period, rank_in_period(it, period, it->from));
		if (!is_exhausted(period))
			return RECURRENCE_FOUND;
	}
}

/*
 * Tell, for frequencies up to a day, whether a unit passes the limits.  If not,
 * next_unit is moved to the next unit that may.
 */
static bool
unit_passes(RecurrenceIterator *it, int64_t unit)
{
	int64_t seconds = unit_seconds(it->rule.freq);
	int64_t day = floor_div(unit * seconds, LOCAL_SECS_PER_DAY);
	int64_t next = day * LOCAL_SECS_PER_DAY;

	if (it->day_limits && day != it->matching_day)
	{
		if (!period_day_matches(&it->rule, (int32_t) day))
		{
			next = day_after_mismatch(&it->rule, (int32_t) day) * LOCAL_SECS_PER_DAY;
			it->next_unit = align_unit(it, next / seconds);
			return false;
		}
		it->matching_day = day;
	}
	if (it->time_limits)
	{
		int second = (int) (unit * seconds - next);
		int passing = timeset_at_or_after(&it->limits, second);

		if (passing != second)
		{
			next += passing < 0 ? LOCAL_SECS_PER_DAY : passing;
			it->next_unit = align_unit(it, next / seconds);
			return false;
		}
	}
	return true;
}

/* Find the first day after one that fails the day limits where a match may be. */
static int32_t
day_after_mismatch(const Recurrence *rule, int32_t day)
{
	Date date;

	if (!(rule->by & BY_MONTH))
		return day + 1;
	date = date_from_day(day);
	if (rule->months & BIT(date.month))
		return day + 1;
	do
	{
		day += days_in_month(date.year, date.month) - date.day + 1;
		date = date_from_day(day);
	} while (!(rule->months & BIT(date.month)));
	return day;
}

static int
count_days(const Period *period)
{
	int count = 0;

	for (int w = 0; w < WORDS_FOR_YEAR; w++)
		count += count_bits(period->days[w]);
	return count;
}

/* Go to an index of a period's set, or to the first after it that is selected. */
static void
seek_in_period(const RecurrenceIterator *it, Period *period, int64_t index)
{
	int days_before;
	int w = 0;

	if (it->rule.by & BY_SETPOS)
		index = next_position(&it->rule, index, period->size);
	period->index = index;
	if (index >= period->size)
		return;

	days_before = (int) (index / it->times.count);
	while (days_before >= count_bits(period->days[w]))
		days_before -= count_bits(period->days[w++]);
	period->slot = 64 * w + nth_bit(period->days[w], days_before);
	period->time = (int) (index % it->times.count);
	compute_value(it, period);
}

/* Find the next index at or after one that BYSETPOS selects, or size. */
static int64_t
next_position(const Recurrence *rule, int64_t index, int64_t size)
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

/* Count the occurrences of a period's set that come before a local time. */
static int64_t
rank_in_period(const RecurrenceIterator *it, const Period *period, int64_t local)
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
	return days * it->times.count +
		   (has_bit(period->days, (int) slot)
				? timeset_rank(&it->times, (int) ((local - period->base) % LOCAL_SECS_PER_DAY))
				: 0);
}

static void
advance_in_period(const RecurrenceIterator *it, Period *period)
{
	if (it->rule.by & BY_SETPOS)
	{
		seek_in_period(it, period, period->index + 1);
		return;
	}

	if (++period->index == period->size)
		return;
	if (++period->time == it->times.count)
	{
		period->time = 0;
		do
			period->slot++;
		while (!has_bit(period->days, period->slot));
	}
	compute_value(it, period);
}

RecurrenceStep
recurrence_skip(RecurrenceIterator *it, int64_t *count, int64_t *local)
{
	Period		  *period = &it->current;
	int			   steps = STEPS_PER_CALL;
	int			   skips = SKIPS_PER_CALL;
	RecurrenceStep step;

	/* Where occurrences can repeat or are selected, pass over them one by one. */
	if (it->overlapping || (it->rule.by & BY_SETPOS))
	{
		step = RECURRENCE_FOUND;
		while (skips-- > 0 && *count > 0 && step == RECURRENCE_FOUND)
		{
			step = recurrence_next(it, local);
			*count -= step == RECURRENCE_FOUND;
		}
		return *count > 0 && step == RECURRENCE_FOUND ? RECURRENCE_PAUSED : step;
	}

	while ((step = fill_periods(it, &steps)) == RECURRENCE_FOUND)
	{
		int64_t left = rank_in_period(it, period, it->to) - period->index;
		int64_t size = period->size;

		if (*count <= left)
		{
			seek_in_period(it, period, period->index + *count - 1);
			*count = 0;
			it->last = *local = period->value;
			advance_in_period(it, period);
			return RECURRENCE_FOUND;
		}
		*count -= left;
		period->index = size;

		/* Whole periods before the one that holds the window's end. */
		if (is_regular(it) && it->next_unit < it->last_unit)
		{
			int64_t wanted = (*count - 1) / size;
			int64_t available = (it->last_unit - it->next_unit + it->rule.interval - 1) / it->rule.interval;
			int64_t jumped = wanted < available ? wanted : available;

			*count -= jumped * size;
			it->next_unit += jumped * it->rule.interval;
		}
	}
	return step;
}

/* Tell whether every period's set is as large as the next, so that they can be counted by division. */
static bool
is_regular(const RecurrenceIterator *it)
{
	return it->rule.freq <= FREQ_WEEKLY && !it->day_limits && !it->time_limits &&
		   !(it->rule.by & (BY_SETPOS | BY_MONTH));
}

void
recurrence_open(RecurrenceIterator *it, const Recurrence *rule, int64_t start, int64_t from, int64_t to)
{
	it->rule = *rule;
	rule_imply(&it->rule, start);
	set_times(it);

	it->from = from > start ? from : start;
	it->to = to < LOCAL_END ? to : LOCAL_END;
	it->day_limits = rule->freq <= FREQ_DAILY && (rule->by & (BY_DAY | BY_MONTHDAY | BY_YEARDAY | BY_MONTH));
	it->overlapping = rule->freq >= FREQ_MONTHLY && rule->skip != SKIP_OMIT;
	it->matching_day = INT64_MIN;
	it->last = INT64_MIN;
	it->current.size = it->current.index = 0;
	it->ahead.size = it->ahead.index = 0;

	it->phase = rule_unit(&it->rule, start);
	it->next_unit = INT64_MAX;
	it->last_unit = INT64_MIN;
	if (it->from < it->to && (!it->time_limits || steps_meet_limits(it)) && positions_in_reach(it))
	{
		int64_t first = rule_unit(&it->rule, it->from) - it->overlapping;

		it->next_unit = first > it->phase ? align_unit(it, first) : it->phase;
		it->last_unit = rule_unit(&it->rule, it->to - 1) + it->overlapping;
	}
}

static void
set_times(RecurrenceIterator *it)
{
	const Recurrence *rule = &it->rule;
	bool			  minutes_limit = rule->freq <= FREQ_MINUTELY;
	bool			  seconds_limit = rule->freq == FREQ_SECONDLY;
	uint64_t		  every_minute = minutes_limit ? low_bits(60) : BIT(0);
	uint64_t		  every_second = seconds_limit ? low_bits(60) : BIT(0);
	unsigned		  limiting = 0;

	timeset_init(&it->times, rule->freq < FREQ_DAILY ? BIT(0) : rule->hours, minutes_limit ? BIT(0) : rule->minutes,
				 seconds_limit ? BIT(0) : rule->seconds);

	if (rule->freq < FREQ_DAILY)
		limiting = rule->by & (BY_HOUR | (minutes_limit ? BY_MINUTE : 0) | (seconds_limit ? BY_SECOND : 0));
	it->time_limits = limiting != 0;
	if (it->time_limits)
		timeset_init(&it->limits,
					 (limiting & BY_HOUR) ? rule->hours : low_bits(24),
					 (limiting & BY_MINUTE) ? rule->minutes : every_minute,
					 (limiting & BY_SECOND) ? rule->seconds : every_second);
}

/*
 * Tell whether the steps of a rule below a day ever meet its time limits.  Steps of
 * an even number of seconds from an even second never meet BYSECOND=1; without
 * this, the search would visit every minute to the end of the window.
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

static int64_t
greatest_common_divisor(int64_t a, int64_t b)
{
	while (b != 0)
	{
		int64_t remainder = a % b;

		a = b;
		b = remainder;
	}
	return a;
}

/*
 * Tell whether BYSETPOS has a position that the largest set of a period reaches.
 * FREQ=MINUTELY;BYHOUR=8;BYSETPOS=2 selects nothing from sets of one; without
 * this, the search would visit every minute to the end of the window.
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
