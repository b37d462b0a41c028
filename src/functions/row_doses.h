/*-------------------------------------------------------------------------
 *
 * row_doses.h
 *		The doses of a schedule that is a row among those of many people: its
 *		occurrences in a window, and what is recorded of it.
 *
 * As many as there are, for medsched.max_doses bounds the window.  A row that
 * cannot be read has none, with a warning: it must not fail the answer about
 * the others.
 *
 *-------------------------------------------------------------------------
 */
#ifndef MEDSCHED_ROW_DOSES_H
#define MEDSCHED_ROW_DOSES_H

#include "fmgr.h"
#include "utils/uuid.h"

#include "schedule/schedule_iterator.h"

/* The places of the arguments of a row, which are the last ones, counted from its rule. */
enum
{
	ROW_RRULE,
	ROW_WINDOW_START = ROW_RRULE + 3,
	ROW_WINDOW_END,
	ROW_NARGS = ROW_WINDOW_END + 5
};

/* What is recorded of a dose: when it is, and its place in what the caller has. */
typedef struct RecordedAt
{
	TimestampTz at;
	int			nth;
} RecordedAt;

typedef struct RowDoses
{
	ScheduleIterator *iterator;
	TimestampTz		  occurrence; /* the first not given yet; DT_NOEND: there are no more */
	RecordedAt		 *recorded;	  /* likewise of what is recorded, ascending */
	int				  nrecorded;
} RowDoses;

/*
 * Open the doses of the row in the arguments, of which the first is its id, for the
 * warning.  recorded is what is recorded of it, in any order, with places
 * from 1 on, and is sorted here.  False: there are none.
 */
extern bool row_doses_open(FunctionCallInfo fcinfo, RecordedAt *recorded, int nrecorded, RowDoses *doses);

/* Do the same for a schedule that could be read, in a window that may end before it starts. */
extern void row_doses_start(const Schedule *schedule, TimestampTz window_start, TimestampTz window_end, RecordedAt *recorded, int nrecorded,
							RowDoses *doses);

/* Give the next dose of a row, and its place in what is recorded, 0 for none; false: there are no more. */
static inline bool
row_doses_next(RowDoses *doses, TimestampTz *at, int *nth)
{
	*at = doses->nrecorded > 0 ? Min(doses->recorded[0].at, doses->occurrence) : doses->occurrence;
	*nth = 0;
	if (*at == DT_NOEND)
		return false;
	if (*at == doses->occurrence && !schedule_next(doses->iterator, &doses->occurrence))
		doses->occurrence = DT_NOEND;
	if (doses->nrecorded > 0 && *at == doses->recorded[0].at)
	{
		*nth = doses->recorded[0].nth;
		doses->recorded++;
		doses->nrecorded--;
	}
	return true;
}

/* Read the schedule in the arguments: rule, start and zone from the first on; dates and cycle are the last four. */
extern Schedule *schedule_from_arguments(FunctionCallInfo fcinfo, int first);

/*
 * Find what is wrong with the schedule in the arguments, or with a source: the error
 * that making it raises, or NULL.  Making one takes memory alone, so that no
 * subtransaction is needed to go on after an error of the values.
 */
extern ErrorData *find_schedule_problem(FunctionCallInfo fcinfo, int first, Schedule **schedule);
extern ErrorData *find_source_problem(const ScheduleSource *source, Schedule **schedule);

/* Warn that a schedule, whose id may be NULL, is left out of an answer. */
extern void warn_of_schedule(const pg_uuid_t *id, const ErrorData *problem);

#endif /* MEDSCHED_ROW_DOSES_H */
