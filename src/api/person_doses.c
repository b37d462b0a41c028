/*-------------------------------------------------------------------------
 *
 * person_doses.c
 *		The schedules of one person among many, and what is recorded of them.
 *
 * Two queries for a person, whatever the number of schedules: each schedule by
 * itself would read what is recorded of the person's others in its range of the
 * primary key.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/stratnum.h"
#include "catalog/pg_type.h"
#include "common/int.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/timestamp.h"

#include "api/dose_status.h"
#include "api/person_doses.h"
#include "base/arguments.h"
#include "base/compat.h"
#include "schedule/schedule_search.h"
#include "tables/saved_plan.h"
#include "tables/user_rows.h"

/* The places of find_schedules_of_person' columns, after SCHEDULE_COLUMNS. */
enum
{
	PERSON_SCHEDULE_ID = SCHEDULE_NCOLUMNS,
	PERSON_MEDICATION_ID,
	PERSON_GRACE,
	PERSON_TOLERANCE_BEFORE,
	PERSON_MISSED_WHEN_NEXT,
	PERSON_MEDICATION_NAME,
	PERSON_INACTIVATED_AT,
	PERSON_NCOLUMNS
};

#define PERSON_SCHEDULE_COLUMNS \
	SCHEDULE_COLUMN_LIST, SCHEDULES_ID, SCHEDULES_MEDICATION_ID, SCHEDULES_GRACE, SCHEDULES_TOLERANCE_BEFORE, SCHEDULES_MISSED_WHEN_NEXT
#define PERSON_MEDICATION_COLUMNS MEDICATIONS_NAME, MEDICATIONS_INACTIVATED_AT

static SavedPlan find_schedules_of_person = {
	"SELECT " SCHEDULE_COLUMNS ", s.id, s.medication_id, s.grace, {tolerance_before?s.tolerance_before|NULL::pg_catalog.interval}, "
	"{missed_when_next?s.missed_when_next|false}, m.name, m.inactivated_at "
	"FROM medsched.schedules AS s "
	"JOIN medsched.medications AS m "
	"ON m.user_id OPERATOR(pg_catalog.=) s.user_id AND m.id OPERATOR(pg_catalog.=) s.medication_id "
	"WHERE s.user_id OPERATOR(pg_catalog.=) $1 AND m.user_id OPERATOR(pg_catalog.=) $1 AND NOT s.as_needed",
	1,
	{UUIDOID},
	NULL,
	{PERSON_SCHEDULE_COLUMNS, PERSON_MEDICATION_COLUMNS}};

/* The same, without a query. */
static UserRows schedule_rows = {.table = TABLE_SCHEDULES, .keys = {SCHEDULES_USER_ID}, .columns = {PERSON_SCHEDULE_COLUMNS}};
static UserRows medication_rows = {.table = TABLE_MEDICATIONS, .keys = {MEDICATIONS_USER_ID, MEDICATIONS_ID}, .columns = {PERSON_MEDICATION_COLUMNS}};

#define FIND_RECORDED                                                              \
	"SELECT d.scheduled_for, d.schedule_id, d.taken_at, d.recorded_by, d.outcome " \
	"FROM medsched.dose_taken AS d "                                               \
	"WHERE d.user_id OPERATOR(pg_catalog.=) $1 "                                   \
	"AND d.scheduled_for OPERATOR(pg_catalog.>=) $2 AND d.scheduled_for OPERATOR(pg_catalog.<) $3 "

#define RECORDED_NCOLUMNS 5
#define RECORDED_COLUMN_LIST \
	DOSE_TAKEN_SCHEDULED_FOR, DOSE_TAKEN_SCHEDULE_ID, DOSE_TAKEN_TAKEN_AT, DOSE_TAKEN_RECORDED_BY, DOSE_TAKEN_OUTCOME

static SavedPlan find_recorded_of_person = {FIND_RECORDED, 3, {UUIDOID, TIMESTAMPTZOID, TIMESTAMPTZOID}, NULL, {RECORDED_COLUMN_LIST}};

