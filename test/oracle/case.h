/*-------------------------------------------------------------------------
 *
 * case.h
 *		Test cases for the recurrence engine: seeded random rules, the answer
 *		of the engine and the answer of a model that enumerates by definition.
 *
 * A case holds the rule twice: as lists, which the model reads, and as text,
 * which everybody else does.  So the parser is under test as well.
 *
 * Units as in src/recurrence.h: local seconds since 2000-01-01, windows
 * half-open.  Everything is in UTC, where wall clock and elapsed time agree.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ORACLE_CASE_H
#define ORACLE_CASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LIST_MAX 400
#define TEXT_MAX 8192

/* No expansion gives more than this; one that would is compared up to here. */
#define OCCURRENCES_MAX 1500

enum
{
	PART_SECOND,
	PART_MINUTE,
	PART_HOUR,
	PART_DAY,
	PART_MONTHDAY,
	PART_YEARDAY,
	PART_WEEKNO,
	PART_MONTH,
	PART_SETPOS,
	PARTS
};

enum
{
	F_SECONDLY,
	F_MINUTELY,
	F_HOURLY,
	F_DAILY,
	F_WEEKLY,
	F_MONTHLY,
	F_YEARLY
};

enum
{
	S_OMIT,
	S_BACKWARD,
	S_FORWARD
};

typedef struct IntList
{
	int n;
	int value[LIST_MAX]; /* of BYDAY: number * 8 + weekday, Monday 0 */
} IntList;

typedef struct Case
{
	int		freq;
	int		interval;
	int		count; /* 0: none */
	bool	has_until;
	int64_t until;		/* inclusive */
	int		week_start; /* 0: Monday */
	int		skip;
	IntList by[PARTS];
	int64_t start;
	int64_t near_start; /* a start with the same set from there on,
						 * close to the window: oracles walk from it */
	int64_t from;
	int64_t to;
	char	text[TEXT_MAX];
} Case;

typedef struct Answer
{
	int		n;
	bool	whole; /* nothing was left off */
	int64_t at[OCCURRENCES_MAX];
} Answer;

/* Gregorian calendar, written apart from the engine's own. */
extern int64_t days_from_civil(int year, int month, int day);
extern void	   civil_from_days(int64_t days, int *year, int *month, int *day);
extern bool	   is_leap(int year);
extern int	   month_length(int year, int month);
extern int	   weekday_of(int64_t days); /* 0: Monday */
extern char	  *format_time(int64_t at, char buffer[32]);
extern bool	   parse_time(const char *text, int64_t *at);

/* The case of a seed: the same on every machine. */
extern void case_generate(Case *c, uint64_t seed);

/* The rule of a case with its lists in order, which means the same. */
extern void case_sorted_rule(const Case *c, char *text);

/* What the engine says.  false: the parser refuses, why says so. */
extern bool engine_answer(const char *text, int64_t start, int64_t from, int64_t to,
						  Answer *answer, char *why, size_t why_size);

/* What the RFC's definition says, by plain enumeration. */
extern void model_answer(const Case *c, Answer *answer);

#endif /* ORACLE_CASE_H */
