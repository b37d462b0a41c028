/*-------------------------------------------------------------------------
 *
 * dose_stream.h
 *		The doses of a user or several, one after the other: the occurrences of all
 *		schedules merged in the order in which they are due, each with what was
 *		recorded for it, and what was recorded besides.
 *
 *		A dose is identified by the instant it is scheduled for, and due then or,
 *		where it has another time, when that says.
 *
 *-------------------------------------------------------------------------
 */
#ifndef MEDSCHED_DOSE_STREAM_H
#define MEDSCHED_DOSE_STREAM_H

#include "api/dose_source.h"

typedef struct Dose
{
	DoseSource		   *source;
	TimestampTz			scheduled_for;
	TimestampTz			due_at;
	const RecordedDose *recorded; /* NULL: not recorded */
} Dose;

typedef struct DoseStream DoseStream;

/*
 * Start on the doses of users that are due in [from, to), with the caller's rights, in
 * CurrentMemoryContext; most: of each one's that are not recorded, no more are asked for.  Needs
 * an SPI connection, and lasts no longer than it.  The ids ascend, and are each of another.
 * Errors: 54000 when more than medsched.max_doses of one are recorded there.
 */
extern DoseStream *dose_stream_open(const Datum *user_ids, int nusers, TimestampTz from, TimestampTz to, int most);

/*
 * Give the next dose, in order of (due_at, user_id, medication_name, schedule_id), of users
 * whose sources are not full; false: there is none.  Every dose recorded is one, unless the
 * caller may not see its schedule; a schedule as needed has no others.
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
