/*-------------------------------------------------------------------------
 *
 * model_days.c
 *		The days that a rule names in one of its periods, by definition: list
 *		every day, keep those that each BY part names.
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>

#include "model.h"

int64_t
floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

bool
in_list(const IntList *list, int value)
{
	int i;

	for (i = 0; i < list->n; i++)
		if (list->value[i] == value)
			return true;
	return false;
}

int64_t
week_year_start(const Case *c, int year)
{
	int64_t fourth = days_from_civil(year, 1, 4);

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
	int year,
		month,
		monthday;
	int		weekday = weekday_of(day);
	int64_t from,
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

bool
day_passes(const Case *c, int64_t day)
{
	int year,
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
	int at = n > 0 ? n - 1 : length + n;

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
	int64_t		   first = days_from_civil(year, month, 1);
	int			   skip = skip_of(c);
	int			   i;

	for (i = 0; i < list->n; i++)
		mark_nth(skip, set, first, month_length(year, month), list->value[i]);
	if (list->n == 0)
		mark_nth(skip, set, first, month_length(year, month), own_day);
}

/* Keep of a set what another has too. */
static void
intersect(DaySet *set, const DaySet *other)
{
	int i;

	for (i = 0; i < DAYS_MAX; i++)
		set->has[i] = set->has[i] && other->has[i];
}

static void
keep_bydays(const Case *c, DaySet *set)
{
	int i;

	for (i = 0; i < DAYS_MAX; i++)
		if (set->has[i])
			set->has[i] = byday_names(c, set->first + i);
}

void
month_days(const Case *c, int64_t months, int own_day, DaySet *set)
{
	int year = (int) (months / 12);
	int month = (int) (months % 12) + 1;
	int i;

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

void
year_days(const Case *c, int year, int own_month, int own_day, DaySet *set)
{
	bool weeks = c->by[PART_WEEKNO].n > 0;
	bool own_date = !weeks && c->by[PART_MONTHDAY].n == 0 &&
					c->by[PART_YEARDAY].n == 0 && c->by[PART_DAY].n == 0;
	int64_t first = weeks ? week_year_start(c, year) : days_from_civil(year, 1, 1);
	int64_t end = weeks ? week_year_start(c, year + 1) : days_from_civil(year + 1, 1, 1);
	int		y,
		m,
		i;
	DaySet other;

	set->first = first - 100;
	for (i = 0; i < end - first; i++)
		if (!weeks || in_list(&c->by[PART_WEEKNO], i / 7 + 1) ||
			in_list(&c->by[PART_WEEKNO], i / 7 - (int) (end - first) / 7))
			mark(set, first + i);

	if (!weeks && (c->by[PART_YEARDAY].n > 0 || c->by[PART_MONTHDAY].n > 0 || own_date))
		memset(set->has, true, sizeof(set->has)); /* moved dates may leave the year */
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
				int monthday;

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
