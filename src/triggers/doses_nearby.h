/*-------------------------------------------------------------------------
 *
 * doses_nearby.h
 *		The doses as needed around one that was just written.
 *
 *		Of many that one statement wrote, each would read the others: time that
 *		grows with the square of their number.  So from the second on, what is
 *		read is kept for those that follow, and each reading reaches twice as far
 *		as the one before.
 *
 *		What is kept lacks the doses that came after it was read.  They were
 *		written by another statement, which finds the whole of ours before it.
 *		Other sessions wait for the medication's lock, which the caller has.
 *
 *-------------------------------------------------------------------------
 */
#ifndef MEDSCHED_DOSES_NEARBY_H
#define MEDSCHED_DOSES_NEARBY_H

#include "access/htup.h"

#include "tables/dose_limits.h"

/*
 * Read, as rule_query, when a user took a medication as needed, between two
 * instants, both exclusive.  Needs an SPI connection.
 */
extern void read_doses_as_needed(Datum user_id, Datum medication_id, TimestampTz after, TimestampTz before,
								 DosesTaken *doses);

/*
 * Read, as rule_query, the doses that a user took of a medication as needed less
 * than reach (microseconds) from the instant of the dose that tuple is; that one
 * is left out.  Needs an SPI connection.
 */
extern void read_doses_nearby(HeapTuple tuple, Datum user_id, Datum medication_id,
							  TimestampTz at, int64 reach, DosesTaken *doses);

#endif /* MEDSCHED_DOSES_NEARBY_H */
