/*-------------------------------------------------------------------------
 *
 * schedule_iterator.h
 *		The occurrences of a schedule as instants, one after the other.
 *
 * All TimestampTz are whole seconds.  Windows are half-open.  Every function
 * that can run long checks for interrupts.
 *
 *-------------------------------------------------------------------------
 */
#ifndef MEDSCHED_SCHEDULE_ITERATOR_H
#define MEDSCHED_SCHEDULE_ITERATOR_H

#include "schedule/schedule.h"

typedef struct ScheduleIterator ScheduleIterator;

/*
 * Give the occurrences in [from, to), ascending and distinct.
 *
 *	ScheduleIterator *it = schedule_open(schedule, from, to);
 *	while (schedule_next(it, &at)) ...
 *	schedule_close(it);
 */
extern ScheduleIterator *schedule_open(const Schedule *schedule, TimestampTz from, TimestampTz to);
extern bool				 schedule_next(ScheduleIterator *iterator, TimestampTz *occurrence);
extern void				 schedule_close(ScheduleIterator *iterator);

/* Where the rule's own occurrences end: both exclusive. */
typedef struct RuleEnd
{
	int64 instant;
	int64 local; /* for rules on the wall clock */
} RuleEnd;

/* Find the end that UNTIL and COUNT give, as far as instants before limit go. */
extern RuleEnd schedule_rule_end(const Schedule *schedule, int64 limit);

/* Do as schedule_open and schedule_next in seconds, with a rule end already known. */
extern ScheduleIterator *schedule_open_seconds(const Schedule *schedule, int64 from, int64 to, RuleEnd end);
extern bool				 schedule_next_second(ScheduleIterator *iterator, int64 *instant);

#endif /* MEDSCHED_SCHEDULE_ITERATOR_H */
