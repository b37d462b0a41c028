/*-------------------------------------------------------------------------
 *
 * dose_source.c
 *		The schedules of a user that doses come from.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"
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
	SOURCE_MEDICATION_NAME,
	SOURCE_DOSE_AMOUNT,
	SOURCE_DOSE_UNIT,
	SOURCE_INSTRUCTIONS,
	SOURCE_GRACE,
	SOURCE_INACTIVATED_AT,
	SOURCE_MISSED_WHEN_NEXT,
	SOURCE_NCOLUMNS
};

#define FIND_SCHEDULES                                                                               \
	"SELECT " SCHEDULE_COLUMNS ", s.id, s.medication_id, m.name, "                                   \
	"s.dose_amount, s.dose_unit, s.instructions, s.grace, m.inactivated_at, "                        \
	"{missed_when_next?s.missed_when_next|false} "                                                   \
	"FROM medsched.schedules AS s "                                                                  \
	"JOIN medsched.medications AS m "                                                                \
	"ON m.user_id OPERATOR(pg_catalog.=) s.user_id AND m.id OPERATOR(pg_catalog.=) s.medication_id " \
	"WHERE s.user_id OPERATOR(pg_catalog.=) $1 AND m.user_id OPERATOR(pg_catalog.=) $1 "

#define SOURCE_COLUMN_LIST                                                                                \
	SCHEDULE_COLUMN_LIST, SCHEDULES_ID, SCHEDULES_MEDICATION_ID, MEDICATIONS_NAME, SCHEDULES_DOSE_AMOUNT, \
		SCHEDULES_DOSE_UNIT, SCHEDULES_INSTRUCTIONS, SCHEDULES_GRACE, MEDICATIONS_INACTIVATED_AT, SCHEDULES_MISSED_WHEN_NEXT

/* A user's schedules that can have a dose from an instant on. */
static SavedPlan find_schedules = {
	FIND_SCHEDULES
	"AND (s.ends_at IS NULL OR s.ends_at OPERATOR(pg_catalog.>) $2) "
	"AND (m.inactivated_at IS NULL OR m.inactivated_at OPERATOR(pg_catalog.>) $2)",
	2,
	{UUIDOID, TIMESTAMPTZOID},
	NULL,
	{SOURCE_COLUMN_LIST}};

/* The others of which something is recorded in a window, or was moved into it. */
static SavedPlan find_ended_schedules = {
	FIND_SCHEDULES
	"AND (s.ends_at OPERATOR(pg_catalog.<=) $2 OR m.inactivated_at OPERATOR(pg_catalog.<=) $2) "
	"AND (EXISTS (SELECT FROM medsched.dose_taken AS d "
	"WHERE d.user_id OPERATOR(pg_catalog.=) $1 AND d.schedule_id OPERATOR(pg_catalog.=) s.id "
	"AND d.scheduled_for OPERATOR(pg_catalog.>=) $2 AND d.scheduled_for OPERATOR(pg_catalog.<) $3)"
	"{due_at? OR EXISTS (SELECT FROM medsched.moved_doses AS v "
	"WHERE v.user_id OPERATOR(pg_catalog.=) $1 AND v.schedule_id OPERATOR(pg_catalog.=) s.id "
	"AND v.due_at OPERATOR(pg_catalog.>=) $2 AND v.due_at OPERATOR(pg_catalog.<) $3)|})",
	3,
	{UUIDOID, TIMESTAMPTZOID, TIMESTAMPTZOID},
	NULL,
	{SOURCE_COLUMN_LIST}};

static void read_sources(DoseSources *sources);
static void read_source(DoseSources *sources, DoseSource *source, int row);
static int	compare_ids(const void *a, const void *b);
static int	compare_ranks(const void *a, const void *b, void *collation);
static int	compare_scheduled(const void *a, const void *b);

void
dose_sources_open(DoseSources *sources, Datum user_id, TimestampTz from, TimestampTz to, int most)
{
	Datum values[2] = {user_id, TimestampTzGetDatum(from)};

	sources->from = ceil_to_second(from);
	sources->to = ceil_to_second(to);
	sources->user_id = user_id;
	sources->most = most;
	sources->bounds[0] = TimestampTzGetDatum(from);
	sources->bounds[1] = TimestampTzGetDatum(to);
	run_plan(&find_schedules, values, NULL, true, SPI_OK_SELECT, 0);
	read_sources(sources);
	sources->may_be_moved = may_have_rows(TABLE_MOVED_DOSES, user_id);
}

void
dose_sources_add_ended(DoseSources *sources)
{
	Datum values[3] = {sources->user_id, sources->bounds[0], sources->bounds[1]};

	run_plan(&find_ended_schedules, values, NULL, true, SPI_OK_SELECT, 0);
	read_sources(sources);
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
dose_sources_rank(DoseSources *sources)
{
	DoseSource **by_rank;

	if (sources->n == 0)
		return;
	by_rank = palloc(sizeof(DoseSource *) * sources->n);
	memcpy(by_rank, sources->array, sizeof(DoseSource *) * sources->n);
	qsort_arg(by_rank, sources->n, sizeof(DoseSource *), compare_ranks, &sources->array[0]->collation);
	for (int i = 0; i < sources->n; i++)
		by_rank[i]->rank = i;
	pfree(by_rank);
}

/* Add the schedules found to the sources. */
static void
read_sources(DoseSources *sources)
{
	int			 nbefore = sources->n;
	int			 nfound = (int) SPI_processed;
	DoseSource	*found = palloc0(sizeof(DoseSource) * Max(nfound, 1));
	DoseSource **array = palloc(sizeof(DoseSource *) * Max(nbefore + nfound, 1));

	for (int i = 0; i < nbefore; i++)
		array[i] = sources->array[i];
	for (int i = 0; i < nfound; i++)
	{
		read_source(sources, &found[i], i);
		array[nbefore + i] = &found[i];
	}
	qsort(array, nbefore + nfound, sizeof(DoseSource *), compare_ids);
	sources->array = array;
	sources->n = nbefore + nfound;
}

static void
read_source(DoseSources *sources, DoseSource *source, int row)
{
	Datum values[SOURCE_NCOLUMNS];
	bool  isnull[SOURCE_NCOLUMNS];

	read_row(&find_schedules, row, values, isnull);
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
	source->collation = TupleDescAttr(SPI_tuptable->tupdesc, SOURCE_MEDICATION_NAME)->attcollation;
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
