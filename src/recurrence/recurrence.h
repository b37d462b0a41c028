/*-------------------------------------------------------------------------
 *
 * recurrence.h
 *		The recurrence engine: a parsed rule and a window of wall-clock time
 *		to the wall-clock times the rule names in it.
 *
 * Plain C: no PostgreSQL header, no libical, no allocation, no time zone.
 *
 * Units: a local time is an int64_t count of wall-clock seconds since
 * 2000-01-01 00:00:00 in the proleptic Gregorian calendar; a day number is
 * that divided by 86400.  Windows are half-open, [from, to).  Years 1 to 9999.
 *
 * Source of the rules: RFC 5545 section 3.3.10, RFC 7529 section 4.
 *
 *-------------------------------------------------------------------------
 */
#ifndef MEDSCHED_RECURRENCE_H
#define MEDSCHED_RECURRENCE_H

#include "recurrence/bits.h"

#define LOCAL_SECS_PER_DAY INT64_C(86400)

/* 0001-01-01 00:00:00 and 10000-01-01 00:00:00 in local seconds. */
#define LOCAL_MIN INT64_C(-63082281600)
#define LOCAL_END INT64_C(252455616000)

typedef enum Frequency
{
	FREQ_SECONDLY,
	FREQ_MINUTELY,
	FREQ_HOURLY,
	FREQ_DAILY,
	FREQ_WEEKLY,
	FREQ_MONTHLY,
	FREQ_YEARLY
} Frequency;

/* What becomes of a date that does not exist, RFC 7529 section 4.1. */
typedef enum Skip
{
	SKIP_OMIT,
	SKIP_BACKWARD,
	SKIP_FORWARD
} Skip;

/* How UNTIL was written, RFC 5545 section 3.3.10. */
typedef enum UntilForm
{
	UNTIL_NONE,
	UNTIL_LOCAL,  /* wall clock; a bare date is its last second */
	UNTIL_INSTANT /* UTC, seconds since 2000-01-01 00:00:00Z */
} UntilForm;

/* The BY parts, as bits of Recurrence.by; a table in rrule.c names them. */
typedef enum ByPart
{
	BY_SECOND = 1 << 0,
	BY_MINUTE = 1 << 1,
	BY_HOUR = 1 << 2,
	BY_DAY = 1 << 3,
	BY_MONTHDAY = 1 << 4,
	BY_YEARDAY = 1 << 5,
	BY_WEEKNO = 1 << 6,
	BY_MONTH = 1 << 7,
	BY_SETPOS = 1 << 8
} ByPart;

/*
 * A parsed rule.  Valid by construction: only rrule_parse makes one.  Lists
 * are sets of bits: bit n stands for the value n.  A negative value -n is bit
 * n of the "last_" twin.  Weekdays count from 0 = Monday.
 */
typedef struct Recurrence
{
	Frequency freq;
	Skip	  skip;
	UntilForm until_form;
	int		  week_start; /* WKST, 0 = Monday */
	int64_t	  interval;	  /* >= 1 */
	int64_t	  count;	  /* 0: no COUNT */
	int64_t	  until;	  /* inclusive, see UntilForm */
	unsigned  by;		  /* which BY parts are present: ByPart bits */

	uint64_t seconds;				   /* 0..59; BYSECOND=60 is stored as 59 */
	uint64_t minutes;				   /* 0..59 */
	uint32_t hours;					   /* 0..23 */
	uint32_t months;				   /* 1..12 */
	uint32_t monthdays;				   /* 1..31 */
	uint32_t last_monthdays;		   /* -1..-31 */
	uint64_t weeknos;				   /* 1..53 */
	uint64_t last_weeknos;			   /* -1..-53 */
	uint32_t weekdays;				   /* BYDAY without a number, bit 0 = Monday */
	uint64_t nth_weekdays[7];		   /* BYDAY=nXX, n 1..53 */
	uint64_t last_nth_weekdays[7];	   /* BYDAY=-nXX */
	uint64_t yeardays[WORDS_FOR_YEAR]; /* 1..366 */
	uint64_t last_yeardays[WORDS_FOR_YEAR];
	uint64_t positions[WORDS_FOR_YEAR]; /* BYSETPOS 1..366 */
	uint64_t last_positions[WORDS_FOR_YEAR];
} Recurrence;

