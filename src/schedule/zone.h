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

#include "datatype/timestamp.h"
#include "pgtime.h"

/* Add it to an instant to get a pg_time_t, which counts from 1970. */
#define UNIX_EPOCH_AGO ((POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE) * (int64) SECS_PER_DAY)

/* A time zone; the pointer lives as long as the backend. */
typedef struct pg_tz Zone;

/*
 * A stretch of constant offset: it holds for instants before until, and local
 * times before local_until are read with it.  Where it began is not kept.
 */
typedef struct ZoneStretch
{
	int64 offset;	   /* seconds east of UTC */
	int64 until;	   /* the next transition, or PG_INT64_MAX */
	int64 next_offset; /* the offset from until on */
	int64 local_until; /* the breakpoint described above, or PG_INT64_MAX */
} ZoneStretch;

/*
 * Find the zone of an IANA name, spelled as in pg_timezone_names.  22023 when there
 * is none by that name; POSIX zone strings are not names.
 */
extern const Zone *zone_find(const char *name);

/* Do the same, but give NULL where that raises an error. */
extern const Zone *zone_lookup(const char *name);

/* Find the stretch that holds an instant. */
extern void zone_stretch_at(const Zone *zone, int64 instant, ZoneStretch *stretch);

/* Find the stretch after one that has an end. */
extern void zone_next_stretch(const Zone *zone, ZoneStretch *stretch);

/* Find the stretch whose offset a local time is read with. */
extern void zone_stretch_at_local(const Zone *zone, int64 local, ZoneStretch *stretch);

/* Convert one value. */
extern int64 zone_to_instant(const Zone *zone, int64 local);
extern int64 zone_to_local(const Zone *zone, int64 instant);

#endif /* MEDSCHED_ZONE_H */
