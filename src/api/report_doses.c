/*-------------------------------------------------------------------------
 *
 * report_doses.c
 *		The functions that answer of one person for a report about everybody.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "api/dose_status.h"
#include "api/person_doses.h"
#include "base/arguments.h"
#include "base/compat.h"
#include "functions/dose_id.h"
#include "tables/saved_plan.h"
#include "tables/user_rows.h"

/* The arguments of medsched._doses_of_schedule. */
enum
{
	OF_USER_ID,
	OF_SCHEDULE_ID,
	OF_WINDOW_START,
	OF_WINDOW_END,
	OF_RECORDED,
	OF_GRACE,
	OF_TOLERANCE_BEFORE,
	OF_MISSED_WHEN_NEXT,
	OF_IS_COUNTED,
	OF_EFFECTIVE_FROM,
	OF_CLOSED,
	OF_SCHEDULE, /* the fields of ScheduleField */
	OF_NARGS = OF_SCHEDULE + SCHEDULE_NFIELDS
};

/* What a person's doses of a medication come to. */
typedef struct MedicationCounts
{
	Datum id;
	Datum name;
	int64 scheduled;
	int64 taken;
	int64 skipped;
	int64 missed;
	int64 on_time;
} MedicationCounts;

/* A row of the answer that is being made, as SingleColumn has its columns. */
typedef struct DoseAnswer
{
	ReturnSetInfo *result;
	TimestampTz	   now;
	Datum		   statuses[DOSE_NSTATUS];
	text		  *dose_id;
	Datum		   values[SINGLE_NCOLUMNS];
	bool		   isnull[SINGLE_NCOLUMNS];
} DoseAnswer;

static UserRows moved_rows = {.table = TABLE_MOVED_DOSES, .keys = {MOVED_DOSES_USER_ID}, .columns = {MOVED_DOSES_SCHEDULE_ID}};

PG_FUNCTION_INFO_V1(medsched_doses_of_schedule);
PG_FUNCTION_INFO_V1(medsched_adherence_of_person);

static void				 read_report_arguments(FunctionCallInfo fcinfo, PersonDoses *person, PersonSchedule *schedule);
static bool				 any_moved(FunctionCallInfo fcinfo);
static void				 begin_rows(DoseAnswer *row, FunctionCallInfo fcinfo, const PersonSchedule *schedule);
static void				 put_row(DoseAnswer *row);
static void				 list_single(DoseAnswer *row, const PersonDoses *person, const PersonSchedule *schedule, bool recorded_too);
static void				 list_schedule(DoseAnswer *row, const PersonDoses *person, PersonSchedule *schedule, bool recorded_too);
static void				 set_dose(DoseAnswer *row, const PersonSchedule *schedule, TimestampTz at, const PersonRecord *record, TimestampTz over);
static MedicationCounts *counts_of(MedicationCounts *counts, int *ncounts, const PersonSchedule *schedule);
static void				 count_single(const PersonDoses *person, const PersonSchedule *schedule, MedicationCounts *counts);
static void				 count_schedule(const PersonDoses *person, PersonSchedule *schedule, TimestampTz now, MedicationCounts *counts);
static bool				 is_outcome(const Datum *values, const bool *isnull, DoseStatus status);

/*
 * medsched_doses_of_schedule lists the scheduled doses of one schedule in a window,
 * all or those not recorded.  What is recorded is looked up only where it matters:
 * in a short window most schedules have no dose that is not recorded.
 */
Datum
medsched_doses_of_schedule(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	DoseAnswer	   row;
	PersonDoses	   person;
	PersonSchedule schedule;
	bool		   recorded_too;
	bool		   may_be_moved;

	read_report_arguments(fcinfo, &person, &schedule);
	recorded_too = PG_GETARG_BOOL(OF_RECORDED);
	may_be_moved = !schedule.single && any_moved(fcinfo) && may_have_rows(TABLE_MOVED_DOSES, MOVED_DOSES_USER_ID, person.user_id);
	result->returnMode = SFRM_Materialize;
	if (!recorded_too && !schedule.single && !may_be_moved && !person_schedule_has_occurrence(&person, &schedule))
		return (Datum) 0;

	begin_rows(&row, fcinfo, &schedule);
	SPI_connect();
	if (schedule.single || (may_be_moved && person_has_moved(&person)))
		list_single(&row, &person, &schedule, recorded_too);
	else
	{
		person_doses_find_recorded(&person);
		list_schedule(&row, &person, &schedule, recorded_too);
	}
	SPI_finish();
	return (Datum) 0;
}

