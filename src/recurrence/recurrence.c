/*-------------------------------------------------------------------------
 *
 * recurrence.c
 *		The recurrence engine: from a rule and a window to its occurrences.
 *
 * The first period comes from the window by division, so the age of DTSTART
 * does not matter.  Each period of the rule has a set (period.c, timeset.c),
 * through which period_walk.h goes.  Where BY parts make a rule sparse, the
 * iteration jumps to the next month, day or time that passes.
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>

#include "recurrence/period_walk.h"
#include "recurrence/recurrence.h"

/* Periods looked at before a call pauses: well under a millisecond. */
#define STEPS_PER_CALL 2048

/* Occurrences passed over one by one before a call pauses. */
#define SKIPS_PER_CALL 64

static bool			  day_passes(RecurrenceIterator *it, int64_t day);
static int32_t		  day_after_mismatch(const Recurrence *rule, int32_t day);
static bool			  unit_passes(RecurrenceIterator *it, int64_t unit);
static RecurrenceStep load_period(RecurrenceIterator *it, Period *period, int *steps);
static RecurrenceStep fill_periods(RecurrenceIterator *it, int *steps);
static bool			  is_regular(const RecurrenceIterator *it);
static void			  set_times(RecurrenceIterator *it);

/* Find the first unit of the rule's at or after a unit. */
static inline int64_t
align_unit(const RecurrenceIterator *it, int64_t unit)
{
	return unit + floor_mod(it->phase - unit, it->rule.interval);
}

/* Have the next period where it has the same set as the one before, which is that of most rules. */
static inline bool
repeat_period(RecurrenceIterator *it)
{
	Period *period = &it->current;

	if (!it->same_units || period->size == 0 || it->next_unit > it->last_unit)
		return false;
	period->base = it->next_unit * unit_seconds(it->rule.freq);
	period->index = period->time = 0;
	period_compute_value(&it->times, period);
	it->next_unit += it->rule.interval;
	return true;
}

RecurrenceStep
recurrence_next(RecurrenceIterator *it, int64_t *local)
{
	int		steps = STEPS_PER_CALL;
	int64_t value;

	do
	{
		Period *period = &it->current;

		if ((period_is_exhausted(period) && !repeat_period(it)) || it->overlapping)
		{
			RecurrenceStep step = fill_periods(it, &steps);

			if (step != RECURRENCE_FOUND)
				return step;
			if (!period_is_exhausted(&it->ahead) && it->ahead.value < period->value)
				period = &it->ahead;
		}
		value = period->value;
		if (value >= it->to)
			return RECURRENCE_DONE;
		period_advance(&it->rule, &it->times, period);
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

	if (period_is_exhausted(&it->current) && !period_is_exhausted(&it->ahead))
	{
		it->current = it->ahead;
		it->ahead.index = it->ahead.size;
	}
	if (period_is_exhausted(&it->current))
		step = load_period(it, &it->current, steps);
	if (step == RECURRENCE_FOUND && it->overlapping && period_is_exhausted(&it->ahead) &&
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

		period->size = (it->rule.freq <= FREQ_DAILY ? 1 : period_count_days(period)) * it->times.count;
		period_seek(&it->rule, &it->times, period, period_rank(&it->times, period, it->from));
		if (!period_is_exhausted(period))
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

	if (it->day_limits && !day_passes(it, day))
	{
		next = day_after_mismatch(&it->rule, (int32_t) day) * LOCAL_SECS_PER_DAY;
		it->next_unit = align_unit(it, next / seconds);
		return false;
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

/* Tell whether a day passes the day limits; one that did is not looked at again. */
static bool
day_passes(RecurrenceIterator *it, int64_t day)
{
	if (day != it->matching_day && period_day_matches(&it->rule, (int32_t) day))
		it->matching_day = day;
	return day == it->matching_day;
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
		int64_t left = period_rank(&it->times, period, it->to) - period->index;
		int64_t size = period->size;

		if (*count <= left)
		{
			period_seek(&it->rule, &it->times, period, period->index + *count - 1);
			*count = 0;
			it->last = *local = period->value;
			period_advance(&it->rule, &it->times, period);
			return RECURRENCE_FOUND;
		}
		*count -= left;
		period->index = size;

		/* Jump over whole periods before the one that holds the window's end. */
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
	it->same_units = rule->freq <= FREQ_DAILY && is_regular(it);
	it->matching_day = INT64_MIN;
	it->last = INT64_MIN;
	it->current.size = it->current.index = 0;
	it->ahead.size = it->ahead.index = 0;

	it->phase = rule_unit(&it->rule, start);
	it->next_unit = INT64_MAX;
	it->last_unit = INT64_MIN;
	if (it->from < it->to && recurrence_reaches_any(it))
	{
		int64_t first = rule_unit(&it->rule, it->from) - it->overlapping;

		it->next_unit = first > it->phase ? align_unit(it, first) : it->phase;
		it->last_unit = rule_unit(&it->rule, it->to - 1) + it->overlapping;
	}
}

/* Set the times of day of a period, and those that limit its steps. */
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
