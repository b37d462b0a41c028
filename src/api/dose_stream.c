/*-------------------------------------------------------------------------
 *
 * dose_stream.c
 *		A user's doses in the order in which they are due: two index scans, merged.
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
	bool		 may_be_timed; /* the user may have doses with a time of their own */
	bool		 has_counted;  /* a source's dose to come is counted from the last one recorded */
	binaryheap	*heap;		   /* of sources, the next dose on top */
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
	SOURCE_MAY_BE_TIMED,
	SOURCE_NCOLUMNS
};

#define FIND_SCHEDULES                                                                               \
	"SELECT " SCHEDULE_COLUMNS ", s.id, s.medication_id, m.name, "                                   \
	"s.dose_amount, s.dose_unit, s.instructions, s.grace, m.inactivated_at, "                        \
	"{missed_when_next?s.missed_when_next|false}, "                                                  \
	"{due_at?EXISTS (SELECT FROM medsched.moved_doses AS v "                                         \
	"WHERE v.user_id OPERATOR(pg_catalog.=) $1)|false} "                                             \
	"FROM medsched.schedules AS s "                                                                  \
	"JOIN medsched.medications AS m "                                                                \
	"ON m.user_id OPERATOR(pg_catalog.=) s.user_id AND m.id OPERATOR(pg_catalog.=) s.medication_id " \
	"WHERE s.user_id OPERATOR(pg_catalog.=) $1 AND m.user_id OPERATOR(pg_catalog.=) $1 "

#define SOURCE_COLUMN_LIST                                                                                \
	SCHEDULE_COLUMN_LIST, SCHEDULES_ID, SCHEDULES_MEDICATION_ID, MEDICATIONS_NAME, SCHEDULES_DOSE_AMOUNT, \
		SCHEDULES_DOSE_UNIT, SCHEDULES_INSTRUCTIONS, SCHEDULES_GRACE, MEDICATIONS_INACTIVATED_AT, SCHEDULES_MISSED_WHEN_NEXT, COMPUTED_BOOLEAN

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

/*
 * A user's doses that were moved into a window, out of it, or later, with what is recorded
 * of them.  The later ones say when the next dose of a schedule is due.
 */
static SavedPlan find_moved = {
	"SELECT v.scheduled_for, v.schedule_id, d.taken_at, d.recorded_by, d.outcome, v.due_at "
	"FROM medsched.moved_doses AS v "
	"LEFT JOIN medsched.dose_taken AS d "
	"ON d.user_id OPERATOR(pg_catalog.=) $1 AND d.schedule_id OPERATOR(pg_catalog.=) v.schedule_id "
	"AND d.scheduled_for OPERATOR(pg_catalog.=) v.scheduled_for "
	"WHERE v.user_id OPERATOR(pg_catalog.=) $1 "
	"AND (v.scheduled_for OPERATOR(pg_catalog.>=) $2 OR v.due_at OPERATOR(pg_catalog.>=) $2) "
	"ORDER BY v.schedule_id, v.scheduled_for",
	2,
	{UUIDOID, TIMESTAMPTZOID},
	NULL,
	{MOVED_DOSES_SCHEDULED_FOR, MOVED_DOSES_SCHEDULE_ID, DOSE_TAKEN_TAKEN_AT, DOSE_TAKEN_RECORDED_BY, COMPUTED_TEXT,
	 MOVED_DOSES_DUE_AT}};