static SavedPlan find_recorded_of_schedule = {
	FIND_RECORDED "AND d.schedule_id OPERATOR(pg_catalog.=) $4",
	4,
	{UUIDOID, TIMESTAMPTZOID, TIMESTAMPTZOID, UUIDOID},
	NULL,
	{RECORDED_COLUMN_LIST}};

/* The same, without a query. */
static UserRows recorded_rows = {
	.table = TABLE_DOSE_TAKEN,
	.keys = {DOSE_TAKEN_USER_ID, DOSE_TAKEN_SCHEDULED_FOR, DOSE_TAKEN_SCHEDULE_ID},
	.columns = {RECORDED_COLUMN_LIST}};

/* The schedules of which a dose was moved that is scheduled or due from an instant on. */
static SavedPlan find_moved_schedules = {
	"SELECT DISTINCT v.schedule_id FROM medsched.moved_doses AS v "
	"WHERE v.user_id OPERATOR(pg_catalog.=) $1 "
	"AND (v.scheduled_for OPERATOR(pg_catalog.>=) $2 OR v.due_at OPERATOR(pg_catalog.>=) $2)",
	2,
	{UUIDOID, TIMESTAMPTZOID},
	NULL,
	{MOVED_DOSES_SCHEDULE_ID}};

static SavedPlan find_single = {
	"SELECT d.dose_id, d.scheduled_for, d.local_time, d.taken_at, d.recorded_by, d.status, d.outcome, d.on_time, d.missed, d.due_at "
	"FROM medsched._single_doses($1, $2, $3, $4) AS d",
	4,
	{UUIDOID, UUIDOID, TIMESTAMPTZOID, TIMESTAMPTZOID},
	NULL,
	{COMPUTED_TEXT, COMPUTED_INSTANT, COMPUTED_WALL_CLOCK, COMPUTED_INSTANT, COMPUTED_TEXT, COMPUTED_TEXT, COMPUTED_TEXT,
	 COMPUTED_BOOLEAN, COMPUTED_BOOLEAN, COMPUTED_INSTANT}};

#define FIRST_SIZE 64

static bool			   scan_schedules(PersonDoses *person);
static void			   query_schedules(PersonDoses *person);
static void			   read_person_schedule(PersonSchedule *schedule, const Datum *values, const bool *isnull);
static void			   mark_moved(PersonDoses *person);
static PersonSchedule *find_schedule(const PersonDoses *person, const pg_uuid_t *id);
static bool			   make_schedule(PersonSchedule *schedule);
static bool			   scan_recorded_of_person(PersonDoses *person, const Datum *values);
static void			   query_recorded(PersonDoses *person, Datum *values);
static void			   add_record(PersonDoses *person, const Datum *values, const bool *isnull);
static int			   outcome_of(Datum outcome);
static int			   compare_schedule_ids(const void *a, const void *b);

void
person_doses_open(PersonDoses *person, Datum user_id, TimestampTz from, TimestampTz to)
{
	*person = (PersonDoses){.user_id = user_id, .from = from, .to = to};
	if (!scan_schedules(person))
		query_schedules(person);
	qsort(person->schedules, person->nschedules, sizeof(PersonSchedule), compare_schedule_ids);
	if (person->nschedules > 0 && may_have_rows(TABLE_MOVED_DOSES, MOVED_DOSES_USER_ID, user_id))
		mark_moved(person);
}

/* Find what the query would find; false: it is to be asked. */
static bool
scan_schedules(PersonDoses *person)
{
	UserScan	schedules;
	UserScan	medications;
	ScanKeyData key[2];
	int			size = 0;

	if (!user_scan_open(&schedules, &schedule_rows))
		return false;
	if (!user_scan_open(&medications, &medication_rows))
	{
		user_scan_close(&schedules);
		return false;
	}
	ScanKeyInit(&key[0], 1, BTEqualStrategyNumber, F_UUID_EQ, person->user_id);
	user_scan_start(&schedules, key, 1);
	while (user_scan_next(&schedules))
	{
		Datum values[PERSON_NCOLUMNS];
		bool  isnull[PERSON_NCOLUMNS];

		CHECK_FOR_INTERRUPTS();
		user_scan_read(&schedules, values, isnull);
		if (DatumGetBool(values[COLUMN_AS_NEEDED]))
			continue;
		ScanKeyInit(&key[1], 2, BTEqualStrategyNumber, F_UUID_EQ, values[PERSON_MEDICATION_ID]);
		user_scan_start(&medications, key, 2);
		if (!user_scan_next(&medications))
			continue;
		user_scan_read(&medications, values + PERSON_MEDICATION_NAME, isnull + PERSON_MEDICATION_NAME);
		if (person->nschedules == size)
		{
			size = Max(8, 2 * size);
			person->schedules = person->schedules == NULL ? palloc(size * sizeof(PersonSchedule))
														  : repalloc_huge(person->schedules, size * sizeof(PersonSchedule));
		}
		read_person_schedule(&person->schedules[person->nschedules++], values, isnull);
	}
	user_scan_close(&medications);
	user_scan_close(&schedules);
	return true;
}

