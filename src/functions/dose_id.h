/*-------------------------------------------------------------------------
 *
 * dose_id.h
 *		The handle of a dose that an API hands out: "v1:" and the base64url,
 *		without padding, of
 *
 *			<schedule_id>|<ISO 8601 UTC with milliseconds and Z>
 *
 *		Of one length, and one spelling: two handles are equal exactly when
 *		they are the same dose.
 *
 *-------------------------------------------------------------------------
 */
#ifndef MEDSCHED_DOSE_ID_H
#define MEDSCHED_DOSE_ID_H

#include "datatype/timestamp.h"
#include "utils/uuid.h"

#define DOSE_ID_PREFIX		  "v1:"
#define DOSE_ID_PREFIX_LENGTH 3
#define UUID_TEXT_LENGTH	  36
#define DOSE_TIME_LENGTH	  24
#define DOSE_ID_PLAIN_LENGTH  (UUID_TEXT_LENGTH + 1 + DOSE_TIME_LENGTH)
/* Three bytes are four characters; the 61st byte alone is two. */
#define DOSE_ID_SCHEDULE_LENGTH (DOSE_ID_PREFIX_LENGTH + UUID_TEXT_LENGTH / 3 * 4)
#define DOSE_ID_LENGTH			(DOSE_ID_PREFIX_LENGTH + (DOSE_ID_PLAIN_LENGTH / 3) * 4 + 2)

/*
 * Write a handle in two steps: what is the schedule's, once, and then, as often
 * as wanted, what is the dose's.  handle has DOSE_ID_LENGTH bytes, and is not
 * NUL-terminated.  The instant is of the years 1 to 9999 in UTC and whole
 * milliseconds.
 */
extern void dose_id_write_schedule(char *handle, const pg_uuid_t *schedule_id);
extern void dose_id_write_time(char *handle, TimestampTz at);

/* Tell whether a handle can name an instant. */
extern bool dose_id_has_time(TimestampTz at);

/* Read a handle of length bytes; false: it is none. */
extern bool dose_id_read(const char *handle, int length, pg_uuid_t *schedule_id, TimestampTz *at);

#endif /* MEDSCHED_DOSE_ID_H */
