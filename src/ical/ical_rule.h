/*-------------------------------------------------------------------------
 *
 * ical_rule.h
 *		The text of an RRULE, RFC 5545 section 3.3.10, for an event's rule.
 *
 *-------------------------------------------------------------------------
 */
#ifndef MEDSCHED_ICAL_RULE_H
#define MEDSCHED_ICAL_RULE_H

#include "recurrence/recurrence.h"

/*
 * Write a rule of event_rules.h.  It has so many occurrences, or, where count is 0, its
 * last one at the instant until; PG_INT64_MAX: it goes on.  palloc'd.
 */
extern char *ical_rule_text(const Recurrence *rule, int count, int64_t until);

/* Write an instant as "20270301T070000Z", palloc'd. */
extern char *ical_instant_text(int64_t instant);

#endif /* MEDSCHED_ICAL_RULE_H */
