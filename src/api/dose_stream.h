/*-------------------------------------------------------------------------
 *
 * dose_stream.h
 *		A user's doses, one after the other: the occurrences of all schedules
 *		merged in the order in which they are due, each with what was recorded for
 *		it, and what was recorded besides.
 *
 *		A dose is identified by the instant it is scheduled for, and due then or,
 *		where it has another time, when that says.
 *
 *-------------------------------------------------------------------------
 */
#ifndef MEDSCHED_DOSE_STREAM_H
#define MEDSCHED_DOSE_STREAM_H

#include "datatype/timestamp.h"
#include "utils/uuid.h"

#include "api/dose_status.h"
#include "functions/dose_id.h"
#include "schedule/schedule_iterator.h"
#include "tables/schedule_row.h"

/* What became of a dose: a row of medsched.dose_taken. */
typedef struct RecordedDose
{
	struct RecordedDose *next; /* of the same schedule, ascending */
	TimestampTz			 scheduled_for;
	const pg_uuid_t		*schedule_id;
	DoseStatus			 status;
	TimestampTz			 taken_at;	  /* when it was not skipped */
	Datum				 recorded_by; /* text; 0: NULL */
} RecordedDose;

/* A dose that is due at another instant than it is scheduled for. */
typedef struct TimedDose
{
	const pg_uuid_t *schedule_id;
	TimestampTz		 scheduled_for;
	TimestampTz		 due_at;
	RecordedDose	*recorded; /* NULL: not recorded */
	bool			 exists;   /* it is recorded, or a dose of its schedule that comes before the end */
} TimedDose;

/* A schedule, and what is the same for all its doses. */
typedef struct DoseSource
{
	pg_uuid_t	schedule_id;
	Datum		medication_id;
	Datum		medication_name;
	Datum		time_zone;
	Datum		dose_amount;  /* 0: NULL */
	Datum		dose_unit;	  /* 0: NULL */
	Datum		instructions; /* 0: NULL */
	int64		grace;		  /* microseconds */
	bool		missed_when_next;
	const Zone *zone;
	ZoneStretch stretch; /* of the last dose given a local time; they ascend */
	text	   *dose_id; /* of the last dose given one; the schedule's part is there */

	/* For the stream alone. */
	ScheduleRow		  row;
	TimestampTz		  ends_at;	  /* the schedule's or, if earlier, the inactivation; DT_NOEND: open */
	TimestampTz		  until;	  /* no occurrence at or after, nor in the window */
	ScheduleIterator *iterator;	  /* NULL: as needed, or there are no more */
	TimestampTz		  occurrence; /* the first not before next; DT_NOEND: there are no more */
	RecordedDose	 *recorded;	  /* the same of what is recorded */
	RecordedDose	**recorded_end;
	TimedDose		 *timed; /* the doses with a time of their own, by scheduled_for: they come at due_at alone */
	int				  ntimed;
	TimedDose		**arriving; /* those of them in the window, by due_at */
	int				  narriving;
	TimestampTz		  next;		 /* when the next is due; DT_NOEND: there is none */
	Oid				  collation; /* of medication_name */
	int				  rank;		 /* in order of (medication_name, schedule_id) */
} DoseSource;

typedef struct Dose
{
	DoseSource		   *source;
	TimestampTz			scheduled_for;
	TimestampTz			due_at;
	const RecordedDose *recorded; /* NULL: not recorded */
} Dose;

typedef struct DoseStream DoseStream;

/*
 * Start on the doses of a user that are due in [from, to), with the caller's rights, in
 * CurrentMemoryContext.  Needs an SPI connection, and lasts no longer than it.
 * Errors: 54000 when more than medsched.max_doses are recorded there.
 */
extern DoseStream *dose_stream_open(Datum user_id, TimestampTz from, TimestampTz to);

/*
 * Give the next dose, in order of (due_at, medication_name, schedule_id);
 * false: there is none.  Every dose recorded is one, unless the caller may not see
 * its schedule; a schedule as needed has no others.
 */
extern bool dose_stream_next(DoseStream *stream, Dose *dose);

/*
 * Give a dose's handle, good until the next dose of its source, and when it is due by
 * the wall clock.  No handle, NULL, has what is recorded at no whole millisecond.
 */
extern text		*dose_handle(const Dose *dose);
extern Timestamp dose_local_time(const Dose *dose);

/* Tell whether the dose that its schedule, which is not as needed, has next is due at an instant. */
extern bool dose_next_has_come(const Dose *dose, TimestampTz at);

#endif /* MEDSCHED_DOSE_STREAM_H */