/* The same, and the doses to come of schedules that count them from the last one, of which no other is. */
static SavedPlan find_moved_and_counted = {
	"SELECT u.* FROM ("
	"SELECT v.scheduled_for, v.schedule_id, d.taken_at, d.recorded_by, d.outcome, v.due_at "
	"FROM medsched.moved_doses AS v "
	"JOIN medsched.schedules AS s ON s.user_id OPERATOR(pg_catalog.=) $1 AND s.id OPERATOR(pg_catalog.=) v.schedule_id "
	"LEFT JOIN medsched.dose_taken AS d "
	"ON d.user_id OPERATOR(pg_catalog.=) $1 AND d.schedule_id OPERATOR(pg_catalog.=) v.schedule_id "
	"AND d.scheduled_for OPERATOR(pg_catalog.=) v.scheduled_for "
	"WHERE v.user_id OPERATOR(pg_catalog.=) $1 AND (s.after_last IS NULL OR d.schedule_id IS NOT NULL) "
	"AND (v.scheduled_for OPERATOR(pg_catalog.>=) $2 OR v.due_at OPERATOR(pg_catalog.>=) $2) "
	"UNION ALL "
	"SELECT c.scheduled_for, s.id, NULL, NULL, NULL, c.due_at FROM medsched.schedules AS s "
	"CROSS JOIN LATERAL medsched._counted_dose($1, s.id, NULL) AS c "
	"WHERE s.user_id OPERATOR(pg_catalog.=) $1 AND s.after_last IS NOT NULL AND c.scheduled_for IS NOT NULL) AS u "
	"ORDER BY u.schedule_id, u.scheduled_for",
	2,
	{UUIDOID, TIMESTAMPTZOID},
	NULL,
	{MOVED_DOSES_SCHEDULED_FOR, MOVED_DOSES_SCHEDULE_ID, DOSE_TAKEN_TAKEN_AT, DOSE_TAKEN_RECORDED_BY, COMPUTED_TEXT,
	 MOVED_DOSES_DUE_AT}};

static void			 read_sources(DoseStream *stream);
static void			 read_source(DoseStream *stream, DoseSource *source, int row);
static RecordedDose *read_recorded(int *nrecorded);
static void			 read_recorded_dose(RecordedDose *dose, const Datum *values, const bool *isnull);
static bool			 is_extra(Datum outcome);
static bool			 assign_recorded(DoseStream *stream, RecordedDose *recorded, int nrecorded);
static TimedDose	*read_moved(int *nmoved);
static bool			 assign_timed(DoseStream *stream, TimedDose *doses, int ndoses);
static void			 find_arriving(DoseStream *stream, DoseSource *source);
static bool			 is_timed(const DoseSource *source, TimestampTz scheduled_for);
static DoseSource	*find_source(DoseStream *stream, const pg_uuid_t *schedule_id);
static void			 rank_sources(DoseStream *stream);
static void			 next_occurrence(DoseSource *source);
static bool			 find_next(DoseSource *source);
static int			 compare_ids(const void *a, const void *b);
static int			 compare_ranks(const void *a, const void *b, void *collation);
static int			 compare_scheduled(const void *a, const void *b);
static int			 compare_due(const void *a, const void *b);
static int			 compare_next(Datum a, Datum b, void *arg);

