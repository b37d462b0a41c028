/*-------------------------------------------------------------------------
 *
 * lock_rows.h
 *		Locks of several rows: all of them, or none.
 *
 *		Sessions deadlock when each waits for a row that another holds.  Two
 *		rules see to it that our functions never do:
 *
 *		1. What needs several rows takes them all here, before it changes
 *		   anything, each with the strongest lock that it will need.  It holds
 *		   none of them while it waits for one.  So it does not matter in which
 *		   order others come by theirs: an application's statements, foreign keys.
 *
 *		2. What needs one row of each table takes them in the order in which
 *		   PostgreSQL comes by them, who refers before what is referred to: the
 *		   dose, its schedule, its medication (dose_is_scheduled.c); at commit,
 *		   the medication of a schedule that goes (medication_has_schedule.c).
 *
 *		A caller's transaction keeps the rows that it locked in earlier calls.
 *
 *-------------------------------------------------------------------------
 */
#ifndef MEDSCHED_LOCK_ROWS_H
#define MEDSCHED_LOCK_ROWS_H

#include "tables/saved_plan.h"

#define ROW_LOCK_MAX_KEYS 3

/* Rows of a table, found by what lock_rows is given; their keys. */
typedef struct RowLock
{
	SavedPlan look; /* the keys */
	SavedPlan lock; /* the same, FOR UPDATE or weaker, NOWAIT */
	SavedPlan wait; /* by its key, one row, locked as strongly */
} RowLock;

/*
 * Lock the rows of all of them, with the rights of the tables' owner.  Needs an SPI
 * connection.  Where before is given, gives a snapshot from just before the rows were
 * looked for: every row that it shows is locked.  The caller unregisters it.
 */
extern void lock_rows(RowLock *locks, int nlocks, Datum *values, Snapshot *before);

#endif /* MEDSCHED_LOCK_ROWS_H */
