/*-------------------------------------------------------------------------
 *
 * dose_stream.c
 *		Users' doses in the order in which they are due, those of all schedules merged.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "lib/binaryheap.h"
#include "miscadmin.h"
#include "utils/timestamp.h"

#include "api/dose_stream.h"
#include "api/recorded_dose.h"
#include "api/timed_dose.h"
#include "base/arguments.h"
#include "schedule/schedule_search.h"

struct DoseStream
{
	binaryheap *heap; /* of sources, the next dose on top */
};

static void complete_sources(DoseSources *sources, int first);
static void add_sources(DoseStream *stream, const DoseSources *sources);
static void next_occurrence(DoseSource *source);
static bool find_next(DoseSource *source);
static int	compare_next(Datum a, Datum b, void *arg);

DoseStream *
dose_stream_open(const Datum *user_ids, int nusers, TimestampTz from, TimestampTz to, int most)
{
	DoseStream	*stream = palloc0(sizeof(DoseStream));
	DoseSources *users = dose_sources_open(user_ids, nusers, from, to, most);
	int			 nsources = 0;

	recorded_doses_find(users, nusers);
	for (int i = 0; i < nusers; i++)
	{
		complete_sources(&users[i], nsources);
		nsources += users[i].n;
	}
	stream->heap = binaryheap_allocate(Max(nsources, 1), compare_next, NULL);
	for (int i = 0; i < nusers; i++)
		add_sources(stream, &users[i]);
	binaryheap_build(stream->heap);
	return stream;
}

/* Give a user's sources what is known of their doses, and ranks from first on. */
static void
complete_sources(DoseSources *sources, int first)
{
	int		   ntimed;
	TimedDose *timed = timed_doses_find(sources, &ntimed);
	bool	   all = timed_doses_assign(sources, timed, ntimed);

	all = recorded_doses_assign(sources) && all;
	if (!all)
	{
		dose_sources_add_ended(sources);
		(void) timed_doses_assign(sources, timed, ntimed);
		(void) recorded_doses_assign(sources);
	}
	dose_sources_rank(sources, first);
}

/* Add those of a user's sources that have a dose. */
static void
add_sources(DoseStream *stream, const DoseSources *sources)
{
	for (int i = 0; i < sources->n; i++)
	{
		DoseSource *source = sources->array[i];

		if (schedule_row_has_times(&source->row) && sources->from < source->until)
			source->iterator = schedule_open(schedule_row_schedule(&source->row), sources->from, source->until);
		if (source->ntimed > 0)
			timed_doses_arrive(sources, source);
		next_occurrence(source);
		if (find_next(source))
			binaryheap_add_unordered(stream->heap, PointerGetDatum(source));
	}
}

bool
dose_stream_next(DoseStream *stream, Dose *dose)
{
	DoseSource *source;

	do
	{
		if (binaryheap_empty(stream->heap))
			return false;
		source = (DoseSource *) DatumGetPointer(binaryheap_first(stream->heap));
		if (source->of->full)
			(void) binaryheap_remove_first(stream->heap);
	} while (source->of->full);

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
		if (!dose_source_has_timed(source, next))
			return true;
	}
	return false;
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
	} while (dose_source_has_timed(source, source->occurrence));
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
