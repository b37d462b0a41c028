/*-------------------------------------------------------------------------
 *
 * dose_source.c
 *		The schedules of users that doses come from.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/stratnum.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/timestamp.h"
#include "utils/varlena.h"

#include "api/dose_source.h"
#include "base/arguments.h"
#include "base/compat.h"
#include "base/medsched.h"
#include "tables/saved_plan.h"
#include "tables/user_rows.h"

/* The places of find_schedules' columns, after SCHEDULE_COLUMNS. */
enum
{
	SOURCE_SCHEDULE_ID = SCHEDULE_NCOLUMNS,
	SOURCE_MEDICATION_ID,
	SOURCE_DOSE_AMOUNT,
	SOURCE_DOSE_UNIT,
	SOURCE_INSTRUCTIONS,
	SOURCE_GRACE,
	SOURCE_MISSED_WHEN_NEXT,
	SOURCE_MEDICATION_NAME,
	SOURCE_INACTIVATED_AT,
	SOURCE_NCOLUMNS
};

#define FIND_SCHEDULES(user)                                                                         \
	"SELECT " SCHEDULE_COLUMNS ", s.id, s.medication_id, "                                           \
	"s.dose_amount, s.dose_unit, s.instructions, s.grace, "                                          \
	"{missed_when_next?s.missed_when_next|false}, m.name, m.inactivated_at "                         \
	"FROM medsched.schedules AS s "                                                                  \
	"JOIN medsched.medications AS m "                                                                \
	"ON m.user_id OPERATOR(pg_catalog.=) s.user_id AND m.id OPERATOR(pg_catalog.=) s.medication_id " \
	"WHERE s.user_id OPERATOR(pg_catalog.=) " user " AND m.user_id OPERATOR(pg_catalog.=) " user " "

/* They can have a dose from an instant on. */
#define NOT_ENDED                                                     \
	"AND (s.ends_at IS NULL OR s.ends_at OPERATOR(pg_catalog.>) $2) " \
	"AND (m.inactivated_at IS NULL OR m.inactivated_at OPERATOR(pg_catalog.>) $2) "

#define SOURCE_SCHEDULE_COLUMNS \
	SCHEDULE_COLUMN_LIST, SCHEDULES_ID, SCHEDULES_MEDICATION_ID, SCHEDULES_DOSE_AMOUNT, SCHEDULES_DOSE_UNIT, SCHEDULES_INSTRUCTIONS, SCHEDULES_GRACE, SCHEDULES_MISSED_WHEN_NEXT
#define SOURCE_MEDICATION_COLUMNS MEDICATIONS_NAME, MEDICATIONS_INACTIVATED_AT

/* A user's schedules that can have a dose from an instant on. */
static SavedPlan find_schedules = {
	FIND_SCHEDULES("$1") NOT_ENDED,
	2,
	{UUIDOID, TIMESTAMPTZOID},
	NULL,
	{SOURCE_SCHEDULE_COLUMNS, SOURCE_MEDICATION_COLUMNS}};

/* Those of several users, with the number of the user.  OFFSET 0: user by user, by their keys. */
static SavedPlan find_schedules_of = {
	"SELECT f.*, u.nth FROM pg_catalog.unnest($1) WITH ORDINALITY AS u (id, nth) "
	"CROSS JOIN LATERAL (" FIND_SCHEDULES("u.id") NOT_ENDED "OFFSET 0) AS f "
															"ORDER BY u.nth",
	2,
	{UUIDARRAYOID, TIMESTAMPTZOID},
	NULL,
	{SOURCE_SCHEDULE_COLUMNS, SOURCE_MEDICATION_COLUMNS, COMPUTED_BIGINT}};

