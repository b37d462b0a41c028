/*-------------------------------------------------------------------------
 *
 * vevent.h
 *		A schedule as the events of a calendar: DTSTART, RRULE, EXDATE.
 *
 *-------------------------------------------------------------------------
 */
#ifndef MEDSCHED_VEVENT_H
#define MEDSCHED_VEVENT_H

#include "nodes/pg_list.h"

#include "schedule/schedule.h"

/* An event, in palloc'd memory.  Times are wall-clock seconds, or instants in UTC where utc is set. */
typedef struct EventTimes
{
	bool	utc;
	int64	start;	 /* DTSTART, a dose */
	int64	instant; /* the instant of DTSTART */
	char   *rrule;	 /* of event_rules.h; NULL: it is a single dose */
	Seconds exdates; /* ascending */
	int		nth;	 /* of a rule: the place of its time of day and day among those of the schedule, from 1 */
	bool	goes_on; /* where an event with the same nth ended */

	/* Of a dose that was moved: start is when it is due, instant what it is scheduled for. */
	const struct MovedTime *moved;		   /* NULL: it was not */
	struct EventTimes	   *of;			   /* the event with a rule that it overrides an occurrence of; NULL: none */
	int64					recurrence_id; /* that occurrence, as the other event has its times */
} EventTimes;

/* A dose that was moved, in seconds; absent: it does not come at all. */
typedef struct MovedTime
{
	int64		instant;
	int64		due_at;
	bool		absent;
	TimestampTz moved_at;
} MovedTime;

/*
 * List the events of a schedule, as EventTimes: first those with rules, then single doses by time.  What no rule says comes as single
 * doses in [since, horizon); a dose of rdates also beyond.  effective_from, as
 * schedule_create_from takes it, and since may be DT_NOBEGIN.  moved has the doses that were
 * moved, as MovedTime: each is an event of its own, which overrides an occurrence where it is
 * one of an event with a rule.  NIL: the schedule has no dose from since on.
 */
extern List *vevent_list(const ScheduleSource *source, TimestampTz effective_from, List *moved, TimestampTz since, TimestampTz horizon);

#endif /* MEDSCHED_VEVENT_H */
