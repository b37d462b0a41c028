/*-------------------------------------------------------------------------
 *
 * hand_out.c
 *		Handing out reminders of which it is known what is to be said
 *		(sql/93-ready-reminders.sql).
 *
 *		Most rows of the queue are so.  What one of them costs is its way through an
 *		executor, out of one table and into another, which is spared here: rows are
 *		read and written without a query.  So is one back into the queue where its dose
 *		is recorded.  Any other is left there, for the statement that comes next and
 *		knows everything.
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

#include "api/ready_reminder.h"
#include "api/reminder_tables.h"
#include "base/answer.h"
#include "base/arguments.h"
#include "functions/dose_id.h"
#include "functions/reminders.h"
#include "schedule/seconds.h"
#include "schedule/zone.h"
#include "tables/given_row.h"
#include "tables/user_rows.h"

/* What was due longer ago is dropped, where no rules say otherwise. */
#define DROP_AFTER (2 * USECS_PER_HOUR)

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

static UserRows recorded_rows = {
	.table = TABLE_DOSE_TAKEN,
	.keys = {DOSE_TAKEN_USER_ID, DOSE_TAKEN_SCHEDULED_FOR, DOSE_TAKEN_SCHEDULE_ID},
	.columns = {DOSE_TAKEN_SCHEDULED_FOR}};

/* What handing out goes by, and the tables that it reads and writes. */
typedef struct HandOut
{
	TimestampTz		 at;
	const pg_uuid_t *batch;
	Datum			 lease_ends_at;
	Datum			 worker; /* 0: none */
	Datum			 due;	 /* a kind, and an urgency */
	Datum			 normal;
	ReturnSetInfo	*result;
	Answer			*answer;
	MemoryContext	 context;

	WorkerTable queue;
	WorkerTable held;
	UserScan	recorded;
	/* Those that putting a row back needs, once there is one. */
	bool		has_back;
	bool		is_back_open;
	WorkerTable back;
	ReadyReader ready;
} HandOut;

/* A row of the queue. */
typedef struct QueueRow
{
	Datum values[QUEUE_NCOLUMNS];
	bool  isnull[QUEUE_NCOLUMNS];
} QueueRow;

PG_FUNCTION_INFO_V1(medsched_hand_out_ready);

static bool	 hand_out_open(HandOut *tables);
static void	 hand_out_close(HandOut *tables);
static bool	 find_ready_row(HandOut *tables, ItemPointer place, QueueRow *row);
static void	 hand_out_row(HandOut *tables, ItemPointer place, const QueueRow *row);
static void	 put_back(HandOut *tables, ItemPointer place, QueueRow *row);
static bool	 open_back(HandOut *tables);
static void	 delete_locked(WorkerTable *queue, ItemPointer place);
static bool	 is_recorded(UserScan *recorded, const QueueRow *row);
static Datum local_time_of(const QueueRow *row);

/*
 * medsched_hand_out_ready hands out those rows of the queue, locked by this transaction, of
 * which it is known what is to be said, and leaves the rest.
 */
Datum
medsched_hand_out_ready(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	HandOut		   tables;
	MemoryContext  of_row;
	Datum		  *places;
	int			   nplaces;

	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	require_argument(fcinfo, 0, "places");
	require_argument(fcinfo, 1, "batch");
	require_argument(fcinfo, 2, "held_until");
	require_argument(fcinfo, 4, "at");
	tables = (HandOut){.at = PG_GETARG_TIMESTAMPTZ(4),
					   .batch = PG_GETARG_UUID_P(1),
					   .lease_ends_at = PG_GETARG_DATUM(2),
					   .worker = PG_ARGISNULL(3) ? 0 : PG_GETARG_DATUM(3),
					   .due = CStringGetTextDatum("due"),
					   .normal = CStringGetTextDatum("normal"),
					   .result = result,
					   .answer = answer_open(result->setDesc, said_columns, SAID_NCOLUMNS),
					   .context = CurrentMemoryContext};
	if (!hand_out_open(&tables))
		return (Datum) 0;
	deconstruct_array(PG_GETARG_ARRAYTYPE_P(0), TIDOID, sizeof(ItemPointerData), false, TYPALIGN_SHORT, &places, NULL, &nplaces);
	of_row = AllocSetContextCreate(CurrentMemoryContext, "medsched reminder", ALLOCSET_DEFAULT_SIZES);
	MemoryContextSwitchTo(of_row);
	for (int i = 0; i < nplaces; i++)
	{
		ItemPointer place = (ItemPointer) DatumGetPointer(places[i]);
		QueueRow	row;

		CHECK_FOR_INTERRUPTS();
		MemoryContextReset(of_row);
		if (!find_ready_row(&tables, place, &row))
			continue;
		if (is_recorded(&tables.recorded, &row))
			put_back(&tables, place, &row);
		else
			hand_out_row(&tables, place, &row);
	}
	MemoryContextSwitchTo(tables.context);
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
		if (user_scan_open(&tables->recorded, &recorded_rows))
			return true;
		worker_table_close(&tables->held);
	}
	worker_table_close(&tables->queue);
	return false;
}