/* The others of which something is recorded in a window, or was moved into it. */
static SavedPlan find_ended_schedules = {
	FIND_SCHEDULES("$1") "AND (s.ends_at OPERATOR(pg_catalog.<=) $2 OR m.inactivated_at OPERATOR(pg_catalog.<=) $2) "
						 "AND (EXISTS (SELECT FROM medsched.dose_taken AS d "
						 "WHERE d.user_id OPERATOR(pg_catalog.=) $1 AND d.schedule_id OPERATOR(pg_catalog.=) s.id "
						 "AND d.scheduled_for OPERATOR(pg_catalog.>=) $2 AND d.scheduled_for OPERATOR(pg_catalog.<) $3)"
						 "{due_at? OR EXISTS (SELECT FROM medsched.moved_doses AS v "
						 "WHERE v.user_id OPERATOR(pg_catalog.=) $1 AND v.schedule_id OPERATOR(pg_catalog.=) s.id "
						 "AND v.due_at OPERATOR(pg_catalog.>=) $2 AND v.due_at OPERATOR(pg_catalog.<) $3)|})",
	3,
	{UUIDOID, TIMESTAMPTZOID, TIMESTAMPTZOID},
	NULL,
	{SOURCE_SCHEDULE_COLUMNS, SOURCE_MEDICATION_COLUMNS}};

/* What the first two find, without a query. */
static UserRows schedule_rows = {.table = TABLE_SCHEDULES, .keys = {SCHEDULES_USER_ID}, .columns = {SOURCE_SCHEDULE_COLUMNS}};
static UserRows medication_rows = {.table = TABLE_MEDICATIONS, .keys = {MEDICATIONS_USER_ID, MEDICATIONS_ID}, .columns = {SOURCE_MEDICATION_COLUMNS}};

static bool scan_sources(DoseSources *users, int nusers);
static void scan_user(DoseSources *sources, UserScan *schedules, UserScan *medications);
static bool is_over(UserScan *scan, int column, TimestampTz from);
static void query_sources(DoseSources *users, SavedPlan *query, Datum *values);
static void add_source(DoseSources *sources, const Datum *values, const bool *isnull, Oid collation);
static int	compare_ids(const void *a, const void *b);
static int	compare_ranks(const void *a, const void *b, void *collation);
static int	compare_scheduled(const void *a, const void *b);

DoseSources *
dose_sources_open(const Datum *user_ids, int nusers, TimestampTz from, TimestampTz to, int most)
{
	DoseSources *users = palloc0(sizeof(DoseSources) * nusers);

	for (int i = 0; i < nusers; i++)
	{
		DoseSources *sources = &users[i];

		sources->from = ceil_to_second(from);
		sources->to = ceil_to_second(to);
		sources->user_id = user_ids[i];
		sources->most = most;
		sources->bounds[0] = TimestampTzGetDatum(from);
		sources->bounds[1] = TimestampTzGetDatum(to);
	}
	if (!scan_sources(users, nusers))
	{
		Datum values[2] = {nusers == 1 ? user_ids[0] : user_ids_array(users, nusers), TimestampTzGetDatum(from)};

		query_sources(users, nusers == 1 ? &find_schedules : &find_schedules_of, values);
	}
	for (int i = 0; i < nusers; i++)
	{
		CHECK_FOR_INTERRUPTS();
		users[i].may_be_moved = may_have_rows(TABLE_MOVED_DOSES, MOVED_DOSES_USER_ID, user_ids[i]);
		qsort(users[i].array, users[i].n, sizeof(DoseSource *), compare_ids);
	}
	return users;
}

void
dose_sources_add_ended(DoseSources *sources)
{
	Datum values[3] = {sources->user_id, sources->bounds[0], sources->bounds[1]};

	query_sources(sources, &find_ended_schedules, values);
	qsort(sources->array, sources->n, sizeof(DoseSource *), compare_ids);
}

Datum
user_ids_array(const DoseSources *users, int nusers)
{
	Datum *ids = palloc(sizeof(Datum) * nusers);

	for (int i = 0; i < nusers; i++)
		ids[i] = users[i].user_id;
	return PointerGetDatum(construct_array(ids, nusers, UUIDOID, UUID_LEN, false, TYPALIGN_CHAR));
}

