/*-------------------------------------------------------------------------
 *
 * recurrence_open.c
 *		The recurrence engine: from a rule and a window to the first period.
 *
 * What the rule leaves open comes from DTSTART; the first period comes from
 * the window by division, so the age of DTSTART does not matter.
 *
 *-------------------------------------------------------------------------
 */
#include "recurrence/recurrence_private.h"
#include "recurrence/timeset.h"

int64_t
recurrence_unit(const Recurrence *rule, int64_t local)
{
	int32_t day = (int32_t) floor_div(local, LOCAL_SECS_PER_DAY);
	Date	date;

	switch (rule->freq)
	{
		case FREQ_YEARLY:
			return (rule->by & BY_WEEKNO) ? week_year_of_day(day, rule->week_start) : year_of_day(day);
		case FREQ_MONTHLY:
			date = date_from_day(day);
			return 12 * date.year + date.month - 1;
		case FREQ_WEEKLY:
			return floor_div(day + 5 - rule->week_start, 7);
		default:
			return floor_div(local, unit_seconds(rule->freq));
	}
}

/*
 * Add the parts that DTSTART implies: "Information, not contained in the rule,
 * necessary to determine the various recurrence instance start time and dates
 * are derived from the Start Time (DTSTART)" (RFC 5545 section 3.3.10).
 */
void
recurrence_imply(Recurrence *rule, int64_t start)
{
	int32_t	 day = (int32_t) floor_div(start, LOCAL_SECS_PER_DAY);
	int		 second = (int) floor_mod(start, LOCAL_SECS_PER_DAY);
	unsigned day_parts = rule->by & (BY_DAY | BY_MONTHDAY | BY_YEARDAY | BY_WEEKNO);
	Date	 date = date_from_day(day);

	if (rule->freq > FREQ_HOURLY && !(rule->by & BY_HOUR))
		rule->hours = BIT(second / 3600);
	if (rule->freq > FREQ_MINUTELY && !(rule->by & BY_MINUTE))
		rule->minutes = BIT(second / 60 % 60);
	if (rule->freq > FREQ_SECONDLY && !(rule->by & BY_SECOND))
		rule->seconds = BIT(second % 60);

	if ((rule->freq == FREQ_WEEKLY && day_parts == 0) || day_parts == BY_WEEKNO)
	{
		rule->weekdays = BIT(weekday_of_day(day));
		rule->by |= BY_DAY;
	}
	else if (rule->freq >= FREQ_MONTHLY && day_parts == 0)
	{
		if (rule->freq == FREQ_YEARLY && !(rule->by & BY_MONTH))
		{
			rule->months = BIT(date.month);
			rule->by |= BY_MONTH;
		}
		rule->monthdays = BIT(date.day);
		rule->by |= BY_MONTHDAY;
	}
}

static void
set_times(RecurrenceIterator *it)
{
	const Recurrence *rule = &it->rule;
	bool			  minutes_limit = rule->freq <= FREQ_MINUTELY;
	bool			  seconds_limit = rule->freq == FREQ_SECONDLY;
	unsigned		  limiting = 0;

	timeset_init(&it->times, rule->freq < FREQ_DAILY ? BIT(0) : rule->hours, minutes_limit ? BIT(0) : rule->minutes,
				 seconds_limit ? BIT(0) : rule->seconds);

	if (rule->freq < FREQ_DAILY)
		limiting = rule->by & (BY_HOUR | (minutes_limit ? BY_MINUTE : 0) | (seconds_limit ? BY_SECOND : 0));
	it->time_limits = limiting != 0;
	if (it->time_limits)
		timeset_init(&it->limits, (limiting & BY_HOUR) ? rule->hours : low_bits(24),
					 (limiting & BY_MINUTE) ? rule->minutes : minutes_limit ? low_bits(60)
																			: BIT(0),
					 (limiting & BY_SECOND) ? rule->seconds : seconds_limit ? low_bits(60)
																			: BIT(0));
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
 * Whether the steps of a rule below a day ever meet its time limits.  Steps of
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

/*
 * Whether BYSETPOS has a position that the largest set of a period reaches.
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

void
recurrence_open(RecurrenceIterator *it, const Recurrence *rule, int64_t start, int64_t from, int64_t to)
{
	it->rule = *rule;
	recurrence_imply(&it->rule, start);
	set_times(it);

	it->from = from > start ? from : start;
	it->to = to < LOCAL_END ? to : LOCAL_END;
	it->day_limits = rule->freq <= FREQ_DAILY && (rule->by & (BY_DAY | BY_MONTHDAY | BY_YEARDAY | BY_MONTH));
	it->overlapping = rule->freq >= FREQ_MONTHLY && rule->skip != SKIP_OMIT;
	it->matching_day = INT64_MIN;
	it->last = INT64_MIN;
	it->current.size = it->current.index = 0;
	it->ahead.size = it->ahead.index = 0;

	it->phase = recurrence_unit(&it->rule, start);
	it->next_unit = INT64_MAX;
	it->last_unit = INT64_MIN;
	if (it->from < it->to && (!it->time_limits || steps_meet_limits(it)) && positions_in_reach(it))
	{
		int64_t first = recurrence_unit(&it->rule, it->from) - it->overlapping;

		it->next_unit = first > it->phase ? align_unit(it, first) : it->phase;
		it->last_unit = recurrence_unit(&it->rule, it->to - 1) + it->overlapping;
	}
}
