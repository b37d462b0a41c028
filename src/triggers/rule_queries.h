/*-------------------------------------------------------------------------
 *
 * rule_queries.h
 *		Rows that several rules lock or look at.
 *
 *		All need an SPI connection, and have the errors of rule_query.
 *
 *-------------------------------------------------------------------------
 */
#ifndef MEDSCHED_RULE_QUERIES_H
#define MEDSCHED_RULE_QUERIES_H

#include "datatype/timestamp.h"

#include "triggers/held_schedule.h"

/*
 * Lock a medication until the transaction ends, and read it; false: there is none.
 * Sharing it keeps changes of it out, claiming it others who share or claim it, too.
 */
typedef struct LockedMedication
{
	TimestampTz inactivated_at; /* DT_NOEND: active */
	bool		has_substance;
	Datum		substance;
	RowVersion	version;
} LockedMedication;

extern bool rule_share_medication(Datum user_id, Datum id, LockedMedication *medication);
extern bool rule_claim_medication(Datum user_id, Datum id, LockedMedication *medication);

/* Lock a person's limits of a substance until the transaction ends; false: there are none. */
extern bool rule_claim_substance(Datum user_id, Datum substance);

/* A schedule that replaces another. */
typedef struct Successor
{
	Datum		id;
	Datum		medication_id;
	TimestampTz effective_from; /* DT_NOEND: it has none */
} Successor;

/* Find what replaces a schedule; false: nothing does. */
extern bool rule_find_successor(Datum user_id, Datum id, Successor *successor);

/*
 * Tell whether import_user() is at work for a person: then what was recorded under
 * other rules than today's comes in as it was.  Asked before a rule refuses, never
 * where it would let pass.
 */
extern bool rule_is_importing(Datum user_id);

#endif /* MEDSCHED_RULE_QUERIES_H */
