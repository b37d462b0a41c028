/*-------------------------------------------------------------------------
 *
 * held_schedule.c
 *		Schedules that this transaction has locked already, with their medications.
 *
 * Both rows are locked FOR SHARE until the transaction, or the subtransaction that
 * locked them, ends.  Until then no other session can change or delete them, nor can
 * VACUUM or a rewrite of the table move them.  This transaction can: so each use looks
 * whether the versions that were read are still the current ones.  A subtransaction that is
 * rolled back lets go of its locks: so what is held is of one subtransaction alone.
 * A change of a table's definition makes all of it void.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "miscadmin.h"
#include "utils/hsearch.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

#include "tables/tables.h"
#include "triggers/held_schedule.h"

typedef struct Entry
{
	HeldSchedule	 held; /* begins with the key: user_id, schedule_id */
	SubTransactionId locked_in;
} Entry;

StaticAssertDecl(offsetof(HeldSchedule, user_id) == 0 && offsetof(HeldSchedule, schedule_id) == sizeof(pg_uuid_t),
				 "HeldSchedule begins with its key");

/* By user and schedule, in a context of the transaction's that is no larger than work_mem; NULL: nothing is held. */
static HTAB			*entries = NULL;
static MemoryContext holding;

/* What tables_changes() was when the first of them was noted. */
static uint64 changes;

static MemoryContextCallback on_end;

static bool is_current(const RowVersion *version);
static void begin_holding(void);
static void forget_all(void *arg);

const HeldSchedule *
held_schedule_find(Datum user_id, Datum schedule_id)
{
	const pg_uuid_t key[2] = {*DatumGetUUIDP(user_id), *DatumGetUUIDP(schedule_id)};
	const Entry	   *entry;

	if (entries == NULL || changes != tables_changes())
		return NULL;
	entry = hash_search(entries, key, HASH_FIND, NULL);
	if (entry == NULL || entry->locked_in != GetCurrentSubTransactionId() ||
		!is_current(&entry->held.schedule) || !is_current(&entry->held.medication))
		return NULL;
	return &entry->held;
}

/* Tell whether a version of a row is there still, and no later one, by what this transaction did too. */
static bool
is_current(const RowVersion *version)
{
	Relation		relation = table_open(version->relation, AccessShareLock);
	TupleTableSlot *tuple = table_slot_create(relation, NULL);
	ItemPointerData place = version->place;
	bool			found = table_tuple_fetch_row_version(relation, &place, SnapshotSelf, tuple);

	ExecDropSingleTupleTableSlot(tuple);
	table_close(relation, NoLock);
	return found;
}

/*
 * Most transactions record one dose, and have no use for it again: the first schedule
 * of each is not kept.
 */
void
held_schedule_keep(const HeldSchedule *schedule)
{
	static TimestampTz transaction = 0;
	MemoryContext	   before;
	Entry			  *entry;

	if (entries == NULL && transaction != GetCurrentTransactionStartTimestamp())
	{
		transaction = GetCurrentTransactionStartTimestamp();
		return;
	}
	begin_holding();
	entry = hash_search(entries, schedule, HASH_ENTER, NULL);
	entry->locked_in = InvalidSubTransactionId;
	entry->held = *schedule;
	before = MemoryContextSwitchTo(holding);
	/* The schedule is all that its source is for, but for words in errors. */
	entry->held.row.schedule = schedule_create_from(&schedule->row.source, schedule->row.effective_from);
	entry->held.row.source.rrule = NULL;
	entry->held.row.source.time_zone = pstrdup(schedule->row.source.time_zone);
	entry->held.row.source.rdates = NULL;
	entry->held.row.source.exdates = NULL;
	MemoryContextSwitchTo(before);
	entry->locked_in = GetCurrentSubTransactionId();
}

/* Begin with none, or anew where the tables have changed or the memory is used up. */
static void
begin_holding(void)
{
	HASHCTL control = {.keysize = 2 * sizeof(pg_uuid_t), .entrysize = sizeof(Entry)};

	if (entries != NULL && (changes != tables_changes() || MemoryContextMemAllocated(holding, true) >= (Size) work_mem * 1024))
		MemoryContextDelete(holding);
	if (entries != NULL)
		return;
	changes = tables_changes();
	holding = AllocSetContextCreate(TopTransactionContext, "medsched schedules held", ALLOCSET_DEFAULT_SIZES);
	control.hcxt = holding;
	entries = hash_create("medsched schedules held", 16, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	on_end.func = forget_all;
	MemoryContextRegisterResetCallback(holding, &on_end);
}

static void
forget_all(void *arg pg_attribute_unused())
{
	entries = NULL;
}
