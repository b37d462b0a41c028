/*-------------------------------------------------------------------------
 *
 * recorded_dose.h
 *		What is recorded of a user's doses in a window.
 *
 *-------------------------------------------------------------------------
 */
#ifndef MEDSCHED_RECORDED_DOSE_H
#define MEDSCHED_RECORDED_DOSE_H

#include "api/dose_source.h"

/*
 * Find what is recorded in the window, of each of several users.
 * Errors: 54000 when of one it is more than medsched.max_doses.
 */
extern void recorded_doses_find(DoseSources *users, int nusers);

/* Read a recorded dose from columns: scheduled_for, schedule_id, taken_at, recorded_by, outcome. */
extern void recorded_dose_read(RecordedDose *dose, const Datum *values, const bool *isnull);

/* Hang every recorded dose, but those with a time of their own, on its schedule; false: one has none among the sources. */
extern bool recorded_doses_assign(DoseSources *sources);

#endif /* MEDSCHED_RECORDED_DOSE_H */
