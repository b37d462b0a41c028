/*-------------------------------------------------------------------------
 *
 * rules.c
 *		The triggers on medications and schedules: a medication has a
 *		schedule, is not deleted, and a schedule has a dose.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/timestamp.h"

#include "base/message.h"
#include "triggers/erased_user.h"
#include "triggers/rule_trigger.h"
#include "schedule/schedule_search.h"
#include "tables/schedule_row.h"

/* Earlier than starts_at, in whatever zone it is read. */
#define ZONE_MARGIN (2 * USECS_PER_DAY)

const pg_uuid_t *erased_user = NULL;

PG_FUNCTION_INFO_V1(medsched_medication_has_schedule);
PG_FUNCTION_INFO_V1(medsched_medications_not_deleted);
PG_FUNCTION_INFO_V1(medsched_tables_not_truncated);
PG_FUNCTION_INFO_V1(medsched_schedule_has_dose);

static SavedPlan lock_medication = {
	"SELECT FROM medsched.medications AS m "
	"WHERE m.user_id OPERATOR(pg_catalog.=) $1 AND m.id OPERATOR(pg_catalog.=) $2 "
	"FOR NO KEY UPDATE",
	2,
	{UUIDOID, UUIDOID},
	NULL,
	{LAST_COLUMN}};

static SavedPlan find_schedule = {
	"SELECT FROM medsched.schedules AS s "
	"WHERE s.user_id OPERATOR(pg_catalog.=) $1 AND s.medication_id OPERATOR(pg_catalog.=) $2",
	2,
	{UUIDOID, UUIDOID},
	NULL,
	{LAST_COLUMN}};

/*
 * medsched_medication_has_schedule refuses, at commit, a medication that came
 * without a schedule or lost its last.
 *
 * The medication's row is locked before counting: of two sessions that delete
 * one of its last two schedules each, the second waits here until the first
 * has committed, and then sees what it did.
 */
Datum
medsched_medication_has_schedule(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = rule_trigger(fcinfo, "medication_has_schedule", AFTER_ROW,
										ON_INSERT | ON_UPDATE | ON_DELETE);
	bool		 of_schedule = strcmp(get_rel_name(rule_table(trigger)), "schedules") == 0;
	HeapTuple	 tuple;
	Datum		 key[2];

	/* The medication as it is now, or the one that the schedule belonged to. */
	if (TRIGGER_FIRED_BY_UPDATE(trigger->tg_event) && !of_schedule)
		tuple = trigger->tg_newtuple;
	else
		tuple = trigger->tg_trigtuple;

	SPI_connect();
	key[0] = rule_column(trigger, tuple, of_schedule ? SCHEDULES_USER_ID : MEDICATIONS_USER_ID);
	key[1] = rule_column(trigger, tuple, of_schedule ? SCHEDULES_MEDICATION_ID : MEDICATIONS_ID);

	/* Immediate constraints: the medication is about to be deleted as well. */
	if (!is_erasing(DatumGetUUIDP(key[0])) &&
		rule_query(&lock_medication, key, NULL, 1) > 0 &&
		rule_query(&find_schedule, key, NULL, 1) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_CHECK_VIOLATION),
				 errmsg("medication \"%s\" has no schedule",
						uuid_text(key[1])),
				 errdetail("A medication has at least one schedule when its transaction commits."),
				 of_schedule ? errhint("A medication that is no longer taken keeps its schedules: call medsched.inactivate_medication().")
							 : errhint("Insert both in one transaction, or call medsched.create_medication()."),
				 errtableconstraint(trigger->tg_relation, "medication_has_schedule")));

	SPI_finish();
	return PointerGetDatum(NULL);
}

/*
 * medsched_medications_not_deleted refuses to delete a medication, but with
 * everything of its user.
 */