static void
hand_out_close(HandOut *tables)
{
	if (tables->is_back_open)
	{
		ready_reader_close(&tables->ready);
		worker_table_close(&tables->back);
	}
	user_scan_close(&tables->recorded);
	worker_table_close(&tables->held);
	worker_table_close(&tables->queue);
}

/* Read a row of the queue; false: it is one for the statement. */
static bool
find_ready_row(HandOut *tables, ItemPointer place, QueueRow *row)
{
	TimestampTz dose;

	if (!worker_table_fetch(&tables->queue, place))
		return false;
	worker_table_read(&tables->queue, row->values, row->isnull);
	/* The tables' owner may let any column be NULL. */
	if (row->isnull[QUEUE_USER_ID] || row->isnull[QUEUE_SCHEDULE_ID] || row->isnull[QUEUE_EVENT] || row->isnull[QUEUE_LOOK_AT] ||
		row->isnull[QUEUE_UNFINISHED] || row->isnull[QUEUE_MEDICATION_ID] || row->isnull[QUEUE_MEDICATION_NAME] || row->isnull[QUEUE_TIME_ZONE] ||
		VARSIZE_ANY_EXHDR(DatumGetPointer(row->values[QUEUE_EVENT])) > 0 || !row->isnull[QUEUE_LOOKS_FROM] ||
		DatumGetBool(row->values[QUEUE_UNFINISHED]))
		return false;
	dose = DatumGetTimestampTz(row->values[QUEUE_LOOK_AT]);
	return dose <= tables->at && dose >= tables->at - DROP_AFTER && dose_id_has_time(dose) &&
		   (row->isnull[QUEUE_SAID_AT] || DatumGetTimestampTz(row->values[QUEUE_SAID_AT]) < dose);
}

static void
hand_out_row(HandOut *tables, ItemPointer place, const QueueRow *row)
{
	pg_uuid_t token = reminder_token(tables->batch, place);
	text	 *dose_id = palloc(VARHDRSZ + DOSE_ID_LENGTH);
	Datum	  dose = row->values[QUEUE_LOOK_AT];
	Datum	  held[HELD_NCOLUMNS];
	bool	  held_isnull[HELD_NCOLUMNS] = {0};
	Datum	  said[SAID_NCOLUMNS];
	bool	  said_isnull[SAID_NCOLUMNS] = {0};

	SET_VARSIZE(dose_id, VARHDRSZ + DOSE_ID_LENGTH);
	dose_id_write_schedule(VARDATA(dose_id), DatumGetUUIDP(row->values[QUEUE_SCHEDULE_ID]));
	dose_id_write_time(VARDATA(dose_id), DatumGetTimestampTz(dose));

	held[HELD_TOKEN] = said[SAID_TOKEN] = UUIDPGetDatum(&token);
	held[HELD_USER_ID] = said[SAID_USER_ID] = row->values[QUEUE_USER_ID];
	held[HELD_SCHEDULE_ID] = said[SAID_SCHEDULE_ID] = row->values[QUEUE_SCHEDULE_ID];
	held[HELD_EVENT] = row->values[QUEUE_EVENT];
	held[HELD_LEASE_ENDS_AT] = said[SAID_LEASE_ENDS_AT] = tables->lease_ends_at;
	held[HELD_NEXT_AT] = row->values[QUEUE_NEXT_AT];
	held_isnull[HELD_NEXT_AT] = row->isnull[QUEUE_NEXT_AT];
	held[HELD_SAID_AT] = held[HELD_SAID_FROM] = held[HELD_SAID_DOSE] = dose;
	held[HELD_KIND] = said[SAID_KIND] = tables->due;
	held[HELD_NTH] = said[SAID_NTH] = Int32GetDatum(0);
	held[HELD_ATTEMPT] = said[SAID_ATTEMPT] = Int32GetDatum(1);
	held[HELD_WORKER] = tables->worker;
	held_isnull[HELD_WORKER] = tables->worker == 0;
	held[HELD_OWN_LEASE] = BoolGetDatum(false);

	said[SAID_REMINDER_ID] = PointerGetDatum(reminder_id(dose_id, DatumGetTextPP(tables->due), DatumGetTimestampTz(dose)));
	said[SAID_URGENCY] = tables->normal;
	said[SAID_DOSE_ID] = PointerGetDatum(dose_id);
	said[SAID_SCHEDULED_FOR] = said[SAID_DUE_AT] = dose;
	said[SAID_LOCAL_TIME] = local_time_of(row);
	said[SAID_TIME_ZONE] = row->values[QUEUE_TIME_ZONE];
	said[SAID_MEDICATION_ID] = row->values[QUEUE_MEDICATION_ID];
	said[SAID_MEDICATION_NAME] = row->values[QUEUE_MEDICATION_NAME];
	said[SAID_DOSE_AMOUNT] = row->values[QUEUE_DOSE_AMOUNT];
	said_isnull[SAID_DOSE_AMOUNT] = row->isnull[QUEUE_DOSE_AMOUNT];
	said[SAID_DOSE_UNIT] = row->values[QUEUE_DOSE_UNIT];
	said_isnull[SAID_DOSE_UNIT] = row->isnull[QUEUE_DOSE_UNIT];
	said[SAID_INSTRUCTIONS] = row->values[QUEUE_INSTRUCTIONS];
	said_isnull[SAID_INSTRUCTIONS] = row->isnull[QUEUE_INSTRUCTIONS];

	worker_table_insert(&tables->held, held, held_isnull);
	answer_set(tables->answer, said, said_isnull);
	tuplestore_putvalues(tables->result->setResult, tables->result->setDesc, tables->answer->values, tables->answer->isnull);
	delete_locked(&tables->queue, place);
}

