/*-------------------------------------------------------------------------
 *
 * ready_reminder.c
 *		What is known of a reminder before it is due, found without a query.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/stratnum.h"
#include "utils/fmgroids.h"
#include "utils/timestamp.h"

#include "api/ready_reminder.h"
#include "schedule/schedule_search.h"
#include "tables/schedule_row.h"

/* The columns of a schedule: first those that say when its doses are. */
enum
{
	READY_MEDICATION_ID = SCHEDULE_NCOLUMNS,
	READY_DOSE_AMOUNT,
	READY_DOSE_UNIT,
	READY_INSTRUCTIONS,
	READY_NCOLUMNS
};

static UserRows schedule_rows = {
	.table = TABLE_SCHEDULES,
	.keys = {SCHEDULES_USER_ID, SCHEDULES_ID},
	.columns = {SCHEDULE_COLUMN_LIST, SCHEDULES_MEDICATION_ID, SCHEDULES_DOSE_AMOUNT, SCHEDULES_DOSE_UNIT, SCHEDULES_INSTRUCTIONS}};

/* Those of a medication. */
enum
{
	MEDICATION_NAME,
	MEDICATION_INACTIVATED_AT
};

static UserRows medication_rows = {
	.table = TABLE_MEDICATIONS,
	.keys = {MEDICATIONS_USER_ID, MEDICATIONS_ID},
	.columns = {MEDICATIONS_NAME, MEDICATIONS_INACTIVATED_AT}};

static bool find_row(UserScan *scan, Datum user_id, Datum id);

bool
ready_reader_open(ReadyReader *reader)
{
	if (!user_scan_open(&reader->schedules, &schedule_rows))
		return false;
	if (user_scan_open(&reader->medications, &medication_rows))
		return true;
	user_scan_close(&reader->schedules);
	return false;
}

void
ready_reader_close(ReadyReader *reader)
{
	user_scan_close(&reader->medications);
	user_scan_close(&reader->schedules);
}

bool
ready_reminder_find(ReadyReader *reader, Datum user_id, Datum schedule_id, TimestampTz at, Datum *queued, bool *isnull)
{
	Datum		schedule[READY_NCOLUMNS];
	bool		schedule_isnull[READY_NCOLUMNS];
	ScheduleRow row;
	TimestampTz occurrences[2];
	TimestampTz closed;
	bool		is_open;
	int			n;

	if (TIMESTAMP_NOT_FINITE(at) || !find_row(&reader->schedules, user_id, schedule_id))
		return false;
	user_scan_read(&reader->schedules, schedule, schedule_isnull);
	schedule_row_read(&row, schedule, schedule_isnull);
	if (!schedule_row_has_times(&row) || row.ends_at <= at || row.effective_from > at ||
		!find_row(&reader->medications, user_id, schedule[READY_MEDICATION_ID]))
		return false;
	queued[QUEUE_MEDICATION_NAME] = user_scan_value(&reader->medications, MEDICATION_NAME, &isnull[QUEUE_MEDICATION_NAME]);
	closed = DatumGetTimestampTz(user_scan_value(&reader->medications, MEDICATION_INACTIVATED_AT, &is_open));
	closed = is_open ? row.ends_at : Min(closed, row.ends_at);
	if (isnull[QUEUE_MEDICATION_NAME] || closed <= at)
		return false;

	n = schedule_next_occurrences(schedule_create(&row.source), at - 1, 2, occurrences);
	if (n == 0 || occurrences[0] != at)
		return false;
	isnull[QUEUE_NEXT_AT] = n < 2 || occurrences[1] >= closed;
	queued[QUEUE_NEXT_AT] = isnull[QUEUE_NEXT_AT] ? 0 : TimestampTzGetDatum(occurrences[1]);
	queued[QUEUE_MEDICATION_ID] = schedule[READY_MEDICATION_ID];
	queued[QUEUE_DOSE_AMOUNT] = schedule[READY_DOSE_AMOUNT];
	isnull[QUEUE_DOSE_AMOUNT] = schedule_isnull[READY_DOSE_AMOUNT];
	queued[QUEUE_DOSE_UNIT] = schedule[READY_DOSE_UNIT];
	isnull[QUEUE_DOSE_UNIT] = schedule_isnull[READY_DOSE_UNIT];
	queued[QUEUE_INSTRUCTIONS] = schedule[READY_INSTRUCTIONS];
	isnull[QUEUE_INSTRUCTIONS] = schedule_isnull[READY_INSTRUCTIONS];
	queued[QUEUE_TIME_ZONE] = schedule[COLUMN_TIME_ZONE];
	return true;
}

static bool
find_row(UserScan *scan, Datum user_id, Datum id)
{
	ScanKeyData key[2];

	ScanKeyInit(&key[0], 1, BTEqualStrategyNumber, F_UUID_EQ, user_id);
	ScanKeyInit(&key[1], 2, BTEqualStrategyNumber, F_UUID_EQ, id);
	user_scan_start(scan, key, 2);
	return user_scan_next(scan);
}
