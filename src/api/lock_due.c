/*-------------------------------------------------------------------------
 *
 * lock_due.c
 *		Locking the rows of the queue of reminders that are due, oldest first.
 *
 *		A claim begins so, with a thousand rows.  A third of what that took by a query was the executor.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/xact.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "funcapi.h"
#include "utils/array.h"
#include "utils/timestamp.h"
#include "utils/uuid.h"

#include "api/reminder_tables.h"
#include "base/arguments.h"
#include "tables/given_row.h"
#include "tables/tables.h"

/* What is given: rows, whose they are, and whether of any it is not known what is to be said. */
enum
{
	DUE_PLACES,
	DUE_USERS,
	DUE_IS_MIXED,
	DUE_NCOLUMNS
};

PG_FUNCTION_INFO_V1(medsched_lock_due);

static bool due_open(WorkerTable *queue);

/*
 * medsched_lock_due locks the rows of the queue that are due at an instant, at most so many, and
 * gives their places, as FOR UPDATE SKIP LOCKED does.  No places: there are none.  is_mixed
 * NULL: a statement is to do it.
 */
Datum
medsched_lock_due(PG_FUNCTION_ARGS)
{
	WorkerTable queue;
	TupleDesc	descriptor;
	Datum		values[DUE_NCOLUMNS];
	bool		isnull[DUE_NCOLUMNS] = {true, true, true};
	TimestampTz at;
	int			most;
	int			n = 0;
	int			nusers = 0;
	bool		is_mixed = false;

	require_argument(fcinfo, 0, "most");
	require_argument(fcinfo, 1, "at");
	most = Max(PG_GETARG_INT32(0), 0);
	at = PG_GETARG_TIMESTAMPTZ(1);
	if (get_call_result_type(fcinfo, NULL, &descriptor) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	if (due_open(&queue))
	{
		ItemPointerData *places = palloc(sizeof(ItemPointerData) * most);
		pg_uuid_t		*users = palloc(sizeof(pg_uuid_t) * most);
		Datum			*elements = palloc(sizeof(Datum) * most);

		while (n < most && worker_table_lock_next(&queue, at))
		{
			bool  is_null;
			Datum user_id = slot_getattr(queue.slot, queue.numbers[QUEUE_USER_ID], &is_null);

			/* The tables' owner may let it be NULL. */
			if (!is_null)
				users[nusers++] = *DatumGetUUIDP(user_id);
			places[n++] = queue.slot->tts_tid;
			is_mixed |= slot_attisnull(queue.slot, queue.numbers[QUEUE_MEDICATION_ID]);
		}
		worker_table_close(&queue);
		for (int i = 0; i < n; i++)
			elements[i] = PointerGetDatum(&places[i]);
		values[DUE_PLACES] = PointerGetDatum(construct_array(elements, n, TIDOID, sizeof(ItemPointerData), false, TYPALIGN_SHORT));
		for (int i = 0; i < nusers; i++)
			elements[i] = UUIDPGetDatum(&users[i]);
		values[DUE_USERS] = PointerGetDatum(construct_array(elements, nusers, UUIDOID, UUID_LEN, false, TYPALIGN_CHAR));
		isnull[DUE_PLACES] = isnull[DUE_USERS] = n == 0;
		values[DUE_IS_MIXED] = BoolGetDatum(is_mixed);
		isnull[DUE_IS_MIXED] = false;
	}
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(descriptor), values, isnull)));
}

/* Open the queue; false: a statement is to do it, which also tells why it cannot be done. */
static bool
due_open(WorkerTable *queue)
{
	if (queries_are_watched() || IsolationUsesXactSnapshot() || XactReadOnly)
		return false;
	check_tables();
	if (!worker_table_open(queue, "reminder_queue", queue_columns, QUEUE_NCOLUMNS, ACL_UPDATE))
		return false;
	if (worker_table_open_order(queue, QUEUE_LOOK_AT))
		return true;
	worker_table_close(queue);
	return false;
}
