/*-------------------------------------------------------------------------
 *
 * engine.h
 *		The recurrence engine, run with interrupts answered where it pauses.
 *
 *-------------------------------------------------------------------------
 */
#ifndef MEDSCHED_ENGINE_H
#define MEDSCHED_ENGINE_H

#include "miscadmin.h"

#include "recurrence/recurrence.h"

/* Find the next occurrence; false: there is none before the window's end. */
static inline bool
engine_next(RecurrenceIterator *engine, int64 *local)
{
	RecurrenceStep step;

	do
	{
		CHECK_FOR_INTERRUPTS();
		step = recurrence_next(engine, local);
	} while (step == RECURRENCE_PAUSED);
	return step == RECURRENCE_FOUND;
}

/* Pass over *count occurrences to the last of them; false: there are fewer, and *count is what is left. */
static inline bool
engine_skip(RecurrenceIterator *engine, int64 *count, int64 *local)
{
	RecurrenceStep step;

	do
	{
		CHECK_FOR_INTERRUPTS();
		step = recurrence_skip(engine, count, local);
	} while (step == RECURRENCE_PAUSED);
	return step == RECURRENCE_FOUND;
}

/* Tell whether a rule, begun at start, names a local time; COUNT and UNTIL aside. */
static inline bool
engine_finds(const Recurrence *rule, int64 start, int64 local)
{
	RecurrenceIterator engine;
	int64			   found;

	recurrence_open(&engine, rule, start, local, local + 1);
	return engine_next(&engine, &found);
}

#endif /* MEDSCHED_ENGINE_H */
