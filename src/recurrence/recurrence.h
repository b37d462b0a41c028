/*-------------------------------------------------------------------------
 *
 * recurrence.h
 *		The recurrence engine: a parsed rule and a window of wall-clock time
 *		to the wall-clock times the rule names in it.
 *
 * Plain C: no PostgreSQL header, no allocation, no time zone.
 *
 * Windows are half-open, [from, to), in local times (calendar.h).
 *
 * Source of the rules: RFC 5545 section 3.3.10, RFC 7529 section 4.
 *
 *-------------------------------------------------------------------------
 */
#ifndef MEDSCHED_RECURRENCE_H
#define MEDSCHED_RECURRENCE_H

#include "recurrence/parsed_rule.h"
#include "recurrence/period.h"
#include "recurrence/timeset.h"

/* What one call of recurrence_next came to. */
typedef enum RecurrenceStep
{
	RECURRENCE_FOUND, /* *local is the next occurrence */
	RECURRENCE_DONE,  /* there is none before the window's end */
	RECURRENCE_PAUSED /* not yet known: check for interrupts, call again */
} RecurrenceStep;

/* The iteration: private to recurrence.c, here so that it can live on the stack. */
typedef struct RecurrenceIterator
{
	Recurrence rule;   /* with what DTSTART implies filled in */
	TimeSet	   times;  /* of one period */
	TimeSet	   limits; /* of the day, for frequencies below a day */
	int64_t	   from;
	int64_t	   to;
	int64_t	   phase;		 /* the unit (see rule_unit) of DTSTART */
	int64_t	   next_unit;	 /* the unit to look at next */
	int64_t	   last_unit;	 /* the last unit that can reach into the window */
	int64_t	   matching_day; /* the last day known to pass the day limits */
	int64_t	   last;		 /* what was returned last */
	bool	   day_limits;	 /* BY parts that drop days, frequencies up to a day */
	bool	   time_limits;	 /* BY parts that drop units, frequencies below a day */
	bool	   overlapping;	 /* neighbouring periods may share a day (SKIP) */
	bool	   same_units;	 /* each unit has the same set, frequencies up to a day */
	Period	   current;
	Period	   ahead; /* the period after, only when overlapping */
} RecurrenceIterator;

/*
 * Start on the occurrences of rule, begun at start, that lie in [from, to).
 * COUNT and UNTIL are not looked at: the caller narrows the window.  Cost: a
 * jump to from, whatever the age of start.
 */
extern void recurrence_open(RecurrenceIterator *iterator, const Recurrence *rule, int64_t start, int64_t from,
							int64_t to);

/* Find the next occurrence, ascending and distinct.  Bounded work for a call. */
extern RecurrenceStep recurrence_next(RecurrenceIterator *iterator, int64_t *local);

/*
 * Pass over *count occurrences, many at a time where the rule is regular.
 * FOUND: *local is the last of them.  PAUSED and DONE: *count is what is left.
 */
extern RecurrenceStep recurrence_skip(RecurrenceIterator *iterator, int64_t *count, int64_t *local);

/*
 * Tell, for recurrence_open, whether the steps of a rule can meet its BY parts.  It
 * is false of most rules that never do; of the others, the window bounds the search.
 */
extern bool recurrence_reaches_any(const RecurrenceIterator *iterator);

/*
 * Bound the occurrences that a rule begun at start can have in 24 hours (above DAILY:
 * on a day): as many steps as fit, of those that the BY parts let pass.  A
 * bound: where steps and BY parts seldom meet, there are fewer.
 */
extern int64_t recurrence_most_per_day(const Recurrence *rule, int64_t start);

#endif /* MEDSCHED_RECURRENCE_H */
