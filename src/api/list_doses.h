/*-------------------------------------------------------------------------
 *
 * list_doses.h
 *		A user's doses, one after the other: the occurrences of all schedules
 *		merged in order of time, each with what was recorded for it.
 *
 *-------------------------------------------------------------------------
 */
#ifndef MEDSCHED_LIST_DOSES_H
#define MEDSCHED_LIST_DOSES_H

#include "datatype/timestamp.h"
#include "utils/uuid.h"

#include "functions/dose_id.h"
#include "schedule/schedule_iterator.h"
#include "tables/schedule_row.h"

/* What became of a dose: a row of medsched.dose_taken. */
typedef struct RecordedDose
{
	struct RecordedDose *next; /* of the same schedule, ascending */
	TimestampTz			 scheduled_for;
	bool				 skipped;
	TimestampTz			 taken_at;	  /* when it was not skipped */
	Datum				 recorded_by; /* text; 0: NULL */
} RecordedDose;

/* A schedule, and what is the same for all its doses. */
typedef struct DoseSource
{
	pg_uuid_t	schedule_id;
	Datum		medication_id;
	Datum		medication_name;
	Datum		time_zone;	 /* text, as are the two below */
	Datum		dose_amount; /* numeric; 0: NULL, as are the two below */
	Datum		dose_unit;
	Datum		instructions;
	int64		grace; /* microseconds */
	const Zone *zone;
	ZoneStretch stretch; /* of the last dose given a local time; they ascend */
	text	   *dose_id; /* of the last dose given one; the schedule's part is there */

	/* For the stream alone. */
	ScheduleRow		  row;
	TimestampTz		  until;	/* no dose at or after */
	ScheduleIterator *iterator; /* NULL: as needed */
	RecordedDose	 *recorded; /* the first not before next */
	RecordedDose	**recorded_end;
	TimestampTz		  next;
	int				  rank; /* in order of (medication_name, schedule_id) */
} DoseSource;

typedef struct Dose
{
	DoseSource		   *source;
	TimestampTz			scheduled_for;
	const RecordedDose *recorded; /* NULL: not recorded */
} Dose;

typedef struct DoseStream DoseStream;

/*
 * Start on the doses of a user in [from, to), with the caller's rights, in
 * CurrentMemoryContext.  Needs an SPI connection, and lasts no longer than it.
 * Errors: 54000 when more than medsched.max_doses are recorded there.
 */
extern DoseStream *dose_stream_open(Datum user_id, TimestampTz from, TimestampTz to);

/*
 * The next dose, in order of (scheduled_for, medication_name, schedule_id).
 * An as-needed schedule has those doses that are recorded.
 */
extern bool dose_stream_next(DoseStream *stream, Dose *dose);

/* What a dose is called, and its wall-clock time; good until the source's next. */
extern text		*dose_handle(const Dose *dose);
extern Timestamp dose_local_time(const Dose *dose);

/* taken, skipped, upcoming, due or missed, at an instant. */
typedef enum DoseStatus
{
	DOSE_TAKEN,
	DOSE_SKIPPED,
	DOSE_UPCOMING,
	DOSE_DUE,
	DOSE_MISSED
} DoseStatus;

#define DOSE_NSTATUS (DOSE_MISSED + 1)

extern const char *const dose_status_names[DOSE_NSTATUS];

extern DoseStatus dose_status(const Dose *dose, TimestampTz at);

/* The same for a dose that is not recorded. */
extern DoseStatus dose_status_at(TimestampTz scheduled_for, int64 grace, TimestampTz at);

/* medsched.grace in microseconds. */
extern int64 default_grace(void);

#endif /* MEDSCHED_LIST_DOSES_H */
