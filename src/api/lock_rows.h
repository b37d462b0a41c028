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

	bool as_owner; /* with the rights of the tables' owner, not the caller's */
} RowLock;

#define SCHEDULES_TO_LOCK(condition)                                 \
	"SELECT s.user_id, s.id FROM medsched.schedules AS s "           \
	"WHERE s.user_id OPERATOR(pg_catalog.=) $1 AND (" condition ") " \
	"ORDER BY s.id"

/*
 * Schedules s of user $1; $2 is of the type given.  They are locked FOR UPDATE, because
 * replaces is a key: a weaker lock would have to become this one, and wait while it
 * holds others.
 */
#define LOCK_SCHEDULES(condition, nargs, type, as_owner)                                                                          \
	{                                                                                                                             \
		{SCHEDULES_TO_LOCK(condition), nargs, {UUIDOID, type}, NULL, {SCHEDULES_USER_ID, SCHEDULES_ID}},                          \
			{SCHEDULES_TO_LOCK(condition) " FOR UPDATE NOWAIT", nargs, {UUIDOID, type}, NULL, {SCHEDULES_USER_ID, SCHEDULES_ID}}, \
			{"SELECT FROM medsched.schedules AS s "                                                                               \
			 "WHERE s.user_id OPERATOR(pg_catalog.=) $1 AND s.id OPERATOR(pg_catalog.=) $2 FOR UPDATE",                           \
			 2,                                                                                                                   \
			 {UUIDOID, UUIDOID},                                                                                                  \
			 NULL,                                                                                                                \
			 {LAST_COLUMN}},                                                                                                      \
			as_owner                                                                                                              \
	}

#define MEDICATIONS_TO_LOCK(condition)                               \
	"SELECT m.user_id, m.id FROM medsched.medications AS m "         \
	"WHERE m.user_id OPERATOR(pg_catalog.=) $1 AND (" condition ") " \
	"ORDER BY m.id"

/* Medications m, likewise: to be changed, or kept from change. */
#define LOCK_MEDICATIONS(condition, nargs, type, strength, as_owner)                                                                      \
	{                                                                                                                                     \
		{MEDICATIONS_TO_LOCK(condition), nargs, {UUIDOID, type}, NULL, {MEDICATIONS_USER_ID, MEDICATIONS_ID}},                            \
			{MEDICATIONS_TO_LOCK(condition) " " strength " NOWAIT", nargs, {UUIDOID, type}, NULL, {MEDICATIONS_USER_ID, MEDICATIONS_ID}}, \
			{"SELECT FROM medsched.medications AS m "                                                                                     \
			 "WHERE m.user_id OPERATOR(pg_catalog.=) $1 AND m.id OPERATOR(pg_catalog.=) $2 " strength,                                    \
			 2,                                                                                                                           \
			 {UUIDOID, UUIDOID},                                                                                                          \
			 NULL,                                                                                                                        \
			 {LAST_COLUMN}},                                                                                                              \
			as_owner                                                                                                                      \
	}

/* Lock the rows of all of them.  Needs an SPI connection. */
extern void lock_rows(RowLock *locks, int nlocks, Datum *values);

/*
 * Do the same, and give a snapshot from just before the rows were looked for: every
 * row that it shows is locked.  The caller unregisters it.
 */
extern void lock_rows_since(RowLock *locks, int nlocks, Datum *values, Snapshot *before);

#endif /* MEDSCHED_LOCK_ROWS_H */