DoseSource *
dose_source_find(const DoseSources *sources, const pg_uuid_t *schedule_id)
{
	int low = 0;
	int high = sources->n;

	while (low < high)
	{
		int			middle = low + (high - low) / 2;
		DoseSource *source = sources->array[middle];
		int			order = memcmp(schedule_id, &source->schedule_id, sizeof(pg_uuid_t));

		if (order == 0)
			return source;
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

bool
dose_source_has_timed(const DoseSource *source, TimestampTz scheduled_for)
{
	TimedDose key = {.scheduled_for = scheduled_for};

	return source->ntimed > 0 && bsearch(&key, source->timed, source->ntimed, sizeof(TimedDose), compare_scheduled) != NULL;
}

void
dose_sources_rank(DoseSources *sources, int first)
{
	DoseSource **by_rank;

	if (sources->n == 0)
		return;
	by_rank = palloc(sizeof(DoseSource *) * sources->n);
	memcpy(by_rank, sources->array, sizeof(DoseSource *) * sources->n);
	qsort_arg(by_rank, sources->n, sizeof(DoseSource *), compare_ranks, &sources->array[0]->collation);
	for (int i = 0; i < sources->n; i++)
		by_rank[i]->rank = first + i;
	pfree(by_rank);
}

/* Add the schedules that a query would find; false: it is to be asked. */
static bool
scan_sources(DoseSources *users, int nusers)
{
	UserScan schedules;
	UserScan medications;

	if (!user_scan_open(&schedules, &schedule_rows))
		return false;
	if (!user_scan_open(&medications, &medication_rows))
	{
		user_scan_close(&schedules);
		return false;
	}
	for (int i = 0; i < nusers; i++)
		scan_user(&users[i], &schedules, &medications);
	user_scan_close(&medications);
	user_scan_close(&schedules);
	return true;
}

static void
scan_user(DoseSources *sources, UserScan *schedules, UserScan *medications)
{
	ScanKeyData key[2];
	TimestampTz from = DatumGetTimestampTz(sources->bounds[0]);

	ScanKeyInit(&key[0], 1, BTEqualStrategyNumber, F_UUID_EQ, sources->user_id);
	user_scan_start(schedules, key, 1);
	while (user_scan_next(schedules))
	{
		Datum values[SOURCE_NCOLUMNS];
		bool  isnull[SOURCE_NCOLUMNS];

		if (is_over(schedules, COLUMN_ENDS_AT, from))
			continue;
		ScanKeyInit(&key[1], 2, BTEqualStrategyNumber, F_UUID_EQ, user_scan_value(schedules, SOURCE_MEDICATION_ID, &isnull[0]));
		if (isnull[0])
			continue;
		user_scan_start(medications, key, 2);
		if (!user_scan_next(medications) || is_over(medications, SOURCE_INACTIVATED_AT - SOURCE_MEDICATION_NAME, from))
			continue;

		user_scan_read(schedules, values, isnull);
		user_scan_read(medications, values + SOURCE_MEDICATION_NAME, isnull + SOURCE_MEDICATION_NAME);
		add_source(sources, values, isnull, user_scan_collation(medications, 0));
	}
}

/* Tell whether the row that a scan is at is of something that ended before an instant, or then. */
static bool
is_over(UserScan *scan, int column, TimestampTz from)
{
	bool  isnull;
	Datum end = user_scan_value(scan, column, &isnull);

	return !isnull && DatumGetTimestampTz(end) <= from;
}

/* Add the schedules that a query finds to the sources of their users. */
static void
query_sources(DoseSources *users, SavedPlan *query, Datum *values)
{
	run_plan(query, values, NULL, true, SPI_OK_SELECT, 0);
	for (uint64 row = 0; row < SPI_processed; row++)
	{
		Datum		 columns[SOURCE_NCOLUMNS + 1];
		bool		 isnull[SOURCE_NCOLUMNS + 1];
		DoseSources *sources = users;

		read_row(query, row, columns, isnull);
		if (query == &find_schedules_of)
			sources = &users[DatumGetInt64(columns[SOURCE_NCOLUMNS]) - 1];
		add_source(sources, columns, isnull, TupleDescAttr(SPI_tuptable->tupdesc, SOURCE_MEDICATION_NAME)->attcollation);
	}
}

static void
add_source(DoseSources *sources, const Datum *values, const bool *isnull, Oid collation)
{
	DoseSource *source = palloc0(sizeof(DoseSource));

	if (sources->n == sources->room)
	{
		sources->room = Max(8, 2 * sources->room);
		sources->array = sources->array == NULL ? palloc(sizeof(DoseSource *) * sources->room)
												: repalloc_huge(sources->array, sizeof(DoseSource *) * sources->room);
	}
	sources->array[sources->n++] = source;
	source->of = sources;

	schedule_row_read(&source->row, values, isnull);
	memcpy(&source->schedule_id, DatumGetUUIDP(values[SOURCE_SCHEDULE_ID]), sizeof(pg_uuid_t));
	source->medication_id = values[SOURCE_MEDICATION_ID];
	source->medication_name = PointerGetDatum(DatumGetTextPP(values[SOURCE_MEDICATION_NAME]));
	source->time_zone = values[COLUMN_TIME_ZONE];
	source->dose_amount = isnull[SOURCE_DOSE_AMOUNT] ? 0 : values[SOURCE_DOSE_AMOUNT];
	source->dose_unit = isnull[SOURCE_DOSE_UNIT] ? 0 : values[SOURCE_DOSE_UNIT];
	source->instructions = isnull[SOURCE_INSTRUCTIONS] ? 0 : values[SOURCE_INSTRUCTIONS];
	source->grace = isnull[SOURCE_GRACE] ? default_grace()
										 : interval_microseconds(DatumGetIntervalP(values[SOURCE_GRACE]));
	source->collation = collation;
	source->next = source->occurrence = DT_NOBEGIN;
	source->zone = zone_find(source->row.source.time_zone);
	source->stretch.until = PG_INT64_MIN;
	source->dose_id = palloc(VARHDRSZ + DOSE_ID_LENGTH);
	SET_VARSIZE(source->dose_id, VARHDRSZ + DOSE_ID_LENGTH);
	dose_id_write_schedule(VARDATA(source->dose_id), &source->schedule_id);

	source->missed_when_next = DatumGetBool(values[SOURCE_MISSED_WHEN_NEXT]);
	sources->has_counted |= source->row.is_counted && !source->row.follows;
	sources->has_following |= source->row.follows;

	source->ends_at = source->row.ends_at;
	if (!isnull[SOURCE_INACTIVATED_AT])
		source->ends_at = Min(source->ends_at, DatumGetTimestampTz(values[SOURCE_INACTIVATED_AT]));
	source->until = Min(sources->to, ceil_to_second(source->ends_at));
}

static int
compare_ids(const void *a, const void *b)
{
	return memcmp(&(*(DoseSource *const *) a)->schedule_id,
				  &(*(DoseSource *const *) b)->schedule_id, sizeof(pg_uuid_t));
}

/* Compare as ORDER BY m.name, s.id does. */
static int
compare_ranks(const void *a, const void *b, void *collation)
{
	const text *left = (const text *) DatumGetPointer((*(DoseSource *const *) a)->medication_name);
	const text *right = (const text *) DatumGetPointer((*(DoseSource *const *) b)->medication_name);
	int			order = varstr_cmp(VARDATA_ANY(left), VARSIZE_ANY_EXHDR(left),
								   VARDATA_ANY(right), VARSIZE_ANY_EXHDR(right), *(Oid *) collation);

	return order != 0 ? order : compare_ids(a, b);
}

static int
compare_scheduled(const void *a, const void *b)
{
	TimestampTz left = ((const TimedDose *) a)->scheduled_for;
	TimestampTz right = ((const TimedDose *) b)->scheduled_for;

	return left < right ? -1 : left > right;
}
