/*-------------------------------------------------------------------------
 *
 * dose_status.h
 *		The status of a dose: what was recorded of it, or whether it is still
 *		to come, due or missed.
 *
 *-------------------------------------------------------------------------
 */
#ifndef MEDSCHED_DOSE_STATUS_H
#define MEDSCHED_DOSE_STATUS_H

#include "datatype/timestamp.h"

#include "base/medsched.h"

typedef enum DoseStatus
{
	DOSE_TAKEN,
	DOSE_SKIPPED,
	DOSE_EXTRA,
	DOSE_UPCOMING,
	DOSE_DUE,
	DOSE_MISSED
} DoseStatus;

#define DOSE_NSTATUS (DOSE_MISSED + 1)

extern const char *const dose_status_names[DOSE_NSTATUS];

/* Give the status, at an instant, of a dose that is not recorded; grace is in microseconds. */
static inline DoseStatus
dose_status_at(TimestampTz due_at, int64 grace, TimestampTz at)
{
	if (due_at > at)
		return DOSE_UPCOMING;
	return at - due_at <= grace ? DOSE_DUE : DOSE_MISSED;
}

/* Give medsched.grace in microseconds. */
static inline int64
default_grace(void)
{
	return medsched_grace * USECS_PER_SEC;
}

#endif /* MEDSCHED_DOSE_STATUS_H */
