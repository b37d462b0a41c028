/*-------------------------------------------------------------------------
 *
 * rrule_parts.h
 *		The values of the parts of a rule's text, for rrule.c.
 *
 *-------------------------------------------------------------------------
 */
#ifndef MEDSCHED_RRULE_PARTS_H
#define MEDSCHED_RRULE_PARTS_H

#include "recurrence/parsed_rule.h"

/* A rule text while it is read. */
typedef struct RuleText
{
	Recurrence *rule;
	RruleError *error;
	unsigned	seen;			  /* bits by the part's place in the table */
	bool		numbered_weekday; /* BYDAY has a number */
	const char *until;			  /* the value of UNTIL, of the right shape, or NULL */
} RuleText;

typedef struct PartFacts PartFacts;

/* What a part may be.  read checks a value, and adds what it says to the rule. */
struct PartFacts
{
	const char *name;
	bool (*read)(RuleText *text, const PartFacts *part, char *value);
	ByPart		by;	 /* 0: not a BY part */
	int			min; /* of the value, or of its number */
	int			max;
	bool		may_be_negative;
	unsigned	frequencies; /* with which the part may stand */
	const char *reason;		 /* why not with the others */
};

/* Fill the error and return false; hint and detail may be empty. */
extern bool rrule_fail(RuleText *text, const char *hint, const char *detail, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/*
 * Read the value of a part, which it may change; false, with the error filled:
 * the part cannot have it.
 */
extern bool rrule_read_frequency(RuleText *text, const PartFacts *part, char *value);
extern bool rrule_read_until(RuleText *text, const PartFacts *part, char *value);
extern bool rrule_read_count(RuleText *text, const PartFacts *part, char *value);
extern bool rrule_read_rscale(RuleText *text, const PartFacts *part, char *value);
extern bool rrule_read_skip(RuleText *text, const PartFacts *part, char *value);
extern bool rrule_read_interval(RuleText *text, const PartFacts *part, char *value);
extern bool rrule_read_week_start(RuleText *text, const PartFacts *part, char *value);
extern bool rrule_read_list(RuleText *text, const PartFacts *part, char *value);
extern bool rrule_read_weekdays(RuleText *text, const PartFacts *part, char *value);

/* Add UNTIL to the rule, where there is one; false, with the error filled: it is no date and time of the calendar. */
extern bool rrule_add_until(RuleText *text);

#endif /* MEDSCHED_RRULE_PARTS_H */
