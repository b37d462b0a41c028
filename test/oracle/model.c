/*-------------------------------------------------------------------------
 *
 * model.c
 *		Recurrence rules by definition: take one period of the rule after the
 *		other, list every day of it, keep those that every BY part names, give
 *		each its times, apply BYSETPOS, and go on.
 *
 * No cleverness, so that it can be read against RFC 5545 section 3.3.10 and
 * RFC 7529 section 4.1 line by line.  It walks from near_start, or from start
 * where the rule counts.
 *
 *-------------------------------------------------------------------------
 */
#include <stdlib.h>
#include <string.h>

#include "case.h"

#define DAY INT64_C(86400)
#define LAST_DAY INT64_C(2921939)	/* 9999-12-31 */
#define FIRST_DAY INT64_C(-730119)	/* 0001-01-01 */
#define COLLECTED_MAX 40000

/* The days of one period and its neighbourhood, as a set. */
#define DAYS_MAX 640
typedef struct DaySet
{
	int64_t		first;
	bool		has[DAYS_MAX];
} DaySet;

static int64_t collected[COLLECTED_MAX];
static int	n_collected;

static int64_t
floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

static bool
in_list(const IntList *list, int value)
{
	int			i;

	for (i = 0; i < list->n; i++)
		if (list->value[i] == value)
			return true;
	return false;
}

/* Day 1 of week 1 of a week-numbering year: the week that holds 4 January. */
static int64_t
week_year_start(const Case *c, int year)
{
	int64_t		fourth = days_from_civil(year, 1, 4);

	return fourth - (weekday_of(fourth) - c->week_start + 7) % 7;
}

static bool
month_allowed(const Case *c, int month)
{
	return c->by[PART_MONTH].n == 0 || in_list(&c->by[PART_MONTH], month);
}

/* Whether BYDAY names a day, numbers counted in its month or its year. */
static bool
byday_names(const Case *c, int64_t day)
{
	int			year,
				month,
				monthday;
	int			weekday = weekday_of(day);
	int64_t		from,
				to;

	if (in_list(&c->by[PART_DAY], weekday))
		return true;
	if (c->freq < F_MONTHLY)
		return false;
	civil_from_days(day, &year, &month, &monthday);
	if (c->freq == F_MONTHLY || c->by[PART_MONTH].n > 0)
	{
		from = days_from_civil(year, month, 1);
		to = from + month_length(year, month);
	}
	else
	{
		from = days_from_civil(year, 1, 1);
		to = days_from_civil(year + 1, 1, 1);
	}
	return in_list(&c->by[PART_DAY], (int) ((day - from) / 7 + 1) * 8 + weekday) ||
		in_list(&c->by[PART_DAY], -(int) ((to - 1 - day) / 7 + 1) * 8 + weekday);
}

/* Whether the parts that limit days let a day pass: FREQ=DAILY and smaller. */
static bool
day_passes(const Case *c, int64_t day)
{
	int			year,
				month,
				monthday,
				yearday;

	civil_from_days(day, &year, &month, &monthday);
	yearday = (int) (day - days_from_civil(year, 1, 1)) + 1;
	return month_allowed(c, month) &&
		(c->by[PART_YEARDAY].n == 0 || in_list(&c->by[PART_YEARDAY], yearday) ||
		 in_list(&c->by[PART_YEARDAY], yearday - 366 - is_leap(year))) &&
		(c->by[PART_MONTHDAY].n == 0 || in_list(&c->by[PART_MONTHDAY], monthday) ||
		 in_list(&c->by[PART_MONTHDAY], monthday - 1 - month_length(year, month))) &&
		(c->by[PART_DAY].n == 0 || byday_names(c, day));
}

static void
mark(DaySet *set, int64_t day)
{
	if (day >= set->first && day < set->first + DAYS_MAX)
		set->has[day - set->first] = true;
}

/*
 * The n-th day of a stretch of length days, n negative from its end.  A date
 * that does not exist goes where SKIP says.
 */
static void
mark_nth(int skip, DaySet *set, int64_t first, int length, int n)
{
	int			at = n > 0 ? n - 1 : length + n;

	if (at >= 0 && at < length)
		mark(set, first + at);
	else if (skip == S_BACKWARD)
		mark(set, at < 0 ? first - 1 : first + length - 1);
	else if (skip == S_FORWARD)
		mark(set, at < 0 ? first : first + length);
}

