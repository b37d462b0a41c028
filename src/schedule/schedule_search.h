/*-------------------------------------------------------------------------
 *
 * schedule_search.h
 *		The occurrence of a schedule at, after or before an instant.
 *
 *-------------------------------------------------------------------------
 */
#ifndef MEDSCHED_SCHEDULE_SEARCH_H
#define MEDSCHED_SCHEDULE_SEARCH_H

#include "schedule/schedule.h"

/* Tell whether an instant is an occurrence. */
extern bool schedule_is_occurrence(const Schedule *schedule, TimestampTz at);

/* Find the first occurrence after, or the last before, an instant; false: none. */
extern bool schedule_next_occurrence(const Schedule *schedule, TimestampTz after, TimestampTz *occurrence);
extern bool schedule_previous_occurrence(const Schedule *schedule, TimestampTz before, TimestampTz *occurrence);

#endif /* MEDSCHED_SCHEDULE_SEARCH_H */
