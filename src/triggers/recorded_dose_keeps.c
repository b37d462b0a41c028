/*-------------------------------------------------------------------------
 *
 * recorded_dose_keeps.c
 *		The triggers that keep what is recorded scheduled, whatever changes.
 *
 *		Recording a dose locks its schedule and medication against change, and
 *		then looks at them; changing either locks its row, and then looks at the
 *		doses recorded.  Whichever comes second waits, and sees the first.
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
#include "triggers/rule_trigger.h"
#include "tables/schedule_row.h"

PG_FUNCTION_INFO_V1(medsched_recorded_dose_keeps_schedule);
PG_FUNCTION_INFO_V1(medsched_recorded_dose_keeps_medication);

static void refuse_change(TriggerData *trigger, const char *kind, Datum id, TimestampTz at, const char *hint);

static SavedPlan doses_of_schedule = {
	"SELECT d.scheduled_for FROM medsched.dose_taken AS d "
	"WHERE d.user_id OPERATOR(pg_catalog.=) $1 AND d.schedule_id OPERATOR(pg_catalog.=) $2 "
	"AND d.scheduled_for OPERATOR(pg_catalog.>=) $3 "
	"ORDER BY d.scheduled_for",
	3,
	{UUIDOID, UUIDOID, TIMESTAMPTZOID},
	NULL};

static SavedPlan doses_of_medication = {
	"SELECT d.scheduled_for FROM medsched.dose_taken AS d "
	"JOIN medsched.schedules AS s "
	"ON s.user_id OPERATOR(pg_catalog.=) d.user_id AND s.id OPERATOR(pg_catalog.=) d.schedule_id "
	"WHERE d.user_id OPERATOR(pg_catalog.=) $1 AND s.user_id OPERATOR(pg_catalog.=) $1 "
	"AND s.medication_id OPERATOR(pg_catalog.=) $2 "
	"AND d.scheduled_for OPERATOR(pg_catalog.>=) $3 "
	"ORDER BY d.scheduled_for",
	3,
	{UUIDOID, UUIDOID, TIMESTAMPTZOID},
	NULL};

/*
 * medsched_recorded_dose_keeps_schedule refuses a change to a schedule after
 * which a dose recorded would not be one of its doses, or would be of another
 * medication.
 */
Datum
medsched_recorded_dose_keeps_schedule(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = rule_trigger(fcinfo, "recorded_dose_keeps_schedule", AFTER_ROW, ON_UPDATE);
	TupleDesc	 descriptor = RelationGetDescr(trigger->tg_relation);
	bool		 moved = DatumGetBool(DirectFunctionCall2(uuid_ne,
														  rule_column(trigger, trigger->tg_trigtuple, "medication_id"),
														  rule_column(trigger, trigger->tg_newtuple, "medication_id")));
	ScheduleRow	 row;
	Datum		 values[3];
	uint64		 ndoses;

	SPI_connect();
	schedule_row_read_tuple(&row, trigger->tg_newtuple, descriptor);
	values[0] = rule_column(trigger, trigger->tg_newtuple, "user_id");
	values[1] = rule_column(trigger, trigger->tg_newtuple, "id");
	values[2] = TimestampTzGetDatum(DT_NOBEGIN);

	ndoses = rule_query(&doses_of_schedule, "dose_taken", values, NULL, 0);
	for (uint64 i = 0; i < ndoses; i++)
	{
		bool		isnull;
		TimestampTz at = DatumGetTimestampTz(SPI_getbinval(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1, &isnull));

		if (moved || at >= row.ends_at || !schedule_row_allows(&row, at))
			refuse_change(trigger, "schedule", values[1], at,
						  "Choose an instant after the doses recorded and call medsched.revise_schedule(), or take the records "
						  "back: call medsched.undo_dose().");
	}

	SPI_finish();
	return PointerGetDatum(NULL);
}

/*
 * medsched_recorded_dose_keeps_medication refuses to inactivate a medication
 * from an instant on when a dose is recorded that is scheduled later.
 */
Datum
medsched_recorded_dose_keeps_medication(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = rule_trigger(fcinfo, "recorded_dose_keeps_medication", AFTER_ROW, ON_UPDATE);
	Datum		 values[3];

	SPI_connect();
	values[0] = rule_column(trigger, trigger->tg_newtuple, "user_id");
	values[1] = rule_column(trigger, trigger->tg_newtuple, "id");
	values[2] = rule_column(trigger, trigger->tg_newtuple, "inactivated_at");

	if (rule_query(&doses_of_medication, "dose_taken", values, NULL, 1) > 0)
	{
		bool isnull;

		refuse_change(trigger, "medication", values[1],
					  DatumGetTimestampTz(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull)),
					  "Choose an instant after the doses recorded, or take the records back: call medsched.undo_dose().");
	}

	SPI_finish();
	return PointerGetDatum(NULL);
}

static void
refuse_change(TriggerData *trigger, const char *kind, Datum id, TimestampTz at, const char *hint)
{
	ereport(ERROR,
			(errcode(ERRCODE_CHECK_VIOLATION),
			 errmsg("%s \"%s\" has recorded doses that would no longer be scheduled", kind, uuid_text(id)),
			 rule_may_tell("dose_taken") ? errdetail("The first of them is the dose at %s.", instant_text(at)) : 0,
			 errhint("%s", hint),
			 errtableconstraint(trigger->tg_relation, "recorded_dose_keeps_schedule")));
}
