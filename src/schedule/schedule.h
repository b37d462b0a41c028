/*-------------------------------------------------------------------------
 *
 * schedule.h
 *		A schedule: rule + start + zone + extra and excluded dates + end, and
 *		its occurrences as instants.  Knows no table.
 *
 * All TimestampTz are whole seconds.  Windows are half-open.  Every function
 * that can run long checks for interrupts.
 *
 *-------------------------------------------------------------------------
 */
#ifndef MEDSCHED_SCHEDULE_H
#define MEDSCHED_SCHEDULE_H

#include "datatype/timestamp.h"
#include "utils/array.h"

#include "recurrence/recurrence.h"
#include "schedule/zone.h"

/*
 * What a schedule is made from, as the columns of medsched.schedules hold it.
 * Pointers may be NULL: no rule (one dose at starts_at), no dates.
 */
typedef struct ScheduleSource
{
	const char *rrule;	   /* NUL-terminated, or NULL */
	Timestamp	starts_at; /* wall clock, whole seconds */
	const char *time_zone;
	ArrayType  *rdates;			/* timestamp[], wall clock */
	ArrayType  *exdates;		/* timestamp[], wall clock */
	TimestampTz ends_at;		/* exclusive; DT_NOEND: open */
	int			cycle_days_on;	/* from the day of starts_at: days that the rule holds, */
	int			cycle_days_off; /* then days that it does not, over and over; 0 and 0: no cycle */
} ScheduleSource;

typedef struct Schedule			Schedule;
typedef struct ScheduleIterator ScheduleIterator;

/*
 * Check and prepare a schedule, in CurrentMemoryContext.  Errors: 22023 for a
 * rule, zone, date or cycle that is not valid, 0A000 for a rule not supported, 22004
 * for a NULL among the dates.
 */
extern Schedule *schedule_create(const ScheduleSource *source);

/* Check dates, of an array called so in errors, as schedule_create does. */
extern void schedule_check_dates(ArrayType *array, const char *what);

/*
 * The same as schedule_create, with no occurrence before an instant (DT_NOBEGIN: none is left
 * out), whatever the rule counts from.  COUNT counts what is left out, too.
 */
extern Schedule *schedule_create_from(const ScheduleSource *source, TimestampTz effective_from);

/* Whether schedule_create makes a schedule of it, rather than raise an error. */
extern bool schedule_is_valid(const ScheduleSource *source);

/*
 * The occurrences in [from, to), ascending and distinct.
 *
 *	ScheduleIterator *it = schedule_open(schedule, from, to);
 *	while (schedule_next(it, &at)) ...
 *	schedule_close(it);
 */
extern ScheduleIterator *schedule_open(const Schedule *schedule, TimestampTz from, TimestampTz to);
extern bool				 schedule_next(ScheduleIterator *iterator, TimestampTz *occurrence);
extern void				 schedule_close(ScheduleIterator *iterator);

/* Whether an instant is an occurrence. */
extern bool schedule_is_occurrence(const Schedule *schedule, TimestampTz at);

/* The first occurrence after, or the last before, an instant; false: none. */
extern bool schedule_next_occurrence(const Schedule *schedule, TimestampTz after, TimestampTz *occurrence);
extern bool schedule_previous_occurrence(const Schedule *schedule, TimestampTz before, TimestampTz *occurrence);

/*
 * The most occurrences that a schedule can have in 24 hours: those of its rule
 * (recurrence.h) and of its rdates.  exdates and cycle are not looked at.
 */
extern int64 schedule_most_per_day(const Schedule *schedule);

/* The COUNT of its rule; 0: none. */
extern int64 schedule_count(const Schedule *schedule);

#endif /* MEDSCHED_SCHEDULE_H */