DoseStream *
dose_stream_open(Datum user_id, TimestampTz from, TimestampTz to)
{
	DoseStream	 *stream = palloc0(sizeof(DoseStream));
	RecordedDose *recorded;
	TimedDose	 *moved = NULL;
	int			  nrecorded;
	int			  nmoved = 0;
	bool		  all;
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
	if (stream->nsources == 0)
		stream->may_be_timed = tables_have_later_column("due_at");
	if (stream->may_be_timed || stream->has_counted)
	{
		run_plan(stream->has_counted ? &find_moved_and_counted : &find_moved, values, NULL, true, SPI_OK_SELECT, 0);
		moved = read_moved(&nmoved);
	}
	all = assign_timed(stream, moved, nmoved);
	all = assign_recorded(stream, recorded, nrecorded) && all;
	if (!all)
	{
		run_plan(&find_ended_schedules, values, NULL, true, SPI_OK_SELECT, 0);
		read_sources(stream);
		(void) assign_timed(stream, moved, nmoved);
		(void) assign_recorded(stream, recorded, nrecorded);
	}
	rank_sources(stream);

	stream->heap = binaryheap_allocate(Max(stream->nsources, 1), compare_next, NULL);
	for (int i = 0; i < stream->nsources; i++)
	{
		DoseSource *source = stream->sources[i];

		if (schedule_row_has_times(&source->row) && stream->from < source->until)
			source->iterator = schedule_open(schedule_row_schedule(&source->row), stream->from, source->until);
		if (source->ntimed > 0)
			find_arriving(stream, source);
		next_occurrence(source);
		if (find_next(source))
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
	dose->due_at = source->next;
	dose->scheduled_for = source->next;
	dose->recorded = NULL;
	if (source->narriving > 0 && source->arriving[0]->due_at == source->next)
	{
		dose->scheduled_for = source->arriving[0]->scheduled_for;
		dose->recorded = source->arriving[0]->recorded;
		source->arriving++;
		source->narriving--;
	}
	else
	{
		if (source->recorded != NULL && source->recorded->scheduled_for == source->next)
		{
			dose->recorded = source->recorded;
			source->recorded = source->recorded->next;
		}
		if (source->occurrence == source->next)
			next_occurrence(source);
	}

	if (find_next(source))
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
	int64		 instant = second_of(dose->due_at);

	if (instant >= stretch->until)
		zone_stretch_at(dose->source->zone, instant, stretch);
	return dose->due_at + stretch->offset * USECS_PER_SEC;
}

bool
dose_next_has_come(const Dose *dose, TimestampTz at)
{
	DoseSource	   *source = dose->source;
	const Schedule *schedule = schedule_row_schedule(&source->row);
	TimestampTz		next = dose->due_at;

	for (int i = 0; i < source->ntimed; i++)
	{
		if (source->timed[i].exists && source->timed[i].due_at > dose->due_at && source->timed[i].due_at <= at)
			return true;
	}
	while (schedule_next_occurrence(schedule, next, &next) && next <= at && next < source->ends_at)
	{
		CHECK_FOR_INTERRUPTS();
		if (!is_timed(source, next))
			return true;
	}
	return false;
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
	stream->may_be_timed |= DatumGetBool(values[SOURCE_MAY_BE_TIMED]);
	stream->has_counted |= source->row.is_counted;

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
		read_recorded_dose(&recorded[i], values, isnull);
	}
	*nrecorded = (int) nfound;
	return recorded;
}

/* Read a recorded dose from the columns of find_recorded. */
static void
read_recorded_dose(RecordedDose *dose, const Datum *values, const bool *isnull)
{
	dose->scheduled_for = DatumGetTimestampTz(values[0]);
	dose->schedule_id = DatumGetUUIDP(values[1]);
	dose->status = isnull[2] ? DOSE_SKIPPED : is_extra(values[4]) ? DOSE_EXTRA
																  : DOSE_TAKEN;
	dose->taken_at = isnull[2] ? 0 : DatumGetTimestampTz(values[2]);
	dose->recorded_by = isnull[3] ? 0 : values[3];
}

/* Tell whether an outcome is that of a dose beside the schedule. */
static bool
is_extra(Datum outcome)
{
	const text *name = DatumGetTextPP(outcome);

	return VARSIZE_ANY_EXHDR(name) == strlen(dose_status_names[DOSE_EXTRA]) &&
		   memcmp(VARDATA_ANY(name), dose_status_names[DOSE_EXTRA], VARSIZE_ANY_EXHDR(name)) == 0;
}

/* Read the moved doses found, in order of their schedules and of time. */
static TimedDose *
read_moved(int *nmoved)
{
	uint64	   nfound = SPI_processed;
	TimedDose *moved = palloc0(sizeof(TimedDose) * Max(nfound, 1));

	for (uint64 i = 0; i < nfound; i++)
	{
		Datum values[6];
		bool  isnull[6];

		CHECK_FOR_INTERRUPTS();
		read_row(&find_moved, i, values, isnull);
		moved[i].scheduled_for = DatumGetTimestampTz(values[0]);
		moved[i].schedule_id = DatumGetUUIDP(values[1]);
		moved[i].due_at = DatumGetTimestampTz(values[5]);
		if (isnull[4])
			continue;
		moved[i].recorded = palloc0(sizeof(RecordedDose));
		read_recorded_dose(moved[i].recorded, values, isnull);
	}
	*nmoved = (int) nfound;
	return moved;
}

