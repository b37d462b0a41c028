/*-------------------------------------------------------------------------
 *
 * travel.h
 *		A schedule that goes over to another time zone.
 *
 *-------------------------------------------------------------------------
 */
#ifndef MEDSCHED_TRAVEL_H
#define MEDSCHED_TRAVEL_H

#include "api/revision.h"

/*
 * Add to changes, which hold the new time_zone, what keeps the schedule's doses
 * when its zone changes at an instant.
 *
 * A rule on the wall clock goes on by the new clock.  Each of its wall-clock
 * times is a dose once: one that came by the old clock does not come again by
 * the new (it is excluded), and one that the new clock had already passed comes
 * when the old clock gets there (it is added).
 *
 * A rule in elapsed time keeps its instants: its start and dates are written in
 * the new zone.  55000 when the start cannot be.
 */
extern void travel(const StoredSchedule *schedule, TimestampTz at, ScheduleJson *changes);

#endif /* MEDSCHED_TRAVEL_H */
