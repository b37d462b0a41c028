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

/*
 * An argument that must not be NULL.  22004: an empty answer to a NULL would
 * read as "no doses due".
 */
extern void require_argument(FunctionCallInfo fcinfo, int argument, const char *name);

/* An instant that is not infinite; else 22023. */
extern void require_finite(TimestampTz at, const char *name);

/* A window: neither bound infinite, the end not before the start; else 22023. */
extern void check_window(TimestampTz window_start, TimestampTz window_end);

/* That a call has not computed more doses than medsched.max_doses; else 54000. */
extern void check_dose_count(uint64 ndoses);

#endif /* MEDSCHED_ARGUMENTS_H */