static void
query_schedules(PersonDoses *person)
{
	run_plan(&find_schedules_of_person, &person->user_id, NULL, true, SPI_OK_SELECT, 0);
	person->nschedules = (int) SPI_processed;
	person->schedules = palloc(sizeof(PersonSchedule) * Max(person->nschedules, 1));
	for (int i = 0; i < person->nschedules; i++)
	{
		Datum values[PERSON_NCOLUMNS];
		bool  isnull[PERSON_NCOLUMNS];

		read_row(&find_schedules_of_person, i, values, isnull);
		read_person_schedule(&person->schedules[i], values, isnull);
	}
}

static void
read_person_schedule(PersonSchedule *schedule, const Datum *values, const bool *isnull)
{
	memset(schedule, 0, sizeof(PersonSchedule));
	schedule_row_read(&schedule->row, values, isnull);
	schedule->id = *DatumGetUUIDP(values[PERSON_SCHEDULE_ID]);
	schedule->medication_id = values[PERSON_MEDICATION_ID];
	schedule->medication_name = values[PERSON_MEDICATION_NAME];
	schedule->grace = isnull[PERSON_GRACE] ? default_grace() : interval_microseconds(DatumGetIntervalP(values[PERSON_GRACE]));
	schedule->tolerance_before = isnull[PERSON_TOLERANCE_BEFORE] ? schedule->grace
																 : interval_microseconds(DatumGetIntervalP(values[PERSON_TOLERANCE_BEFORE]));
	schedule->missed_when_next = DatumGetBool(values[PERSON_MISSED_WHEN_NEXT]);
	schedule->closed = schedule->row.ends_at;
	if (!isnull[PERSON_INACTIVATED_AT])
		schedule->closed = Min(schedule->closed, DatumGetTimestampTz(values[PERSON_INACTIVATED_AT]));
	schedule->single = schedule->row.is_counted;
}

/* Mark the schedules of which doses were moved that can be in the window, or be the next after one in it. */
static void
mark_moved(PersonDoses *person)
{
	Datum values[2] = {person->user_id, TimestampTzGetDatum(person->from)};

	run_plan(&find_moved_schedules, values, NULL, true, SPI_OK_SELECT, 0);
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		PersonSchedule *schedule = find_schedule(person, DatumGetUUIDP(read_single(&find_moved_schedules, i, NULL)));

		if (schedule != NULL)
			schedule->single = true;
	}
}

