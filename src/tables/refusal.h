/*-------------------------------------------------------------------------
 *
 * refusal.h
 *		Errors of types and tables, in the words of who called a function.
 *
 * A type knows nothing of the key its text came from, nor a table which of several
 * schedules a row is.  The functions here are called in PG_CATCH, in a memory
 * context that is not the error's, and throw the error again.
 *
 *-------------------------------------------------------------------------
 */
#ifndef MEDSCHED_REFUSAL_H
#define MEDSCHED_REFUSAL_H

#include "base/compat.h"
#include "tables/schedule_keys.h"

/* An error about a row: say which, before the message. */
pg_noreturn extern void rethrow_in(const char *where);

/* Of reading a value, which the message may hold: say which, and keep it short. */
pg_noreturn extern void rethrow_of_value(const char *where);

/*
 * Of inserting a schedule, when it comes from a CHECK of the table, or a column of the
 * application that must not be null: say which keys that is about, what they hold, and what would be right.  SQLSTATE and
 * constraint stay.  where is the object that has the keys, subject the schedule that
 * they make.  Returns when the error is another.
 */
extern void rethrow_check(const Datum *values, const char *nulls, const char *where, const char *subject);

#endif /* MEDSCHED_REFUSAL_H */
