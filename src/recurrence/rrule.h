/*-------------------------------------------------------------------------
 *
 * rrule.h
 *		Rule text (RFC 5545 section 3.3.10, RFC 7529 section 4) to a
 *		Recurrence, with errors that say what is wrong and what would be right.
 *
 * Free of PostgreSQL, so that it can be fuzzed.
 *
 *-------------------------------------------------------------------------
 */
#ifndef MEDSCHED_RRULE_H
#define MEDSCHED_RRULE_H

#include "recurrence/parsed_rule.h"

/*
 * Parse text, an optional "RRULE:" and then parts in any case, into *rule.
 * Returns false and fills *error when the text is not a rule; *rule is then
 * undefined.
 */
extern bool rrule_parse(const char *text, Recurrence *rule, RruleError *error);

#endif /* MEDSCHED_RRULE_H */
