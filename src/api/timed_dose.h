/*-------------------------------------------------------------------------
 *
 * timed_dose.h
 *		The doses of a user that are due at another instant than they are scheduled for:
 *		those that were moved, and those counted from the last one taken.
 *
 *-------------------------------------------------------------------------
 */
#ifndef MEDSCHED_TIMED_DOSE_H
#define MEDSCHED_TIMED_DOSE_H

#include "api/dose_source.h"

/* Find those that matter for the sources' window, with what is recorded of them, in order of their schedules and of time. */
extern TimedDose *timed_doses_find(const DoseSources *sources, int *ntimed);

/* Hang them on their schedules; false: one that is recorded, and due in the window, has none among the sources. */
extern bool timed_doses_assign(DoseSources *sources, TimedDose *doses, int ndoses);

/* Find which of a source's there are, and which are due in the window, by when they are due. */
extern void timed_doses_arrive(const DoseSources *sources, DoseSource *source);

#endif /* MEDSCHED_TIMED_DOSE_H */
