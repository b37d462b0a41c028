/*-------------------------------------------------------------------------
 *
 * timeset.h
 *		The times of day of an occurrence, as a product of hours, minutes and
 *		seconds that is never written out.
 *
 * Plain C, part of the engine.  Times are seconds after midnight.
 *
 *-------------------------------------------------------------------------
 */
#ifndef MEDSCHED_TIMESET_H
#define MEDSCHED_TIMESET_H

#include "recurrence/bits.h"

/* The times of day of an occurrence: hours x minutes x seconds. */
typedef struct TimeSet
{
	uint64_t hours;
	uint64_t minutes;
	uint64_t seconds;
	int		 per_hour;	/* minutes x seconds */
	int		 count;		/* all of them, at most 86400 */
	int32_t	 first[24]; /* the first ones, in seconds after midnight */
} TimeSet;

extern void timeset_init(TimeSet *set, uint64_t hours, uint64_t minutes, uint64_t seconds);

/* Give the nth time, counting from 0. */
extern int timeset_nth(const TimeSet *set, int n);

/* Count the times that come before a second of the day. */
extern int timeset_rank(const TimeSet *set, int second);

/* Find the first time at or after a second of the day, or -1. */
extern int timeset_at_or_after(const TimeSet *set, int second);

#endif /* MEDSCHED_TIMESET_H */
