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
#include "utils/rel.h"
#include "utils/timestamp.h"

#include "base/message.h"
#include "functions/dose_id.h"
#include "recurrence/calendar.h"
#include "tables/schedule_row.h"
#include "triggers/rule_trigger.h"

PG_FUNCTION_INFO_V1(medsched_recorded_dose_holds_schedule);
PG_FUNCTION_INFO_V1(medsched_recorded_dose_keeps_schedule);
PG_FUNCTION_INFO_V1(medsched_recorded_dose_keeps_medication);

#define SCHEDULE_HINT                                                                              \
	"Choose an instant after the doses recorded and call medsched.revise_schedule(), or take the " \
	"records back: call medsched.undo_dose()."
#define MEDICATION_HINT "Choose an instant after the doses recorded, or take the records back: call medsched.undo_dose()."

static void	 refuse_doses(TriggerData *trigger, HeapTuple tuple, SavedPlan *doses, const char *kind, TimestampTz from, const char *hint);
static bool	 key_changes(TriggerData *trigger, TableColumn user_id, TableColumn id);
static bool	 follows_another(TriggerData *trigger);
static bool	 only_end_changes(TriggerData *trigger);
static void	 refuse_change(TriggerData *trigger, const char *kind, Datum id, Datum schedule_id, TimestampTz at, const char *hint);
static char *dose_named(Datum schedule_id, TimestampTz at);

/* Leave out extra doses, for which no bound holds, unless all are asked for: those from -infinity on. */
#define BUT_EXTRA "AND (d.outcome OPERATOR(pg_catalog.<>) 'extra' OR $3 OPERATOR(pg_catalog.=) '-infinity') "

static SavedPlan doses_of_schedule = {
	"SELECT d.scheduled_for, d.outcome, d.schedule_id FROM medsched.dose_taken AS d "
	"WHERE d.user_id OPERATOR(pg_catalog.=) $1 AND d.schedule_id OPERATOR(pg_catalog.=) $2 "
	"AND d.scheduled_for OPERATOR(pg_catalog.>=) $3 " BUT_EXTRA
	"ORDER BY d.scheduled_for",
	3,
	{UUIDOID, UUIDOID, TIMESTAMPTZOID},
	NULL,
	{DOSE_TAKEN_SCHEDULED_FOR, DOSE_TAKEN_OUTCOME, DOSE_TAKEN_SCHEDULE_ID}};

static SavedPlan doses_of_medication = {
	"SELECT d.scheduled_for, d.outcome, d.schedule_id FROM medsched.dose_taken AS d "
	"JOIN medsched.schedules AS s "
	"ON s.user_id OPERATOR(pg_catalog.=) d.user_id AND s.id OPERATOR(pg_catalog.=) d.schedule_id "
	"WHERE d.user_id OPERATOR(pg_catalog.=) $1 AND s.user_id OPERATOR(pg_catalog.=) $1 "
	"AND s.medication_id OPERATOR(pg_catalog.=) $2 "
	"AND d.scheduled_for OPERATOR(pg_catalog.>=) $3 " BUT_EXTRA
	"ORDER BY d.scheduled_for, d.schedule_id",
	3,
	{UUIDOID, UUIDOID, TIMESTAMPTZOID},
	NULL,
	{DOSE_TAKEN_SCHEDULED_FOR, DOSE_TAKEN_OUTCOME, DOSE_TAKEN_SCHEDULE_ID}};

static SavedPlan has_dose_in_change = {
	"SELECT medsched._has_dose_in_change($1, $2)", 2, {UUIDOID, UUIDOID}, NULL, {COMPUTED_BOOLEAN}};

/*
 * medsched_recorded_dose_holds_schedule refuses to delete a schedule, or to give it
 * another key, while another session changes one of its doses.
 *
 * That session goes on to wait for the schedule, which is locked here: the foreign
 * key, which would wait for the dose, must not come to it.
 */
