/*-------------------------------------------------------------------------
 *
 * period.c
 *		The days of one period of a rule.
 *
 * Every day part that a rule has becomes a set of slots over the period; the
 * period's days are where all the sets meet.  RFC 5545 words this as parts
 * that expand and parts that limit; for days, the two come to the same.
 *
 * The sets of a month or year have one slot before and one after it, for the
 * dates that SKIP moves across its edge (RFC 7529 section 4.1).
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>

#include "recurrence/calendar.h"
#include "recurrence/period.h"

static bool weekday_matches(const Recurrence *rule, int32_t day, Date date);
static void add_weekdays(const Recurrence *rule, int32_t first_day, int length, int first_slot, bool numbered, uint64_t *slots);
static void add_counted_days(Skip skip, const uint64_t *from_first, const uint64_t *from_last, int n_words, int length, int first_slot, uint64_t *slots);
static void add_monthdays(const Recurrence *rule, int length, int first_slot, uint64_t *slots);
static void add_span(int first_slot, int length, uint64_t *slots);
static void keep_common(uint64_t *slots, const uint64_t *others);
static void keep_edge_weekdays(const Recurrence *rule, int32_t first_day, int length, uint64_t *slots);
static void start_period(Period *period, int32_t first_day);
static void add_months_of_year(const Recurrence *rule, int year, uint64_t *slots);
static void add_weekdays_of_year(const Recurrence *rule, int year, uint64_t *slots);

static inline bool
has_numbered_weekdays(const Recurrence *rule)
{
	for (int weekday = 0; weekday < 7; weekday++)
	{
		if (rule->nth_weekdays[weekday] | rule->last_nth_weekdays[weekday])
			return true;
	}
	return false;
}

/* Tell whether a numbered weekday counts within the month, else within the year (RFC 5545, BYDAY). */
static inline bool
weekdays_count_in_month(const Recurrence *rule)
{
	return rule->freq == FREQ_MONTHLY || (rule->by & BY_MONTH) != 0;
}

bool
period_day_matches(const Recurrence *rule, int32_t day)
{
	Date date;

	/* BYDAY alone, the common case, needs no date. */
	if ((rule->by & (BY_MONTH | BY_MONTHDAY | BY_YEARDAY)) == 0 && !has_numbered_weekdays(rule))
		return !(rule->by & BY_DAY) || (rule->weekdays & BIT(weekday_of_day(day)));

	date = date_from_day(day);
	if ((rule->by & BY_MONTH) && !(rule->months & BIT(date.month)))
		return false;
	if ((rule->by & BY_MONTHDAY) && !(rule->monthdays & BIT(date.day)) &&
		!(rule->last_monthdays & BIT(days_in_month(date.year, date.month) + 1 - date.day)))
		return false;
	if ((rule->by & BY_YEARDAY) && !has_bit(rule->yeardays, date.yearday) &&
		!has_bit(rule->last_yeardays, days_in_year(date.year) + 1 - date.yearday))
		return false;
	return !(rule->by & BY_DAY) || weekday_matches(rule, day, date);
}

static bool
weekday_matches(const Recurrence *rule, int32_t day, Date date)
{
	int	 weekday = weekday_of_day(day);
	bool in_month = weekdays_count_in_month(rule);
	int	 before = in_month ? date.day - 1 : date.yearday - 1;
	int	 after = (in_month ? days_in_month(date.year, date.month) : days_in_year(date.year)) - 1 - before;

	return (rule->weekdays & BIT(weekday)) ||
		   (rule->nth_weekdays[weekday] & BIT(before / 7 + 1)) ||
		   (rule->last_nth_weekdays[weekday] & BIT(after / 7 + 1));
}

