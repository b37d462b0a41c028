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
#include "common/hashfn.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

#include "tables/tables.h"
#include "triggers/held_schedule.h"

/* One that falls on a taken slot replaces what is there. */
#define N_SLOTS 1024

/* One with more single dates than this is not kept: so all together are a few megabytes. */
#define MAX_DATES 100

typedef struct Slot
{
	MemoryContext	 context; /* NULL: free */
	SubTransactionId locked_in;
	HeldSchedule	 held;
} Slot;

/* In the context of the transaction; NULL: nothing is held. */
static Slot *slots = NULL;

/* What tables_changes() was when the first of them was noted. */
static uint64 changes;

static MemoryContextCallback on_end;

static Slot *slot_of(const pg_uuid_t *schedule_id);
static bool	 is_current(const RowVersion *version);
static void	 begin_holding(void);
static void	 forget_all(void *arg);

const HeldSchedule *
held_schedule_find(Datum user_id, Datum schedule_id)
{
	const pg_uuid_t *user = DatumGetUUIDP(user_id);
	const pg_uuid_t *schedule = DatumGetUUIDP(schedule_id);
	const Slot		*slot;

	if (slots == NULL || changes != tables_changes())
		return NULL;
	slot = slot_of(schedule);
	if (slot->context == NULL || slot->locked_in != GetCurrentSubTransactionId() ||
		memcmp(&slot->held.schedule_id, schedule, sizeof(pg_uuid_t)) != 0 ||
		memcmp(&slot->held.user_id, user, sizeof(pg_uuid_t)) != 0 ||
		!is_current(&slot->held.schedule) || !is_current(&slot->held.medication))
		return NULL;
	return &slot->held;
}

static Slot *
slot_of(const pg_uuid_t *schedule_id)
{
	return &slots[hash_bytes(schedule_id->data, UUID_LEN) % N_SLOTS];
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
	const Schedule	  *times = schedule->row.schedule;
	MemoryContext	   before;
	Slot			  *slot;

	if (times->rdates.n + times->exdates.n > MAX_DATES)
		return;
	if (slots == NULL && transaction != GetCurrentTransactionStartTimestamp())
	{
		transaction = GetCurrentTransactionStartTimestamp();
		return;
	}
	begin_holding();
	slot = slot_of(&schedule->schedule_id);
	if (slot->context != NULL)
		MemoryContextReset(slot->context);
	else
		slot->context = AllocSetContextCreate(TopTransactionContext, "medsched schedule held", ALLOCSET_SMALL_SIZES);

	slot->locked_in = InvalidSubTransactionId;
	slot->held = *schedule;
	before = MemoryContextSwitchTo(slot->context);
	/* The schedule is all that its source is for, but for words in errors. */
	slot->held.row.schedule = schedule_create_from(&schedule->row.source, schedule->row.effective_from);
	slot->held.row.source.rrule = NULL;
	slot->held.row.source.time_zone = pstrdup(schedule->row.source.time_zone);
	slot->held.row.source.rdates = NULL;
	slot->held.row.source.exdates = NULL;
	MemoryContextSwitchTo(before);
	slot->locked_in = GetCurrentSubTransactionId();
}

/* Make room, unless there is some for the tables as they are. */
static void
begin_holding(void)
{
	if (slots == NULL)
	{
		slots = MemoryContextAllocZero(TopTransactionContext, sizeof(Slot) * N_SLOTS);
		on_end.func = forget_all;
		MemoryContextRegisterResetCallback(TopTransactionContext, &on_end);
	}
	else if (changes != tables_changes())
	{
		for (int i = 0; i < N_SLOTS; i++)
			slots[i].locked_in = InvalidSubTransactionId;
	}
	changes = tables_changes();
}

static void
forget_all(void *arg pg_attribute_unused())
{
	slots = NULL;
}
