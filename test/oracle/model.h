/*-------------------------------------------------------------------------
 *
 * model.h
 *		The two halves of the model: which days (model_days.c), and which times
 *		of them (model.c).
 *
 *-------------------------------------------------------------------------
 */
#ifndef ORACLE_MODEL_H
#define ORACLE_MODEL_H

#include "case.h"

#define DAY INT64_C(86400)

/* The days of one period and its neighbourhood, as a set. */
#define DAYS_MAX 640
typedef struct DaySet
{
	int64_t first;
	bool	has[DAYS_MAX];
} DaySet;

extern int64_t floor_div(int64_t a, int64_t b);
extern bool	   in_list(const IntList *list, int value);

/* Day 1 of week 1 of a week-numbering year: the week that holds 4 January. */
extern int64_t week_year_start(const Case *c, int year);

/* Whether the parts that limit days let a day pass: FREQ=DAILY and smaller. */
extern bool day_passes(const Case *c, int64_t day);

/* The days of a month of FREQ=MONTHLY; months counts from January of year 0. */
extern void month_days(const Case *c, int64_t months, int own_day, DaySet *set);

/* The days of a year of FREQ=YEARLY, of a week-numbering year with BYWEEKNO. */
extern void year_days(const Case *c, int year, int own_month, int own_day, DaySet *set);

#endif /* ORACLE_MODEL_H */