/* The weeks of BYWEEKNO hold only days that exist: nothing is left to move. */
static int
skip_of(const Case *c)
{
	return c->by[PART_WEEKNO].n > 0 ? S_OMIT : c->skip;
}

static void
mark_month(const Case *c, DaySet *set, int year, int month, int own_day)
{
	const IntList *list = &c->by[PART_MONTHDAY];
	int64_t		first = days_from_civil(year, month, 1);
	int			skip = skip_of(c);
	int			i;

	for (i = 0; i < list->n; i++)
		mark_nth(skip, set, first, month_length(year, month), list->value[i]);
	if (list->n == 0)
		mark_nth(skip, set, first, month_length(year, month), own_day);
}

/* Keep of a set what another has too. */
static void
intersect(DaySet *set, const DaySet *other)
{
	int			i;

	for (i = 0; i < DAYS_MAX; i++)
		set->has[i] = set->has[i] && other->has[i];
}

static void
keep_bydays(const Case *c, DaySet *set)
{
	int			i;

	for (i = 0; i < DAYS_MAX; i++)
		if (set->has[i])
			set->has[i] = byday_names(c, set->first + i);
}

/* The days of a month of FREQ=MONTHLY; months counts from January of year 0. */
static void
month_days(const Case *c, int64_t months, int own_day, DaySet *set)
{
	int			year = (int) (months / 12);
	int			month = (int) (months % 12) + 1;
	int			i;

	set->first = days_from_civil(year, month, 1) - 31;
	if (!month_allowed(c, month))
		return;
	if (c->by[PART_MONTHDAY].n > 0 || c->by[PART_DAY].n == 0)
		mark_month(c, set, year, month, own_day);
	else
		for (i = 0; i < month_length(year, month); i++)
			mark(set, set->first + 31 + i);
	if (c->by[PART_DAY].n > 0)
		keep_bydays(c, set);
}

/* The days of a year of FREQ=YEARLY, of a week-numbering year with BYWEEKNO. */
static void
year_days(const Case *c, int year, int own_month, int own_day, DaySet *set)
{
	bool		weeks = c->by[PART_WEEKNO].n > 0;
	bool		own_date = !weeks && c->by[PART_MONTHDAY].n == 0 &&
		c->by[PART_YEARDAY].n == 0 && c->by[PART_DAY].n == 0;
	int64_t		first = weeks ? week_year_start(c, year) : days_from_civil(year, 1, 1);
	int64_t		end = weeks ? week_year_start(c, year + 1) : days_from_civil(year + 1, 1, 1);
	int			y,
				m,
				i;
	DaySet		other;

	set->first = first - 100;
	for (i = 0; i < end - first; i++)
		if (!weeks || in_list(&c->by[PART_WEEKNO], i / 7 + 1) ||
			in_list(&c->by[PART_WEEKNO], i / 7 - (int) (end - first) / 7))
			mark(set, first + i);

	if (!weeks && (c->by[PART_YEARDAY].n > 0 || c->by[PART_MONTHDAY].n > 0 || own_date))
		memset(set->has, true, sizeof(set->has));	/* moved dates may leave the year */
	if (c->by[PART_MONTHDAY].n > 0 || own_date)
	{
		memset(&other, 0, sizeof(other));
		other.first = set->first;
		for (y = weeks ? year - 1 : year; y <= (weeks ? year + 1 : year); y++)
			for (m = 1; m <= 12; m++)
				if (y >= 1 && month_allowed(c, m) &&
					(!own_date || c->by[PART_MONTH].n > 0 || m == own_month))
					mark_month(c, &other, y, m, own_day);
		intersect(set, &other);
	}
	if (c->by[PART_YEARDAY].n > 0)
	{
		memset(&other, 0, sizeof(other));
		other.first = set->first;
		for (y = weeks ? year - 1 : year; y <= (weeks ? year + 1 : year); y++)
			for (i = 0; i < c->by[PART_YEARDAY].n; i++)
				mark_nth(skip_of(c), &other, days_from_civil(y, 1, 1), 365 + is_leap(y),
						 c->by[PART_YEARDAY].value[i]);
		intersect(set, &other);
	}
	if (c->by[PART_MONTHDAY].n == 0 && !own_date)
		for (i = 0; i < DAYS_MAX; i++)
			if (set->has[i])
			{
				int			monthday;

				/* A date that SKIP moved out of the year is in none of its months. */
				civil_from_days(set->first + i, &y, &m, &monthday);
				set->has[i] = month_allowed(c, m) &&
					(weeks || c->by[PART_MONTH].n == 0 || y == year);
			}
	if (c->by[PART_DAY].n > 0)
		keep_bydays(c, set);
	else if (weeks && c->by[PART_MONTHDAY].n == 0 && c->by[PART_YEARDAY].n == 0)
		for (i = 0; i < DAYS_MAX; i++)
			set->has[i] = set->has[i] &&
				weekday_of(set->first + i) == weekday_of(floor_div(c->start, DAY));
}

