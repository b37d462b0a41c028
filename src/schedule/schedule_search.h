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

/* Find the first n after an instant, ascending, and give how many there are, n at most. */
extern int schedule_next_occurrences(const Schedule *schedule, TimestampTz after, int n, TimestampTz *occurrences);

#endif /* MEDSCHED_SCHEDULE_SEARCH_H */
