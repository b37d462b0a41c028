/*-------------------------------------------------------------------------
 *
 * dose_limits.h
 *		The limits of a schedule as needed: how close together doses may be.
 *
 *		Both limits are one: at most so many doses in any half-open window of a
 *		length.  For min_interval that is one dose, for max_per_24h its number in
 *		24 hours.  So a dose that is recorded between others is bound like one
 *		after them.
 *
 *		They hold for the doses that a medication was taken as needed, by
 *		whichever of its schedules: revising one does not make the body forget
 *		what was taken under it.
 *
 *-------------------------------------------------------------------------
 */
#ifndef MEDSCHED_DOSE_LIMITS_H
#define MEDSCHED_DOSE_LIMITS_H

#include "datatype/timestamp.h"

#include "tables/columns.h"

typedef enum LimitKind
{
	LIMIT_MIN_INTERVAL,
	LIMIT_MAX_PER_24H,
	NLIMITS
} LimitKind;

typedef struct DoseLimit
{
	int	  most;	  /* 0: there is no such limit */
	int64 within; /* microseconds */
} DoseLimit;

/* The columns of schedules, as s, that limits are read from; each may be NULL. */
#define LIMIT_COLUMNS	  "s.min_interval, s.max_per_24h"
#define LIMIT_COLUMN_LIST SCHEDULES_MIN_INTERVAL, SCHEDULES_MAX_PER_24H

/* Read limits from their columns.  Errors: 22023 for what the table's CHECKs would refuse. */
extern void dose_limits_read(DoseLimit *limits, const Datum *values, const bool *isnull);

/* Give how far from a dose another can matter, in microseconds; 0: there are no limits. */
extern int64 dose_limits_reach(const DoseLimit *limits);

/* When doses were taken, ascending. */
typedef struct DosesTaken
{
	int			 ndoses;
	TimestampTz *at;
} DosesTaken;

/* Leave one dose at an instant out of a list. */
extern void doses_taken_leave_out(DosesTaken *doses, TimestampTz at);

/*
 * Tell whether one more dose at an instant would break a limit.  If so, *first is
 * the first of the doses with which it does.  *first is also where to look from: 0,
 * or what an earlier instant left there.
 */
extern bool dose_limit_breaks(const DoseLimit *limit, const DosesTaken *doses, TimestampTz at, int *first);

#endif /* MEDSCHED_DOSE_LIMITS_H */