/* What a part names among 0..limit-1, else DTSTART's own. */
static int
time_values(const IntList *list, int limit, int own, int *values)
{
	int			n = 0;
	int			i;

	for (i = 0; i < limit; i++)
		if (list->n > 0 ? in_list(list, i) || (i == 59 && in_list(list, 60)) : i == own)
			values[n++] = i;
	return n;
}

static bool
position_named(const Case *c, int64_t index, int64_t total)
{
	const IntList *list = &c->by[PART_SETPOS];

	return list->n == 0 || (index < 366 && in_list(list, (int) index + 1)) ||
		(total - index <= 366 && in_list(list, (int) (index - total)));
}

/* Whether the walk may end: enough is at hand for any answer. */
static bool
enough(const Case *c)
{
	return n_collected >= COLLECTED_MAX ||
		(c->count > 0 && n_collected > c->count + 200) ||
		(c->count == 0 && n_collected > OCCURRENCES_MAX + 4000);
}

static void
collect(const Case *c, int64_t at)
{
	int64_t		from = c->count > 0 || c->from < c->start ? c->start : c->from;

	if (at < from || at >= c->to || (c->has_until && at > c->until))
		return;
	if (n_collected < COLLECTED_MAX)
		collected[n_collected++] = at;
}

/* All times of all days of a set, through BYSETPOS. */
static void
collect_days(const Case *c, const DaySet *set)
{
	int			own = (int) (c->start - floor_div(c->start, DAY) * DAY);
	int			hours[24],
				minutes[60],
				seconds[60];
	int			nh = time_values(&c->by[PART_HOUR], 24, own / 3600, hours);
	int			nm = time_values(&c->by[PART_MINUTE], 60, own / 60 % 60, minutes);
	int			ns = time_values(&c->by[PART_SECOND], 60, own % 60, seconds);
	int64_t		of_day = (int64_t) nh * nm * ns;
	int64_t		total = 0,
				index = 0;
	int			i,
				h,
				m,
				s;

	for (i = 0; i < DAYS_MAX; i++)
		total += set->has[i] ? of_day : 0;
	for (i = 0; i < DAYS_MAX && !enough(c); i++)
	{
		int64_t		day = (set->first + i) * DAY;

		if (!set->has[i])
			continue;
		if (day >= c->to)
			break;
		if (day + DAY <= c->from && (c->count == 0 || day + DAY <= c->start))
		{
			index += of_day;
			continue;
		}
		for (h = 0; h < nh; h++)
			for (m = 0; m < nm; m++)
				for (s = 0; s < ns; s++)
					if (position_named(c, index++, total))
						collect(c, day + hours[h] * 3600 + minutes[m] * 60 + seconds[s]);
	}
}

