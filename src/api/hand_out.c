/*-------------------------------------------------------------------------
 *
 * hand_out.c
 *		Handing out reminders of doses that are due, where there is nothing else
 *		to be said: no rules, no dose that was moved or snoozed.
 *
 *		Most rows of the queue are so.  What one of them costs is the way of its row
 *		and of three others through the executor, which is spared here: a row is
 *		read and written without a query.  Whatever is not as plain is left in the
 *		queue, for the statement that comes next and knows everything.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/stratnum.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"
#include "utils/uuid.h"

#include "base/answer.h"
#include "base/arguments.h"
#include "functions/dose_id.h"
#include "functions/reminders.h"
#include "schedule/schedule_search.h"
#include "tables/given_row.h"
#include "tables/schedule_row.h"
#include "tables/user_rows.h"
#include "tables/worker_table.h"

/* What was due longer ago is dropped where no rules say otherwise, which the statement does. */
#define DROP_AFTER (2 * USECS_PER_HOUR)

/* The columns of the queue that are read. */
enum
{
	QUEUE_USER_ID,
	QUEUE_SCHEDULE_ID,
	QUEUE_EVENT,
	QUEUE_LOOK_AT,
	QUEUE_LOOKS_FROM,
	QUEUE_SAID_AT,
	QUEUE_SAID_FROM,
	QUEUE_SAID_DOSE,
	QUEUE_KIND,
	QUEUE_NTH,
	QUEUE_ATTEMPT,
	QUEUE_UNFINISHED,
	QUEUE_NCOLUMNS
};

static const WorkerColumn queue_columns[QUEUE_NCOLUMNS] = {
	[QUEUE_USER_ID] = {"user_id", UUIDOID},
	[QUEUE_SCHEDULE_ID] = {"schedule_id", UUIDOID},
	[QUEUE_EVENT] = {"event", TEXTOID},
	[QUEUE_LOOK_AT] = {"look_at", TIMESTAMPTZOID},
	[QUEUE_LOOKS_FROM] = {"looks_from", TIMESTAMPTZOID},
	[QUEUE_SAID_AT] = {"said_at", TIMESTAMPTZOID},
	[QUEUE_SAID_FROM] = {"said_from", TIMESTAMPTZOID},
	[QUEUE_SAID_DOSE] = {"said_dose", TIMESTAMPTZOID},
	[QUEUE_KIND] = {"kind", TEXTOID},
	[QUEUE_NTH] = {"nth", INT4OID},
	[QUEUE_ATTEMPT] = {"attempt", INT4OID},
	[QUEUE_UNFINISHED] = {"unfinished", BOOLOID}};

/* The columns of what is held, all of them. */
enum
{
	HELD_TOKEN,
	HELD_USER_ID,
	HELD_SCHEDULE_ID,
	HELD_EVENT,
	HELD_LEASE_ENDS_AT,
	HELD_NEXT_AT,
	HELD_SAID_AT,
	HELD_SAID_FROM,
	HELD_SAID_DOSE,
	HELD_KIND,
	HELD_NTH,
	HELD_ATTEMPT,
	HELD_WORKER,
	HELD_OWN_LEASE,
	HELD_NCOLUMNS
};

