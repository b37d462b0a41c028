/*-------------------------------------------------------------------------
 *
 * units_convert.c
 *		The trigger that keeps the units of amounts so that limits can add them
 *		up, and so that doses can be taken off a stock.
 *
 *		sql/46-limit-rules.sql has the rule; here it gets the rights to look at all
 *		rows.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/rel.h"

#include "tables/tables.h"
#include "triggers/rule_trigger.h"

PG_FUNCTION_INFO_V1(medsched_units_convert);

/* Most schedules have nothing that is added up. */
static SavedPlan check_schedule_units = {
	"SELECT CASE WHEN s.as_needed OR m.substance IS NOT NULL OR m.refill_reserve OPERATOR(pg_catalog.>) 0 OR EXISTS "
	"(SELECT FROM medsched.stock_entries AS e "
	"WHERE e.user_id OPERATOR(pg_catalog.=) $2 AND e.medication_id OPERATOR(pg_catalog.=) s.medication_id) "
	"THEN medsched._check_units($1, 'schedules'::pg_catalog.text, $2, $3, NULL::pg_catalog.text, $4) END "
	"FROM medsched.schedules AS s "
	"JOIN medsched.medications AS m ON m.user_id OPERATOR(pg_catalog.=) s.user_id AND m.id OPERATOR(pg_catalog.=) s.medication_id "
	"WHERE s.user_id OPERATOR(pg_catalog.=) $2 AND s.id OPERATOR(pg_catalog.=) $3",
	4,
	{REGCLASSOID, UUIDOID, UUIDOID, BOOLOID},
	NULL,
	{COMPUTED_BOOLEAN}};

static SavedPlan check_medication_units = {
	"SELECT medsched._check_units($1, 'medications'::pg_catalog.text, $2, $3, NULL::pg_catalog.text, $4)",
	4,
	{REGCLASSOID, UUIDOID, UUIDOID, BOOLOID},
	NULL,
	{COMPUTED_BOOLEAN}};

static SavedPlan check_substance_units = {
	"SELECT medsched._check_units($1, 'substance_limits'::pg_catalog.text, $2, NULL::pg_catalog.uuid, $3, $4)",
	4,
	{REGCLASSOID, UUIDOID, TEXTOID, BOOLOID},
	NULL,
	{COMPUTED_BOOLEAN}};

static SavedPlan check_stock_units = {
	"SELECT medsched._check_units($1, 'stock_entries'::pg_catalog.text, $2, $3, NULL::pg_catalog.text, $4)",
	4,
	{REGCLASSOID, UUIDOID, UUIDOID, BOOLOID},
	NULL,
	{COMPUTED_BOOLEAN}};

/*
 * medsched_units_convert refuses a row after which amounts would be added up in
 * units that do not convert.
 */
Datum
medsched_units_convert(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = rule_trigger(fcinfo, "units_convert", AFTER_ROW, ON_INSERT | ON_UPDATE);
	HeapTuple	 tuple = TRIGGER_FIRED_BY_UPDATE(trigger->tg_event) ? trigger->tg_newtuple : trigger->tg_trigtuple;
	Oid			 table = rule_table(trigger);
	bool		 tell = rule_may_tell("medications") && rule_may_tell("schedules") && rule_may_tell("substance_limits") &&
				rule_may_tell("stock_entries");
	Datum values[4] = {ObjectIdGetDatum(RelationGetRelid(trigger->tg_relation)), 0, 0, BoolGetDatum(tell)};

	SPI_connect();
	if (table == medsched_table("schedules"))
	{
		values[1] = rule_column(trigger, tuple, SCHEDULES_USER_ID);
		values[2] = rule_column(trigger, tuple, SCHEDULES_ID);
		(void) rule_query(&check_schedule_units, values, NULL, 0);
	}
	else if (table == medsched_table("medications"))
	{
		values[1] = rule_column(trigger, tuple, MEDICATIONS_USER_ID);
		values[2] = rule_column(trigger, tuple, MEDICATIONS_ID);
		(void) rule_query(&check_medication_units, values, NULL, 0);
	}
	else if (table == medsched_table("stock_entries"))
	{
		values[1] = rule_column(trigger, tuple, STOCK_ENTRIES_USER_ID);
		values[2] = rule_column(trigger, tuple, STOCK_ENTRIES_ID);
		(void) rule_query(&check_stock_units, values, NULL, 0);
	}
	else
	{
		values[1] = rule_column(trigger, tuple, SUBSTANCE_LIMITS_USER_ID);
		values[2] = rule_column(trigger, tuple, SUBSTANCE_LIMITS_SUBSTANCE);
		(void) rule_query(&check_substance_units, values, NULL, 0);
	}
	SPI_finish();
	return PointerGetDatum(NULL);
}
