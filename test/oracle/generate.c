/*-------------------------------------------------------------------------
 *
 * generate.c
 *		Seeded random recurrence rules: every frequency, every part, negative
 *		numbers, starts on leap days, year ends, 1900 and 2100, and windows
 *		before, across, after and far from the start.
 *
 * A number in a list is, as often as not, taken from DTSTART or near it: with
 * independent numbers nearly every rule with two parts would be empty, and an
 * empty answer proves little.
 *
 *-------------------------------------------------------------------------
 */
#include <stdlib.h>
#include <string.h>

#include "case.h"
#include "generate.h"

#define MINUTE	   INT64_C(60)
#define HOUR	   INT64_C(3600)
#define DAY		   INT64_C(86400)
#define YEAR	   (DAY * 366)
#define FIRST_TIME INT64_C(-63082281600) /* 0001-01-01 */
#define END_TIME   INT64_C(252455529600) /* 9999-12-31 */

static uint64_t state;

/* splitmix64 */
static uint64_t
next_random(void)
{
	uint64_t z = (state += UINT64_C(0x9e3779b97f4a7c15));

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

int64_t
between(int64_t low, int64_t high)
{
	return low + (int64_t) (next_random() % (uint64_t) (high - low + 1));
}

bool
percent(int p)
{
	return between(0, 99) < p;
}

static void
add(IntList *list, int value)
{
	int i;

	for (i = 0; i < list->n; i++)
		if (list->value[i] == value)
			return;
	list->value[list->n++] = value;
}

/*
 * Numbers from low to high.  own is what DTSTART has; negatives are written
 * against span, the size of what they count back in.
 */
static void
fill(IntList *list, int low, int high, int own, int span)
{
	int	 n = percent(85) ? (int) between(1, 4) : (int) between(5, high - low + 1);
	bool dense = percent(25); /* a run, not a scatter */
	int	 at = percent(60) ? own : (int) between(low, high);

	while (n-- > 0)
	{
		int value = at;

		if (value < low || value > high)
			value = low + (value % (high - low + 1) + (high - low + 1)) % (high - low + 1);
		if (span > 0 && percent(25))
		{
			int back = span + 1 - value; /* the same day, counted back */

			add(list, -(back < 1 ? 1 : back > high ? high
												   : back));
		}
		else
			add(list, value);
		at = dense ? at + 1 : percent(30) ? own + (int) between(-2, 2)
										  : (int) between(low, high);
	}
}

static void
fill_days(Case *c, int64_t day)
{
	IntList *list = &c->by[PART_DAY];
	bool	 numbers = c->freq >= F_MONTHLY && c->by[PART_WEEKNO].n == 0 && percent(60);
	bool	 in_month = c->freq == F_MONTHLY || c->by[PART_MONTH].n > 0;
	int		 n = (int) between(1, percent(80) ? 3 : 7);

	while (n-- > 0)
	{
		int weekday = percent(40) ? weekday_of(day) : (int) between(0, 6);
		int number = 0;

		if (numbers && percent(85))
		{
			number = (int) between(1, in_month || percent(30) ? 5 : 53);
			if (percent(40))
				number = -number;
		}
		add(list, number * 8 + weekday);
	}
}

static int64_t
random_start(void)
{
	static const int years[] = {1900, 1904, 1999, 2000, 2020, 2024, 2096, 2100, 2104};
	int				 year,
		month,
		day;

	if (percent(70))
		year = (int) between(1996, 2030);
	else if (percent(75))
		year = years[between(0, 8)];
	else if (percent(80))
		year = (int) between(1601, 2400);
	else
		year = percent(60) ? (int) between(1, 1600) : (int) between(2400, 9990);
	month = (int) between(1, 12);
	day = (int) between(1, month_length(year, month));
	switch (between(0, 9))
	{
		case 0: /* around the turn of a year */
			return (days_from_civil(year, 12, 24) + between(0, 16)) * DAY + between(0, DAY - 1);
		case 1: /* around the end of February */
			while (percent(60) && !is_leap(year))
				year++;
			month = 2;
			day = month_length(year, 2) - (percent(20) ? 1 : 0);
			break;
		case 2: /* the end of a month */
			day = month_length(year, month) - (int) between(0, 3);
			break;
		default:
			break;
	}
	return days_from_civil(year, month, day) * DAY +
		   (percent(30) ? 9 * HOUR : percent(10) ? 0
								 : percent(10)	 ? DAY - 1
												 : between(0, DAY - 1));
}

static void
choose_parts(Case *c)
{
	int64_t day = c->start / DAY - (c->start % DAY < 0);
	int		second = (int) (c->start - day * DAY);
	int		year,
		month,
		monthday,
		yearday,
		i;
	bool any = false;

	civil_from_days(day, &year, &month, &monthday);
	yearday = (int) (day - days_from_civil(year, 1, 1)) + 1;

	if (percent(c->freq >= F_DAILY ? 30 : 20))
		fill(&c->by[PART_MONTH], 1, 12, month, 0);
	if (c->freq == F_YEARLY && percent(20))
		fill(&c->by[PART_WEEKNO], 1, 53, (yearday + 6) / 7, 53);
	if ((c->freq == F_YEARLY || c->freq <= F_HOURLY) && percent(15))
		fill(&c->by[PART_YEARDAY], 1, 366, yearday, is_leap(year) ? 366 : 365);
	if (c->freq != F_WEEKLY && percent(c->freq == F_MONTHLY ? 45 : 25))
		fill(&c->by[PART_MONTHDAY], 1, 31, monthday, month_length(year, month));
	if (percent(c->freq >= F_WEEKLY ? 45 : 25))
		fill_days(c, day);
	if (percent(c->freq == F_HOURLY ? 35 : 25))
		fill(&c->by[PART_HOUR], 0, 23, second / 3600, 0);
	if (percent(c->freq == F_MINUTELY ? 35 : 20))
		fill(&c->by[PART_MINUTE], 0, 59, second / 60 % 60, 0);
	if (percent(c->freq == F_SECONDLY ? 40 : 12))
		fill(&c->by[PART_SECOND], 0, percent(10) ? 60 : 59, second % 60, 0);
	for (i = 0; i < PART_SETPOS; i++)
		any = any || c->by[i].n > 0;
	if (any && percent(20))
		fill(&c->by[PART_SETPOS], 1, percent(80) ? 6 : 366, 1, percent(80) ? 4 : 60);
	if (percent(c->freq >= F_MONTHLY ? 25 : 5))
	{
		c->skip = percent(50) ? S_BACKWARD : S_FORWARD;
		/* Days that some months do not have, often on some weekdays only. */
		if (c->freq >= F_MONTHLY && percent(60))
		{
			c->by[PART_MONTHDAY].n = 0;
			for (i = (int) between(1, 3); i > 0; i--)
				add(&c->by[PART_MONTHDAY], (int) (between(28, 31) * (percent(25) ? -1 : 1)));
			if (percent(40))
				fill_days(c, day);
		}
	}
}

static int64_t
unit_seconds(int freq)
{
	static const int64_t units[] = {1, MINUTE, HOUR, DAY, 7 * DAY, 31 * DAY, YEAR};

	return units[freq];
}

/*
 * A window for the rule.  A rule of small steps with filters over days wants a
 * long window, one without a short one.
 */
static void
choose_window(Case *c)
{
	bool filters = c->by[PART_MONTH].n + c->by[PART_DAY].n + c->by[PART_MONTHDAY].n +
					   c->by[PART_YEARDAY].n >
				   0;
	int64_t step = unit_seconds(c->freq) * c->interval;
	int64_t length = step * between(1, percent(20) ? 600 : 60);
	int64_t ahead;

	if (filters && c->freq <= F_DAILY && percent(60))
		length += DAY * between(1, c->freq == F_DAILY ? 3000 : 60);
	if (length > 400 * YEAR)
		length = 400 * YEAR;
	if (percent(4)) /* all before the start */
		ahead = -length - between(0, step);
	else if (percent(30)) /* across the start */
		ahead = -between(0, length);
	else if (percent(50) || c->count > 0) /* soon after */
		ahead = between(0, step * 40 + DAY);
	else /* far away */
		ahead = between(0, c->freq >= F_MONTHLY ? 120 * YEAR : 400 * YEAR);
	c->from = c->start + ahead;
	c->to = c->from + length;
	if (c->from < FIRST_TIME)
		c->from = FIRST_TIME;
	if (c->to > END_TIME)
		c->to = END_TIME;
	if (c->from > c->to)
		c->from = c->to - 1;

	/* What a fixed number of seconds repeats may be begun later, in step. */
	c->near_start = c->start;
	if (c->freq <= F_WEEKLY && c->count == 0 && c->from > c->start)
		c->near_start += (c->from - c->start) / step * step;
}

void
case_generate(Case *c, uint64_t seed)
{
	memset(c, 0, sizeof(*c));
	state = seed * UINT64_C(0xd1342543de82ef95) + 1;
	next_random();
	c->freq = (int) between(F_SECONDLY, F_YEARLY);
	if (percent(40))
		c->freq = (int) between(F_DAILY, F_YEARLY);
	c->interval = percent(50) ? 1 : percent(70) ? (int) between(2, 5)
												: (int) between(6, 40);
	if (c->freq <= F_DAILY && percent(5))
		c->interval = (int) between(41, 2000);
	c->week_start = percent(60) ? 0 : percent(50) ? 6
												  : (int) between(1, 5);
	c->start = random_start();
	choose_parts(c);
	if (percent(15))
		c->count = percent(80) ? (int) between(1, 60) : (int) between(61, 1000);
	choose_window(c);
	if (c->count == 0 && percent(18))
	{
		c->has_until = true;
		c->until = c->from + between(-(c->to - c->from) / 4, c->to - c->from);
		if (c->until < FIRST_TIME)
			c->until = FIRST_TIME;
		if (percent(30)) /* a bare date means its whole day */
			c->until -= ((c->until % DAY) + DAY) % DAY - (DAY - 1);
		if (c->until >= END_TIME)
			c->until = END_TIME - 1;
	}
	case_write_rule(c);
}
