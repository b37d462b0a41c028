/*-------------------------------------------------------------------------
 *
 * following_dose.h
 *		The doses of schedules that follow those of another one.
 *
 *-------------------------------------------------------------------------
 */
#ifndef MEDSCHED_FOLLOWING_DOSE_H
#define MEDSCHED_FOLLOWING_DOSE_H

#include "api/dose_source.h"

/*
 * Find those of a user's that are not recorded and due in the sources' window: of each
 * schedule the first so many as are asked for.  Those that were moved are due when they were
 * moved to.
 */
extern TimedDose *following_doses_find(const DoseSources *sources, int *nfollowing);

#endif /* MEDSCHED_FOLLOWING_DOSE_H */
