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
} EventTimes;

/*
 * List the events of a schedule, as EventTimes: first those with rules, then single doses by time.  What no rule says comes as single
 * doses in [since, horizon); a dose of rdates also beyond.  effective_from, as
 * schedule_create_from takes it, and since may be DT_NOBEGIN.  NIL: the schedule has no
 * occurrence from since on.
 */
extern List *vevent_list(const ScheduleSource *source, TimestampTz effective_from, TimestampTz since, TimestampTz horizon);

#endif /* MEDSCHED_VEVENT_H */
