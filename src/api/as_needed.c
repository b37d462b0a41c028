/*-------------------------------------------------------------------------
 *
 * as_needed.c
 *		Doses as needed: taking one, and when the next may be taken.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "utils/timestamp.h"

#include "tables/dose_limits.h"
#include "base/message.h"
#include "tables/saved_plan.h"
#include "api/record_dose.h"
#include "tables/schedule_row.h"
#include "base/arguments.h"

/* The places of find_schedule's columns, after SCHEDULE_COLUMNS. */
enum
{
	FOUND_MEDICATION_ID = SCHEDULE_NCOLUMNS,
	FOUND_INACTIVATED_AT,
	FOUND_LIMITS,
	FOUND_NCOLUMNS = FOUND_LIMITS + NLIMITS
};

static SavedPlan find_schedule = {
	"SELECT " SCHEDULE_COLUMNS ", m.id, m.inactivated_at, " LIMIT_COLUMNS " "
	"FROM medsched.schedules AS s "
	"JOIN medsched.medications AS m "
	"ON m.user_id OPERATOR(pg_catalog.=) s.user_id AND m.id OPERATOR(pg_catalog.=) s.medication_id "
	"WHERE s.user_id OPERATOR(pg_catalog.=) $1 AND m.user_id OPERATOR(pg_catalog.=) $1 "
	"AND s.id OPERATOR(pg_catalog.=) $2",
	2,
	{UUIDOID, UUIDOID},
	NULL,
	{SCHEDULE_COLUMN_LIST, MEDICATIONS_ID, MEDICATIONS_INACTIVATED_AT, LIMIT_COLUMN_LIST}};

/* With the caller's rights, as the rule's plan of the same query is not. */
static SavedPlan doses_as_needed = {DOSES_AS_NEEDED, DOSES_AS_NEEDED_NARGS, DOSES_AS_NEEDED_ARGTYPES, NULL,
									DOSES_AS_NEEDED_COLUMNS};

PG_FUNCTION_INFO_V1(medsched_take_as_needed);
PG_FUNCTION_INFO_V1(medsched_next_as_needed_at);

static void		   read_schedule(const DoseRecord *record, bool read_only, ScheduleRow *row, Datum *values, bool *isnull);
static TimestampTz next_allowed(const DoseRecord *record, TimestampTz at);

/*
 * medsched_take_as_needed records that a dose was taken as needed.  It is the
 * dose of the second that it was taken in: recording it again changes nothing.
 */
Datum
medsched_take_as_needed(PG_FUNCTION_ARGS)
{
	DoseRecord	record;
	ScheduleRow row;
	Datum		values[FOUND_NCOLUMNS];
	bool		isnull[FOUND_NCOLUMNS];

	set_argument(&record, USER_ID, fcinfo, 0);
	set_argument(&record, SCHEDULE_ID, fcinfo, 1);
	set_argument(&record, TAKEN_AT, fcinfo, 2);
	set_argument(&record, RECORDED_BY, fcinfo, 3);
	set_argument(&record, AMOUNT, fcinfo, 4);
	set_argument(&record, NOTE, fcinfo, 5);
	set_null(&record, REASON);
	require_column(&record, USER_ID);
	require_column(&record, SCHEDULE_ID);
	require_column(&record, TAKEN_AT);
	require_instant_column(&record, TAKEN_AT);
	set_column(&record, SCHEDULED_FOR,
			   TimestampTzGetDatum(floor_to_second(DatumGetTimestampTz(record.values[TAKEN_AT]))));

	SPI_connect();
	read_schedule(&record, false, &row, values, isnull);
	SPI_finish();
	return record_dose(fcinfo, &record, OUTCOME_TAKEN);
}

/*
 * medsched_next_as_needed_at is the first instant from one on when a dose as
 * needed is allowed; NULL: none before the schedule or the medication ends.
 */
Datum
medsched_next_as_needed_at(PG_FUNCTION_ARGS)
{
	DoseRecord	record;
	TimestampTz next;

	set_argument(&record, USER_ID, fcinfo, 0);
	set_argument(&record, SCHEDULE_ID, fcinfo, 1);
	require_column(&record, USER_ID);
	require_column(&record, SCHEDULE_ID);
	require_argument(fcinfo, 2, "at");
	require_finite(PG_GETARG_TIMESTAMPTZ(2), "at");

	SPI_connect();
	next = next_allowed(&record, PG_GETARG_TIMESTAMPTZ(2));
	SPI_finish();
	if (TIMESTAMP_IS_NOEND(next))
		PG_RETURN_NULL();
	PG_RETURN_TIMESTAMPTZ(next);
}

/* Find the schedule, and check that it is as needed. */
static void
read_schedule(const DoseRecord *record, bool read_only, ScheduleRow *row, Datum *values, bool *isnull)
{
	Datum key[2] = {record->values[USER_ID], record->values[SCHEDULE_ID]};

	run_plan(&find_schedule, key, NULL, read_only, SPI_OK_SELECT, 1);
	if (SPI_processed == 0)
		refuse_unknown_schedule(record);
	read_row(&find_schedule, 0, values, isnull);
	schedule_row_read(row, values, isnull);
	if (!row->as_needed)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("schedule \"%s\" is not as needed", uuid_text(key[1])),
				 errdetail("Its doses are at set times."),
				 errhint("Record one of them: call medsched.mark_dose_taken().")));
}

/* DT_NOEND: no dose is allowed from the instant on. */
static TimestampTz
next_allowed(const DoseRecord *record, TimestampTz at)
{
	TimestampTz from = floor_to_second(at);
	TimestampTz end = AS_NEEDED_END;
	ScheduleRow row;
	DoseLimit	limits[NLIMITS];
	DosesTaken	doses;
	Datum		values[FOUND_NCOLUMNS];
	bool		isnull[FOUND_NCOLUMNS];

	read_schedule(record, true, &row, values, isnull);
	dose_limits_read(limits, values + FOUND_LIMITS, isnull + FOUND_LIMITS);
	from = Max(from, schedule_row_begin(&row));
	end = Min(end, row.ends_at);
	if (!isnull[FOUND_INACTIVATED_AT])
		end = Min(end, DatumGetTimestampTz(values[FOUND_INACTIVATED_AT]));

	if (from < end && dose_limits_reach(limits) > 0)
	{
		Datum window[DOSES_AS_NEEDED_NARGS] = {record->values[USER_ID], values[FOUND_MEDICATION_ID],
											   TimestampTzGetDatum(from - dose_limits_reach(limits)),
											   TimestampTzGetDatum(DT_NOEND)};

		run_plan(&doses_as_needed, window, NULL, true, SPI_OK_SELECT, 0);
		doses_taken_read(&doses, &doses_as_needed);
		from = dose_limits_next(limits, &doses, from);
	}
	return from < end ? Max(from, at) : DT_NOEND;
}
