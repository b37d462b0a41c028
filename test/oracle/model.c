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

#include "model.h"

#define COLLECTED_MAX 40000

static int64_t collected[COLLECTED_MAX];
static int	   n_collected;

/* What a part names among 0..limit-1, else DTSTART's own. */
static int
time_values(const IntList *list, int limit, int own, int *values)
{
	int n = 0;
	int i;

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
	int64_t from = c->count > 0 || c->from < c->start ? c->start : c->from;

	if (at < from || at >= c->to || (c->has_until && at > c->until))
		return;
	if (n_collected < COLLECTED_MAX)
		collected[n_collected++] = at;
}

/* All times of all days of a set, through BYSETPOS. */
static void
collect_days(const Case *c, const DaySet *set)
{
	int own = (int) (c->start - floor_div(c->start, DAY) * DAY);
	int hours[24],
		minutes[60],
		seconds[60];
	int		nh = time_values(&c->by[PART_HOUR], 24, own / 3600, hours);
	int		nm = time_values(&c->by[PART_MINUTE], 60, own / 60 % 60, minutes);
	int		ns = time_values(&c->by[PART_SECOND], 60, own % 60, seconds);
	int64_t of_day = (int64_t) nh * nm * ns;
	int64_t total = 0,
			index = 0;
	int i,
		h,
		m,
		s;

	for (i = 0; i < DAYS_MAX; i++)
		total += set->has[i] ? of_day : 0;
	for (i = 0; i < DAYS_MAX && !enough(c); i++)
	{
		int64_t day = (set->first + i) * DAY;

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
	int64_t unit = c->freq == F_HOURLY ? 3600 : c->freq == F_MINUTELY ? 60
																	  : 1;
	int64_t step = unit * c->interval;
	int64_t period = floor_div(start, unit) * unit;
	int		own = (int) (c->start - floor_div(c->start, DAY) * DAY);
	int		minutes[60],
		seconds[60];
	int nm = time_values(&c->by[PART_MINUTE], 60, own / 60 % 60, minutes);
	int ns = time_values(&c->by[PART_SECOND], 60, own % 60, seconds);
	int m,
		s;

	while (period < c->to && !enough(c))
	{
		int64_t day = floor_div(period, DAY);
		int		second = (int) (period - day * DAY);
		int64_t past = -1; /* no period before this can match; -1: this may */

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
	int64_t day = floor_div(start, DAY);
	int64_t end = floor_div(c->to - 1, DAY);
	int		year,
		month,
		monthday,
		i;
	int64_t months;
	DaySet	set;

	civil_from_days(day, &year, &month, &monthday);
	months = year * 12 + month - 1;
	if (c->by[PART_WEEKNO].n > 0) /* the week-numbering year of DTSTART */
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
	int64_t x = *(const int64_t *) a,
			y = *(const int64_t *) b;

	return (x > y) - (x < y);
}

void
model_answer(const Case *c, Answer *answer)
{
	int64_t start = c->count > 0 ? c->start : c->near_start;
	bool	all;
	int		n = 0;
	int		i;

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
