/*-------------------------------------------------------------------------
 *
 * schedule.h
 *		A schedule: rule + start + zone + extra and excluded dates + end.
 *		Knows no table.
 *
 *-------------------------------------------------------------------------
 */
#ifndef MEDSCHED_SCHEDULE_H
#define MEDSCHED_SCHEDULE_H

#include "datatype/timestamp.h"
#include "utils/array.h"

#include "recurrence/parsed_rule.h"
#include "schedule/seconds.h"
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

/* The values that make a source, all but ends_at, in the order in which functions and queries have them. */
typedef enum ScheduleField
{
	FIELD_RRULE,
	FIELD_STARTS_AT,
	FIELD_TIME_ZONE,
	FIELD_RDATES,
	FIELD_EXDATES,
	FIELD_CYCLE_DAYS_ON,
	FIELD_CYCLE_DAYS_OFF,
	SCHEDULE_NFIELDS
} ScheduleField;

/* A schedule that schedule_create has checked; all in seconds, instants where not said otherwise. */
typedef struct Schedule
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
	Seconds		rdates; /* ascending; with the start where there is no rule */
	Seconds		exdates;
} Schedule;

/* Read a source, with no end, from its fields; starts_at and time_zone must not be NULL. */
extern ScheduleSource schedule_source_read(const Datum *values, const bool *isnull);

/*
 * Check and prepare a schedule, in CurrentMemoryContext.  Errors: 22023 for a
 * rule, zone, date or cycle that is not valid, 0A000 for a rule not supported, 22004
 * for a NULL among the dates.
 */
extern Schedule *schedule_create(const ScheduleSource *source);

/* Check dates, of an array called so in errors, as schedule_create does. */
extern void schedule_check_dates(ArrayType *array, const char *what);

/*
 * Do the same as schedule_create, with no occurrence before an instant (DT_NOBEGIN: none is left
 * out), whatever the rule counts from.  COUNT counts what is left out, too.
 */
extern Schedule *schedule_create_from(const ScheduleSource *source, TimestampTz effective_from);

/* Give the instant, not always a whole second, at which a schedule begins by starts_at and effective_from. */
extern TimestampTz schedule_begin(const ScheduleSource *source, TimestampTz effective_from);

/* Tell whether schedule_create makes a schedule of it, rather than raise an error. */
extern bool schedule_is_valid(const ScheduleSource *source);

/*
 * Bound the occurrences that a schedule can have in 24 hours: those of its rule
 * (recurrence.h) and of its rdates.  exdates and cycle are not looked at.
 */
extern int64 schedule_most_per_day(const Schedule *schedule);

/* Give the COUNT of its rule; 0: none. */
extern int64 schedule_count(const Schedule *schedule);

#endif /* MEDSCHED_SCHEDULE_H */