/* What one call of recurrence_next came to. */
typedef enum RecurrenceStep
{
	RECURRENCE_FOUND, /* *local is the next occurrence */
	RECURRENCE_DONE,  /* there is none before the window's end */
	RECURRENCE_PAUSED /* not yet known: check for interrupts, call again */
} RecurrenceStep;

/* The times of day of an occurrence: hours x minutes x seconds. */
typedef struct TimeSet
{
	uint64_t hours;
	uint64_t minutes;
	uint64_t seconds;
	int		 per_hour;	/* minutes x seconds */
	int		 count;		/* all of them, at most 86400 */
	int32_t	 first[24]; /* the first ones, in seconds after midnight */
} TimeSet;

/*
 * The set of one period (a year, month, week, day, hour, minute or second of
 * the rule), before BYSETPOS: each day in days at each time of a TimeSet.
 */
typedef struct Period
{
	int64_t	 base;				   /* local time of slot 0 */
	uint64_t days[WORDS_FOR_YEAR]; /* the slots, counted in days from base */
	int64_t	 size;				   /* occurrences in the set */
	int64_t	 index;				   /* which of them is next; size: none is left */
	int64_t	 value;				   /* the local time of that one */
	int		 slot;				   /* its day */
	int		 time;				   /* and the number of its time of day */
} Period;

/* The iteration: private to recurrence.c, here so that it can live on the stack. */
typedef struct RecurrenceIterator
{
	Recurrence rule;   /* with what DTSTART implies filled in */
	TimeSet	   times;  /* of one period */
	TimeSet	   limits; /* of the day, for frequencies below a day */
	int64_t	   from;
	int64_t	   to;
	int64_t	   phase;		 /* the unit (see recurrence_unit) of DTSTART */
	int64_t	   next_unit;	 /* the unit to look at next */
	int64_t	   last_unit;	 /* the last unit that can reach into the window */
	int64_t	   matching_day; /* the last day known to pass the day limits */
	int64_t	   last;		 /* what was returned last */
	bool	   day_limits;	 /* BY parts that drop days, frequencies up to a day */
	bool	   time_limits;	 /* BY parts that drop units, frequencies below a day */
	bool	   overlapping;	 /* neighbouring periods may share a day (SKIP) */
	Period	   current;
	Period	   ahead; /* the period after, only when overlapping */
} RecurrenceIterator;

/*
 * The number of the year, month, week, ... (by the rule's frequency) that holds
 * a local time: INTERVAL counts in them from the start's.
 */
extern int64_t recurrence_unit(const Recurrence *rule, int64_t local);

/*
 * Complete a rule with the parts that its start implies.  recurrence_open does
 * so itself.
 */
extern void recurrence_imply(Recurrence *rule, int64_t start);

/*
 * Start on the occurrences of rule, begun at start, that lie in [from, to).
 * COUNT and UNTIL are not looked at: the caller narrows the window.  Cost: a
 * jump to from, whatever the age of start.
 */
extern void recurrence_open(RecurrenceIterator *iterator, const Recurrence *rule, int64_t start, int64_t from,
							int64_t to);

/* The next occurrence, ascending and distinct.  Bounded work for a call. */
extern RecurrenceStep recurrence_next(RecurrenceIterator *iterator, int64_t *local);

/*
 * Pass over *count occurrences, many at a time where the rule is regular.
 * FOUND: *local is the last of them.  PAUSED and DONE: *count is what is left.
 */
extern RecurrenceStep recurrence_skip(RecurrenceIterator *iterator, int64_t *count, int64_t *local);

/*
 * The most occurrences that a rule begun at start can have in 24 hours (above DAILY:
 * on a day): as many steps as fit, of those that the BY parts let pass.  A
 * bound: where steps and BY parts seldom meet, there are fewer.
 */
extern int64_t recurrence_most_per_day(const Recurrence *rule, int64_t start);

#endif /* MEDSCHED_RECURRENCE_H */
