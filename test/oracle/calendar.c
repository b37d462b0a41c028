/*-------------------------------------------------------------------------
 *
 * calendar.c
 *		The Gregorian calendar by simple means, for the tests: years are
 *		added up, months looked up.  Slow and plain on purpose: it must not
 *		share a mistake with the engine.
 *
 *-------------------------------------------------------------------------
 */
#include <stdio.h>

#include "case.h"

static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

bool
is_leap(int year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

int
month_length(int year, int month)
{
	return lengths[month - 1] + (month == 2 && is_leap(year));
}

/* Days before 1 January of a year, counted from 2000-01-01. */
static int64_t
year_start(int year)
{
	int64_t full = year - 1; /* years since 0001-01-01 */
	int64_t days = full * 365 + full / 4 - full / 100 + full / 400;

	if (year < 1) /* year 0 and before: only as a neighbour */
		days = -366;
	return days - 730119;
}

int64_t
days_from_civil(int year, int month, int day)
{
	int64_t days = year_start(year);
	int		m;

	for (m = 1; m < month; m++)
		days += month_length(year, m);
	return days + day - 1;
}

void
civil_from_days(int64_t days, int *year, int *month, int *day)
{
	int y = 2000 + (int) (days / 366);

	while (year_start(y) > days)
		y--;
	while (year_start(y + 1) <= days)
		y++;
	days -= year_start(y);
	*year = y;
	for (*month = 1; days >= month_length(y, *month); (*month)++)
		days -= month_length(y, *month);
	*day = (int) days + 1;
}

/* 2000-01-01 was a Saturday. */
int
weekday_of(int64_t days)
{
	return (int) (((days + 5) % 7 + 7) % 7);
}

char *
format_time(int64_t at, char buffer[32])
{
	int64_t days = at / 86400 - (at % 86400 < 0);
	int		second = (int) (at - days * 86400);
	int		year,
		month,
		day;

	civil_from_days(days, &year, &month, &day);
	snprintf(buffer, 32, "%04d%02d%02dT%02d%02d%02d", year, month, day,
			 second / 3600, second / 60 % 60, second % 60);
	return buffer;
}

bool
parse_time(const char *text, int64_t *at)
{
	int year,
		month,
		day,
		hour,
		minute,
		second;

	if (sscanf(text, "%4d%2d%2dT%2d%2d%2d", &year, &month, &day, &hour, &minute, &second) != 6)
		return false;
	*at = days_from_civil(year, month, day) * 86400 + hour * 3600 + minute * 60 + second;
	return true;
}
