/*-------------------------------------------------------------------------
 *
 * rrule.h
 *		Rule text (RFC 5545 section 3.3.10, RFC 7529 section 4) to a
 *		Recurrence, with errors that say what is wrong and what would be right.
 *
 * Free of PostgreSQL, so that it can be fuzzed; the only user of libical's
 * rule parser.
 *
 *-------------------------------------------------------------------------
 */
#ifndef MEDSCHED_RRULE_H
#define MEDSCHED_RRULE_H

#include "recurrence/parsed_rule.h"

/* Longest rule text accepted, in bytes. */
#define RRULE_MAX_LENGTH 8192

/* How rule text names a Frequency, and a weekday from 0 = Monday.  Each list ends with NULL. */
extern const char *const rrule_frequencies[];
extern const char *const rrule_weekdays[];

/*
 * Parse text, an optional "RRULE:" and then parts in any case, into *rule.
 * Returns false and fills *error when the text is not a rule; *rule is then
 * undefined.
 */
extern bool rrule_parse(const char *text, Recurrence *rule, RruleError *error);

#endif /* MEDSCHED_RRULE_H */