Datum
medsched_recorded_dose_holds_schedule(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = rule_trigger(fcinfo, "recorded_dose_holds_schedule", BEFORE_ROW, ON_UPDATE | ON_DELETE);
	HeapTuple	 tuple = trigger->tg_trigtuple;
	Datum		 key[2] = {rule_column(trigger, tuple, SCHEDULES_USER_ID), rule_column(trigger, tuple, SCHEDULES_ID)};

	SPI_connect();
	(void) rule_query(&has_dose_in_change, key, NULL, 1);
	if (DatumGetBool(read_single(&has_dose_in_change, 0, NULL)))
		ereport(ERROR,
				(errcode_medsched(ERRCODE_FOREIGN_KEY_VIOLATION),
				 errmsg("schedule \"%s\" has a recorded dose that another session is changing", uuid_text(key[1])),
				 errdetail("A schedule of which doses are recorded stays."),
				 errhint("Call medsched.end_schedule(), or try again when no dose of it is left."),
				 errrule(trigger->tg_relation, "recorded_dose_holds_schedule")));
	SPI_finish();
	return PointerGetDatum(TRIGGER_FIRED_BY_UPDATE(trigger->tg_event) ? trigger->tg_newtuple : tuple);
}

/*
 * medsched_recorded_dose_keeps_schedule refuses a change to a schedule after
 * which a dose recorded would not be one of its doses, or would be of another
 * medication.
 *
 * A row that goes, or gets another key, must have no recorded dose: the foreign
 * key would be content with any row that has that key when the statement ends.
 */
