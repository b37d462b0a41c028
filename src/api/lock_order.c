/*-------------------------------------------------------------------------
 *
 * lock_order.c
 *		One order of locks, for everything that this library does.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "miscadmin.h"
#include "utils/memutils.h"
#include "utils/resowner.h"

#include "api/lock_order.h"

/*
 * Rows stay locked until their (sub)transaction ends, so they are locked in one of
 * their own, which can be rolled back.  What is locked stays: as many rows as
 * before are the same rows.
 */
uint64
lock_in_order(SavedPlan *query, Datum *values)
{
	MemoryContext	context = CurrentMemoryContext;
	ResourceOwner	owner = CurrentResourceOwner;
	volatile bool	all = false;
	volatile uint64 nlocked = 0;

	while (!all)
	{
		CHECK_FOR_INTERRUPTS();
		BeginInternalSubTransaction(NULL);
		MemoryContextSwitchTo(context);
		PG_TRY();
		{
			run_plan(query, values, NULL, false, SPI_OK_SELECT, 0);
			nlocked = SPI_processed;
			run_plan(query, values, NULL, false, SPI_OK_SELECT, 0);
			all = SPI_processed == nlocked;
		}
		PG_CATCH();
		{
			ErrorData *error;

			/* Whoever catches it ends a transaction of their own, not ours. */
			MemoryContextSwitchTo(context);
			error = CopyErrorData();
			FlushErrorState();
			RollbackAndReleaseCurrentSubTransaction();
			MemoryContextSwitchTo(context);
			CurrentResourceOwner = owner;
			ReThrowError(error);
		}
		PG_END_TRY();
		if (all)
			ReleaseCurrentSubTransaction();
		else
			RollbackAndReleaseCurrentSubTransaction();
		MemoryContextSwitchTo(context);
		CurrentResourceOwner = owner;
	}
	return nlocked;
}
