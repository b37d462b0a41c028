/*-------------------------------------------------------------------------
 *
 * reminders.h
 *		What a reminder that is handed out is called.
 *
 *-------------------------------------------------------------------------
 */
#ifndef MEDSCHED_REMINDERS_H
#define MEDSCHED_REMINDERS_H

#include "datatype/timestamp.h"
#include "storage/itemptr.h"
#include "utils/uuid.h"

/* Give a token of a batch, which begins as the UUID does and ends with the place of a row, which is 48 bits. */
extern pg_uuid_t reminder_token(const pg_uuid_t *batch, ItemPointer place);

/* Make what a reminder is called on every attempt: a dose's handle, a kind and the second that it is planned for, by slashes. */
extern text *reminder_id(const text *dose_id, const text *kind, TimestampTz planned_at);

#endif /* MEDSCHED_REMINDERS_H */
