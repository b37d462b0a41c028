/*-------------------------------------------------------------------------
 *
 * vevent.h
 *		A schedule as iCalendar tells it: DTSTART, RRULE, RDATE, EXDATE.
 *
 *-------------------------------------------------------------------------
 */
#ifndef MEDSCHED_VEVENT_H
#define MEDSCHED_VEVENT_H

#include "schedule/schedule.h"

/*
 * Everything in palloc'd memory.  Times are wall-clock seconds, or instants in
 * UTC where utc is set.
 */
typedef struct EventTimes
{
	bool   utc;
	int64  start;	 /* DTSTART */
	int64  earliest; /* the instant of the first of all the times */
	char  *rrule;	 /* or NULL */
	int64 *rdates;
	int	   n_rdates;
	int64 *exdates;
	int	   n_exdates;
} EventTimes;

/*
 * Give the iCalendar form of a schedule.  What no RRULE says as we mean it comes
 * as single dates in [since, horizon).  effective_from, as
 * schedule_create_from takes it, and since may be DT_NOBEGIN.  False: the schedule
 * has no occurrence from since on.
 */
extern bool vevent_times(const ScheduleSource *source, TimestampTz effective_from, TimestampTz since,
						 TimestampTz horizon, EventTimes *times);

#endif /* MEDSCHED_VEVENT_H */
