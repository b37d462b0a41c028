/*-------------------------------------------------------------------------
 *
 * revision.h
 *		Revising a schedule: the row that is, and the row that replaces it.
 *
 * History is never rewritten.  The old row ends, the new one takes effect, and
 * replaces says which one it came from.  The new row keeps starts_at, so that
 * its rule and cycle go on in the same rhythm; effective_from bounds it.
 *
 *-------------------------------------------------------------------------
 */
#ifndef MEDSCHED_REVISION_H
#define MEDSCHED_REVISION_H

#include "tables/saved_plan.h"
#include "tables/schedule_json.h"
#include "tables/schedule_row.h"

/* A row of medsched.schedules, locked. */
typedef struct StoredSchedule
{
	HeapTuple	tuple; /* all columns, the application's too */
	TupleDesc	descriptor;
	Datum		user_id;
	Datum		id;
	Datum		medication_id;
	ScheduleRow row;
	bool		time_zone_pinned;
	bool		has_successor; /* another row replaces this one */
	Datum		successor;	   /* its id */
} StoredSchedule;

/*
 * All of these need an SPI connection, and run with the caller's rights.
 *
 * What they change is locked before, as lock_rows.h says.
 */

/*
 * Lock one of a user's schedules, the one that replaces it, and their medication,
 * and read it.  P0002 when there is none by that id.
 */
extern StoredSchedule *lock_schedule(Datum user_id, Datum id);

/* Read all that a query finds, SELECT s.*; returns how many. */
extern int read_schedules(SavedPlan *query, Datum *values, StoredSchedule **schedules);

/*
 * When a user's medication was inactivated; DT_NOEND: it is active.  P0002 when
 * there is none by that id.
 */
extern TimestampTz read_inactivated_at(Datum user_id, Datum medication_id);

/* Whether a schedule has a dose in [from, to), within its own bounds. */
extern bool has_dose_between(ScheduleRow *row, TimestampTz from, TimestampTz to);

/* Refuse a change of a schedule from an instant on when doses are recorded there: 23514. */
extern void refuse_recorded_doses(const StoredSchedule *schedule, TimestampTz from);

/*
 * Have a schedule end.  Errors: those of the table's rules.
 */
extern void end_schedule(const StoredSchedule *schedule, TimestampTz ends_at);

/*
 * Insert the row that replaces a schedule: each column as in changes where it is
 * present there, else as it was.  What replaced the old row until now replaces the
 * new one.  *row is what was stored; returns its id.  Errors: those of the
 * table's rules.
 */
extern Datum replace_schedule(const StoredSchedule *old, TimestampTz effective_from,
							  const ScheduleJson *changes, ScheduleRow *row);

/* Changes that change nothing, to be added to. */
extern void no_changes(ScheduleJson *changes);

extern void change_column(ScheduleJson *changes, ScheduleKey key, Datum value);

#endif /* MEDSCHED_REVISION_H */
