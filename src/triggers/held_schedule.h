/*-------------------------------------------------------------------------
 *
 * held_schedule.h
 *		Schedules that this transaction has locked already, with their medications.
 *
 *		Whoever records many doses checks each against its schedule, which changes for
 *		nobody else while it is locked.  So it is locked and read once.
 *
 *-------------------------------------------------------------------------
 */
#ifndef MEDSCHED_HELD_SCHEDULE_H
#define MEDSCHED_HELD_SCHEDULE_H

#include "storage/itemptr.h"
#include "utils/uuid.h"

#include "tables/schedule_row.h"

/* A version of a row, as a query that locks it gives it. */
typedef struct RowVersion
{
	Oid				relation; /* the table, or a partition of it */
	ItemPointerData place;
} RowVersion;

typedef struct HeldSchedule
{
	pg_uuid_t	user_id;
	pg_uuid_t	schedule_id;
	ScheduleRow row;
	TimestampTz inactivated_at; /* of the medication; DT_NOEND: active */
	RowVersion	schedule;
	RowVersion	medication;
} HeldSchedule;

/*
 * Give what is held of a schedule; NULL: nothing, or the transaction itself has changed
 * the schedule, its medication or the tables since.  The tables are to be checked before, as
 * rule_trigger does.
 */
extern const HeldSchedule *held_schedule_find(Datum user_id, Datum schedule_id);

/*
 * Note a schedule whose row has made its Schedule, and its medication, both locked FOR SHARE by
 * this subtransaction.  What it points to is copied.
 */
extern void held_schedule_keep(const HeldSchedule *schedule);

#endif /* MEDSCHED_HELD_SCHEDULE_H */
