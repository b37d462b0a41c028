/*-------------------------------------------------------------------------
 *
 * arguments.h
 *		The checks that every function with a window or a bound shares.
 *
 *-------------------------------------------------------------------------
 */
#ifndef MEDSCHED_ARGUMENTS_H
#define MEDSCHED_ARGUMENTS_H

#include "datatype/timestamp.h"
#include "fmgr.h"

/* Instants that are kept: from the beginning of the year 1 to the end of 9999, in UTC. */
#define INSTANT_MIN (INT64CONST(-63082281600) * USECS_PER_SEC)
#define INSTANT_END (INT64CONST(252455616000) * USECS_PER_SEC)

/*
 * An argument that must not be NULL.  22004: an empty answer to a NULL would
 * read as "no doses due".
 */
extern void require_argument(FunctionCallInfo fcinfo, int argument, const char *name);

/* An instant that is not infinite; else 22023. */
extern void require_finite(TimestampTz at, const char *name);

/* One that a table keeps: in the years 1 to 9999, too. */
extern void require_instant(TimestampTz at, const char *name);

/* A window: neither bound infinite, the end not before the start; else 22023. */
extern void check_window(TimestampTz window_start, TimestampTz window_end);

/*
 * A window that everybody's doses are asked about: no longer than medsched.max_doses
 * days, too; else 54000.  What bounds the answer is in the question, so that no
 * schedule can make it fail.
 */
extern void check_window_for_all(TimestampTz window_start, TimestampTz window_end);

/* That a call has not computed more doses than medsched.max_doses; else 54000. */
extern void check_dose_count(uint64 ndoses);

#endif /* MEDSCHED_ARGUMENTS_H */
