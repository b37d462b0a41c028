/*-------------------------------------------------------------------------
 *
 * dose_stream.c
 *		A user's doses in order of time: two index scans, merged.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "lib/binaryheap.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"
#include "utils/varlena.h"

#include "api/dose_status.h"
#include "api/dose_stream.h"
#include "base/arguments.h"
#include "base/compat.h"
#include "base/medsched.h"
#include "tables/saved_plan.h"

struct DoseStream
{
	TimestampTz	 from;
	TimestampTz	 to;
	DoseSource	*sources;
	int			 nsources;
	DoseSource **by_id; /* in order of schedule_id */
	binaryheap	*heap;	/* of sources, the next dose on top */
};

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
	SOURCE_NCOLUMNS
};

/* A user's schedules that can have a dose from an instant on. */
static SavedPlan find_schedules = {
	"SELECT " SCHEDULE_COLUMNS ", s.id, s.medication_id, m.name, "
	"s.dose_amount, s.dose_unit, s.instructions, s.grace, m.inactivated_at "
	"FROM medsched.schedules AS s "
	"JOIN medsched.medications AS m "
	"ON m.user_id OPERATOR(pg_catalog.=) s.user_id AND m.id OPERATOR(pg_catalog.=) s.medication_id "
	"WHERE s.user_id OPERATOR(pg_catalog.=) $1 AND m.user_id OPERATOR(pg_catalog.=) $1 "
	"AND (s.ends_at IS NULL OR s.ends_at OPERATOR(pg_catalog.>) $2) "
	"AND (m.inactivated_at IS NULL OR m.inactivated_at OPERATOR(pg_catalog.>) $2)",
	2,
	{UUIDOID, TIMESTAMPTZOID},
	NULL,
	{SCHEDULE_COLUMN_LIST, SCHEDULES_ID, SCHEDULES_MEDICATION_ID, MEDICATIONS_NAME, SCHEDULES_DOSE_AMOUNT,
	 SCHEDULES_DOSE_UNIT, SCHEDULES_INSTRUCTIONS, SCHEDULES_GRACE, MEDICATIONS_INACTIVATED_AT}};

/* What is recorded of a user's doses in a window; in the primary key's order. */
static SavedPlan find_recorded = {
	"SELECT d.scheduled_for, d.schedule_id, d.taken_at, d.recorded_by "
	"FROM medsched.dose_taken AS d "
	"WHERE d.user_id OPERATOR(pg_catalog.=) $1 "
	"AND d.scheduled_for OPERATOR(pg_catalog.>=) $2 AND d.scheduled_for OPERATOR(pg_catalog.<) $3 "
	"ORDER BY d.scheduled_for, d.schedule_id",
	3,
	{UUIDOID, TIMESTAMPTZOID, TIMESTAMPTZOID},
	NULL,
	{DOSE_TAKEN_SCHEDULED_FOR, DOSE_TAKEN_SCHEDULE_ID, DOSE_TAKEN_TAKEN_AT, DOSE_TAKEN_RECORDED_BY}};

static void		   read_sources(DoseStream *stream);
static void		   read_source(DoseStream *stream, DoseSource *source, int row);
static void		   read_recorded(DoseStream *stream);
static DoseSource *find_source(DoseStream *stream, const pg_uuid_t *schedule_id);
static bool		   advance(DoseSource *source);
static int		   compare_ids(const void *a, const void *b);
static int		   compare_ranks(const void *a, const void *b, void *collation);
static int		   compare_next(Datum a, Datum b, void *arg);

DoseStream *
dose_stream_open(Datum user_id, TimestampTz from, TimestampTz to)
{
	DoseStream *stream = palloc(sizeof(DoseStream));
	Datum		values[3];

	stream->from = ceil_to_second(from);
	stream->to = ceil_to_second(to);
	values[0] = user_id;
	values[1] = TimestampTzGetDatum(from);
	values[2] = TimestampTzGetDatum(to);

	run_plan(&find_schedules, values, NULL, true, SPI_OK_SELECT, 0);
	read_sources(stream);

	/* Ask for one more than allowed, so that nothing is left out unnoticed. */
	run_plan(&find_recorded, values, NULL, true, SPI_OK_SELECT, (long) medsched_max_doses + 1);
	read_recorded(stream);

	stream->heap = binaryheap_allocate(Max(stream->nsources, 1), compare_next, NULL);
	for (int i = 0; i < stream->nsources; i++)
	{
		DoseSource *source = &stream->sources[i];

		if (!source->row.as_needed)
			source->iterator = schedule_open(schedule_row_schedule(&source->row), stream->from, source->until);
		if (advance(source))
			binaryheap_add_unordered(stream->heap, PointerGetDatum(source));
	}
	binaryheap_build(stream->heap);
	return stream;
}

bool
dose_stream_next(DoseStream *stream, Dose *dose)
{
	DoseSource *source;

	if (binaryheap_empty(stream->heap))
		return false;

	source = (DoseSource *) DatumGetPointer(binaryheap_first(stream->heap));
	dose->source = source;
	dose->scheduled_for = source->next;
	dose->recorded = NULL;
	if (source->recorded != NULL && source->recorded->scheduled_for == source->next)
	{
		dose->recorded = source->recorded;
		source->recorded = source->recorded->next;
	}

	if (advance(source))
		binaryheap_replace_first(stream->heap, PointerGetDatum(source));
	else
		binaryheap_remove_first(stream->heap);
	return true;
}

