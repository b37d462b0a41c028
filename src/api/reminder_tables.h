/*-------------------------------------------------------------------------
 *
 * reminder_tables.h
 *		The columns of the tables of reminders that are read and written without a
 *		query.
 *
 *-------------------------------------------------------------------------
 */
#ifndef MEDSCHED_REMINDER_TABLES_H
#define MEDSCHED_REMINDER_TABLES_H

#include "tables/worker_table.h"

/* Of medsched.reminder_queue. */
enum
{
	QUEUE_USER_ID,
	QUEUE_SCHEDULE_ID,
	QUEUE_EVENT,
	QUEUE_LOOK_AT,
	QUEUE_LOOKS_FROM,
	QUEUE_UNTIL,
	QUEUE_SAID_AT,
	QUEUE_SAID_FROM,
	QUEUE_SAID_DOSE,
	QUEUE_KIND,
	QUEUE_NTH,
	QUEUE_ATTEMPT,
	QUEUE_UNFINISHED,
	QUEUE_WORKER,
	QUEUE_ERROR,
	QUEUE_NEXT_AT,
	QUEUE_MEDICATION_ID,
	QUEUE_MEDICATION_NAME,
	QUEUE_DOSE_AMOUNT,
	QUEUE_DOSE_UNIT,
	QUEUE_INSTRUCTIONS,
	QUEUE_TIME_ZONE,
	QUEUE_NCOLUMNS
};

extern const WorkerColumn queue_columns[QUEUE_NCOLUMNS];

/* Of medsched.reminders_held. */
enum
{
	HELD_TOKEN,
	HELD_USER_ID,
	HELD_SCHEDULE_ID,
	HELD_EVENT,
	HELD_LEASE_ENDS_AT,
	HELD_NEXT_AT,
	HELD_SAID_AT,
	HELD_SAID_FROM,
	HELD_SAID_DOSE,
	HELD_KIND,
	HELD_NTH,
	HELD_ATTEMPT,
	HELD_WORKER,
	HELD_OWN_LEASE,
	HELD_NCOLUMNS
};

extern const WorkerColumn held_columns[HELD_NCOLUMNS];

#endif /* MEDSCHED_REMINDER_TABLES_H */
