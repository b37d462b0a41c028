/*-------------------------------------------------------------------------
 *
 * ical_rule.h
 *		A parsed rule to the text of an RRULE.
 *
 *-------------------------------------------------------------------------
 */
#ifndef MEDSCHED_ICAL_RULE_H
#define MEDSCHED_ICAL_RULE_H

#include "recurrence/recurrence.h"

/*
 * Write the text of a rule that began at starts_at for an event that begins at
 * event_start: what starts_at implied is written out where event_start would
 * imply another thing.  ending is the COUNT or UNTIL part, or NULL; SKIP is
 * left out.  palloc'd.
 */
extern char *ical_rule_text(const Recurrence *rule, int64_t starts_at, int64_t event_start, const char *ending);

/*
 * Tell whether programs can be expected to read a rule's lists.  libical 3 has room
 * for each number once: lists that name a day from both ends can be longer.
 */
extern bool ical_rule_fits(const Recurrence *rule);

/* Write an instant as "20270301T070000Z". */
extern char *ical_rule_instant(int64_t instant);

#endif /* MEDSCHED_ICAL_RULE_H */
