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
#include "schedule/schedule_search.h"
#include "tables/saved_plan.h"

struct DoseStream
{
	TimestampTz	 from;
	TimestampTz	 to;
	DoseSource **sources; /* in order of schedule_id */
	int			 nsources;
	binaryheap	*heap; /* of sources, the next dose on top */
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

/* The others of which something is recorded in a window. */
static SavedPlan find_ended_schedules = {
	FIND_SCHEDULES
	"AND (s.ends_at OPERATOR(pg_catalog.<=) $2 OR m.inactivated_at OPERATOR(pg_catalog.<=) $2) "
	"AND EXISTS (SELECT FROM medsched.dose_taken AS d "
	"WHERE d.user_id OPERATOR(pg_catalog.=) $1 AND d.schedule_id OPERATOR(pg_catalog.=) s.id "
	"AND d.scheduled_for OPERATOR(pg_catalog.>=) $2 AND d.scheduled_for OPERATOR(pg_catalog.<) $3)",
	3,
	{UUIDOID, TIMESTAMPTZOID, TIMESTAMPTZOID},
	NULL,
	{SOURCE_COLUMN_LIST}};

/* What is recorded of a user's doses in a window; in the primary key's order. */
static SavedPlan find_recorded = {
	"SELECT d.scheduled_for, d.schedule_id, d.taken_at, d.recorded_by, d.outcome "
	"FROM medsched.dose_taken AS d "
	"WHERE d.user_id OPERATOR(pg_catalog.=) $1 "
	"AND d.scheduled_for OPERATOR(pg_catalog.>=) $2 AND d.scheduled_for OPERATOR(pg_catalog.<) $3 "
	"ORDER BY d.scheduled_for, d.schedule_id",
	3,
	{UUIDOID, TIMESTAMPTZOID, TIMESTAMPTZOID},
	NULL,
	{DOSE_TAKEN_SCHEDULED_FOR, DOSE_TAKEN_SCHEDULE_ID, DOSE_TAKEN_TAKEN_AT, DOSE_TAKEN_RECORDED_BY, DOSE_TAKEN_OUTCOME}};

static void			 read_sources(DoseStream *stream);
static void			 read_source(DoseStream *stream, DoseSource *source, int row);
static RecordedDose *read_recorded(int *nrecorded);
static bool			 is_extra(Datum outcome);
static bool			 assign_recorded(DoseStream *stream, RecordedDose *recorded, int nrecorded);
static DoseSource	*find_source(DoseStream *stream, const pg_uuid_t *schedule_id);
static void			 rank_sources(DoseStream *stream);
static bool			 advance(DoseSource *source);
static int			 compare_ids(const void *a, const void *b);
static int			 compare_ranks(const void *a, const void *b, void *collation);
static int			 compare_next(Datum a, Datum b, void *arg);

DoseStream *
dose_stream_open(Datum user_id, TimestampTz from, TimestampTz to)
{
	DoseStream	 *stream = palloc0(sizeof(DoseStream));
	RecordedDose *recorded;
	int			  nrecorded;
	Datum		  values[3];

	stream->from = ceil_to_second(from);
	stream->to = ceil_to_second(to);
	values[0] = user_id;
	values[1] = TimestampTzGetDatum(from);
	values[2] = TimestampTzGetDatum(to);

	run_plan(&find_schedules, values, NULL, true, SPI_OK_SELECT, 0);
	read_sources(stream);

	/* Ask for one more than allowed, so that nothing is left out unnoticed. */
	run_plan(&find_recorded, values, NULL, true, SPI_OK_SELECT, (long) medsched_max_doses + 1);
	recorded = read_recorded(&nrecorded);
	if (!assign_recorded(stream, recorded, nrecorded))
	{
		run_plan(&find_ended_schedules, values, NULL, true, SPI_OK_SELECT, 0);
		read_sources(stream);
		(void) assign_recorded(stream, recorded, nrecorded);
	}
	rank_sources(stream);

	stream->heap = binaryheap_allocate(Max(stream->nsources, 1), compare_next, NULL);
	for (int i = 0; i < stream->nsources; i++)
	{
		DoseSource *source = stream->sources[i];

		if (!source->row.as_needed && stream->from < source->until)
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

	if (!dose_id_has_time(dose->scheduled_for))
		return NULL;
	dose_id_write_time(VARDATA(handle), dose->scheduled_for);
	return handle;
}

Timestamp
dose_local_time(const Dose *dose)
{
	ZoneStretch *stretch = &dose->source->stretch;
	int64		 instant = second_of(dose->scheduled_for);

	if (instant >= stretch->until)
		zone_stretch_at(dose->source->zone, instant, stretch);
	return dose->scheduled_for + stretch->offset * USECS_PER_SEC;
}

bool
dose_next_has_come(const Dose *dose, TimestampTz at)
{
	DoseSource *source = dose->source;
	TimestampTz next;

	return schedule_next_occurrence(schedule_row_schedule(&source->row), dose->scheduled_for, &next) &&
		   next <= at && next < source->ends_at;
}

/* Add the schedules found to the sources. */
static void
read_sources(DoseStream *stream)
{
	int			 nbefore = stream->nsources;
	int			 nfound = (int) SPI_processed;
	DoseSource	*found = palloc0(sizeof(DoseSource) * Max(nfound, 1));
	DoseSource **sources = palloc(sizeof(DoseSource *) * Max(nbefore + nfound, 1));

	for (int i = 0; i < nbefore; i++)
		sources[i] = stream->sources[i];
	for (int i = 0; i < nfound; i++)
	{
		read_source(stream, &found[i], i);
		sources[nbefore + i] = &found[i];
	}
	qsort(sources, nbefore + nfound, sizeof(DoseSource *), compare_ids);
	stream->sources = sources;
	stream->nsources = nbefore + nfound;
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
	source->collation = TupleDescAttr(SPI_tuptable->tupdesc, SOURCE_MEDICATION_NAME)->attcollation;
	source->next = source->occurrence = DT_NOBEGIN;
	source->zone = zone_find(source->row.source.time_zone);
	source->stretch.until = PG_INT64_MIN;
	source->dose_id = palloc(VARHDRSZ + DOSE_ID_LENGTH);
	SET_VARSIZE(source->dose_id, VARHDRSZ + DOSE_ID_LENGTH);
	dose_id_write_schedule(VARDATA(source->dose_id), &source->schedule_id);

	source->missed_when_next = DatumGetBool(values[SOURCE_MISSED_WHEN_NEXT]);

	source->ends_at = source->row.ends_at;
	if (!isnull[SOURCE_INACTIVATED_AT])
		source->ends_at = Min(source->ends_at, DatumGetTimestampTz(values[SOURCE_INACTIVATED_AT]));
	source->until = Min(stream->to, ceil_to_second(source->ends_at));
}

/* Read the recorded doses found, in order of time. */
static RecordedDose *
read_recorded(int *nrecorded)
{
	uint64		  nfound = SPI_processed;
	RecordedDose *recorded;

	check_dose_count(nfound);

	recorded = palloc(sizeof(RecordedDose) * Max(nfound, 1));
	for (uint64 i = 0; i < nfound; i++)
	{
		Datum values[5];
		bool  isnull[5];

		read_row(&find_recorded, i, values, isnull);
		recorded[i].scheduled_for = DatumGetTimestampTz(values[0]);
		recorded[i].schedule_id = DatumGetUUIDP(values[1]);
		recorded[i].status = isnull[2] ? DOSE_SKIPPED : is_extra(values[4]) ? DOSE_EXTRA
																			: DOSE_TAKEN;
		recorded[i].taken_at = isnull[2] ? 0 : DatumGetTimestampTz(values[2]);
		recorded[i].recorded_by = isnull[3] ? 0 : values[3];
	}
	*nrecorded = (int) nfound;
	return recorded;
}

/* Tell whether an outcome is that of a dose beside the schedule. */
static bool
is_extra(Datum outcome)
{
	const text *name = DatumGetTextPP(outcome);

	return VARSIZE_ANY_EXHDR(name) == strlen(dose_status_names[DOSE_EXTRA]) &&
		   memcmp(VARDATA_ANY(name), dose_status_names[DOSE_EXTRA], VARSIZE_ANY_EXHDR(name)) == 0;
}

/* Hang every recorded dose on its schedule; false: one has none among the sources. */
static bool
assign_recorded(DoseStream *stream, RecordedDose *recorded, int nrecorded)
{
	bool all = true;

	for (int i = 0; i < stream->nsources; i++)
	{
		stream->sources[i]->recorded = NULL;
		stream->sources[i]->recorded_end = &stream->sources[i]->recorded;
	}
	for (int i = 0; i < nrecorded; i++)
	{
		DoseSource *source = find_source(stream, recorded[i].schedule_id);

		recorded[i].next = NULL;
		if (source == NULL)
		{
			all = false;
			continue;
		}
		*source->recorded_end = &recorded[i];
		source->recorded_end = &recorded[i].next;
	}
	return all;
}

/* Find a schedule by its id; NULL: it is not among the sources. */
static DoseSource *
find_source(DoseStream *stream, const pg_uuid_t *schedule_id)
{
	int low = 0;
	int high = stream->nsources;

	while (low < high)
	{
		int			middle = low + (high - low) / 2;
		DoseSource *source = stream->sources[middle];
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

/* Rank the sources: it costs less here than a Sort node, for a user has few. */
static void
rank_sources(DoseStream *stream)
{
	DoseSource **by_rank;

	if (stream->nsources == 0)
		return;
	by_rank = palloc(sizeof(DoseSource *) * stream->nsources);
	memcpy(by_rank, stream->sources, sizeof(DoseSource *) * stream->nsources);
	qsort_arg(by_rank, stream->nsources, sizeof(DoseSource *), compare_ranks, &stream->sources[0]->collation);
	for (int i = 0; i < stream->nsources; i++)
		by_rank[i]->rank = i;
	pfree(by_rank);
}

/*
 * Go to the source's next dose: its next occurrence, or what is recorded before that;
 * false: it has no more.  What is recorded is given though it be no occurrence: as
 * needed none is, and time zone data that changed or data loaded with the triggers
 * off can leave one without.
 */
static bool
advance(DoseSource *source)
{
	CHECK_FOR_INTERRUPTS();

	if (source->next == source->occurrence && (source->iterator == NULL || !schedule_next(source->iterator, &source->occurrence)))
	{
		if (source->iterator != NULL)
			schedule_close(source->iterator);
		source->iterator = NULL;
		source->occurrence = DT_NOEND;
	}
	source->next = source->occurrence;
	if (source->recorded != NULL && source->recorded->scheduled_for < source->next)
		source->next = source->recorded->scheduled_for;
	return source->next != DT_NOEND;
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
