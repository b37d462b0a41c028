/*-------------------------------------------------------------------------
 *
 * recurrence_private.h
 *		What the parts of the engine share: the numbering of periods.
 *
 * A rule cuts time into periods of its frequency.  They are numbered by unit
 * (years, months, weeks, days, hours, minutes or seconds, by the frequency),
 * and the rule takes those that are a multiple of INTERVAL from DTSTART's.
 *
 *-------------------------------------------------------------------------
 */
#ifndef MEDSCHED_RECURRENCE_PRIVATE_H
#define MEDSCHED_RECURRENCE_PRIVATE_H

#include "recurrence/calendar.h"
#include "recurrence/recurrence.h"

/* Seconds in the unit of a frequency up to a day. */
static inline int64_t
unit_seconds(Frequency freq)
{
	static const int64_t seconds[] = {
		[FREQ_SECONDLY] = 1,
		[FREQ_MINUTELY] = 60,
		[FREQ_HOURLY] = 3600,
		[FREQ_DAILY] = LOCAL_SECS_PER_DAY,
	};

	return seconds[freq];
}

/* Week 0 begins on the WKST at or after Monday 1999-12-27. */
static inline int32_t
first_day_of_week(const Recurrence *rule, int64_t week)
{
	return (int32_t) (7 * week - 5 + rule->week_start);
}

/* The first unit of the rule's at or after a unit. */
static inline int64_t
align_unit(const RecurrenceIterator *it, int64_t unit)
{
	return unit + floor_mod(it->phase - unit, it->rule.interval);
}

#endif /* MEDSCHED_RECURRENCE_PRIVATE_H */