static void
read_report_arguments(FunctionCallInfo fcinfo, PersonDoses *person, PersonSchedule *schedule)
{
	static const char *const required[OF_NARGS] = {
		[OF_USER_ID] = "user_id",
		[OF_SCHEDULE_ID] = "schedule_id",
		[OF_WINDOW_START] = "window_start",
		[OF_WINDOW_END] = "window_end",
		[OF_RECORDED] = "recorded",
		[OF_MISSED_WHEN_NEXT] = "missed_when_next",
		[OF_IS_COUNTED] = "is_counted",
		[OF_SCHEDULE +
			FIELD_STARTS_AT] = "starts_at",
		[OF_SCHEDULE +
			FIELD_TIME_ZONE] = "time_zone",
		[OF_SCHEDULE +
			FIELD_RDATES] = "rdates",
		[OF_SCHEDULE +
			FIELD_EXDATES] = "exdates"};
	Datum values[SCHEDULE_NFIELDS];
	bool  isnull[SCHEDULE_NFIELDS];

	for (int i = 0; i < OF_NARGS; i++)
	{
		if (required[i] != NULL)
			require_argument(fcinfo, i, required[i]);
		if (i >= OF_SCHEDULE)
		{
			values[i - OF_SCHEDULE] = fcinfo->args[i].value;
			isnull[i - OF_SCHEDULE] = fcinfo->args[i].isnull;
		}
	}
	check_window_for_all(PG_GETARG_TIMESTAMPTZ(OF_WINDOW_START), PG_GETARG_TIMESTAMPTZ(OF_WINDOW_END));
	memset(schedule, 0, sizeof(PersonSchedule));
	schedule->id = *PG_GETARG_UUID_P(OF_SCHEDULE_ID);
	schedule->row.source = schedule_source_read(values, isnull);
	schedule->row.effective_from = PG_ARGISNULL(OF_EFFECTIVE_FROM) ? DT_NOBEGIN : PG_GETARG_TIMESTAMPTZ(OF_EFFECTIVE_FROM);
	schedule->closed = PG_ARGISNULL(OF_CLOSED) ? DT_NOEND : PG_GETARG_TIMESTAMPTZ(OF_CLOSED);
	schedule->grace = PG_ARGISNULL(OF_GRACE) ? default_grace() : interval_microseconds(PG_GETARG_INTERVAL_P(OF_GRACE));
	schedule->tolerance_before = PG_ARGISNULL(OF_TOLERANCE_BEFORE) ? schedule->grace
																   : interval_microseconds(PG_GETARG_INTERVAL_P(OF_TOLERANCE_BEFORE));
	schedule->missed_when_next = PG_GETARG_BOOL(OF_MISSED_WHEN_NEXT);
	schedule->single = PG_GETARG_BOOL(OF_IS_COUNTED);
	person_doses_open_schedule(person, PG_GETARG_DATUM(OF_USER_ID), PG_GETARG_TIMESTAMPTZ(OF_WINDOW_START),
							   PG_GETARG_TIMESTAMPTZ(OF_WINDOW_END), schedule);
}

/* Tell whether anybody's dose may have been moved, which is asked once for a query. */
static bool
any_moved(FunctionCallInfo fcinfo)
{
	bool *known = fcinfo->flinfo->fn_extra;

	if (known == NULL)
	{
		UserScan scan;

		known = MemoryContextAlloc(fcinfo->flinfo->fn_mcxt, sizeof(bool));
		*known = true;
		check_tables();
		if (user_scan_open(&scan, &moved_rows))
		{
			user_scan_start(&scan, NULL, 0);
			*known = user_scan_next(&scan);
			user_scan_close(&scan);
		}
		fcinfo->flinfo->fn_extra = known;
	}
	return *known;
}

