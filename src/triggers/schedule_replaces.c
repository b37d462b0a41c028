/*-------------------------------------------------------------------------
 *
 * schedule_replaces.c
 *		The trigger on schedules that replace others: of the same medication,
 *		from where those end, and never in a circle.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/rel.h"
#include "utils/timestamp.h"

#include "base/message.h"
#include "triggers/rule_queries.h"
#include "triggers/rule_trigger.h"

PG_FUNCTION_INFO_V1(medsched_schedule_replaces_schedule);

/* One of two schedules, the latter of which replaces the former. */
typedef struct Link
{
	Datum		id;
	Datum		medication_id;
	TimestampTz bound; /* the former's ends_at, the latter's effective_from; DT_NOEND: none */
} Link;

static void		   check_link(TriggerData *trigger, const Link *former, const Link *latter);
static bool		   may_break_link(TriggerData *trigger, TableColumn bound);
static void		   refuse_circle(TriggerData *trigger, Datum user_id, const Link *self);
static bool		   lock_former(Datum user_id, Datum id, Link *former);
static TimestampTz bound_of(TriggerData *trigger, HeapTuple tuple, TableColumn column);

/* A change of it by others looks at what replaces it. */
static SavedPlan lock_replaced = {
	"SELECT s.id, s.medication_id, s.ends_at FROM medsched.schedules AS s "
	"WHERE s.user_id OPERATOR(pg_catalog.=) $1 AND s.id OPERATOR(pg_catalog.=) $2 "
	"FOR SHARE",
	2,
	{UUIDOID, UUIDOID},
	NULL,
	{SCHEDULES_ID, SCHEDULES_MEDICATION_ID, SCHEDULES_ENDS_AT}};

/* UNION, not UNION ALL: it ends in a circle that was loaded with triggers off. */
static SavedPlan find_itself = {
	"WITH RECURSIVE chain AS ("
	"SELECT s.replaces FROM medsched.schedules AS s "
	"WHERE s.user_id OPERATOR(pg_catalog.=) $1 AND s.id OPERATOR(pg_catalog.=) $2 "
	"UNION "
	"SELECT s.replaces FROM chain AS c "
	"JOIN medsched.schedules AS s ON s.user_id OPERATOR(pg_catalog.=) $1 AND s.id OPERATOR(pg_catalog.=) c.replaces) "
	"SELECT FROM chain AS c WHERE c.replaces OPERATOR(pg_catalog.=) $2",
	2,
	{UUIDOID, UUIDOID},
	NULL,
	{LAST_COLUMN}};

/*
 * medsched_schedule_replaces_schedule checks a schedule against the one that it
 * replaces, and against the one that replaces it.
 */
Datum
medsched_schedule_replaces_schedule(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = rule_trigger(fcinfo, "schedule_replaces_schedule", AFTER_ROW, ON_INSERT | ON_UPDATE);
	TupleDesc	 descriptor = RelationGetDescr(trigger->tg_relation);
	HeapTuple	 tuple = TRIGGER_FIRED_BY_UPDATE(trigger->tg_event) ? trigger->tg_newtuple : trigger->tg_trigtuple;
	Datum		 user_id = rule_column(trigger, tuple, SCHEDULES_USER_ID);
	Link		 self = {.id = rule_column(trigger, tuple, SCHEDULES_ID), .medication_id = rule_column(trigger, tuple, SCHEDULES_MEDICATION_ID)};
	Datum		 replaces;
	Link		 former;
	Successor	 successor;
	bool		 isnull;

	SPI_connect();
	replaces = column_value(SCHEDULES_REPLACES, tuple, descriptor, &isnull);

	/* Lock only when needed: a session that waits for us may hold the row. */
	if (!isnull && may_break_link(trigger, SCHEDULES_EFFECTIVE_FROM) && lock_former(user_id, replaces, &former))
	{
		self.bound = bound_of(trigger, tuple, SCHEDULES_EFFECTIVE_FROM);
		check_link(trigger, &former, &self);
	}
	if (may_break_link(trigger, SCHEDULES_ENDS_AT) && rule_find_successor(user_id, self.id, &successor))
	{
		Link latter = {successor.id, successor.medication_id, successor.effective_from};

		self.bound = bound_of(trigger, tuple, SCHEDULES_ENDS_AT);
		check_link(trigger, &self, &latter);
		if (!isnull)
			refuse_circle(trigger, user_id, &self);
	}
	SPI_finish();
	return PointerGetDatum(NULL);
}

