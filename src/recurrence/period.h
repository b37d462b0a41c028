/*-------------------------------------------------------------------------
 *
 * period.h
 *		The days of one period of a rule: what its BY parts name in a year,
 *		a month or a week (RFC 5545 section 3.3.10, the table of expansions).
 *
 * Plain C, part of the engine.  The set is the intersection of all the day
 * parts that the rule has.
 *
 *-------------------------------------------------------------------------
 */
#ifndef MEDSCHED_PERIOD_H
#define MEDSCHED_PERIOD_H

#include "recurrence/bits.h"
#include "recurrence/parsed_rule.h"

/*
 * The set of one period (a year, month, week, day, hour, minute or second of
 * the rule), before BYSETPOS: each day in days at each time of a TimeSet.
 */
typedef struct Period
{
	int64_t	 base;				   /* local time of slot 0 */
	uint64_t days[WORDS_FOR_YEAR]; /* the slots, counted in days from base */
	int64_t	 size;				   /* occurrences in the set */
	int64_t	 index;				   /* which of them is next; size: none is left */
	int64_t	 value;				   /* the local time of that one */
	int		 slot;				   /* its day */
	int		 time;				   /* and the number of its time of day */
} Period;

/* Tell whether a day passes BYMONTH, BYYEARDAY, BYMONTHDAY and BYDAY, where present. */
extern bool period_day_matches(const Recurrence *rule, int32_t day);

/* Fill period->base and period->days for a year, month (12 * year + month - 1) or week. */
extern void period_of_year(const Recurrence *rule, int year, Period *period);
extern void period_of_week_year(const Recurrence *rule, int year, Period *period);
extern void period_of_month(const Recurrence *rule, int month_number, Period *period);
extern void period_of_week(const Recurrence *rule, int32_t first_day, Period *period);

#endif /* MEDSCHED_PERIOD_H */
