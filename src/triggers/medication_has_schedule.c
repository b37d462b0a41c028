/*-------------------------------------------------------------------------
 *
 * medication_has_schedule.c
 *		The trigger by which a medication has a schedule when its transaction commits.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "base/message.h"
#include "triggers/erased_user.h"
#include "triggers/rule_queries.h"
#include "triggers/rule_trigger.h"

PG_FUNCTION_INFO_V1(medsched_medication_has_schedule);

static SavedPlan find_any_schedule = {
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
	TriggerData		*trigger = rule_trigger(fcinfo, "medication_has_schedule", AFTER_ROW,
											ON_INSERT | ON_UPDATE | ON_DELETE);
	bool			 of_schedule = strcmp(get_rel_name(rule_table(trigger)), "schedules") == 0;
	HeapTuple		 tuple;
	Datum			 key[2];
	LockedMedication medication;

	/* Look at the medication as it is now, or at the one that the schedule belonged to. */
	if (TRIGGER_FIRED_BY_UPDATE(trigger->tg_event) && !of_schedule)
		tuple = trigger->tg_newtuple;
	else
		tuple = trigger->tg_trigtuple;

	SPI_connect();
	key[0] = rule_column(trigger, tuple, of_schedule ? SCHEDULES_USER_ID : MEDICATIONS_USER_ID);
	key[1] = rule_column(trigger, tuple, of_schedule ? SCHEDULES_MEDICATION_ID : MEDICATIONS_ID);

	/* Let erase_user pass where constraints are immediate: it deletes the medication next. */
	if (!is_erasing(DatumGetUUIDP(key[0])) &&
		rule_claim_medication(key[0], key[1], &medication) &&
		rule_query(&find_any_schedule, key, NULL, 1) == 0)
		ereport(ERROR,
				(errcode_medsched(ERRCODE_CHECK_VIOLATION),
				 errmsg("medication \"%s\" has no schedule",
						uuid_text(key[1])),
				 errdetail("A medication has at least one schedule when its transaction commits."),
				 of_schedule ? errhint("A medication that is no longer taken keeps its schedules: call medsched.inactivate_medication().")
							 : errhint("Insert both in one transaction, or call medsched.create_medication()."),
				 errrule(trigger->tg_relation, "medication_has_schedule")));

	SPI_finish();
	return PointerGetDatum(NULL);
}