void
period_of_month(const Recurrence *rule, int month_number, Period *period)
{
	int		year = (int) floor_div(month_number, 12);
	int		month = (int) floor_mod(month_number, 12) + 1;
	int		length = days_in_month(year, month);
	int32_t first_day = day_from_date(year, month, 1);

	start_period(period, first_day - 1);
	if ((rule->by & BY_MONTH) && !(rule->months & BIT(month)))
		return;

	if (rule->by & BY_MONTHDAY)
		add_monthdays(rule, length, 1, period->days);
	else
		add_span(1, length, period->days);

	if (rule->by & BY_DAY)
	{
		uint64_t weekdays[WORDS_FOR_YEAR] = {0};

		add_weekdays(rule, first_day, length, 1, true, weekdays);
		keep_edge_weekdays(rule, first_day, length, weekdays);
		keep_common(period->days, weekdays);
	}
}

static void
start_period(Period *period, int32_t first_day)
{
	memset(period->days, 0, sizeof(period->days));
	period->base = first_day * LOCAL_SECS_PER_DAY;
}

static void
add_monthdays(const Recurrence *rule, int length, int first_slot, uint64_t *slots)
{
	uint64_t from_first = rule->monthdays;
	uint64_t from_last = rule->last_monthdays;

	add_counted_days(rule->skip, &from_first, &from_last, 1, length, first_slot, slots);
}

/*
 * Add the days that a list of positions (counted from either end, from 1)
 * names in a span of length days whose first day is slot first_slot; SKIP says
 * what becomes of positions beyond the span.
 */
static void
add_counted_days(Skip skip, const uint64_t *from_first, const uint64_t *from_last, int n_words, int length, int first_slot,
				 uint64_t *slots)
{
	for (int w = 0; w < n_words; w++)
	{
		for (uint64_t rest = from_first[w]; rest != 0; rest &= rest - 1)
		{
			int position = 64 * w + lowest_bit(rest);

			if (position <= length)
				set_bit(slots, first_slot + position - 1);
			else if (skip != SKIP_OMIT)
				set_bit(slots, first_slot + length - (skip == SKIP_BACKWARD));
		}
		for (uint64_t rest = from_last[w]; rest != 0; rest &= rest - 1)
		{
			int position = 64 * w + lowest_bit(rest);

			if (position <= length)
				set_bit(slots, first_slot + length - position);
			else if (skip != SKIP_OMIT)
				set_bit(slots, first_slot - (skip == SKIP_BACKWARD));
		}
	}
}

static void
add_span(int first_slot, int length, uint64_t *slots)
{
	for (int slot = first_slot; slot < first_slot + length;)
	{
		int room = 64 - (slot & 63);
		int n = first_slot + length - slot < room ? first_slot + length - slot : room;

		slots[slot >> 6] |= low_bits(n) << (slot & 63);
		slot += n;
	}
}

/*
 * Add the days that BYDAY names in a span of length days whose first day is
 * slot first_slot.  numbered: the span is the one that numbers count in.
 */
static void
add_weekdays(const Recurrence *rule, int32_t first_day, int length, int first_slot, bool numbered, uint64_t *slots)
{
	int first_weekday = weekday_of_day(first_day);

	for (int weekday = 0; weekday < 7; weekday++)
	{
		int first = (weekday - first_weekday + 7) % 7;
		int occurrences = (length - first + 6) / 7;

		if (rule->weekdays & BIT(weekday))
		{
			for (int n = 0; n < occurrences; n++)
				set_bit(slots, first_slot + first + 7 * n);
		}
		if (!numbered)
			continue;
		for (uint64_t rest = rule->nth_weekdays[weekday]; rest != 0; rest &= rest - 1)
		{
			int n = lowest_bit(rest);

			if (n <= occurrences)
				set_bit(slots, first_slot + first + 7 * (n - 1));
		}
		for (uint64_t rest = rule->last_nth_weekdays[weekday]; rest != 0; rest &= rest - 1)
		{
			int n = lowest_bit(rest);

			if (n <= occurrences)
				set_bit(slots, first_slot + first + 7 * (occurrences - n));
		}
	}
}

/*
 * Keep BYDAY in a period of length days that has a slot before and after it: the
 * days inside from their place in the span, those two one by one.
 */
