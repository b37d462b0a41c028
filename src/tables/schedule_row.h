/*-------------------------------------------------------------------------
 *
 * schedule_row.h
 *		A row of medsched.schedules as the schedule it describes.
 *
 *-------------------------------------------------------------------------
 */
#ifndef MEDSCHED_SCHEDULE_ROW_H
#define MEDSCHED_SCHEDULE_ROW_H

#include "access/htup.h"
#include "access/tupdesc.h"

#include "schedule/schedule.h"
#include "tables/columns.h"

/* The columns that say when the doses are, of schedules as s. */
#define SCHEDULE_COLUMNS                                                            \
	"s.rrule, s.starts_at, s.time_zone, s.rdates, s.exdates, "                      \
	"s.cycle_days_on, s.cycle_days_off, s.effective_from, s.ends_at, s.as_needed, " \
	"{after_last?s.after_last|NULL::pg_catalog.interval}, {follows_by?s.follows_by|NULL::pg_catalog.interval}"

#define SCHEDULE_COLUMN_LIST                                                                            \
	SCHEDULES_RRULE, SCHEDULES_STARTS_AT, SCHEDULES_TIME_ZONE, SCHEDULES_RDATES, SCHEDULES_EXDATES,     \
		SCHEDULES_CYCLE_DAYS_ON, SCHEDULES_CYCLE_DAYS_OFF, SCHEDULES_EFFECTIVE_FROM, SCHEDULES_ENDS_AT, \
		SCHEDULES_AS_NEEDED, SCHEDULES_AFTER_LAST, SCHEDULES_FOLLOWS_BY

/* Their places in a query that begins with SCHEDULE_COLUMNS. */
typedef enum ScheduleColumn
{
	COLUMN_RRULE,
	COLUMN_STARTS_AT,
	COLUMN_TIME_ZONE,
	COLUMN_RDATES,
	COLUMN_EXDATES,
	COLUMN_CYCLE_DAYS_ON,
	COLUMN_CYCLE_DAYS_OFF,
	COLUMN_EFFECTIVE_FROM,
	COLUMN_ENDS_AT,
	COLUMN_AS_NEEDED,
	COLUMN_AFTER_LAST,
	COLUMN_FOLLOWS_BY,
	SCHEDULE_NCOLUMNS
} ScheduleColumn;

typedef struct ScheduleRow
{
	ScheduleSource source;		   /* its ends_at is open: the pattern alone */
	TimestampTz	   effective_from; /* inclusive; DT_NOBEGIN: open */
	TimestampTz	   ends_at;		   /* exclusive; DT_NOEND: open */
	bool		   as_needed;	   /* no occurrences: a dose may be at any time */
	bool		   is_counted;	   /* none either: they are counted from others that are recorded */
	bool		   follows;		   /* each from one of another schedule; else the one to come from the last */
	Schedule	  *schedule;	   /* made on first need; NULL until then */
} ScheduleRow;

/* Read the columns above, in their order, in CurrentMemoryContext. */
extern void schedule_row_read(ScheduleRow *row, const Datum *values, const bool *isnull);

/* Read a whole row of the table, whatever the order of its columns.  Errors: those of columns.h. */
extern void schedule_row_read_tuple(ScheduleRow *row, HeapTuple tuple, TupleDesc descriptor);

/* Tell whether a row has occurrences: doses at set times. */
extern bool schedule_row_has_times(const ScheduleRow *row);

/* Give the schedule of a row that has occurrences. */
extern const Schedule *schedule_row_schedule(ScheduleRow *row);

/*
 * Tell whether a dose can be at an instant; ends_at is not looked at.  Of a row without
 * occurrences, any whole second from its begin on can have one.
 */
extern bool schedule_row_allows(ScheduleRow *row, TimestampTz at);

/* The end of the years in which a row without occurrences can have a dose; ends_at may be earlier. */
#define AS_NEEDED_END (LOCAL_END * USECS_PER_SEC)

/* Give the first whole second at or after an instant. */
extern TimestampTz ceil_to_second(TimestampTz at);

/* Give a grace or min_interval in microseconds: a day is 24 hours, a month 30 days. */
extern int64 interval_microseconds(const Interval *interval);

#endif /* MEDSCHED_SCHEDULE_ROW_H */
