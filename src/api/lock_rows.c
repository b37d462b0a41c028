/*-------------------------------------------------------------------------
 *
 * lock_rows.c
 *		Locks of several rows: all of them, or none.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "miscadmin.h"
#include "utils/memutils.h"
#include "utils/resowner.h"
#include "utils/snapmgr.h"

#include "api/lock_rows.h"
#include "triggers/rule_trigger.h"

/* What is done in a subtransaction; false: it is to be rolled back, locks and all. */
typedef bool (*Attempt)(RowLock *lock, int nlocks, Datum *values);

static bool try_attempt(Attempt attempt, RowLock *locks, int nlocks, Datum *values);
static bool lock_all(RowLock *locks, int nlocks, Datum *values);
static bool wait_for_one(RowLock *lock, int nlocks, Datum *key);
static void wait_for_each(RowLock *lock, Datum *values);

/*
 * Try to lock all rows.  Where another session holds one, wait for each alone, holding
 * none, and begin anew: by then others may hold another one.
 */
void
lock_rows(RowLock *locks, int nlocks, Datum *values, Snapshot *before)
{
	for (;;)
	{
		if (before != NULL)
			*before = RegisterSnapshot(GetLatestSnapshot());
		if (try_attempt(lock_all, locks, nlocks, values))
			return;
		if (before != NULL)
			UnregisterSnapshot(*before);
		CHECK_FOR_INTERRUPTS();
		for (int i = 0; i < nlocks; i++)
			wait_for_each(&locks[i], values);
	}
}

/*
 * Lock twice: during the first look, another session may have inserted a row that
 * belongs to them.  What is locked stays, so as many rows are the same rows.
 */
static bool
lock_all(RowLock *locks, int nlocks, Datum *values)
{
	for (int i = 0; i < nlocks; i++)
	{
		uint64 nlocked;

		nlocked = rule_query(&locks[i].lock, values, NULL, 0);
		if (rule_query(&locks[i].lock, values, NULL, 0) != nlocked)
			return false;
	}
	return true;
}

/* Wait for each row, one after the other. */
static void
wait_for_each(RowLock *lock, Datum *values)
{
	SPITupleTable *found;
	uint64		   nfound;

	nfound = rule_query(&lock->look, values, NULL, 0);
	found = SPI_tuptable;
	for (uint64 i = 0; i < nfound; i++)
	{
		Datum key[ROW_LOCK_MAX_KEYS];
		bool  isnull[ROW_LOCK_MAX_KEYS];

		read_columns(lock->look.columns, found->vals[i], found->tupdesc, key, isnull);
		(void) try_attempt(wait_for_one, lock, 1, key);
	}
	SPI_freetuptable(found);
}

/* Wait for a row, and let go of it. */
static bool
wait_for_one(RowLock *lock, int nlocks, Datum *key)
{
	for (int i = 0; i < nlocks; i++)
		(void) rule_query(&lock[i].wait, key, NULL, 0);
	return false;
}

/*
 * Make an attempt in a subtransaction; rows stay locked unless that is rolled back.  A
 * row that could not be had at once is no error but false.
 */
static bool
try_attempt(Attempt attempt, RowLock *locks, int nlocks, Datum *values)
{
	MemoryContext context = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	ErrorData *volatile error = NULL;
	volatile bool done = false;

	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(context);
	PG_TRY();
	{
		done = attempt(locks, nlocks, values);
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(context);
		error = CopyErrorData();
		FlushErrorState();
	}
	PG_END_TRY();
	if (done)
		ReleaseCurrentSubTransaction();
	else
		RollbackAndReleaseCurrentSubTransaction();
	MemoryContextSwitchTo(context);
	CurrentResourceOwner = owner;

	if (error != NULL && (attempt != lock_all || error->sqlerrcode != ERRCODE_LOCK_NOT_AVAILABLE))
		ReThrowError(error);
	return done;
}