static void
keep_edge_weekdays(const Recurrence *rule, int32_t first_day, int length, uint64_t *slots)
{
	int32_t before = first_day - 1;
	int32_t after = first_day + length;

	if (rule->skip == SKIP_OMIT)
		return;
	if (weekday_matches(rule, before, date_from_day(before)))
		set_bit(slots, 0);
	if (weekday_matches(rule, after, date_from_day(after)))
		set_bit(slots, length + 1);
}

static void
keep_common(uint64_t *slots, const uint64_t *others)
{
	for (int w = 0; w < WORDS_FOR_YEAR; w++)
		slots[w] &= others[w];
}

void
period_of_year(const Recurrence *rule, int year, Period *period)
{
	int		 length = days_in_year(year);
	uint64_t others[WORDS_FOR_YEAR] = {0};

	start_period(period, day_of_year_start(year) - 1);

	if (rule->by & (BY_MONTH | BY_MONTHDAY))
		add_months_of_year(rule, year, period->days);
	else
		add_span(0, length + 2, period->days);

	if (rule->by & BY_YEARDAY)
	{
		add_counted_days(rule->skip, rule->yeardays, rule->last_yeardays, WORDS_FOR_YEAR, length, 1, others);
		keep_common(period->days, others);
	}
	else if (!(rule->by & (BY_MONTH | BY_MONTHDAY)))
	{
		/* Only BYDAY is left to choose days, and none outside the year. */
		add_span(1, length, others);
		keep_common(period->days, others);
	}

	if (rule->by & BY_DAY)
	{
		memset(others, 0, sizeof(others));
		add_weekdays_of_year(rule, year, others);
		keep_common(period->days, others);
	}
}

/* Add the days of a year that BYMONTH and BYMONTHDAY name. */
static void
add_months_of_year(const Recurrence *rule, int year, uint64_t *slots)
{
	uint32_t months = (rule->by & BY_MONTH) ? rule->months : (uint32_t) low_bits(13) - 1;

	for (uint64_t rest = months; rest != 0; rest &= rest - 1)
	{
		int month = lowest_bit(rest);
		int first_slot = 1 + days_before_month(year, month);

		if (rule->by & BY_MONTHDAY)
			add_monthdays(rule, days_in_month(year, month), first_slot, slots);
		else
			add_span(first_slot, days_in_month(year, month), slots);
	}
}

/* Add the days of a year that BYDAY names. */
static void
add_weekdays_of_year(const Recurrence *rule, int year, uint64_t *slots)
{
	int32_t first_day = day_of_year_start(year);
	bool	in_month = weekdays_count_in_month(rule) && has_numbered_weekdays(rule);

	if (!in_month)
		add_weekdays(rule, first_day, days_in_year(year), 1, true, slots);
	for (int month = 1; in_month && month <= 12; month++)
	{
		int before = days_before_month(year, month);

		add_weekdays(rule, first_day + before, days_in_month(year, month), 1 + before, true, slots);
	}
	keep_edge_weekdays(rule, first_day, days_in_year(year), slots);
}

void
period_of_week_year(const Recurrence *rule, int year, Period *period)
{
	int32_t first_day = first_week_of_year(year, rule->week_start);
	int		n_weeks = (first_week_of_year(year + 1, rule->week_start) - first_day) / 7;

	start_period(period, first_day);
	for (int week = 1; week <= n_weeks; week++)
	{
		if (!(rule->weeknos & BIT(week)) && !(rule->last_weeknos & BIT(n_weeks + 1 - week)))
			continue;
		for (int slot = 7 * (week - 1); slot < 7 * week; slot++)
		{
			if (period_day_matches(rule, first_day + slot))
				set_bit(period->days, slot);
		}
	}
}

void
period_of_week(const Recurrence *rule, int32_t first_day, Period *period)
{
	start_period(period, first_day);
	for (uint64_t rest = rule->weekdays; rest != 0; rest &= rest - 1)
	{
		int slot = (lowest_bit(rest) - rule->week_start + 7) % 7;

		if (!(rule->by & BY_MONTH) || (rule->months & BIT(date_from_day(first_day + slot).month)))
			set_bit(period->days, slot);
	}
}
