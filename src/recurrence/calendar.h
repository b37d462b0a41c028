/*-------------------------------------------------------------------------
 *
 * calendar.h
 *		Arithmetic of the proleptic Gregorian calendar.
 *
 * Plain C.  A local time is an int64_t count of wall-clock seconds since
 * 2000-01-01 00:00:00; a day is that divided by 86400.  Weekdays count from
 * 0 = Monday.  Years 1 to 9999.
 *
 *-------------------------------------------------------------------------
 */
#ifndef MEDSCHED_CALENDAR_H
#define MEDSCHED_CALENDAR_H

#include <stdbool.h>
#include <stdint.h>

#define LOCAL_SECS_PER_DAY INT64_C(86400)

/* 0001-01-01 00:00:00 and 10000-01-01 00:00:00 in local seconds. */
#define LOCAL_MIN INT64_C(-63082281600)
#define LOCAL_END INT64_C(252455616000)

/* A day taken apart.  yearday counts from 1. */
typedef struct Date
{
	int year;
	int month;
	int day;
	int yearday;
} Date;

static inline int64_t
floor_div(int64_t dividend, int64_t divisor)
{
	return dividend / divisor - (dividend % divisor < 0);
}

static inline int64_t
floor_mod(int64_t dividend, int64_t divisor)
{
	int64_t remainder = dividend % divisor;

	return remainder < 0 ? remainder + divisor : remainder;
}

static inline int64_t
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

static inline bool
is_leap_year(int year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static inline int
days_in_year(int year)
{
	return is_leap_year(year) ? 366 : 365;
}

static inline int
days_in_month(int year, int month)
{
	return month == 2 ? 28 + is_leap_year(year) : 30 + ((month + (month >> 3)) & 1);
}

/* Count the days before the first of a month, counted from the first of January. */
static inline int
days_before_month(int year, int month)
{
	return (367 * month - 362) / 12 - (month > 2) * (2 - is_leap_year(year));
}

static inline int32_t
day_of_year_start(int year)
{
	int before = year - 1;

	/* 730119 days lie between 0001-01-01 and 2000-01-01. */
	return 365 * before + (int) floor_div(before, 4) - (int) floor_div(before, 100) +
		   (int) floor_div(before, 400) - 730119;
}

static inline int32_t
day_from_date(int year, int month, int day)
{
	return day_of_year_start(year) + days_before_month(year, month) + day - 1;
}

static inline int
year_of_day(int32_t day)
{
	/* The mean year is right or one too high or low; correct it. */
	int year = 2000 + (int) floor_div((int64_t) day * 400, 146097);

	if (day < day_of_year_start(year))
		year--;
	else if (day >= day_of_year_start(year + 1))
		year++;
	return year;
}

static inline Date
date_from_day(int32_t day)
{
	Date date;

	date.year = year_of_day(day);
	date.yearday = day - day_of_year_start(date.year) + 1;
	date.month = (date.yearday - 1) / 31 + 1;
	if (date.month < 12 && date.yearday > days_before_month(date.year, date.month + 1))
		date.month++;
	date.day = date.yearday - days_before_month(date.year, date.month);
	return date;
}

/* Give the day of a cycle of length days, from 0, that a local time is in; the first cycle begins on the day of start. */
static inline int
day_of_cycle(int64_t start, int length, int64_t local)
{
	return (int) floor_mod(floor_div(local, LOCAL_SECS_PER_DAY) - floor_div(start, LOCAL_SECS_PER_DAY), length);
}

/* Give the weekday of a day; 2000-01-01 was a Saturday. */
static inline int
weekday_of_day(int32_t day)
{
	return (int) floor_mod(day + 5, 7);
}

/*
 * Find the first day of week 1: the first week with at least four days in the year
 * (RFC 5545 section 3.3.10, BYWEEKNO), weeks beginning on week_start.
 */
static inline int32_t
first_week_of_year(int year, int week_start)
{
	int32_t january_first = day_of_year_start(year);
	int		into_week = (int) floor_mod(weekday_of_day(january_first) - week_start, 7);

	return january_first - into_week + (into_week > 3 ? 7 : 0);
}

/* Find the year whose numbered weeks hold a day. */
static inline int
week_year_of_day(int32_t day, int week_start)
{
	int year = year_of_day(day);

	if (day < first_week_of_year(year, week_start))
		return year - 1;
	if (day >= first_week_of_year(year + 1, week_start))
		return year + 1;
	return year;
}

#endif /* MEDSCHED_CALENDAR_H */