Datum
medsched_medications_not_deleted(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = rule_trigger(fcinfo, "medications_not_deleted", BEFORE_ROW, ON_DELETE);
	Datum		 id = rule_column(trigger, trigger->tg_trigtuple, MEDICATIONS_ID);

	if (is_erasing(DatumGetUUIDP(rule_column(trigger, trigger->tg_trigtuple, MEDICATIONS_USER_ID))))
		return PointerGetDatum(trigger->tg_trigtuple);

	ereport(ERROR,
			(errcode(ERRCODE_RESTRICT_VIOLATION),
			 errmsg("medication \"%s\" cannot be deleted",
					uuid_text(id)),
			 errdetail("Medications are kept, with the doses recorded."),
			 errhint("Inactivate it: call medsched.inactivate_medication()."),
			 errtableconstraint(trigger->tg_relation, "medications_not_deleted")));
	return PointerGetDatum(NULL);
}

/*
 * medsched_tables_not_truncated refuses to truncate a table: no row's trigger
 * would see it.
 */
Datum
medsched_tables_not_truncated(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = rule_trigger(fcinfo, "tables_not_truncated", BEFORE_STATEMENT, ON_TRUNCATE);

	ereport(ERROR,
			(errcode(ERRCODE_RESTRICT_VIOLATION),
			 errmsg("table \"%s\" cannot be truncated", RelationGetRelationName(trigger->tg_relation)),
			 errdetail("Medications are kept, with their schedules and the doses recorded."),
			 errhint("Inactivate a medication: call medsched.inactivate_medication()."),
			 errtableconstraint(trigger->tg_relation, trigger->tg_trigger->tgname)));
	return PointerGetDatum(NULL);
}

/*
 * medsched_schedule_has_dose refuses a schedule that can never have a dose.
 *
 * Where it ends matters for one that is new: a mistyped year would leave a
 * medication without doses.  One that was superseded before its first dose is
 * history like any other.
 */
Datum
medsched_schedule_has_dose(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = rule_trigger(fcinfo, "schedule_has_dose", AFTER_ROW, ON_INSERT | ON_UPDATE);
	bool		 is_insert = TRIGGER_FIRED_BY_INSERT(trigger->tg_event);
	HeapTuple	 tuple = is_insert ? trigger->tg_trigtuple : trigger->tg_newtuple;
	TupleDesc	 descriptor = RelationGetDescr(trigger->tg_relation);
	ScheduleRow	 row;
	bool		 replaces_none;
	TimestampTz	 first;
	char		*from;

	schedule_row_read_tuple(&row, tuple, descriptor);
	(void) column_value(SCHEDULES_REPLACES, tuple, descriptor, &replaces_none);
	if (row.as_needed)
		return PointerGetDatum(NULL);
	if (schedule_next_occurrence(schedule_row_schedule(&row), row.source.starts_at - ZONE_MARGIN, &first))
	{
		if (is_insert && first >= row.ends_at && replaces_none)
			ereport(ERROR,
					(errcode(ERRCODE_CHECK_VIOLATION),
					 errmsg("schedule ends before its first dose"),
					 errdetail("Its ends_at is %s, its first dose would be at %s.",
							   instant_text(row.ends_at), instant_text(first)),
					 errhint("Check the year of ends_at and of starts_at."),
					 errtableconstraint(trigger->tg_relation, "schedule_has_dose")));
		return PointerGetDatum(NULL);
	}

	from = row.effective_from != DT_NOBEGIN
			   ? instant_text(row.effective_from)
			   : wall_clock_text(row.source.starts_at);
	ereport(ERROR,
			(errcode(ERRCODE_CHECK_VIOLATION),
			 errmsg("schedule can never have a dose"),
			 row.source.rrule != NULL
				 ? errdetail("From %s on, \"%s\" less the exdates names no time.",
							 from, row.source.rrule)
			 : row.effective_from != DT_NOBEGIN
				 ? errdetail("It has no time from %s on that its exdates do not leave out.", from)
				 : errdetail("Its exdates leave out its only time, %s.", from),
			 errhint("Check that its parts can hold together, as 30 February cannot, and that UNTIL is not before starts_at."),
			 errtableconstraint(trigger->tg_relation, "schedule_has_dose")));
	return PointerGetDatum(NULL);
}
