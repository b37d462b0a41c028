/*-------------------------------------------------------------------------
 *
 * schedule_density.c
 *		The trigger that bounds how many doses a schedule can have: on a day,
 *		and by its COUNT.
 *
 *		What is asked about everybody walks through every schedule's doses, so
 *		a schedule with a dose each second is everybody's to wait for.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/rel.h"

#include "base/medsched.h"
#include "base/message.h"
#include "tables/schedule_row.h"
#include "triggers/rule_trigger.h"

PG_FUNCTION_INFO_V1(medsched_schedule_density);

/* What is bounded. */
typedef struct Density
{
	int64 per_day;
	int64 count;
} Density;

static Density density_of(ScheduleRow *row);
static Density density_before(TriggerData *trigger);

static SavedPlan find_replaced = {
	"SELECT " SCHEDULE_COLUMNS " FROM medsched.schedules AS s "
	"WHERE s.user_id OPERATOR(pg_catalog.=) $1 AND s.id OPERATOR(pg_catalog.=) $2",
	2,
	{UUIDOID, UUIDOID},
	NULL,
	{SCHEDULE_COLUMN_LIST}};

/*
 * medsched_schedule_density refuses a schedule that can have more doses on a
 * day than medsched.max_doses_per_day, or that counts too many.
 *
 * The setting may have been higher, so a row may stay as dense as it is, and be
 * replaced by one that is: its person can still travel.
 */
Datum
medsched_schedule_density(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = rule_trigger(fcinfo, "schedule_density", AFTER_ROW, ON_INSERT | ON_UPDATE);
	HeapTuple	 tuple = TRIGGER_FIRED_BY_UPDATE(trigger->tg_event) ? trigger->tg_newtuple : trigger->tg_trigtuple;
	ScheduleRow	 row;
	Density		 density;
	Density		 before;

	schedule_row_read_tuple(&row, tuple, RelationGetDescr(trigger->tg_relation));
	density = density_of(&row);
	if (density.per_day <= medsched_max_doses_per_day && density.count <= MOST_COUNTED)
		return PointerGetDatum(NULL);

	before = density_before(trigger);
	if (density.per_day > Max(before.per_day, medsched_max_doses_per_day))
		ereport(ERROR,
				(errcode_medsched(ERRCODE_CHECK_VIOLATION),
				 errmsg("schedule can have " INT64_FORMAT " doses a day", density.per_day),
				 errdetail("At most %d are allowed in 24 hours, of rrule and rdates together.", medsched_max_doses_per_day),
				 errhint("Name fewer times, or write a longer step: FREQ=HOURLY rather than SECONDLY. The setting "
						 "medsched.max_doses_per_day is the bound."),
				 errrule(trigger->tg_relation, "schedule_density")));
	if (density.count > Max(before.count, MOST_COUNTED))
		ereport(ERROR,
				(errcode_medsched(ERRCODE_CHECK_VIOLATION),
				 errmsg("schedule counts " INT64_FORMAT " doses", density.count),
				 errdetail("A COUNT is at most %d.", MOST_COUNTED),
				 errhint("Leave COUNT out, or say with UNTIL or ends_at when the schedule ends."),
				 errrule(trigger->tg_relation, "schedule_density")));
	return PointerGetDatum(NULL);
}

/* Give what is bounded of a row; all 0 of one without occurrences. */
static Density
density_of(ScheduleRow *row)
{
	Density density = {0};

	if (schedule_row_has_times(row))
	{
		density.per_day = schedule_most_per_day(schedule_row_schedule(row));
		density.count = schedule_count(schedule_row_schedule(row));
	}
	return density;
}

/* Give it of the row before an update; of a new row, give it of the one that it replaces. */
static Density
density_before(TriggerData *trigger)
{
	TupleDesc	descriptor = RelationGetDescr(trigger->tg_relation);
	Density		density = {0};
	ScheduleRow row;
	Datum		key[2];
	bool		isnull;

	if (TRIGGER_FIRED_BY_UPDATE(trigger->tg_event))
	{
		schedule_row_read_tuple(&row, trigger->tg_trigtuple, descriptor);
		return density_of(&row);
	}

	key[0] = rule_column(trigger, trigger->tg_trigtuple, SCHEDULES_USER_ID);
	key[1] = column_value(SCHEDULES_REPLACES, trigger->tg_trigtuple, descriptor, &isnull);
	if (isnull)
		return density;
	SPI_connect();
	if (rule_query(&find_replaced, key, NULL, 1) > 0)
	{
		Datum values[SCHEDULE_NCOLUMNS];
		bool  isnulls[SCHEDULE_NCOLUMNS];

		read_row(&find_replaced, 0, values, isnulls);
		schedule_row_read(&row, values, isnulls);
		density = density_of(&row);
	}
	SPI_finish();
	return density;
}