static const WorkerColumn held_columns[HELD_NCOLUMNS] = {
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

/* What is handed out; the columns of a stock's reminders are NULL. */
enum
{
	SAID_TOKEN,
	SAID_REMINDER_ID,
	SAID_KIND,
	SAID_NTH,
	SAID_ATTEMPT,
	SAID_URGENCY,
	SAID_USER_ID,
	SAID_DOSE_ID,
	SAID_SCHEDULED_FOR,
	SAID_DUE_AT,
	SAID_LOCAL_TIME,
	SAID_TIME_ZONE,
	SAID_MEDICATION_ID,
	SAID_MEDICATION_NAME,
	SAID_SCHEDULE_ID,
	SAID_DOSE_AMOUNT,
	SAID_DOSE_UNIT,
	SAID_INSTRUCTIONS,
	SAID_LEASE_ENDS_AT,
	SAID_NCOLUMNS
};

static const AnswerColumn said_columns[SAID_NCOLUMNS] = {
	[SAID_TOKEN] = {"token", UUIDOID},
	[SAID_REMINDER_ID] = {"reminder_id", TEXTOID},
	[SAID_KIND] = {"kind", TEXTOID},
	[SAID_NTH] = {"nth", INT4OID},
	[SAID_ATTEMPT] = {"attempt", INT4OID},
	[SAID_URGENCY] = {"urgency", TEXTOID},
	[SAID_USER_ID] = {"user_id", UUIDOID},
	[SAID_DOSE_ID] = {"dose_id", TEXTOID},
	[SAID_SCHEDULED_FOR] = {"scheduled_for", TIMESTAMPTZOID},
	[SAID_DUE_AT] = {"due_at", TIMESTAMPTZOID},
	[SAID_LOCAL_TIME] = {"local_time", TIMESTAMPOID},
	[SAID_TIME_ZONE] = {"time_zone", TEXTOID},
	[SAID_MEDICATION_ID] = {"medication_id", UUIDOID},
	[SAID_MEDICATION_NAME] = {"medication_name", TEXTOID},
	[SAID_SCHEDULE_ID] = {"schedule_id", UUIDOID},
	[SAID_DOSE_AMOUNT] = {"dose_amount", NUMERICOID},
	[SAID_DOSE_UNIT] = {"dose_unit", TEXTOID},
	[SAID_INSTRUCTIONS] = {"instructions", TEXTOID},
	[SAID_LEASE_ENDS_AT] = {"lease_ends_at", TIMESTAMPTZOID}};

/* The columns of a schedule: first those that say when its doses are. */
enum
{
	PLAIN_MEDICATION_ID = SCHEDULE_NCOLUMNS,
	PLAIN_DOSE_AMOUNT,
	PLAIN_DOSE_UNIT,
	PLAIN_INSTRUCTIONS,
	PLAIN_NCOLUMNS
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

static UserRows recorded_rows = {
	.table = TABLE_DOSE_TAKEN,
	.keys = {DOSE_TAKEN_USER_ID, DOSE_TAKEN_SCHEDULED_FOR, DOSE_TAKEN_SCHEDULE_ID},
	.columns = {DOSE_TAKEN_SCHEDULED_FOR}};

/* The tables that handing out reads and writes. */
typedef struct HandOut
{
	WorkerTable queue;
	WorkerTable held;
	UserScan	schedules;
	UserScan	medications;
	UserScan	recorded;
} HandOut;

/* A dose of which a reminder is handed out. */
typedef struct DueDose
{
	Datum		user_id;
	Datum		schedule_id;
	TimestampTz scheduled_for;
	TimestampTz next_at; /* DT_NOEND: there is none */
	TimestampTz said_from;
	const Zone *zone;
	int32		attempt;
	Datum		schedule[PLAIN_NCOLUMNS];
	bool		schedule_isnull[PLAIN_NCOLUMNS];
	Datum		medication_name;
} DueDose;

PG_FUNCTION_INFO_V1(medsched_hand_out_plain);

static bool		   hand_out_open(HandOut *tables);
static void		   hand_out_close(HandOut *tables);
static bool		   find_due_dose(HandOut *tables, TimestampTz at, DueDose *dose);
static TimestampTz instant_or(WorkerTable *queue, int column, TimestampTz otherwise);
static int32	   attempt_of(WorkerTable *queue, TimestampTz at);
static bool		   find_row(UserScan *scan, Datum user_id, Datum id);
static bool		   is_recorded(UserScan *recorded, const DueDose *dose);

/*
 * medsched_hand_out_plain hands out those rows of the queue, locked by this transaction, of
 * which a dose is due and nothing is special, and leaves the rest.
 */
Datum
medsched_hand_out_plain(PG_FUNCTION_ARGS)
{
	const pg_uuid_t *batch;
	TimestampTz		 held_until = PG_GETARG_TIMESTAMPTZ(2);
	TimestampTz		 at = PG_GETARG_TIMESTAMPTZ(4);
	ReturnSetInfo	*result = (ReturnSetInfo *) fcinfo->resultinfo;
	text			*due = cstring_to_text("due");
	text			*normal = cstring_to_text("normal");
	text			*no_event = cstring_to_text("");
	MemoryContext	 of_row;
	MemoryContext	 before;
	HandOut			 tables;
	Answer			*answer;
	Datum			*places;
	int				 nplaces;

	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	require_argument(fcinfo, 0, "places");
	require_argument(fcinfo, 1, "batch");
	require_argument(fcinfo, 2, "held_until");
	require_argument(fcinfo, 4, "at");
	batch = PG_GETARG_UUID_P(1);
	if (!hand_out_open(&tables))
		return (Datum) 0;
	answer = answer_open(result->setDesc, said_columns, SAID_NCOLUMNS);
	deconstruct_array(PG_GETARG_ARRAYTYPE_P(0), TIDOID, sizeof(ItemPointerData), false, TYPALIGN_SHORT, &places, NULL, &nplaces);
	of_row = AllocSetContextCreate(CurrentMemoryContext, "medsched reminder", ALLOCSET_DEFAULT_SIZES);
	before = MemoryContextSwitchTo(of_row);
	for (int i = 0; i < nplaces; i++)
	{
		ItemPointer place = (ItemPointer) DatumGetPointer(places[i]);
		DueDose		dose;
		pg_uuid_t	token;
		text	   *dose_id;
		Datum		held[HELD_NCOLUMNS];
		bool		held_isnull[HELD_NCOLUMNS] = {0};
		Datum		said[SAID_NCOLUMNS];
		bool		said_isnull[SAID_NCOLUMNS] = {0};

		CHECK_FOR_INTERRUPTS();
		MemoryContextReset(of_row);
		if (!worker_table_fetch(&tables.queue, place) || !find_due_dose(&tables, at, &dose))
			continue;

		token = reminder_token(batch, place);
		dose_id = palloc(VARHDRSZ + DOSE_ID_LENGTH);
		SET_VARSIZE(dose_id, VARHDRSZ + DOSE_ID_LENGTH);
		dose_id_write_schedule(VARDATA(dose_id), DatumGetUUIDP(dose.schedule_id));
		dose_id_write_time(VARDATA(dose_id), dose.scheduled_for);

		held[HELD_TOKEN] = said[SAID_TOKEN] = UUIDPGetDatum(&token);
		held[HELD_USER_ID] = said[SAID_USER_ID] = dose.user_id;
		held[HELD_SCHEDULE_ID] = said[SAID_SCHEDULE_ID] = dose.schedule_id;
		held[HELD_EVENT] = PointerGetDatum(no_event);
		held[HELD_LEASE_ENDS_AT] = said[SAID_LEASE_ENDS_AT] = TimestampTzGetDatum(held_until);
		held[HELD_NEXT_AT] = TimestampTzGetDatum(dose.next_at);
		held_isnull[HELD_NEXT_AT] = dose.next_at == DT_NOEND;
		held[HELD_SAID_AT] = TimestampTzGetDatum(dose.scheduled_for);
		held[HELD_SAID_FROM] = TimestampTzGetDatum(dose.said_from);
		held[HELD_SAID_DOSE] = TimestampTzGetDatum(dose.scheduled_for);
		held[HELD_KIND] = said[SAID_KIND] = PointerGetDatum(due);
		held[HELD_NTH] = said[SAID_NTH] = Int32GetDatum(0);
		held[HELD_ATTEMPT] = said[SAID_ATTEMPT] = Int32GetDatum(dose.attempt);
		held_isnull[HELD_WORKER] = PG_ARGISNULL(3);
		held[HELD_WORKER] = PG_ARGISNULL(3) ? 0 : PG_GETARG_DATUM(3);
		held[HELD_OWN_LEASE] = BoolGetDatum(false);

		said[SAID_REMINDER_ID] = PointerGetDatum(reminder_id(dose_id, due, dose.scheduled_for));
		said[SAID_URGENCY] = PointerGetDatum(normal);
		said[SAID_DOSE_ID] = PointerGetDatum(dose_id);
		said[SAID_SCHEDULED_FOR] = said[SAID_DUE_AT] = TimestampTzGetDatum(dose.scheduled_for);
		said[SAID_LOCAL_TIME] = TimestampGetDatum(zone_to_local(dose.zone, second_of(dose.scheduled_for)) * USECS_PER_SEC);
		said[SAID_TIME_ZONE] = dose.schedule[COLUMN_TIME_ZONE];
		said[SAID_MEDICATION_ID] = dose.schedule[PLAIN_MEDICATION_ID];
		said[SAID_MEDICATION_NAME] = dose.medication_name;
		said[SAID_DOSE_AMOUNT] = dose.schedule[PLAIN_DOSE_AMOUNT];
		said[SAID_DOSE_UNIT] = dose.schedule[PLAIN_DOSE_UNIT];
		said[SAID_INSTRUCTIONS] = dose.schedule[PLAIN_INSTRUCTIONS];
		said_isnull[SAID_DOSE_AMOUNT] = dose.schedule_isnull[PLAIN_DOSE_AMOUNT];
		said_isnull[SAID_DOSE_UNIT] = dose.schedule_isnull[PLAIN_DOSE_UNIT];
		said_isnull[SAID_INSTRUCTIONS] = dose.schedule_isnull[PLAIN_INSTRUCTIONS];

		worker_table_insert(&tables.held, held, held_isnull);
		answer_set(answer, said, said_isnull);
		tuplestore_putvalues(result->setResult, result->setDesc, answer->values, answer->isnull);
		worker_table_delete(&tables.queue, place);
	}
	MemoryContextSwitchTo(before);
	MemoryContextDelete(of_row);
	hand_out_close(&tables);
	return (Datum) 0;
}

/* Open the tables; false: a statement is to do it. */
static bool
hand_out_open(HandOut *tables)
{
	if (queries_are_watched())
		return false;
	check_tables();
	if (!worker_table_open(&tables->queue, "reminder_queue", queue_columns, QUEUE_NCOLUMNS, ACL_DELETE))
		return false;
	if (worker_table_open(&tables->held, "reminders_held", held_columns, HELD_NCOLUMNS, ACL_INSERT))
	{
		if (user_scan_open(&tables->schedules, &schedule_rows))
		{
			if (user_scan_open(&tables->medications, &medication_rows))
			{
				if (user_scan_open(&tables->recorded, &recorded_rows))
					return true;
				user_scan_close(&tables->medications);
			}
			user_scan_close(&tables->schedules);
		}
		worker_table_close(&tables->held);
	}
	worker_table_close(&tables->queue);
	return false;
}

static void
hand_out_close(HandOut *tables)
{
	user_scan_close(&tables->recorded);
	user_scan_close(&tables->medications);
	user_scan_close(&tables->schedules);
	worker_table_close(&tables->held);
	worker_table_close(&tables->queue);
}

/*
 * Find the dose of the queue's row that is due; false: it is one for the statement.  The first
 * that may have to be said is the one that is held, or the next from where the row was to be
 * looked at.
 */
static bool
find_due_dose(HandOut *tables, TimestampTz at, DueDose *dose)
{
	WorkerTable *queue = &tables->queue;
	bool		 isnull;
	bool		 unfinished = DatumGetBool(worker_table_value(queue, QUEUE_UNFINISHED, &isnull));
	TimestampTz	 looks_from = instant_or(queue, QUEUE_LOOKS_FROM, instant_or(queue, QUEUE_LOOK_AT, DT_NOBEGIN));
	TimestampTz	 said_at = instant_or(queue, QUEUE_SAID_AT, DT_NOBEGIN);
	TimestampTz	 after = unfinished ? said_at : Max(looks_from, TIMESTAMP_NOT_FINITE(said_at) ? said_at : said_at + 1);
	ScheduleRow	 row;
	Schedule	*schedule;
	TimestampTz	 occurrences[2];
	TimestampTz	 closed;
	int			 n;

	if (VARSIZE_ANY_EXHDR(DatumGetPointer(worker_table_value(queue, QUEUE_EVENT, &isnull))) > 0)
		return false;
	dose->user_id = worker_table_value(queue, QUEUE_USER_ID, &isnull);
	dose->schedule_id = worker_table_value(queue, QUEUE_SCHEDULE_ID, &isnull);
	dose->said_from = unfinished ? instant_or(queue, QUEUE_SAID_FROM, said_at) : looks_from;

	if (!find_row(&tables->schedules, dose->user_id, dose->schedule_id))
		return false;
	for (int i = 0; i < PLAIN_NCOLUMNS; i++)
	{
		dose->schedule[i] = user_scan_value(&tables->schedules, i, &dose->schedule_isnull[i]);
		if (dose->schedule_isnull[i])
			check_null(schedule_rows.columns[i]);
	}
	schedule_row_read(&row, dose->schedule, dose->schedule_isnull);
	after = Max(after, row.effective_from);
	if (!schedule_row_has_times(&row) || row.ends_at <= at || TIMESTAMP_NOT_FINITE(after))
		return false;

	if (!find_row(&tables->medications, dose->user_id, dose->schedule[PLAIN_MEDICATION_ID]))
		return false;
	dose->medication_name = user_scan_value(&tables->medications, MEDICATION_NAME, &isnull);
	closed = DatumGetTimestampTz(user_scan_value(&tables->medications, MEDICATION_INACTIVATED_AT, &isnull));
	closed = isnull ? row.ends_at : Min(closed, row.ends_at);
	if (closed <= at)
		return false;

	schedule = schedule_create(&row.source);
	n = schedule_next_occurrences(schedule, after - 1, 2, occurrences);
	if (n == 0 || occurrences[0] > at || occurrences[0] < at - DROP_AFTER)
		return false;
	dose->scheduled_for = occurrences[0];
	dose->next_at = n > 1 && occurrences[1] < closed ? occurrences[1] : DT_NOEND;
	dose->zone = schedule->zone;
	dose->attempt = attempt_of(queue, dose->scheduled_for);
	return !is_recorded(&tables->recorded, dose);
}

/* Give an instant of the queue's row. */
static TimestampTz
instant_or(WorkerTable *queue, int column, TimestampTz otherwise)
{
	bool  isnull;
	Datum value = worker_table_value(queue, column, &isnull);

	return isnull ? otherwise : DatumGetTimestampTz(value);
}

/* Count the attempt: the reminder for an instant may have been handed out before. */
static int32
attempt_of(WorkerTable *queue, TimestampTz at)
{
	bool  isnull;
	Datum kind = worker_table_value(queue, QUEUE_KIND, &isnull);

	if (isnull || instant_or(queue, QUEUE_SAID_AT, DT_NOBEGIN) != at || instant_or(queue, QUEUE_SAID_DOSE, DT_NOBEGIN) != at ||
		strcmp(TextDatumGetCString(kind), "due") != 0)
		return 1;
	if (DatumGetInt32(worker_table_value(queue, QUEUE_NTH, &isnull)) != 0 || isnull)
		return 1;
	return DatumGetInt32(worker_table_value(queue, QUEUE_ATTEMPT, &isnull)) + 1;
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

static bool
is_recorded(UserScan *recorded, const DueDose *dose)
{
	ScanKeyData key[3];

	ScanKeyInit(&key[0], 1, BTEqualStrategyNumber, F_UUID_EQ, dose->user_id);
	ScanKeyInit(&key[1], 2, BTEqualStrategyNumber, F_TIMESTAMPTZ_EQ, TimestampTzGetDatum(dose->scheduled_for));
	ScanKeyInit(&key[2], 3, BTEqualStrategyNumber, F_UUID_EQ, dose->schedule_id);
	user_scan_start(recorded, key, 3);
	return user_scan_next(recorded);
}
