/*-------------------------------------------------------------------------
 *
 * doses_nearby.c
 *		The doses as needed around one that was just written.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/xact.h"
#include "catalog/pg_type.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"
#include "utils/uuid.h"

#include "triggers/doses_nearby.h"
#include "triggers/rule_trigger.h"

/* Further than any two instants of the years 1 to 9999. */
#define MAX_WIDTH ((int64) 1 << 60)

/* The statement whose rows are being checked, and what was read for them. */
typedef struct Nearby
{
	FullTransactionId transaction;
	TransactionId	  xmin;
	CommandId		  command;
	pg_uuid_t		  user_id;
	pg_uuid_t		  medication_id;
	int64			  width; /* how far the latest reading reached */
	TimestampTz		  from;	 /* exclusive */
	TimestampTz		  to;	 /* exclusive; not after from: nothing is kept */
	DosesTaken		  doses; /* in TopTransactionContext */
} Nearby;

static Nearby nearby;

static SavedPlan doses_as_needed = {
	"SELECT d.scheduled_for FROM medsched.dose_taken AS d "
	"JOIN medsched.schedules AS s "
	"ON s.user_id OPERATOR(pg_catalog.=) d.user_id AND s.id OPERATOR(pg_catalog.=) d.schedule_id "
	"WHERE d.user_id OPERATOR(pg_catalog.=) $1 AND s.user_id OPERATOR(pg_catalog.=) $1 "
	"AND s.medication_id OPERATOR(pg_catalog.=) $2 AND s.as_needed "
	"AND d.outcome OPERATOR(pg_catalog.=) 'taken' "
	"AND d.scheduled_for OPERATOR(pg_catalog.>) $3 AND d.scheduled_for OPERATOR(pg_catalog.<) $4 "
	"ORDER BY d.scheduled_for",
	4,
	{UUIDOID, UUIDOID, TIMESTAMPTZOID, TIMESTAMPTZOID},
	NULL,
	{DOSE_TAKEN_SCHEDULED_FOR}};

static bool is_same_statement(const Nearby *key);
static void keep_doses(const Nearby *key, TimestampTz at, int64 width);
static int	first_after(const DosesTaken *doses, TimestampTz at);

void
read_doses_as_needed(Datum user_id, Datum medication_id, TimestampTz after, TimestampTz before, DosesTaken *doses)
{
	Datum values[4] = {user_id, medication_id, TimestampTzGetDatum(after), TimestampTzGetDatum(before)};

	rule_query(&doses_as_needed, values, NULL, 0);
	doses->ndoses = (int) SPI_processed;
	doses->at = palloc(sizeof(TimestampTz) * Max(doses->ndoses, 1));
	for (int i = 0; i < doses->ndoses; i++)
		doses->at[i] = DatumGetTimestampTz(read_single(&doses_as_needed, i, NULL));
	SPI_freetuptable(SPI_tuptable);
}

void
read_doses_nearby(HeapTuple tuple, Datum user_id, Datum medication_id, TimestampTz at, int64 reach, DosesTaken *doses)
{
	Nearby key = {.transaction = GetTopFullTransactionId(),
				  .xmin = HeapTupleHeaderGetRawXmin(tuple->t_data),
				  .command = HeapTupleHeaderGetRawCommandId(tuple->t_data),
				  .user_id = *DatumGetUUIDP(user_id),
				  .medication_id = *DatumGetUUIDP(medication_id),
				  .width = reach};

	if (!is_same_statement(&key))
	{
		if (FullTransactionIdEquals(nearby.transaction, key.transaction) && nearby.doses.at != NULL)
			pfree(nearby.doses.at);
		nearby = key;
		read_doses_as_needed(user_id, medication_id, at - reach, at + reach, doses);
	}
	else
	{
		int first;

		if (nearby.from > at - reach || nearby.to < at + reach)
			keep_doses(&key, at, Min(2 * Max(nearby.width, reach), MAX_WIDTH));
		first = first_after(&nearby.doses, at - reach);
		doses->ndoses = first_after(&nearby.doses, at + reach - 1) - first;
		doses->at = palloc(sizeof(TimestampTz) * Max(doses->ndoses, 1));
		memcpy(doses->at, nearby.doses.at + first, sizeof(TimestampTz) * doses->ndoses);
	}
	doses_taken_leave_out(doses, at);
}

/* Read the doses about an instant, and keep them for the rest of the transaction. */
static void
keep_doses(const Nearby *key, TimestampTz at, int64 width)
{
	DosesTaken found;

	if (nearby.doses.at != NULL)
		pfree(nearby.doses.at);
	nearby.doses.at = NULL;
	nearby.from = nearby.to = 0;

	read_doses_as_needed(UUIDPGetDatum(&key->user_id), UUIDPGetDatum(&key->medication_id), at - width, at + width, &found);
	nearby.doses.at = MemoryContextAllocHuge(TopTransactionContext, sizeof(TimestampTz) * Max(found.ndoses, 1));
	memcpy(nearby.doses.at, found.at, sizeof(TimestampTz) * found.ndoses);
	nearby.doses.ndoses = found.ndoses;
	nearby.width = width;
	nearby.from = at - width;
	nearby.to = at + width;
}

/* Tell whether what is kept is for the same statement; what a transaction that is over kept is gone. */
static bool
is_same_statement(const Nearby *key)
{
	return FullTransactionIdEquals(nearby.transaction, key->transaction) &&
		   nearby.xmin == key->xmin &&
		   nearby.command == key->command &&
		   memcmp(&nearby.user_id, &key->user_id, sizeof(pg_uuid_t)) == 0 &&
		   memcmp(&nearby.medication_id, &key->medication_id, sizeof(pg_uuid_t)) == 0;
}

/* Find the place of the first dose after an instant. */
static int
first_after(const DosesTaken *doses, TimestampTz at)
{
	int low = 0;
	int high = doses->ndoses;

	while (low < high)
	{
		int middle = low + (high - low) / 2;

		if (doses->at[middle] > at)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}