static void
begin_rows(DoseAnswer *row, FunctionCallInfo fcinfo, const PersonSchedule *schedule)
{
	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	row->result = (ReturnSetInfo *) fcinfo->resultinfo;
	row->now = GetCurrentTransactionStartTimestamp();
	for (int i = 0; i < DOSE_NSTATUS; i++)
		row->statuses[i] = CStringGetTextDatum(dose_status_names[i]);
	row->dose_id = palloc(VARHDRSZ + DOSE_ID_LENGTH);
	SET_VARSIZE(row->dose_id, VARHDRSZ + DOSE_ID_LENGTH);
	dose_id_write_schedule(VARDATA(row->dose_id), &schedule->id);
	memset(row->isnull, false, sizeof(row->isnull));
}

/* List the doses of a schedule that is single. */
static void
list_single(DoseAnswer *row, const PersonDoses *person, const PersonSchedule *schedule, bool recorded_too)
{
	uint64 nfound = person_schedule_find_single(person, schedule);

	for (uint64 i = 0; i < nfound; i++)
	{
		person_schedule_read_single(i, row->values, row->isnull);
		if (recorded_too || row->isnull[SINGLE_OUTCOME])
			put_row(row);
	}
}

static void
list_schedule(DoseAnswer *row, const PersonDoses *person, PersonSchedule *schedule, bool recorded_too)
{
	ZoneStretch stretch = {.until = PG_INT64_MIN};
	TimestampTz over = DT_NOBEGIN;
	RowDoses	doses;
	TimestampTz at;
	int			nth;

	if (!person_schedule_open(person, schedule, &doses))
		return;
	while (row_doses_next(&doses, &at, &nth))
	{
		if (!recorded_too && nth > 0)
			continue;
		if (second_of(at) >= stretch.until)
			zone_stretch_at(schedule->schedule->zone, second_of(at), &stretch);
		row->values[SINGLE_LOCAL_TIME] = TimestampGetDatum(at + stretch.offset * USECS_PER_SEC);
		if (over == DT_NOBEGIN)
			over = person_schedule_over_before(schedule, row->now);
		set_dose(row, schedule, at, nth > 0 ? &person->records[nth - 1] : NULL, over);
		put_row(row);
	}
}

/* Set what a dose has that is due when it is scheduled for. */
static void
set_dose(DoseAnswer *row, const PersonSchedule *schedule, TimestampTz at, const PersonRecord *record, TimestampTz over)
{
	bool missed = record == NULL && at < over;

	row->values[SINGLE_SCHEDULED_FOR] = row->values[SINGLE_DUE_AT] = TimestampTzGetDatum(at);
	row->values[SINGLE_DOSE_ID] = PointerGetDatum(row->dose_id);
	row->isnull[SINGLE_DOSE_ID] = !dose_id_has_time(at);
	if (!row->isnull[SINGLE_DOSE_ID])
		dose_id_write_time(VARDATA(row->dose_id), at);
	row->values[SINGLE_TAKEN_AT] = record == NULL ? 0 : TimestampTzGetDatum(record->taken_at);
	row->isnull[SINGLE_TAKEN_AT] = record == NULL || !record->has_taken_at;
	row->values[SINGLE_RECORDED_BY] = record == NULL ? 0 : record->recorded_by;
	row->isnull[SINGLE_RECORDED_BY] = row->values[SINGLE_RECORDED_BY] == 0;
	if (record != NULL)
		row->values[SINGLE_OUTCOME] = record->other_outcome != 0 ? record->other_outcome : row->statuses[record->outcome];
	row->isnull[SINGLE_OUTCOME] = record == NULL;
	row->values[SINGLE_STATUS] = record != NULL	 ? row->values[SINGLE_OUTCOME]
								 : at > row->now ? row->statuses[DOSE_UPCOMING]
												 : row->statuses[missed ? DOSE_MISSED : DOSE_DUE];
	row->values[SINGLE_ON_TIME] = BoolGetDatum(record != NULL && person_record_is_on_time(schedule, record));
	row->values[SINGLE_MISSED] = BoolGetDatum(missed);
}

static void
put_row(DoseAnswer *row)
{
	tuplestore_putvalues(row->result->setResult, row->result->setDesc, row->values, row->isnull);
}

/*
 * medsched_adherence_of_person counts a person's scheduled doses in a window, those
 * of each medication.
 */
