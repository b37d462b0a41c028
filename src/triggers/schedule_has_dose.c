/*-------------------------------------------------------------------------
 *
 * schedule_has_dose.c
 *		The trigger that refuses a schedule without a dose.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "executor/spi.h"
#include "utils/rel.h"
#include "utils/timestamp.h"

#include "base/message.h"
#include "schedule/schedule_search.h"
#include "tables/schedule_row.h"
#include "triggers/rule_queries.h"
#include "triggers/rule_trigger.h"

/* Earlier than starts_at, in whatever zone it is read. */
#define ZONE_MARGIN (2 * USECS_PER_DAY)

PG_FUNCTION_INFO_V1(medsched_schedule_has_dose);

static bool is_imported(TriggerData *trigger, HeapTuple tuple);

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
	if (!schedule_row_has_times(&row))
		return PointerGetDatum(NULL);
	if (schedule_next_occurrence(schedule_row_schedule(&row), row.source.starts_at - ZONE_MARGIN, &first))
	{
		if (is_insert && first >= row.ends_at && replaces_none && !is_imported(trigger, tuple))
			ereport(ERROR,
					(errcode_medsched(ERRCODE_CHECK_VIOLATION),
					 errmsg("schedule ends before its first dose"),
					 errdetail("Its ends_at is %s, its first dose would be at %s.",
							   instant_text(row.ends_at), instant_text(first)),
					 errhint("Check the year of ends_at and of starts_at."),
					 errrule(trigger->tg_relation, "schedule_has_dose")));
		return PointerGetDatum(NULL);
	}

	from = row.effective_from != DT_NOBEGIN ? instant_text(row.effective_from) : wall_clock_text(row.source.starts_at);
	ereport(ERROR,
			(errcode_medsched(ERRCODE_CHECK_VIOLATION),
			 errmsg("schedule can never have a dose"),
			 row.source.rrule != NULL
				 ? errdetail("From %s on, \"%s\" less the exdates names no time.", from, row.source.rrule)
			 : row.effective_from != DT_NOBEGIN
				 ? errdetail("It has no time from %s on that its exdates do not leave out.", from)
				 : errdetail("Its exdates leave out its only time, %s.", from),
			 errhint("Check that its parts can hold together, as 30 February cannot, and that UNTIL is not before starts_at."),
			 errrule(trigger->tg_relation, "schedule_has_dose")));
	return PointerGetDatum(NULL);
}

/* Tell whether import_user() inserts the schedule: it may have been ended since it was new. */
static bool
is_imported(TriggerData *trigger, HeapTuple tuple)
{
	bool imported;

	SPI_connect();
	imported = rule_is_importing(rule_column(trigger, tuple, SCHEDULES_USER_ID));
	SPI_finish();
	return imported;
}
