/*-------------------------------------------------------------------------
 *
 * parsed_rule.h
 *		A recurrence rule, parsed: its parts, what its start implies, and the
 *		numbering of its periods.
 *
 * Plain C, part of the engine.  A rule cuts time into periods of its frequency.
 * They are numbered by unit (years, months, weeks, days, hours, minutes or
 * seconds), and the rule takes those that are a multiple of INTERVAL from the
 * start's.
 *
 *-------------------------------------------------------------------------
 */
#ifndef MEDSCHED_PARSED_RULE_H
#define MEDSCHED_PARSED_RULE_H

#include "recurrence/bits.h"
#include "recurrence/calendar.h"

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

/* The longest rule text accepted, in bytes. */
#define RRULE_MAX_LENGTH 8192

/* How rule text names a Frequency, and a weekday from 0 = Monday.  Each list ends with NULL. */
extern const char *const rule_frequency_names[];
extern const char *const rule_weekday_names[];

/* Why a text is no rule. */
typedef struct RruleError
{
	bool unsupported;  /* true: 0A000; false: 22023 */
	char message[160]; /* lower case, no full stop */
	char detail[320];  /* a sentence, or empty */
	char hint[320];	   /* a sentence, or empty */
} RruleError;

/*
 * Give the number of the year, month, week, ... (by the rule's frequency) that holds
 * a local time: INTERVAL counts in them from the start's.
 */
extern int64_t rule_unit(const Recurrence *rule, int64_t local);

/*
 * Complete a rule with the parts that its start implies.  recurrence_open does
 * so itself.
 */
extern void rule_imply(Recurrence *rule, int64_t start);

/* Give the seconds in the unit of a frequency up to a day. */
static inline int64_t
unit_seconds(Frequency freq)
{
	static const int64_t seconds[] = {
		[FREQ_SECONDLY] = 1,
		[FREQ_MINUTELY] = 60,
		[FREQ_HOURLY] = 3600,
		[FREQ_DAILY] = LOCAL_SECS_PER_DAY,
	};

	return seconds[freq];
}

/* Give the first day of a week; week 0 begins on the WKST at or after Monday 1999-12-27. */
static inline int32_t
first_day_of_week(const Recurrence *rule, int64_t week)
{
	return (int32_t) (7 * week - 5 + rule->week_start);
}

#endif /* MEDSCHED_PARSED_RULE_H */
