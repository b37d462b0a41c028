/*-------------------------------------------------------------------------
 *
 * vtimezone.h
 *		The observances of a time zone, as a VTIMEZONE lists them.
 *
 *-------------------------------------------------------------------------
 */
#ifndef MEDSCHED_VTIMEZONE_H
#define MEDSCHED_VTIMEZONE_H

#include "pgtime.h"

#include "schedule/zone.h"

/*
 * Onsets of one kind: the same offset before and after, and the same name.
 * Local times are those of the clock before the onset.
 */
typedef struct Observance
{
	int64  offset_from; /* seconds east of UTC */
	int64  offset_to;
	bool   daylight;
	char   name[TZ_STRLEN_MAX + 1];
	int64  first;	/* local */
	char  *rrule;	/* how it comes again for ever, or NULL */
	int64 *dates;	/* else all its onsets, local, the first among them */
	int	   n_dates; /* 0: there is the first alone */
} Observance;

/*
 * List the observances of a zone that cover instants from from to horizon, and
 * for ever where the zone's rules are regular.  palloc'd; returns how many.
 */
extern int vtimezone_observances(const Zone *zone, int64 from, int64 horizon, Observance **observances);

#endif /* MEDSCHED_VTIMEZONE_H */