Datum
medsched_adherence_of_person(PG_FUNCTION_ARGS)
{
	ReturnSetInfo	 *result = (ReturnSetInfo *) fcinfo->resultinfo;
	TimestampTz		  now = GetCurrentTransactionStartTimestamp();
	PersonDoses		  person;
	MedicationCounts *counts;
	int				  ncounts = 0;

	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	require_argument(fcinfo, 0, "user_id");
	require_argument(fcinfo, 1, "window_start");
	require_argument(fcinfo, 2, "window_end");
	check_window_for_all(PG_GETARG_TIMESTAMPTZ(1), PG_GETARG_TIMESTAMPTZ(2));
	SPI_connect();
	person_doses_open(&person, PG_GETARG_DATUM(0), PG_GETARG_TIMESTAMPTZ(1), PG_GETARG_TIMESTAMPTZ(2));
	if (person.nschedules > 0)
		person_doses_find_recorded(&person);
	counts = palloc0(sizeof(MedicationCounts) * Max(person.nschedules, 1));
	for (int i = 0; i < person.nschedules; i++)
	{
		MedicationCounts *of_medication = counts_of(counts, &ncounts, &person.schedules[i]);

		if (person.schedules[i].single)
			count_single(&person, &person.schedules[i], of_medication);
		else
			count_schedule(&person, &person.schedules[i], now, of_medication);
	}
	for (int i = 0; i < ncounts; i++)
	{
		Datum values[] = {
			counts[i].id,
			counts[i].name,
			Int64GetDatum(counts[i].scheduled),
			Int64GetDatum(counts[i].taken),
			Int64GetDatum(counts[i].skipped),
			Int64GetDatum(counts[i].missed),
			Int64GetDatum(counts[i].on_time)};
		bool isnull[lengthof(values)] = {0};

		if (counts[i].scheduled > 0)
			tuplestore_putvalues(result->setResult, result->setDesc, values, isnull);
	}
	SPI_finish();
	return (Datum) 0;
}

/* Find the counts of a schedule's medication, or begin them. */
static MedicationCounts *
counts_of(MedicationCounts *counts, int *ncounts, const PersonSchedule *schedule)
{
	int i = 0;

	while (i < *ncounts && memcmp(DatumGetUUIDP(counts[i].id), DatumGetUUIDP(schedule->medication_id), UUID_LEN) != 0)
		i++;
	if (i == *ncounts)
	{
		counts[i].id = schedule->medication_id;
		counts[i].name = schedule->medication_name;
		(*ncounts)++;
	}
	return &counts[i];
}

static void
count_single(const PersonDoses *person, const PersonSchedule *schedule, MedicationCounts *counts)
{
	uint64 nfound = person_schedule_find_single(person, schedule);

	for (uint64 i = 0; i < nfound; i++)
	{
		Datum values[SINGLE_NCOLUMNS];
		bool  isnull[SINGLE_NCOLUMNS];

		person_schedule_read_single(i, values, isnull);
		counts->scheduled++;
		counts->taken += is_outcome(values, isnull, DOSE_TAKEN);
		counts->skipped += is_outcome(values, isnull, DOSE_SKIPPED);
		counts->missed += DatumGetBool(values[SINGLE_MISSED]);
		counts->on_time += DatumGetBool(values[SINGLE_ON_TIME]);
	}
}

static void
count_schedule(const PersonDoses *person, PersonSchedule *schedule, TimestampTz now, MedicationCounts *counts)
{
	RowDoses	doses;
	TimestampTz at;
	TimestampTz over;
	int			nth;

	for (int i = 0; i < schedule->nrecorded; i++)
	{
		const PersonRecord *record = &person->records[schedule->recorded[i].nth - 1];

		counts->taken += record->outcome == DOSE_TAKEN;
		counts->skipped += record->outcome == DOSE_SKIPPED;
		counts->on_time += person_record_is_on_time(schedule, record);
	}
	if (!person_schedule_open(person, schedule, &doses))
		return;
	over = person_schedule_over_before(schedule, now);
	while (row_doses_next(&doses, &at, &nth))
	{
		counts->scheduled++;
		counts->missed += nth == 0 && at < over;
	}
}

static bool
is_outcome(const Datum *values, const bool *isnull, DoseStatus status)
{
	const text *outcome;
	size_t		length = strlen(dose_status_names[status]);

	if (isnull[SINGLE_OUTCOME])
		return false;
	outcome = DatumGetTextPP(values[SINGLE_OUTCOME]);
	return VARSIZE_ANY_EXHDR(outcome) == length && memcmp(VARDATA_ANY(outcome), dose_status_names[status], length) == 0;
}
