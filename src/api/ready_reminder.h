/*-------------------------------------------------------------------------
 *
 * ready_reminder.h
 *		What is known of a reminder before it is due (sql/93-ready-reminders.sql),
 *		found without a query.
 *
 *-------------------------------------------------------------------------
 */
#ifndef MEDSCHED_READY_REMINDER_H
#define MEDSCHED_READY_REMINDER_H

#include "datatype/timestamp.h"

#include "api/reminder_tables.h"
#include "tables/user_rows.h"

/* The schedules and medications that it is read from. */
typedef struct ReadyReader
{
	UserScan schedules;
	UserScan medications;
} ReadyReader;

/* Open them with the caller's rights and snapshot; false: a query is to be asked. */
extern bool ready_reader_open(ReadyReader *reader);
extern void ready_reader_close(ReadyReader *reader);

/*
 * Set the columns of the queue that say what is known of a schedule's dose at an instant, as
 * medsched._ready_reminder() does; false: it is to be looked up then.  Whether anything is special is the
 * caller's to know.  The values live in CurrentMemoryContext, the medication's name until the next call.
 */
extern bool ready_reminder_find(ReadyReader *reader, Datum user_id, Datum schedule_id, TimestampTz at, Datum *queued, bool *isnull);

#endif /* MEDSCHED_READY_REMINDER_H */
