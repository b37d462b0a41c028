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

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"
#include "utils/uuid.h"

#include "api/ready_reminder.h"
#include "api/reminder_tables.h"
#include "base/arguments.h"
#include "tables/given_row.h"

/* The tables that completing reads and writes. */
typedef struct Completing
{
	WorkerTable held;
	WorkerTable queue;
	ReadyReader ready;
} Completing;

PG_FUNCTION_INFO_V1(medsched_complete_ready);

static bool completing_open(Completing *tables);
static void completing_close(Completing *tables);

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
	n = unique_ids(tokens, n);
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
		if (!worker_table_find(&tables.held, tokens[i]))
			continue;
		worker_table_read(&tables.held, held, held_isnull);
		/* The tables' owner may let any column be NULL. */
		if (held_isnull[HELD_USER_ID] || held_isnull[HELD_SCHEDULE_ID] || held_isnull[HELD_EVENT] || held_isnull[HELD_SAID_AT] ||
			held_isnull[HELD_SAID_DOSE] || held_isnull[HELD_KIND] || held_isnull[HELD_NTH] || held_isnull[HELD_ATTEMPT] ||
			held_isnull[HELD_NEXT_AT] || VARSIZE_ANY_EXHDR(DatumGetPointer(held[HELD_EVENT])) > 0 ||
			!ready_reminder_find(&tables.ready, held[HELD_USER_ID], held[HELD_SCHEDULE_ID], DatumGetTimestampTz(held[HELD_NEXT_AT]), queued,
								 queued_isnull) ||
			!worker_table_delete(&tables.held, &tables.held.slot->tts_tid))
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
		if (ready_reader_open(&tables->ready))
			return true;
		worker_table_close(&tables->queue);
	}
	worker_table_close(&tables->held);
	return false;
}

static void
completing_close(Completing *tables)
{
	ready_reader_close(&tables->ready);
	worker_table_close(&tables->queue);
	worker_table_close(&tables->held);
}
