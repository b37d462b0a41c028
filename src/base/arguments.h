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
 * Refuse an argument that is NULL: 22004.  An empty answer to a NULL would read as
 * "no doses due".
 */
extern void require_argument(FunctionCallInfo fcinfo, int argument, const char *name);

/* Sort ids, in ascending order, and drop those that come again; give how many are left. */
extern int unique_ids(Datum *ids, int n);

/* Refuse an instant that is infinite: 22023. */
extern void require_finite(TimestampTz at, const char *name);

/* Refuse, too, an instant outside the years 1 to 9999, which no table keeps: 22023. */
extern void require_instant(TimestampTz at, const char *name);

/* Refuse a window with an infinite bound, or an end before its start: 22023. */
extern void check_window(TimestampTz window_start, TimestampTz window_end);

/*
 * Do as check_window for a window that everybody's doses are asked about, and refuse
 * one longer than medsched.max_doses days: 54000.  The bound is on the question, so
 * that no schedule can make it fail.
 */
extern void check_window_for_all(TimestampTz window_start, TimestampTz window_end);

/* Refuse to compute more doses than medsched.max_doses: 54000. */
extern void check_dose_count(uint64 ndoses);

#endif /* MEDSCHED_ARGUMENTS_H */
