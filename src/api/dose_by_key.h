/*-------------------------------------------------------------------------
 *
 * dose_by_key.h
 *		A dose found, or its schedule, by the key alone.
 *
 *		Recording a dose is one INSERT of what the caller's schedules have.  Where no
 *		policy, trigger or missing right can make a difference, a look at the keys
 *		tells beforehand what it would do, at a fifth of the cost.
 *
 *-------------------------------------------------------------------------
 */
#ifndef MEDSCHED_DOSE_BY_KEY_H
#define MEDSCHED_DOSE_BY_KEY_H

#include "api/dose_row.h"
#include "tables/keyed_row.h"

/* The table of doses, open, and whether an INSERT into it does nothing but what is said below. */
typedef struct DoseByKey
{
	KeyedRow doses;
	bool	 is_plain;
	bool	 is_free; /* the dose was looked for, and no row of it is there */
} DoseByKey;

/* Open it, as an INSERT does, for what follows; false: the caller may not see all its rows, or only a query finds them. */
extern bool dose_by_key_open(DoseByKey *by_key);

/*
 * Read the dose into the row where it is recorded, and inserting it would neither wait nor
 * do a thing but find that out; false: only the INSERT can tell.
 */
extern bool dose_by_key_is_recorded(DoseByKey *by_key, DoseRow *row);

/* Tell whether the caller sees the dose's schedule; false also where only a query can tell. */
extern bool dose_by_key_has_schedule(const DoseRow *row);

/*
 * Insert the dose, and give the row as it was inserted; false: nothing is done, and the INSERT is to be tried.  The dose
 * was looked for, and so was its schedule.
 */
extern bool dose_by_key_insert(DoseByKey *by_key, DoseRow *row);

/* Read the row that was just inserted at a place, as it was inserted. */
extern void dose_by_key_read(DoseByKey *by_key, ItemPointer place, DoseRow *row);

#endif /* MEDSCHED_DOSE_BY_KEY_H */
