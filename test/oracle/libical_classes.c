/*-------------------------------------------------------------------------
 *
 * libical_classes.c
 *		See libical_classes.h and doc/correctness.md.
 *
 *-------------------------------------------------------------------------
 */
#include "libical_classes.h"

#define DAY INT64_C(86400)

static bool
has(const Case *c, int part)
{
	return c->by[part].n > 0;
}

static bool
has_negative(const Case *c, int part)
{
	int i;

	for (i = 0; i < c->by[part].n; i++)
		if (c->by[part].value[i] < 0)
			return true;
	return false;
}

static bool
lists(const Case *c, int part, int value)
{
	int i;

	for (i = 0; i < c->by[part].n; i++)
		if (c->by[part].value[i] == value)
			return true;
	return false;
}

static int
least(const Case *c, int part)
{
	int i;
	int value = c->by[part].value[0];

	for (i = 1; i < c->by[part].n; i++)
		if (c->by[part].value[i] < value)
			value = c->by[part].value[i];
	return value;
}

static int
time_unit(int part, int64_t at)
{
	int second = (int) (((at % DAY) + DAY) % DAY);

	return part == PART_SECOND ? second % 60 : part == PART_MINUTE ? second / 60 % 60
																   : second / 3600;
}

/* BYSECOND, BYMINUTE or BYHOUR, the one in the unit of a FREQ below DAILY. */
static int
own_part(const Case *c)
{
	return c->freq == F_SECONDLY ? PART_SECOND : c->freq == F_MINUTELY ? PART_MINUTE
																	   : PART_HOUR;
}

/* Whether a FREQ below DAILY has a list of times in its own unit or a larger. */
static bool
limits_times(const Case *c)
{
	int part;

	for (part = own_part(c); c->freq <= F_HOURLY && part <= PART_HOUR; part++)
		if (has(c, part))
			return true;
	return false;
}

/* Whether at is where libical begins such a list rightly: its least values. */
static bool
begins_lists(const Case *c, int64_t at)
{
	int part;

	for (part = own_part(c); part <= PART_HOUR; part++)
		if (has(c, part) && time_unit(part, at) != least(c, part))
			return false;
	return true;
}

/* The first day that BYDAY names in the week of a day. */
static int64_t
first_byday(const Case *c, int64_t day)
{
	day -= (weekday_of(day) - c->week_start + 7) % 7;
	while (!lists(c, PART_DAY, weekday_of(day)))
		day++;
	return day;
}

int64_t
libical_start(const Case *c)
{
	static const int64_t units[] = {1, 60, 3600};
	int64_t				 at = c->near_start;
	int64_t				 day = at / DAY - (at % DAY < 0);
	int					 i;

	if (c->count > 0)
		return at;
	if (c->freq == F_WEEKLY && has(c, PART_DAY))
		return at + (first_byday(c, day - 7 * c->interval) - day) * DAY;
	if (limits_times(c) && c->interval == 1)
		for (i = 0; i <= 86400 && !begins_lists(c, at); i++)
			at -= units[c->freq];
	return begins_lists(c, at) ? at : c->near_start;
}

static bool
second_sixty(const Case *c)
{
	return lists(c, PART_SECOND, 60);
}

/* BYSETPOS counts whole days of a month or a year only. */
static bool
setpos_of_times(const Case *c)
{
	return has(c, PART_SETPOS) &&
		   (c->freq <= F_WEEKLY || has(c, PART_HOUR) || has(c, PART_MINUTE) || has(c, PART_SECOND));
}

/* Negative numbers are not understood where a part limits. */
static bool
negative_limit(const Case *c)
{
	return c->freq <= F_DAILY && (has_negative(c, PART_MONTHDAY) || has_negative(c, PART_YEARDAY));
}

static bool
times_interval(const Case *c)
{
	return limits_times(c) && c->interval > 1;
}

static bool
times_count(const Case *c)
{
	return limits_times(c) && c->count > 0 && !begins_lists(c, c->start);
}

static bool
weekly_count(const Case *c)
{
	int64_t day = c->start / DAY - (c->start % DAY < 0);

	return c->freq == F_WEEKLY && c->count > 0 && has(c, PART_DAY) && first_byday(c, day) != day;
}

/* BYWEEKNO is understood with numbers from 1 to 51, BYDAY and nothing else. */
static bool
weekno(const Case *c)
{
	return has(c, PART_WEEKNO) && (has_negative(c, PART_WEEKNO) || lists(c, PART_WEEKNO, 52) || lists(c, PART_WEEKNO, 53) ||
								   !has(c, PART_DAY) || has(c, PART_MONTH) || has(c, PART_SETPOS) ||
								   c->interval > 1 || has(c, PART_MONTHDAY) || has(c, PART_YEARDAY));
}

static bool
yearday_with(const Case *c)
{
	return c->freq == F_YEARLY && has(c, PART_YEARDAY) && (has(c, PART_MONTH) || has(c, PART_MONTHDAY));
}

static bool
yearly_monthday(const Case *c)
{
	return c->freq == F_YEARLY && has(c, PART_MONTHDAY) && !has(c, PART_MONTH);
}

static bool
skip_with(const Case *c)
{
	return c->skip != S_OMIT && c->freq >= F_MONTHLY &&
		   (has(c, PART_DAY) || has(c, PART_SETPOS) || (c->freq == F_MONTHLY && has(c, PART_MONTH)));
}

/* A day moved out of its month is given again, or out of order. */
static bool
skip_before_month(const Case *c)
{
	int i;

	for (i = 0; i < c->by[PART_MONTHDAY].n; i++)
		if (c->by[PART_MONTHDAY].value[i] < -28 && c->by[PART_MONTHDAY].n > 1)
			return c->skip != S_OMIT && c->freq >= F_MONTHLY;
	return false;
}

/* A day that is named twice, as 30 and as -1, is counted twice. */
static bool
setpos_of_doubles(const Case *c)
{
	return has(c, PART_SETPOS) && (has_negative(c, PART_MONTHDAY) || has_negative(c, PART_YEARDAY));
}

const LibicalClass libical_classes[] = {
	{"second-60", second_sixty},
	{"setpos-of-times", setpos_of_times},
	{"negative-limit", negative_limit},
	{"times-interval", times_interval},
	{"times-count", times_count},
	{"weekly-count", weekly_count},
	{"weekno", weekno},
	{"yearday-with", yearday_with},
	{"yearly-monthday", yearly_monthday},
	{"skip-with", skip_with},
	{"skip-before-month", skip_before_month},
	{"setpos-of-doubles", setpos_of_doubles},
};
const int libical_class_count = sizeof(libical_classes) / sizeof(libical_classes[0]);

int
libical_class(const Case *c)
{
	int i;

	for (i = 0; i < libical_class_count; i++)
		if (libical_classes[i].holds(c))
			return i;
	return -1;
}