/* Tell whether a change can break the link of this bound: one of the bound at the other side cannot. */
static bool
may_break_link(TriggerData *trigger, TableColumn bound)
{
	static const TableColumn links[] = {SCHEDULES_USER_ID, SCHEDULES_ID, SCHEDULES_MEDICATION_ID, SCHEDULES_REPLACES};

	if (!TRIGGER_FIRED_BY_UPDATE(trigger->tg_event) || rule_column_changes(trigger, bound))
		return true;
	for (size_t i = 0; i < lengthof(links); i++)
	{
		if (rule_column_changes(trigger, links[i]))
			return true;
	}
	return false;
}

static void
check_link(TriggerData *trigger, const Link *former, const Link *latter)
{
	bool tell = rule_may_tell("schedules");

	if (!DatumGetBool(DirectFunctionCall2(uuid_eq, former->medication_id, latter->medication_id)))
		ereport(ERROR,
				(errcode_medsched(ERRCODE_CHECK_VIOLATION),
				 errmsg("schedule \"%s\" replaces one of another medication", uuid_text(latter->id)),
				 tell ? errdetail("It is of medication \"%s\", and schedule \"%s\" of medication \"%s\".",
								  uuid_text(latter->medication_id), uuid_text(former->id), uuid_text(former->medication_id))
					  : 0,
				 errhint("End the one, and insert the other without replaces."),
				 errrule(trigger->tg_relation, "schedule_replaces_schedule")));

	/* Pass one without effective_from: it says nothing of when it takes over. */
	if (former->bound > latter->bound)
		ereport(ERROR,
				(errcode_medsched(ERRCODE_CHECK_VIOLATION),
				 errmsg("schedule \"%s\" takes effect before the one that it replaces ends", uuid_text(latter->id)),
				 !tell						 ? 0
				 : former->bound == DT_NOEND ? errdetail("It takes effect at %s, and schedule \"%s\" has no end.",
														 instant_text(latter->bound), uuid_text(former->id))
											 : errdetail("It takes effect at %s, and schedule \"%s\" ends at %s.",
														 instant_text(latter->bound), uuid_text(former->id), instant_text(former->bound)),
				 errhint("Call medsched.revise_schedule(): the one ends where the other takes effect."),
				 errrule(trigger->tg_relation, "schedule_replaces_schedule")));
}

/* Lock the medication first: two sessions could each close one half of a circle. */
static void
refuse_circle(TriggerData *trigger, Datum user_id, const Link *self)
{
	Datum			 key[2] = {user_id, self->id};
	LockedMedication medication;

	(void) rule_claim_medication(user_id, self->medication_id, &medication);
	if (rule_query(&find_itself, key, NULL, 1) > 0)
		ereport(ERROR,
				(errcode_medsched(ERRCODE_CHECK_VIOLATION),
				 errmsg("schedule \"%s\" replaces itself", uuid_text(self->id)),
				 errdetail("What it replaces replaces it in turn."),
				 errhint("A schedule replaces one that was before it."),
				 errrule(trigger->tg_relation, "schedule_replaces_schedule")));
}

/* Lock a schedule that is replaced against change, and read it; false: there is none. */
static bool
lock_former(Datum user_id, Datum id, Link *former)
{
	Datum key[2] = {user_id, id};
	Datum values[3];
	bool  isnull[3];

	if (rule_query(&lock_replaced, key, NULL, 1) == 0)
		return false;
	read_row(&lock_replaced, 0, values, isnull);
	former->id = values[0];
	former->medication_id = values[1];
	former->bound = isnull[2] ? DT_NOEND : DatumGetTimestampTz(values[2]);
	return true;
}

/* Read a bound of a row; DT_NOEND: it has none. */
static TimestampTz
bound_of(TriggerData *trigger, HeapTuple tuple, TableColumn column)
{
	bool  isnull;
	Datum bound = column_value(column, tuple, RelationGetDescr(trigger->tg_relation), &isnull);

	return isnull ? DT_NOEND : DatumGetTimestampTz(bound);
}
