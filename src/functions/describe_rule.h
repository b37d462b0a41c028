/*-------------------------------------------------------------------------
 *
 * describe_rule.h
 *		A recurrence rule in English.
 *
 *-------------------------------------------------------------------------
 */
#ifndef MEDSCHED_DESCRIBE_RULE_H
#define MEDSCHED_DESCRIBE_RULE_H

#include "lib/stringinfo.h"

#include "recurrence/recurrence.h"

/*
 * Append what a rule says, but for COUNT and UNTIL, which are the caller's:
 * span is "from 1 March 2027 until 3 March 2027" or the like, or NULL.  The rule is one
 * that rule_imply has completed.
 */
extern void describe_rule(StringInfo text, const Recurrence *rule, const char *span, const char *time_zone);

/* Give the first time of day of a rule of days or more, in seconds. */
extern int describe_first_time(const Recurrence *rule);

#endif /* MEDSCHED_DESCRIBE_RULE_H */
