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

#include "recurrence/recurrence.h"

/* Whether a day passes BYMONTH, BYYEARDAY, BYMONTHDAY and BYDAY, where present. */
extern bool period_day_matches(const Recurrence *rule, int32_t day);

/* Fill period->base and period->days for a year, month (12 * year + month - 1) or week. */
extern void period_of_year(const Recurrence *rule, int year, Period *period);
extern void period_of_week_year(const Recurrence *rule, int year, Period *period);
extern void period_of_month(const Recurrence *rule, int month_number, Period *period);
extern void period_of_week(const Recurrence *rule, int32_t first_day, Period *period);

#endif /* MEDSCHED_PERIOD_H */