Datum
medsched_recorded_dose_keeps_schedule(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = rule_trigger(fcinfo, "recorded_dose_keeps_schedule", AFTER_ROW, ON_UPDATE | ON_DELETE);
	HeapTuple	 tuple = trigger->tg_newtuple;
	ScheduleRow	 row;
	Datum		 values[3];
	uint64		 ndoses;

	SPI_connect();
	if (TRIGGER_FIRED_BY_DELETE(trigger->tg_event) || key_changes(trigger, SCHEDULES_USER_ID, SCHEDULES_ID))
		refuse_doses(trigger, trigger->tg_trigtuple, &doses_of_schedule, "schedule", DT_NOBEGIN, SCHEDULE_HINT);
	if (TRIGGER_FIRED_BY_DELETE(trigger->tg_event))
	{
		SPI_finish();
		return PointerGetDatum(NULL);
	}

	schedule_row_read_tuple(&row, tuple, RelationGetDescr(trigger->tg_relation));
	if (rule_column_changes(trigger, SCHEDULES_MEDICATION_ID) || follows_another(trigger))
		refuse_doses(trigger, tuple, &doses_of_schedule, "schedule", DT_NOBEGIN, SCHEDULE_HINT);
	else if (row.ends_at != DT_NOEND)
		refuse_doses(trigger, tuple, &doses_of_schedule, "schedule", row.ends_at, SCHEDULE_HINT);
	if (only_end_changes(trigger))
	{
		SPI_finish();
		return PointerGetDatum(NULL);
	}

	values[0] = rule_column(trigger, tuple, SCHEDULES_USER_ID);
	values[1] = rule_column(trigger, tuple, SCHEDULES_ID);
	values[2] = TimestampTzGetDatum(DT_NOBEGIN);
	ndoses = rule_query(&doses_of_schedule, values, NULL, 0);
	for (uint64 i = 0; i < ndoses; i++)
	{
		Datum		dose[3];
		bool		isnull[3];
		TimestampTz at;
		char	   *outcome;

		read_row(&doses_of_schedule, i, dose, isnull);
		at = DatumGetTimestampTz(dose[0]);
		outcome = TextDatumGetCString(dose[1]);
		if ((row.as_needed && strcmp(outcome, "taken") != 0) ||
			(strcmp(outcome, "extra") != 0 && !schedule_row_allows(&row, at)))
			refuse_change(trigger, "schedule", values[1], dose[2], at, SCHEDULE_HINT);
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
	Datum		 inactivated_at;
	bool		 is_active;

	SPI_connect();
	if (key_changes(trigger, MEDICATIONS_USER_ID, MEDICATIONS_ID))
		refuse_doses(trigger, trigger->tg_trigtuple, &doses_of_medication, "medication", DT_NOBEGIN, MEDICATION_HINT);
	inactivated_at = column_value(MEDICATIONS_INACTIVATED_AT, trigger->tg_newtuple,
								  RelationGetDescr(trigger->tg_relation), &is_active);
	if (!is_active)
		refuse_doses(trigger, trigger->tg_newtuple, &doses_of_medication, "medication",
					 DatumGetTimestampTz(inactivated_at), MEDICATION_HINT);
	SPI_finish();
	return PointerGetDatum(NULL);
}

/* Refuse a change when doses of a row's key are recorded from an instant on. */
static void
refuse_doses(TriggerData *trigger, HeapTuple tuple, SavedPlan *doses, const char *kind, TimestampTz from, const char *hint)
{
	bool  of_schedule = doses == &doses_of_schedule;
	Datum values[3] = {rule_column(trigger, tuple, of_schedule ? SCHEDULES_USER_ID : MEDICATIONS_USER_ID),
					   rule_column(trigger, tuple, of_schedule ? SCHEDULES_ID : MEDICATIONS_ID), TimestampTzGetDatum(from)};
	Datum dose[3];
	bool  isnull[3];

	if (rule_query(doses, values, NULL, 1) > 0)
	{
		read_row(doses, 0, dose, isnull);
		refuse_change(trigger, kind, values[1], dose[2], DatumGetTimestampTz(dose[0]), hint);
	}
}

/* Tell whether a row gets another key. */
static bool
key_changes(TriggerData *trigger, TableColumn user_id, TableColumn id)
{
	return rule_column_changes(trigger, user_id) || rule_column_changes(trigger, id);
}

/* Tell whether the doses follow others than before. */
static bool
follows_another(TriggerData *trigger)
{
	return tables_have_later_column("follows_by") &&
		   (rule_column_changes(trigger, SCHEDULES_FOLLOWS) || rule_column_changes(trigger, SCHEDULES_FOLLOWS_BY));
}

/* Tell whether the doses stay as they are but for the end, so that only those after it matter. */
static bool
only_end_changes(TriggerData *trigger)
{
	static const TableColumn others[] = {SCHEDULES_USER_ID, SCHEDULES_ID, SCHEDULES_STARTS_AT,
										 SCHEDULES_TIME_ZONE, SCHEDULES_RRULE, SCHEDULES_RDATES,
										 SCHEDULES_EXDATES, SCHEDULES_CYCLE_DAYS_ON, SCHEDULES_CYCLE_DAYS_OFF,
										 SCHEDULES_AS_NEEDED, SCHEDULES_EFFECTIVE_FROM};

	for (size_t i = 0; i < lengthof(others); i++)
	{
		if (rule_column_changes(trigger, others[i]))
			return false;
	}
	return !tables_have_later_column("after_last") || !rule_column_changes(trigger, SCHEDULES_AFTER_LAST);
}

static void
refuse_change(TriggerData *trigger, const char *kind, Datum id, Datum schedule_id, TimestampTz at, const char *hint)
{
	ereport(ERROR,
			(errcode_medsched(ERRCODE_CHECK_VIOLATION),
			 errmsg("%s \"%s\" has recorded doses that would no longer be scheduled", kind, uuid_text(id)),
			 rule_may_tell("dose_taken") ? errdetail("The first of them is %s.", dose_named(schedule_id, at)) : 0,
			 errhint("%s", hint),
			 errrule(trigger->tg_relation, "recorded_dose_keeps_schedule")));
}

/* Name a dose by its handle and its time; by its time alone where the table's CHECKs are gone and no handle can say it. */
static char *
dose_named(Datum schedule_id, TimestampTz at)
{
	char handle[DOSE_ID_LENGTH];

	if (at % USECS_PER_SEC != 0 || at < LOCAL_MIN * USECS_PER_SEC || at >= LOCAL_END * USECS_PER_SEC)
		return psprintf("the dose at %s", instant_text(at));
	dose_id_write_schedule(handle, DatumGetUUIDP(schedule_id));
	dose_id_write_time(handle, at);
	return psprintf("dose \"%.*s\", at %s", DOSE_ID_LENGTH, handle, instant_text(at));
}
