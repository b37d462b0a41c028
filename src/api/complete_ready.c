/*-------------------------------------------------------------------------
 *
 * complete_ready.c
 *		Completing reminders of schedules whose next dose has nothing special: it is
 *		known then what is to be said of that one (sql/93-ready-reminders.sql).
 *
 *		Rows are read and written without a query, as in hand_out.c.  Any other
 *		reminder is left for the statement that comes next.
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

#include "api/reminder_tables.h"
#include "base/arguments.h"
#include "schedule/schedule_search.h"
#include "tables/given_row.h"
#include "tables/schedule_row.h"
#include "tables/user_rows.h"

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

/* The tables that completing reads and writes. */
typedef struct Completing
{
	WorkerTable held;
	WorkerTable queue;
	UserScan	schedules;
	UserScan	medications;
} Completing;

PG_FUNCTION_INFO_V1(medsched_complete_ready);

static bool completing_open(Completing *tables);
static void completing_close(Completing *tables);
static bool make_ready(Completing *tables, const Datum *held, Datum *queued, bool *isnull);
static bool find_row(UserScan *scan, Datum user_id, Datum id);
static int	compare_tokens(const void *a, const void *b);

/*
 * medsched_complete_ready completes reminders by their tokens and gives the tokens of those
 * that it completed.  Of two sessions that complete the same, one waits for the other: both
 * take them in the order of the tokens.
 */
Datum
medsched_complete_ready(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	MemoryContext  of_row;
	MemoryContext  before;
	Completing	   tables;
	Datum		  *tokens;
	bool		  *is_null;
	int			   ntokens;
	int			   n = 0;

	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	require_argument(fcinfo, 0, "tokens");
	if (!completing_open(&tables))
		return (Datum) 0;
	deconstruct_array(PG_GETARG_ARRAYTYPE_P(0), UUIDOID, UUID_LEN, false, TYPALIGN_CHAR, &tokens, &is_null, &ntokens);
	for (int i = 0; i < ntokens; i++)
	{
		if (!is_null[i])
			tokens[n++] = tokens[i];
	}
	qsort(tokens, n, sizeof(Datum), compare_tokens);
	of_row = AllocSetContextCreate(CurrentMemoryContext, "medsched reminder", ALLOCSET_DEFAULT_SIZES);
	before = MemoryContextSwitchTo(of_row);
	for (int i = 0; i < n; i++)
	{
		Datum held[HELD_NCOLUMNS];
		bool  held_isnull[HELD_NCOLUMNS];
		Datum queued[QUEUE_NCOLUMNS];
		bool  queued_isnull[QUEUE_NCOLUMNS] = {0};

		CHECK_FOR_INTERRUPTS();
		MemoryContextReset(of_row);
		if ((i > 0 && compare_tokens(&tokens[i], &tokens[i - 1]) == 0) || !worker_table_find(&tables.held, tokens[i]))
			continue;
		worker_table_read(&tables.held, held, held_isnull);
		if (held_isnull[HELD_NEXT_AT] || VARSIZE_ANY_EXHDR(DatumGetPointer(held[HELD_EVENT])) > 0 ||
			!make_ready(&tables, held, queued, queued_isnull) || !worker_table_delete(&tables.held, &tables.held.slot->tts_tid))
			continue;

		queued[QUEUE_USER_ID] = held[HELD_USER_ID];
		queued[QUEUE_SCHEDULE_ID] = held[HELD_SCHEDULE_ID];
		queued[QUEUE_EVENT] = held[HELD_EVENT];
		queued[QUEUE_LOOK_AT] = held[HELD_NEXT_AT];
		queued_isnull[QUEUE_LOOKS_FROM] = true;
		queued_isnull[QUEUE_UNTIL] = true;
		queued[QUEUE_SAID_AT] = held[HELD_SAID_AT];
		queued[QUEUE_SAID_FROM] = held[HELD_SAID_FROM];
		queued_isnull[QUEUE_SAID_FROM] = held_isnull[HELD_SAID_FROM];
		queued[QUEUE_SAID_DOSE] = held[HELD_SAID_DOSE];
		queued[QUEUE_KIND] = held[HELD_KIND];
		queued[QUEUE_NTH] = held[HELD_NTH];
		queued[QUEUE_ATTEMPT] = held[HELD_ATTEMPT];
		queued[QUEUE_UNFINISHED] = BoolGetDatum(false);
		queued_isnull[QUEUE_WORKER] = true;
		queued_isnull[QUEUE_ERROR] = true;
		worker_table_insert(&tables.queue, queued, queued_isnull);
		tuplestore_putvalues(result->setResult, result->setDesc, &tokens[i], &(bool){false});
	}
	MemoryContextSwitchTo(before);
	MemoryContextDelete(of_row);
	completing_close(&tables);
	return (Datum) 0;
}

/* Open the tables; false: a statement is to do it. */
static bool
completing_open(Completing *tables)
{
	if (queries_are_watched())
		return false;
	check_tables();
	if (!worker_table_open(&tables->held, "reminders_held", held_columns, HELD_NCOLUMNS, ACL_DELETE))
		return false;
	if (worker_table_open_key(&tables->held) &&
		worker_table_open(&tables->queue, "reminder_queue", queue_columns, QUEUE_NCOLUMNS, ACL_INSERT))
	{
		if (user_scan_open(&tables->schedules, &schedule_rows))
		{
			if (user_scan_open(&tables->medications, &medication_rows))
				return true;
			user_scan_close(&tables->schedules);
		}
		worker_table_close(&tables->queue);
	}
	worker_table_close(&tables->held);
	return false;
}

static void
completing_close(Completing *tables)
{
	user_scan_close(&tables->medications);
	user_scan_close(&tables->schedules);
	worker_table_close(&tables->queue);
	worker_table_close(&tables->held);
}

/*
 * Find what is to be said of the dose that comes after a reminder, as medsched._ready_reminder()
 * does; false: it is to be looked up when it is due.
 */
static bool
make_ready(Completing *tables, const Datum *held, Datum *queued, bool *isnull)
{
	TimestampTz at = DatumGetTimestampTz(held[HELD_NEXT_AT]);
	Datum		schedule[READY_NCOLUMNS];
	bool		schedule_isnull[READY_NCOLUMNS];
	ScheduleRow row;
	TimestampTz occurrences[2];
	TimestampTz closed;
	bool		is_open;
	int			n;

	if (TIMESTAMP_NOT_FINITE(at) || !find_row(&tables->schedules, held[HELD_USER_ID], held[HELD_SCHEDULE_ID]))
		return false;
	user_scan_read(&tables->schedules, schedule, schedule_isnull);
	schedule_row_read(&row, schedule, schedule_isnull);
	if (!schedule_row_has_times(&row) || row.ends_at <= at || row.effective_from > at ||
		!find_row(&tables->medications, held[HELD_USER_ID], schedule[READY_MEDICATION_ID]))
		return false;
	queued[QUEUE_MEDICATION_NAME] = user_scan_value(&tables->medications, MEDICATION_NAME, &isnull[QUEUE_MEDICATION_NAME]);
	closed = DatumGetTimestampTz(user_scan_value(&tables->medications, MEDICATION_INACTIVATED_AT, &is_open));
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

static int
compare_tokens(const void *a, const void *b)
{
	return memcmp(DatumGetUUIDP(*(const Datum *) a), DatumGetUUIDP(*(const Datum *) b), UUID_LEN);
}
