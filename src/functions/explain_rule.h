/*-------------------------------------------------------------------------
 *
 * explain_rule.h
 *		Why a recurrence rule does not name a wall-clock time, in English.
 *
 *-------------------------------------------------------------------------
 */
#ifndef MEDSCHED_EXPLAIN_RULE_H
#define MEDSCHED_EXPLAIN_RULE_H

#include "recurrence/recurrence.h"

/*
 * Say what keeps a rule from naming a local time, one that it does not name: each
 * part that alone would be enough.  Lower case, without a full stop.
 */
extern char *explain_rule(const Recurrence *rule, int64_t start, int64_t local);

#endif /* MEDSCHED_EXPLAIN_RULE_H */