text *
dose_handle(const Dose *dose)
{
	text *handle = dose->source->dose_id;

	dose_id_write_time(VARDATA(handle), dose->scheduled_for);
	return handle;
}

Timestamp
dose_local_time(const Dose *dose)
{
	ZoneStretch *stretch = &dose->source->stretch;
	int64		 instant = dose->scheduled_for / USECS_PER_SEC;

	if (instant >= stretch->until)
		zone_stretch_at(dose->source->zone, instant, stretch);
	return (instant + stretch->offset) * USECS_PER_SEC;
}

/* Read the schedules found, and rank them: it costs less here than a Sort node, for a user has few. */
static void
read_sources(DoseStream *stream)
{
	DoseSource **by_rank;
	Oid			 collation = TupleDescAttr(SPI_tuptable->tupdesc, SOURCE_MEDICATION_NAME)->attcollation;

	stream->nsources = (int) SPI_processed;
	stream->sources = palloc0(sizeof(DoseSource) * Max(stream->nsources, 1));
	stream->by_id = palloc(sizeof(DoseSource *) * Max(stream->nsources, 1));
	for (int i = 0; i < stream->nsources; i++)
	{
		read_source(stream, &stream->sources[i], i);
		stream->by_id[i] = &stream->sources[i];
	}
	qsort(stream->by_id, stream->nsources, sizeof(DoseSource *), compare_ids);

	by_rank = palloc(sizeof(DoseSource *) * Max(stream->nsources, 1));
	memcpy(by_rank, stream->by_id, sizeof(DoseSource *) * stream->nsources);
	qsort_arg(by_rank, stream->nsources, sizeof(DoseSource *), compare_ranks, &collation);
	for (int i = 0; i < stream->nsources; i++)
		by_rank[i]->rank = i;
	pfree(by_rank);
}

static void
read_source(DoseStream *stream, DoseSource *source, int row)
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
	source->recorded_end = &source->recorded;
	source->zone = zone_find(source->row.source.time_zone);
	source->stretch.until = PG_INT64_MIN;
	source->dose_id = palloc(VARHDRSZ + DOSE_ID_LENGTH);
	SET_VARSIZE(source->dose_id, VARHDRSZ + DOSE_ID_LENGTH);
	dose_id_write_schedule(VARDATA(source->dose_id), &source->schedule_id);

	source->until = Min(stream->to, ceil_to_second(source->row.ends_at));
	if (!isnull[SOURCE_INACTIVATED_AT])
		source->until = Min(source->until, ceil_to_second(DatumGetTimestampTz(values[SOURCE_INACTIVATED_AT])));
}

/* Hang every recorded dose that was found on its schedule; they come in order of time. */
static void
read_recorded(DoseStream *stream)
{
	uint64		  nrecorded = SPI_processed;
	RecordedDose *recorded;

	check_dose_count(nrecorded);

	recorded = palloc(sizeof(RecordedDose) * Max(nrecorded, 1));
	for (uint64 i = 0; i < nrecorded; i++)
	{
		Datum		values[4];
		bool		isnull[4];
		DoseSource *source;

		read_row(&find_recorded, i, values, isnull);
		source = find_source(stream, DatumGetUUIDP(values[1]));
		if (source == NULL)
			continue;
		recorded[i].next = NULL;
		recorded[i].scheduled_for = DatumGetTimestampTz(values[0]);
		recorded[i].skipped = isnull[2];
		recorded[i].taken_at = isnull[2] ? 0 : DatumGetTimestampTz(values[2]);
		recorded[i].recorded_by = isnull[3] ? 0 : values[3];
		*source->recorded_end = &recorded[i];
		source->recorded_end = &recorded[i].next;
	}
}

/* Find a schedule by its id; NULL: it had ended before the window, or is not the caller's to see. */
static DoseSource *
find_source(DoseStream *stream, const pg_uuid_t *schedule_id)
{
	int low = 0;
	int high = stream->nsources;

	while (low < high)
	{
		int			middle = low + (high - low) / 2;
		DoseSource *source = stream->by_id[middle];
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

/* Go to the source's next dose; false: it has no more. */
static bool
advance(DoseSource *source)
{
	CHECK_FOR_INTERRUPTS();

	if (source->iterator == NULL)
	{
		if (source->recorded == NULL || source->recorded->scheduled_for >= source->until)
			return false;
		source->next = source->recorded->scheduled_for;
		return true;
	}

	if (!schedule_next(source->iterator, &source->next))
	{
		schedule_close(source->iterator);
		return false;
	}
	/* Pass recorded doses that are none any more, from data loaded with the triggers off. */
	while (source->recorded != NULL && source->recorded->scheduled_for < source->next)
		source->recorded = source->recorded->next;
	return true;
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

/* Compare for the heap, which has its greatest on top: the earliest is the greatest. */
static int
compare_next(Datum a, Datum b, void *arg pg_attribute_unused())
{
	const DoseSource *left = (const DoseSource *) DatumGetPointer(a);
	const DoseSource *right = (const DoseSource *) DatumGetPointer(b);

	if (left->next != right->next)
		return left->next < right->next ? 1 : -1;
	return right->rank - left->rank;
}
