/*-------------------------------------------------------------------------
 *
 * seconds.h
 *		Seconds since 2000-01-01, from timestamps and in lists: instants
 *		(zone.h) or local times (calendar.h).
 *
 *-------------------------------------------------------------------------
 */
#ifndef MEDSCHED_SECONDS_H
#define MEDSCHED_SECONDS_H

#include "datatype/timestamp.h"
#include "utils/array.h"

#include "recurrence/calendar.h"

/* A list that grows; empty when it is all zero. */
typedef struct Seconds
{
	int64 *values;
	int	   n;
	int	   size;
} Seconds;

/* Give the second that a time, with or without time zone, is in. */
static inline int64
second_of(int64 timestamp)
{
	return floor_div(timestamp, USECS_PER_SEC);
}

/* Give the first whole second at or after an instant, of the years that have occurrences. */
extern int64 second_at_or_after(TimestampTz at);

/* Append a second, in CurrentMemoryContext if it is the first. */
extern void seconds_add(Seconds *seconds, int64 value);

/* Sort a list; sort it and leave each second in it once. */
extern void seconds_sort(Seconds *seconds);
extern void seconds_sort_unique(Seconds *seconds);

/* Take a timestamp[] apart, or NULL, and give the number of its elements. */
extern int timestamps_of_array(ArrayType *array, Datum **elements, bool **nulls);

#endif /* MEDSCHED_SECONDS_H */
