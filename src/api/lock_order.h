/*-------------------------------------------------------------------------
 *
 * lock_order.h
 *		One order of locks, for everything that this library does.
 *
 *		1. rows of dose_taken,
 *		2. rows of schedules, of one person in the order of their ids,
 *		3. rows of medications, of one person in the order of their ids.
 *
 *		It is the order in which PostgreSQL itself comes by them: whoever writes
 *		a row holds it before a foreign key or a trigger looks at the row that it
 *		refers to.  So a plain INSERT, UPDATE or DELETE of one row keeps it, too:
 *		a dose locks its schedule, then its medication (dose_is_scheduled.c); a
 *		schedule that goes locks, at commit, its medication (rules.c).
 *
 *		Who needs several rows of a table takes them here, each with the
 *		strongest lock that it will need, and takes none of an earlier table
 *		afterwards.
 *
 *-------------------------------------------------------------------------
 */
#ifndef MEDSCHED_LOCK_ORDER_H
#define MEDSCHED_LOCK_ORDER_H

#include "tables/saved_plan.h"

/*
 * Lock what a query finds, which orders it by id and ends in FOR UPDATE; returns
 * how many rows, in SPI_tuptable.  Needs an SPI connection.
 *
 * While it waited for a row, another session may have inserted one that belongs to
 * the set, and whose id comes before those that are locked by now.  Then all of
 * them are let go of and taken anew, in order.
 */
extern uint64 lock_in_order(SavedPlan *query, Datum *values);

#endif /* MEDSCHED_LOCK_ORDER_H */
