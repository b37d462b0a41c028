/*-------------------------------------------------------------------------
 *
 * zone.h
 *		Wall clock to instant and back, on PostgreSQL's own time zone data.
 *
 * An instant is an int64 count of UTC seconds since 2000-01-01 00:00:00Z; a
 * local time is a count of wall-clock seconds (recurrence.h).
 *
 * A wall-clock time in a gap is read with the offset before the gap (RFC 5545
 * section 3.3.5); one in an overlap is its first reading, which is also the
 * offset before the transition.  So every transition is one breakpoint on the
 * wall clock: up to it the old offset holds, from it the new.
 *
 *-------------------------------------------------------------------------
 */
#ifndef MEDSCHED_ZONE_H
#define MEDSCHED_ZONE_H

#include "pgtime.h"

/* A time zone; the pointer lives as long as the backend. */
typedef struct pg_tz Zone;

/*
 * A stretch of constant offset, half-open in instants.  The local bounds are
 * the breakpoints described above: a local time in [local_from, local_until)
 * is the instant local - offset.
 */
typedef struct ZoneStretch
{
	int64		from;			/* first instant, or PG_INT64_MIN */
	int64		until;			/* first instant after, or PG_INT64_MAX */
	int64		offset;			/* seconds east of UTC */
	int64		next_offset;	/* the offset from until on */
	int64		local_from;
	int64		local_until;
} ZoneStretch;

/* The zone of an IANA name.  22023 when there is none by that name. */
extern const Zone *zone_find(const char *name);

/* The stretch that holds an instant. */
extern void zone_stretch_at(const Zone *zone, int64 instant, ZoneStretch *stretch);

/* The stretch whose offset a local time is read with. */
extern void zone_stretch_at_local(const Zone *zone, int64 local, ZoneStretch *stretch);

/* Conversions of one value. */
extern int64 zone_to_instant(const Zone *zone, int64 local);
extern int64 zone_to_local(const Zone *zone, int64 instant);

#endif							/* MEDSCHED_ZONE_H */