static PersonSchedule *
find_schedule(const PersonDoses *person, const pg_uuid_t *id)
{
	int low = 0;
	int high = person->nschedules;

	while (low < high)
	{
		int middle = low + (high - low) / 2;
		int order = memcmp(id, &person->schedules[middle].id, sizeof(pg_uuid_t));

		if (order == 0)
			return &person->schedules[middle];
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

void
person_doses_open_schedule(PersonDoses *person, Datum user_id, TimestampTz from, TimestampTz to, PersonSchedule *schedule)
{
	*person = (PersonDoses){.user_id = user_id, .from = from, .to = to, .schedules = schedule, .nschedules = 1, .is_one = true};
}

bool
person_has_moved(PersonDoses *person)
{
	mark_moved(person);
	return person->schedules[0].single;
}

void
person_doses_find_recorded(PersonDoses *person)
{
	Datum values[4] = {
		person->user_id,
		TimestampTzGetDatum(Max(person->from, INSTANT_MIN)),
		TimestampTzGetDatum(Min(person->to, INSTANT_END)),
		UUIDPGetDatum(&person->schedules[0].id)};
	RecordedAt *places;

	if (!scan_recorded_of_person(person, values))
		query_recorded(person, values);

	/* Those of each schedule lie together. */
	places = palloc_extended(sizeof(RecordedAt) * Max(person->nrecords, 1), MCXT_ALLOC_HUGE);
	for (int i = 0; i < person->nschedules; i++)
	{
		person->schedules[i].recorded = places;
		places += person->schedules[i].nrecorded;
		person->schedules[i].nrecorded = 0;
	}
	for (int i = 0; i < person->nrecords; i++)
	{
		PersonSchedule *schedule = &person->schedules[person->records[i].schedule];

		schedule->recorded[schedule->nrecorded++] = (RecordedAt){person->records[i].scheduled_for, i + 1};
	}
}

/* Find what the query would find; false: it is to be asked. */
static bool
scan_recorded_of_person(PersonDoses *person, const Datum *values)
{
	UserScan	scan;
	ScanKeyData key[4];

	if (!user_scan_open(&scan, &recorded_rows))
		return false;
	ScanKeyInit(&key[0], 1, BTEqualStrategyNumber, F_UUID_EQ, values[0]);
	ScanKeyInit(&key[1], 2, BTGreaterEqualStrategyNumber, F_TIMESTAMPTZ_GE, values[1]);
	ScanKeyInit(&key[2], 2, BTLessStrategyNumber, F_TIMESTAMPTZ_LT, values[2]);
	ScanKeyInit(&key[3], 3, BTEqualStrategyNumber, F_UUID_EQ, values[3]);
	user_scan_start(&scan, key, person->is_one ? 4 : 3);
	while (user_scan_next(&scan))
	{
		Datum columns[RECORDED_NCOLUMNS];
		bool  isnull[RECORDED_NCOLUMNS];

		CHECK_FOR_INTERRUPTS();
		/* The row is taken apart as far as the last column asked for: that one first, and none beyond what is needed. */
		columns[3] = 0;
		if (person->is_one)
			columns[3] = user_scan_value(&scan, 3, &isnull[3]);
		columns[2] = user_scan_value(&scan, 2, &isnull[2]);
		columns[4] = user_scan_value(&scan, 4, &isnull[4]);
		columns[1] = user_scan_value(&scan, 1, &isnull[1]);
		columns[0] = user_scan_value(&scan, 0, &isnull[0]);
		add_record(person, columns, isnull);
	}
	user_scan_close(&scan);
	return true;
}

static void
query_recorded(PersonDoses *person, Datum *values)
{
	SavedPlan *query = person->is_one ? &find_recorded_of_schedule : &find_recorded_of_person;

	run_plan(query, values, NULL, true, SPI_OK_SELECT, 0);
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		Datum columns[RECORDED_NCOLUMNS];
		bool  isnull[RECORDED_NCOLUMNS];

		CHECK_FOR_INTERRUPTS();
		read_row(query, i, columns, isnull);
		add_record(person, columns, isnull);
	}
}

/* Keep what is needed of a row, which may go with the next one. */
static void
add_record(PersonDoses *person, const Datum *values, const bool *isnull)
{
	PersonSchedule *schedule = isnull[1] ? NULL : find_schedule(person, DatumGetUUIDP(values[1]));
	PersonRecord   *record;
	int				outcome;

	if (schedule == NULL || schedule->single || isnull[0] || isnull[4])
		return;
	outcome = outcome_of(PointerGetDatum(DatumGetTextPP(values[4])));
	if (outcome == DOSE_EXTRA)
		return;
	if (person->nrecords == person->size)
	{
		person->size = Max(FIRST_SIZE, 2 * person->size);
		person->records = person->records == NULL ? palloc(person->size * sizeof(PersonRecord))
												  : repalloc_huge(person->records, person->size * sizeof(PersonRecord));
	}
	record = &person->records[person->nrecords++];
	record->scheduled_for = DatumGetTimestampTz(values[0]);
	record->has_taken_at = !isnull[2];
	record->taken_at = isnull[2] ? 0 : DatumGetTimestampTz(values[2]);
	record->outcome = outcome;
	record->recorded_by = 0;
	record->other_outcome = 0;
	if (person->is_one && !isnull[3])
		record->recorded_by = PointerGetDatum(PG_DETOAST_DATUM_COPY(values[3]));
	if (person->is_one && outcome == DOSE_NSTATUS)
		record->other_outcome = PointerGetDatum(PG_DETOAST_DATUM_COPY(values[4]));
	record->schedule = (int) (schedule - person->schedules);
	schedule->nrecorded++;
}

/* Give the status that an outcome stands for; DOSE_NSTATUS: none that the table's CHECK allows. */
static int
outcome_of(Datum outcome)
{
	static const int lengths[] = {[DOSE_TAKEN] = 5, [DOSE_SKIPPED] = 7, [DOSE_EXTRA] = 5};
	const text		*name = (const text *) DatumGetPointer(outcome);

	for (int status = DOSE_TAKEN; status <= DOSE_EXTRA; status++)
	{
		if ((int) VARSIZE_ANY_EXHDR(name) == lengths[status] && memcmp(VARDATA_ANY(name), dose_status_names[status], lengths[status]) == 0)
			return status;
	}
	return DOSE_NSTATUS;
}

bool
person_schedule_has_occurrence(const PersonDoses *person, PersonSchedule *schedule)
{
	TimestampTz from = Max(person->from, schedule->row.effective_from);
	TimestampTz to = Min(person->to, schedule->closed);
	RowDoses	doses;

	if (from >= to || !make_schedule(schedule))
		return false;
	row_doses_start(schedule->schedule, from, to, NULL, 0, &doses);
	return doses.occurrence != DT_NOEND;
}

bool
person_schedule_open(const PersonDoses *person, PersonSchedule *schedule, RowDoses *doses)
{
	TimestampTz from = Max(person->from, schedule->row.effective_from);
	TimestampTz to = Min(person->to, schedule->closed);

	if ((from >= to && schedule->nrecorded == 0) || !make_schedule(schedule))
		return false;
	row_doses_start(schedule->schedule, from, to, schedule->recorded, schedule->nrecorded, doses);
	return true;
}

/* Make the schedule of a row, once; false: it cannot be read, and is warned of. */
static bool
make_schedule(PersonSchedule *schedule)
{
	ErrorData *problem;
	Schedule  *made;

	if (schedule->schedule != NULL)
		return true;
	problem = find_source_problem(&schedule->row.source, &made);
	if (problem != NULL)
	{
		warn_of_schedule(&schedule->id, problem);
		return false;
	}
	schedule->schedule = made;
	return true;
}

TimestampTz
person_schedule_over_before(const PersonSchedule *schedule, TimestampTz at)
{
	TimestampTz over = at - schedule->grace;
	TimestampTz last;

	if (schedule->missed_when_next && schedule_previous_occurrence(schedule->schedule, Min(at + 1, schedule->closed), &last))
		over = Max(over, last);
	return over;
}

bool
person_record_is_on_time(const PersonSchedule *schedule, const PersonRecord *record)
{
	int64 difference;

	return record->has_taken_at && !pg_sub_s64_overflow(record->taken_at, record->scheduled_for, &difference) &&
		   -schedule->tolerance_before <= difference && difference <= schedule->grace;
}

uint64
person_schedule_find_single(const PersonDoses *person, const PersonSchedule *schedule)
{
	Datum values[4] = {person->user_id, UUIDPGetDatum(&schedule->id), TimestampTzGetDatum(person->from), TimestampTzGetDatum(person->to)};

	run_plan(&find_single, values, NULL, true, SPI_OK_SELECT, 0);
	return SPI_processed;
}

void
person_schedule_read_single(uint64 nth, Datum *values, bool *isnull)
{
	read_row(&find_single, nth, values, isnull);
}

static int
compare_schedule_ids(const void *a, const void *b)
{
	return memcmp(&((const PersonSchedule *) a)->id, &((const PersonSchedule *) b)->id, sizeof(pg_uuid_t));
}
