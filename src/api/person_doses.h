/*-------------------------------------------------------------------------
 *
 * person_doses.h
 *		The schedules of one person among many, or one of them, for answers about
 *		everybody.
 *
 * Unlike upcoming_doses, these answer whatever one person has: as many doses as
 * there are, and none of a schedule that cannot be read, with a warning.
 *
 *-------------------------------------------------------------------------
 */
#ifndef MEDSCHED_PERSON_DOSES_H
#define MEDSCHED_PERSON_DOSES_H

#include "utils/uuid.h"

#include "functions/row_doses.h"
#include "tables/schedule_row.h"

/* What is recorded of a dose that is no extra one. */
typedef struct PersonRecord
{
	TimestampTz scheduled_for;
	TimestampTz taken_at;
	bool		has_taken_at;
	int			outcome;	   /* a DoseStatus; DOSE_NSTATUS: none that the table's CHECK allows */
	Datum		recorded_by;   /* text; 0: NULL; of one schedule alone */
	Datum		other_outcome; /* text, where there is no status for it; likewise */
	int			schedule;	   /* its place among the schedules */
} PersonRecord;

typedef struct PersonSchedule
{
	ScheduleRow		row;
	const Schedule *schedule;
	pg_uuid_t		id;
	Datum			medication_id;	 /* of all of a person's schedules alone, */
	Datum			medication_name; /* likewise */
	int64			grace;			 /* microseconds */
	int64			tolerance_before;
	bool			missed_when_next;
	TimestampTz		closed; /* the schedule's end or, if earlier, the inactivation; DT_NOEND: open */
	bool			single; /* its doses are asked for one by one: some were moved, or they are counted from others */
	RecordedAt	   *recorded;
	int				nrecorded;
} PersonSchedule;

typedef struct PersonDoses
{
	Datum			user_id;
	TimestampTz		from;
	TimestampTz		to;
	PersonSchedule *schedules; /* those not as needed, in order of id */
	int				nschedules;
	bool			is_one; /* one schedule, not all */
	PersonRecord   *records;
	int				nrecords;
	int				size;
} PersonDoses;

/* Start on one schedule of a person, whose fields the caller has set up to single; all NULL and 0 is what follows. */
extern void person_doses_open_schedule(PersonDoses *person, Datum user_id, TimestampTz from, TimestampTz to, PersonSchedule *schedule);

/* Tell whether a dose of the one schedule was moved.  Needs an SPI connection. */
extern bool person_has_moved(PersonDoses *person);

/*
 * Find a person's schedules.  Needs an SPI connection, and lasts no longer than it.
 * Errors: those of check_tables, and of columns.h.
 */
extern void person_doses_open(PersonDoses *person, Datum user_id, TimestampTz from, TimestampTz to);

/* Find what is recorded of them in the window. */
extern void person_doses_find_recorded(PersonDoses *person);

/* Tell whether a schedule, which is not single, has an occurrence in the window. */
extern bool person_schedule_has_occurrence(const PersonDoses *person, PersonSchedule *schedule);

/* Open the doses of a schedule that is not single; false: there are none. */
extern bool person_schedule_open(const PersonDoses *person, PersonSchedule *schedule, RowDoses *doses);

/*
 * Give the instant before which a dose that is not recorded is missed, at an
 * instant: those of a schedule that are missed when the next is due are missed before the last that has come.
 */
extern TimestampTz person_schedule_over_before(const PersonSchedule *schedule, TimestampTz at);

/* Tell whether a dose was taken on time. */
extern bool person_record_is_on_time(const PersonSchedule *schedule, const PersonRecord *record);

/* The columns of a dose that is asked for as a single one. */
typedef enum SingleColumn
{
	SINGLE_DOSE_ID,
	SINGLE_SCHEDULED_FOR,
	SINGLE_LOCAL_TIME,
	SINGLE_TAKEN_AT,
	SINGLE_RECORDED_BY,
	SINGLE_STATUS,
	SINGLE_OUTCOME,
	SINGLE_ON_TIME,
	SINGLE_MISSED,
	SINGLE_DUE_AT,
	SINGLE_NCOLUMNS
} SingleColumn;

/* Find the doses of a schedule that is single, and give their number; read one of those found last, from 0. */
extern uint64 person_schedule_find_single(const PersonDoses *person, const PersonSchedule *schedule);
extern void	  person_schedule_read_single(uint64 nth, Datum *values, bool *isnull);

#endif /* MEDSCHED_PERSON_DOSES_H */