/* Put a row whose dose is recorded back for the next one, if that is to come, and it is known what is to be said of it. */
static void
put_back(HandOut *tables, ItemPointer place, QueueRow *row)
{
	TimestampTz next_at = DatumGetTimestampTz(row->values[QUEUE_NEXT_AT]);
	Datum		user_id = row->values[QUEUE_USER_ID];
	Datum		schedule_id = row->values[QUEUE_SCHEDULE_ID];

	if (row->isnull[QUEUE_NEXT_AT] || next_at <= tables->at || !open_back(tables) ||
		!ready_reminder_find(&tables->ready, user_id, schedule_id, next_at, row->values, row->isnull))
		return;
	row->values[QUEUE_LOOK_AT] = TimestampTzGetDatum(next_at);
	worker_table_insert(&tables->back, row->values, row->isnull);
	delete_locked(&tables->queue, place);
}

static bool
open_back(HandOut *tables)
{
	if (!tables->has_back)
	{
		MemoryContext before = MemoryContextSwitchTo(tables->context);

		tables->has_back = true;
		if (worker_table_open(&tables->back, "reminder_queue", queue_columns, QUEUE_NCOLUMNS, ACL_INSERT))
		{
			tables->is_back_open = ready_reader_open(&tables->ready);
			if (!tables->is_back_open)
				worker_table_close(&tables->back);
		}
		MemoryContextSwitchTo(before);
	}
	return tables->is_back_open;
}

static void
delete_locked(WorkerTable *queue, ItemPointer place)
{
	if (!worker_table_delete(queue, place))
		elog(ERROR, "a row of the queue that was locked could not be deleted");
}

static bool
is_recorded(UserScan *recorded, const QueueRow *row)
{
	ScanKeyData key[3];

	ScanKeyInit(&key[0], 1, BTEqualStrategyNumber, F_UUID_EQ, row->values[QUEUE_USER_ID]);
	ScanKeyInit(&key[1], 2, BTEqualStrategyNumber, F_TIMESTAMPTZ_EQ, row->values[QUEUE_LOOK_AT]);
	ScanKeyInit(&key[2], 3, BTEqualStrategyNumber, F_UUID_EQ, row->values[QUEUE_SCHEDULE_ID]);
	user_scan_start(recorded, key, 3);
	return user_scan_next(recorded);
}

/* Give when a row's dose is due by the wall clock. */
static Datum
local_time_of(const QueueRow *row)
{
	const Zone *zone = zone_find(TextDatumGetCString(row->values[QUEUE_TIME_ZONE]));

	return TimestampGetDatum(zone_to_local(zone, second_of(DatumGetTimestampTz(row->values[QUEUE_LOOK_AT]))) * USECS_PER_SEC);
}
