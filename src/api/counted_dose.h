/*-------------------------------------------------------------------------
 *
 * counted_dose.h
 *		The doses to come of schedules that count them from the last one recorded.
 *
 *-------------------------------------------------------------------------
 */
#ifndef MEDSCHED_COUNTED_DOSE_H
#define MEDSCHED_COUNTED_DOSE_H

#include "api/dose_source.h"

/* Find a user's: at most one of each schedule.  Of a dose that was moved, when it is due may be as if it was not. */
extern TimedDose *counted_doses_find(Datum user_id, int *ncounted);

#endif /* MEDSCHED_COUNTED_DOSE_H */
