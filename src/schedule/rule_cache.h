/*-------------------------------------------------------------------------
 *
 * rule_cache.h
 *		Parsed rules by their text, kept for the life of the backend.
 *
 *-------------------------------------------------------------------------
 */
#ifndef MEDSCHED_RULE_CACHE_H
#define MEDSCHED_RULE_CACHE_H

#include "recurrence/recurrence.h"

/*
 * Find the parsed form of a rule text.  The pointer is good until the next call.
 * Errors: 22023 for a text that is no rule, 0A000 for one not supported.
 */
extern const Recurrence *rule_cache_find(const char *text);

/* Do the same, but give NULL where that raises an error. */
extern const Recurrence *rule_cache_lookup(const char *text);

#endif /* MEDSCHED_RULE_CACHE_H */