/* FREQ=HOURLY, MINUTELY, SECONDLY: one period is an hour, a minute, a second. */
static void
walk_time(const Case *c, int64_t start)
{
	int64_t		unit = c->freq == F_HOURLY ? 3600 : c->freq == F_MINUTELY ? 60 : 1;
	int64_t		step = unit * c->interval;
	int64_t		period = floor_div(start, unit) * unit;
	int			own = (int) (c->start - floor_div(c->start, DAY) * DAY);
	int			minutes[60],
				seconds[60];
	int			nm = time_values(&c->by[PART_MINUTE], 60, own / 60 % 60, minutes);
	int			ns = time_values(&c->by[PART_SECOND], 60, own % 60, seconds);
	int			m,
				s;

	while (period < c->to && !enough(c))
	{
		int64_t		day = floor_div(period, DAY);
		int			second = (int) (period - day * DAY);
		int64_t		past = -1;	/* no period before this can match; -1: this may */

		if (!day_passes(c, day))
			past = (day + 1) * DAY;
		else if (c->by[PART_HOUR].n > 0 && !in_list(&c->by[PART_HOUR], second / 3600))
			past = floor_div(period, 3600) * 3600 + 3600;
		else if (c->freq <= F_MINUTELY && c->by[PART_MINUTE].n > 0 &&
				 !in_list(&c->by[PART_MINUTE], second / 60 % 60))
			past = floor_div(period, 60) * 60 + 60;
		if (past != -1)
		{
			period += (past - period + step - 1) / step * step;
			continue;
		}
		if (c->freq == F_HOURLY)
		{
			for (m = 0; m < nm; m++)
				for (s = 0; s < ns; s++)
					if (position_named(c, m * ns + s, (int64_t) nm * ns))
						collect(c, period + minutes[m] * 60 + seconds[s]);
		}
		else if (c->freq == F_MINUTELY)
		{
			for (s = 0; s < ns; s++)
				if (position_named(c, s, ns))
					collect(c, period + seconds[s]);
		}
		else if ((c->by[PART_SECOND].n == 0 || in_list(&c->by[PART_SECOND], second % 60) ||
				  (second % 60 == 59 && in_list(&c->by[PART_SECOND], 60))) &&
				 position_named(c, 0, 1))
			collect(c, period);
		period += step;
	}
}

/* FREQ=DAILY and up: a period is a day, a week, a month or a year. */
static void
walk_days(const Case *c, int64_t start)
{
	int64_t		day = floor_div(start, DAY);
	int64_t		end = floor_div(c->to - 1, DAY);
	int			year,
				month,
				monthday,
				i;
	int64_t		months;
	DaySet		set;

	civil_from_days(day, &year, &month, &monthday);
	months = year * 12 + month - 1;
	if (c->by[PART_WEEKNO].n > 0)	/* the week-numbering year of DTSTART */
	{
		if (day < week_year_start(c, year))
			year--;
		else if (day >= week_year_start(c, year + 1))
			year++;
	}
	if (c->freq == F_WEEKLY)
		day -= (weekday_of(day) - c->week_start + 7) % 7;
	while (!enough(c))
	{
		memset(&set, 0, sizeof(set));
		switch (c->freq)
		{
			case F_DAILY:
				set.first = day;
				set.has[0] = day_passes(c, day);
				day += c->interval;
				break;
			case F_WEEKLY:
				set.first = day;
				for (i = 0; i < 7; i++)
					set.has[i] = day_passes(c, day + i) &&
						(c->by[PART_DAY].n > 0 ||
						 weekday_of(day + i) == weekday_of(floor_div(c->start, DAY)));
				day += 7 * c->interval;
				break;
			case F_MONTHLY:
				if (months > 9999 * 12 + 11)
					return;
				month_days(c, months, monthday, &set);
				months += c->interval;
				break;
			default:
				if (year > 9999)
					return;
				year_days(c, year, month, monthday, &set);
				year += c->interval;
				break;
		}
		if (set.first > end)
			return;
		collect_days(c, &set);
	}
}

static int
compare_times(const void *a, const void *b)
{
	int64_t		x = *(const int64_t *) a,
				y = *(const int64_t *) b;

	return (x > y) - (x < y);
}

void
model_answer(const Case *c, Answer *answer)
{
	int64_t		start = c->count > 0 ? c->start : c->near_start;
	bool		all;
	int			n = 0;
	int			i;

	n_collected = 0;
	if (c->freq <= F_HOURLY)
		walk_time(c, start);
	else
		walk_days(c, start);
	all = !enough(c);

	qsort(collected, n_collected, sizeof(int64_t), compare_times);
	for (i = 0; i < n_collected; i++)
		if (n == 0 || collected[i] != collected[n - 1])
			collected[n++] = collected[i];
	if (c->count > 0 && n >= c->count)
	{
		n = c->count;
		all = true;
	}
	answer->n = 0;
	answer->whole = all;
	for (i = 0; i < n; i++)
		if (collected[i] >= c->from)
		{
			if (answer->n == OCCURRENCES_MAX)
			{
				answer->whole = false;
				break;
			}
			answer->at[answer->n++] = collected[i];
		}
}
