/*-------------------------------------------------------------------------
 *
 * schedule_private.h
 *		What schedule.c and schedule_iterator.c share.  Everything is in
 *		seconds: instants (zone.h) and local times (recurrence.h).
 *
 *-------------------------------------------------------------------------
 */
#ifndef MEDSCHED_SCHEDULE_PRIVATE_H
#define MEDSCHED_SCHEDULE_PRIVATE_H

#include "schedule/schedule.h"

struct Schedule
{
	bool		has_rule;
	bool		elapsed; /* the rule steps in elapsed time: HOURLY and below */
	Recurrence	rule;
	const Zone *zone;
	int64		start; /* local time of starts_at */
	int64		start_instant;
	int64		begin;		   /* first instant that is not too early: start_instant or later */
	int64		end;		   /* first instant that is too late */
	int			cycle_days_on; /* 0: no cycle */
	int			cycle_days_off;
	int			n_rdates;
	int			n_exdates;
	int64	   *rdates;	 /* instants, ascending; the start where there is no rule */
	int64	   *exdates; /* instants, ascending */
};

/* Where the rule's own occurrences end: both exclusive. */
typedef struct RuleEnd
{
	int64 instant;
	int64 local; /* for rules on the wall clock */
} RuleEnd;

/* The end that UNTIL and COUNT give, as far as instants before limit go. */
extern RuleEnd schedule_rule_end(const Schedule *schedule, int64 limit);

/* For qsort: instants ascending. */
extern int schedule_compare_instants(const void *a, const void *b);

/* schedule_open and schedule_next in seconds, with a rule end already known. */
extern ScheduleIterator *schedule_open_seconds(const Schedule *schedule, int64 from, int64 to, RuleEnd end);
extern bool				 schedule_next_second(ScheduleIterator *iterator, int64 *instant);

#endif /* MEDSCHED_SCHEDULE_PRIVATE_H */
