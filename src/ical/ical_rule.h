/*-------------------------------------------------------------------------
 *
 * ical_rule.h
 *		The text of an event's rule and times, RFC 5545 sections 3.3.10 and 3.3.5.
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

/* Write a local time as "20270301T080000", and an instant as "20270301T070000Z"; palloc'd. */
extern char *ical_time_text(int64_t local);
extern char *ical_instant_text(int64_t instant);

#endif /* MEDSCHED_ICAL_RULE_H */