/*
 * Hang the doses with a time of their own, in order of their schedules, on these; false:
 * one that is recorded, and due in the window, has none among the sources.
 */
static bool
assign_timed(DoseStream *stream, TimedDose *doses, int ndoses)
{
	bool all = true;
	int	 source = 0;

	for (int i = 0; i < stream->nsources; i++)
		stream->sources[i]->ntimed = 0;
	for (int i = 0; i < ndoses; i++)
	{
		int order = 1;

		while (source < stream->nsources &&
			   (order = memcmp(doses[i].schedule_id, &stream->sources[source]->schedule_id, sizeof(pg_uuid_t))) > 0)
			source++;
		if (order != 0)
		{
			all = all && (doses[i].recorded == NULL || doses[i].due_at < stream->from || doses[i].due_at >= stream->to);
			continue;
		}
		if (stream->sources[source]->ntimed++ == 0)
			stream->sources[source]->timed = &doses[i];
	}
	return all;
}

/* Find which of a source's doses with a time of their own there are, and which are due in the window, by when they are due. */
static void
find_arriving(DoseStream *stream, DoseSource *source)
{
	source->arriving = palloc(sizeof(TimedDose *) * source->ntimed);
	for (int i = 0; i < source->ntimed; i++)
	{
		TimedDose *dose = &source->timed[i];

		CHECK_FOR_INTERRUPTS();
		dose->exists = dose->recorded != NULL ||
					   (!source->row.as_needed && dose->scheduled_for < source->ends_at && dose->due_at < source->ends_at &&
						(source->row.is_counted || schedule_row_allows(&source->row, dose->scheduled_for)));
		if (dose->exists && dose->due_at >= stream->from && dose->due_at < stream->to)
			source->arriving[source->narriving++] = dose;
	}
	qsort(source->arriving, source->narriving, sizeof(TimedDose *), compare_due);
}

/* Tell whether a dose of a source has a time of its own, and so does not come when it is scheduled for. */
static bool
is_timed(const DoseSource *source, TimestampTz scheduled_for)
{
	TimedDose key = {.scheduled_for = scheduled_for};

	return source->ntimed > 0 && bsearch(&key, source->timed, source->ntimed, sizeof(TimedDose), compare_scheduled) != NULL;
}

/* Hang every recorded dose, but those with a time of their own, on its schedule; false: one has none among the sources. */
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
		if (is_timed(source, recorded[i].scheduled_for))
			continue;
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

/* Go to the source's next occurrence that is due when it is scheduled for. */
static void
next_occurrence(DoseSource *source)
{
	do
	{
		CHECK_FOR_INTERRUPTS();
		if (source->iterator != NULL && !schedule_next(source->iterator, &source->occurrence))
		{
			schedule_close(source->iterator);
			source->iterator = NULL;
		}
		if (source->iterator == NULL)
			source->occurrence = DT_NOEND;
	} while (is_timed(source, source->occurrence));
}

/*
 * Find when the source's next dose is due: an occurrence, what is recorded before that,
 * or a dose with a time of its own; false: it has no more.  What is recorded is given
 * though it be no occurrence: as needed none is, and time zone data that changed or data
 * loaded with the triggers off can leave one without.
 */
static bool
find_next(DoseSource *source)
{
	source->next = source->occurrence;
	if (source->recorded != NULL && source->recorded->scheduled_for < source->next)
		source->next = source->recorded->scheduled_for;
	if (source->narriving > 0 && source->arriving[0]->due_at < source->next)
		source->next = source->arriving[0]->due_at;
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

static int
compare_scheduled(const void *a, const void *b)
{
	TimestampTz left = ((const TimedDose *) a)->scheduled_for;
	TimestampTz right = ((const TimedDose *) b)->scheduled_for;

	return left < right ? -1 : left > right;
}

static int
compare_due(const void *a, const void *b)
{
	TimestampTz left = (*(TimedDose *const *) a)->due_at;
	TimestampTz right = (*(TimedDose *const *) b)->due_at;

	return left < right ? -1 : left > right;
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
