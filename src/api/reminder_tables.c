/*-------------------------------------------------------------------------
 *
 * reminder_tables.c
 *		The columns of the tables of reminders that are read and written without a
 *		query.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"

#include "api/reminder_tables.h"

const WorkerColumn queue_columns[QUEUE_NCOLUMNS] = {
	[QUEUE_USER_ID] = {"user_id", UUIDOID},
	[QUEUE_SCHEDULE_ID] = {"schedule_id", UUIDOID},
	[QUEUE_EVENT] = {"event", TEXTOID},
	[QUEUE_LOOK_AT] = {"look_at", TIMESTAMPTZOID},
	[QUEUE_LOOKS_FROM] = {"looks_from", TIMESTAMPTZOID},
	[QUEUE_UNTIL] = {"until", TIMESTAMPTZOID},
	[QUEUE_SAID_AT] = {"said_at", TIMESTAMPTZOID},
	[QUEUE_SAID_FROM] = {"said_from", TIMESTAMPTZOID},
	[QUEUE_SAID_DOSE] = {"said_dose", TIMESTAMPTZOID},
	[QUEUE_KIND] = {"kind", TEXTOID},
	[QUEUE_NTH] = {"nth", INT4OID},
	[QUEUE_ATTEMPT] = {"attempt", INT4OID},
	[QUEUE_UNFINISHED] = {"unfinished", BOOLOID},
	[QUEUE_WORKER] = {"worker", TEXTOID},
	[QUEUE_ERROR] = {"error", TEXTOID},
	[QUEUE_NEXT_AT] = {"next_at", TIMESTAMPTZOID},
	[QUEUE_MEDICATION_ID] = {"medication_id", UUIDOID},
	[QUEUE_MEDICATION_NAME] = {"medication_name", TEXTOID},
	[QUEUE_DOSE_AMOUNT] = {"dose_amount", NUMERICOID},
	[QUEUE_DOSE_UNIT] = {"dose_unit", TEXTOID},
	[QUEUE_INSTRUCTIONS] = {"instructions", TEXTOID},
	[QUEUE_TIME_ZONE] = {"time_zone", TEXTOID}};

const WorkerColumn held_columns[HELD_NCOLUMNS] = {
	[HELD_TOKEN] = {"token", UUIDOID},
	[HELD_USER_ID] = {"user_id", UUIDOID},
	[HELD_SCHEDULE_ID] = {"schedule_id", UUIDOID},
	[HELD_EVENT] = {"event", TEXTOID},
	[HELD_LEASE_ENDS_AT] = {"lease_ends_at", TIMESTAMPTZOID},
	[HELD_NEXT_AT] = {"next_at", TIMESTAMPTZOID},
	[HELD_SAID_AT] = {"said_at", TIMESTAMPTZOID},
	[HELD_SAID_FROM] = {"said_from", TIMESTAMPTZOID},
	[HELD_SAID_DOSE] = {"said_dose", TIMESTAMPTZOID},
	[HELD_KIND] = {"kind", TEXTOID},
	[HELD_NTH] = {"nth", INT4OID},
	[HELD_ATTEMPT] = {"attempt", INT4OID},
	[HELD_WORKER] = {"worker", TEXTOID},
	[HELD_OWN_LEASE] = {"own_lease", BOOLOID}};
