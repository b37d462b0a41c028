/*-------------------------------------------------------------------------
 *
 * medications_not_deleted.c
 *		The triggers that keep medications, and what hangs on them: no DELETE but
 *		erase_user's, and no TRUNCATE but in a database for tests.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/rel.h"

#include "base/message.h"
#include "triggers/erased_user.h"
#include "triggers/rule_trigger.h"

const pg_uuid_t *erased_user = NULL;

/* Tell whether this is a database for tests: the catalog says so. */
static SavedPlan ask_for_tests = {
	"SELECT FROM (SELECT medsched._is_test_database() AS so) AS is_marked WHERE is_marked.so", 0, {InvalidOid}, NULL, {LAST_COLUMN}};

PG_FUNCTION_INFO_V1(medsched_medications_not_deleted);
PG_FUNCTION_INFO_V1(medsched_tables_not_truncated);
PG_FUNCTION_INFO_V1(medsched_is_erasing);

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
			(errcode_medsched(ERRCODE_RESTRICT_VIOLATION),
			 errmsg("medication \"%s\" cannot be deleted", uuid_text(id)),
			 errdetail("Medications are kept, with the doses recorded."),
			 errhint("Inactivate it: call medsched.inactivate_medication(). To close an account, call medsched.erase_user()."),
			 errrule(trigger->tg_relation, "medications_not_deleted")));
	return PointerGetDatum(NULL);
}

/*
 * medsched_tables_not_truncated refuses to truncate a table, because no row's trigger
 * would see it; but in a database for tests.
 */
Datum
medsched_tables_not_truncated(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = rule_trigger(fcinfo, "tables_not_truncated", BEFORE_STATEMENT, ON_TRUNCATE);
	bool		 for_tests;

	SPI_connect();
	run_plan(&ask_for_tests, NULL, NULL, true, SPI_OK_SELECT, 1);
	for_tests = SPI_processed > 0;
	SPI_finish();
	if (for_tests)
		return PointerGetDatum(NULL);

	ereport(ERROR,
			(errcode_medsched(ERRCODE_RESTRICT_VIOLATION),
			 errmsg("table \"%s\" cannot be truncated", RelationGetRelationName(trigger->tg_relation)),
			 errdetail("Medications are kept, with their schedules and the doses recorded."),
			 errhint("To end a medication, call medsched.inactivate_medication(). To empty a database for tests, call medsched.reset_for_tests()."),
			 errrule(trigger->tg_relation, trigger->tg_trigger->tgname)));
	return PointerGetDatum(NULL);
}

/* medsched_is_erasing tells the rules in PL/pgSQL whether a user is being erased. */
Datum
medsched_is_erasing(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(is_erasing(PG_GETARG_UUID_P(0)));
}
