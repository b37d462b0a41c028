/*-------------------------------------------------------------------------
 *
 * recorded.c
 *		The triggers that keep the doses recorded and their schedules together:
 *		only a dose that is scheduled is recorded, and what is recorded stays
 *		scheduled.
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

#include "message.h"
#include "rule.h"
#include "schedule_row.h"

/* What a dose is checked against. */
typedef struct Limits
{
	ScheduleRow row;
	TimestampTz inactivated_at; /* DT_NOEND: active */
} Limits;

PG_FUNCTION_INFO_V1(medsched_dose_is_scheduled);
PG_FUNCTION_INFO_V1(medsched_recorded_dose_keeps_schedule);
PG_FUNCTION_INFO_V1(medsched_recorded_dose_keeps_medication);

static void	 read_limits(Limits *limits);
static char *nearest_doses(Limits *limits, TimestampTz at);
static void	 refuse_change(TriggerData *trigger, const char *kind, Datum id, TimestampTz at);

static SavedPlan lock_limits = {
	"SELECT " SCHEDULE_COLUMNS ", m.inactivated_at "
	"FROM medsched.schedules AS s "
	"JOIN medsched.medications AS m "
	"ON m.user_id OPERATOR(pg_catalog.=) s.user_id AND m.id OPERATOR(pg_catalog.=) s.medication_id "
	"WHERE s.user_id OPERATOR(pg_catalog.=) $1 AND m.user_id OPERATOR(pg_catalog.=) $1 "
	"AND s.id OPERATOR(pg_catalog.=) $2 "
	"FOR SHARE OF s, m",
	2,
	{UUIDOID, UUIDOID},
	NULL};

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
 * medsched_dose_is_scheduled refuses to record a dose that its schedule does
 * not have, or that lies after the schedule's end or the medication's
 * inactivation.
 *
 * It fires after the row went in, so that it judges what is stored whatever
 * other triggers did to it, and so that recording a dose again, which inserts
 * nothing, costs and locks nothing.  The foreign key has spoken before it.
 */
Datum
medsched_dose_is_scheduled(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = rule_trigger(fcinfo, "dose_is_scheduled", AFTER_ROW, ON_INSERT | ON_UPDATE);
	HeapTuple	 tuple = TRIGGER_FIRED_BY_UPDATE(trigger->tg_event) ? trigger->tg_newtuple : trigger->tg_trigtuple;
	Datum		 key[2];
	TimestampTz	 at;
	Limits		 limits;
	char		*detail;

	SPI_connect();
	key[0] = rule_column(trigger, tuple, "user_id");
	key[1] = rule_column(trigger, tuple, "schedule_id");
	at = DatumGetTimestampTz(rule_column(trigger, tuple, "scheduled_for"));

	if (rule_query(&lock_limits, "schedules", key, NULL, 1) == 0)
		elog(ERROR, "schedule \"%s\" is gone", uuid_text(key[1]));
	read_limits(&limits);

	if (at >= limits.inactivated_at)
		detail = psprintf("The medication was inactivated at %s.", instant_text(limits.inactivated_at));
	else if (at >= limits.row.ends_at)
		detail = psprintf("The schedule ended at %s.", instant_text(limits.row.ends_at));
	else if (!schedule_row_allows(&limits.row, at))
		detail = nearest_doses(&limits, at);
	else
	{
		SPI_finish();
		return PointerGetDatum(NULL);
	}

	ereport(ERROR,
			(errcode(ERRCODE_CHECK_VIOLATION),
			 errmsg("schedule \"%s\" has no dose at %s", uuid_text(key[1]), instant_text(at)),
			 rule_may_tell("schedules") && rule_may_tell("medications") ? errdetail("%s", detail) : 0,
			 errhint("Record a dose at the scheduled_for that medsched.upcoming_doses() gives."),
			 errtableconstraint(trigger->tg_relation, "dose_is_scheduled")));
}

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
			refuse_change(trigger, "schedule", values[1], at);
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
					  DatumGetTimestampTz(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull)));
	}

	SPI_finish();
	return PointerGetDatum(NULL);
}

/* The row that lock_limits found. */
static void
read_limits(Limits *limits)
{
	Datum values[SCHEDULE_NCOLUMNS + 1];
	bool  isnull[SCHEDULE_NCOLUMNS + 1];

	heap_deform_tuple(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, values, isnull);
	schedule_row_read(&limits->row, values, isnull);
	limits->inactivated_at = isnull[SCHEDULE_NCOLUMNS] ? DT_NOEND : DatumGetTimestampTz(values[SCHEDULE_NCOLUMNS]);
}

/* A sentence that names the doses before and after an instant that is none. */
static char *
nearest_doses(Limits *limits, TimestampTz at)
{
	TimestampTz before;
	TimestampTz after;
	bool		has_before;
	bool		has_after;

	if (limits->row.as_needed && at < limits->row.effective_from)
		return psprintf("The schedule is in effect from %s on.", instant_text(limits->row.effective_from));
	if (limits->row.as_needed)
		return psprintf("As needed, a dose is at a whole second from %s in %s on.",
						DatumGetCString(DirectFunctionCall1(timestamp_out, TimestampGetDatum(limits->row.source.starts_at))),
						limits->row.source.time_zone);

	has_before = schedule_previous_occurrence(schedule_row_schedule(&limits->row), at, &before);
	has_after = schedule_next_occurrence(schedule_row_schedule(&limits->row), at, &after) &&
				after < limits->row.ends_at && after < limits->inactivated_at;

	if (has_before && has_after)
		return psprintf("The nearest doses are at %s and at %s.", instant_text(before), instant_text(after));
	if (has_before)
		return psprintf("The last dose is at %s.", instant_text(before));
	if (has_after)
		return psprintf("The first dose is at %s.", instant_text(after));
	return pstrdup("The schedule has no dose before its end.");
}

static void
refuse_change(TriggerData *trigger, const char *kind, Datum id, TimestampTz at)
{
	ereport(ERROR,
			(errcode(ERRCODE_CHECK_VIOLATION),
			 errmsg("%s \"%s\" has recorded doses that would no longer be scheduled", kind, uuid_text(id)),
			 rule_may_tell("dose_taken") ? errdetail("The first of them is the dose at %s.", instant_text(at)) : 0,
			 errhint("Choose an instant after the doses recorded: call medsched.revise_schedule() or medsched.inactivate_medication()."),
			 errtableconstraint(trigger->tg_relation, "recorded_dose_keeps_schedule")));
}
