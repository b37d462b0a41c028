/*-------------------------------------------------------------------------
 *
 * timed_dose.c
 *		The doses of a user that are due at another instant than they are scheduled for.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/timestamp.h"

#include "api/counted_dose.h"
#include "api/following_dose.h"
#include "api/recorded_dose.h"
#include "api/timed_dose.h"
#include "tables/saved_plan.h"

/*
 * A user's doses that were moved into a window, out of it, or later, with what is recorded
 * of them.  The later ones say when the next dose of a schedule is due.
 */
static SavedPlan find_moved = {
	"SELECT v.scheduled_for, v.schedule_id, d.taken_at, d.recorded_by, d.outcome, v.due_at, v.computed "
	"FROM medsched.moved_doses AS v "
	"LEFT JOIN medsched.dose_taken AS d "
	"ON d.user_id OPERATOR(pg_catalog.=) $1 AND d.schedule_id OPERATOR(pg_catalog.=) v.schedule_id "
	"AND d.scheduled_for OPERATOR(pg_catalog.=) v.scheduled_for "
	"WHERE v.user_id OPERATOR(pg_catalog.=) $1 "
	"AND (v.scheduled_for OPERATOR(pg_catalog.>=) $2 OR v.due_at OPERATOR(pg_catalog.>=) $2)",
	2,
	{UUIDOID, TIMESTAMPTZOID},
	NULL,
	{MOVED_DOSES_SCHEDULED_FOR, MOVED_DOSES_SCHEDULE_ID, DOSE_TAKEN_TAKEN_AT, DOSE_TAKEN_RECORDED_BY, COMPUTED_TEXT,
	 MOVED_DOSES_DUE_AT, MOVED_DOSES_COMPUTED}};

static bool				 read_moved(int row, TimedDose *dose);
static const DoseSource *counted_source(const DoseSources *sources, const pg_uuid_t *schedule_id);
static void				 move_counted(TimedDose *counted, int ncounted, const TimedDose *moved);
static int				 compare_schedules(const void *a, const void *b);
static int				 compare_due(const void *a, const void *b);

TimedDose *
timed_doses_find(const DoseSources *sources, int *ntimed)
{
	Datum	   arguments[2] = {sources->user_id, sources->bounds[0]};
	TimedDose *counted = NULL;
	TimedDose *following = NULL;
	TimedDose *timed;
	int		   ncounted = 0;
	int		   nfollowing = 0;
	int		   nmoved = 0;

	*ntimed = 0;
	if (!sources->may_be_moved && !sources->has_counted && !sources->has_following)
		return NULL;
	if (sources->has_counted)
		counted = counted_doses_find(sources->user_id, &ncounted);
	if (sources->has_following)
		following = following_doses_find(sources, &nfollowing);
	if (sources->may_be_moved)
	{
		run_plan(&find_moved, arguments, NULL, true, SPI_OK_SELECT, 0);
		nmoved = (int) SPI_processed;
	}
	timed = palloc0(sizeof(TimedDose) * Max(nmoved + ncounted + nfollowing, 1));
	for (int i = 0; i < nmoved; i++)
	{
		const DoseSource *source;
		bool			  is_noted;

		CHECK_FOR_INTERRUPTS();
		is_noted = read_moved(i, &timed[*ntimed]);
		source = counted_source(sources, timed[*ntimed].schedule_id);
		if (timed[*ntimed].recorded != NULL || source == NULL)
			(*ntimed)++;
		else if (!source->row.follows && !is_noted)
			move_counted(counted, ncounted, &timed[*ntimed]);
	}
	if (ncounted > 0)
		memcpy(&timed[*ntimed], counted, sizeof(TimedDose) * ncounted);
	*ntimed += ncounted;
	if (nfollowing > 0)
		memcpy(&timed[*ntimed], following, sizeof(TimedDose) * nfollowing);
	*ntimed += nfollowing;
	qsort(timed, *ntimed, sizeof(TimedDose), compare_schedules);
	return timed;
}

bool
timed_doses_assign(DoseSources *sources, TimedDose *doses, int ndoses)
{
	bool all = true;
	int	 source = 0;

	for (int i = 0; i < sources->n; i++)
		sources->array[i]->ntimed = 0;
	for (int i = 0; i < ndoses; i++)
	{
		int order = 1;

		while (source < sources->n &&
			   (order = memcmp(doses[i].schedule_id, &sources->array[source]->schedule_id, sizeof(pg_uuid_t))) > 0)
			source++;
		if (order != 0)
		{
			all = all && (doses[i].recorded == NULL || doses[i].due_at < sources->from || doses[i].due_at >= sources->to);
			continue;
		}
		if (sources->array[source]->ntimed++ == 0)
			sources->array[source]->timed = &doses[i];
	}
	return all;
}

void
timed_doses_arrive(const DoseSources *sources, DoseSource *source)
{
	source->arriving = palloc(sizeof(TimedDose *) * source->ntimed);
	for (int i = 0; i < source->ntimed; i++)
	{
		TimedDose *dose = &source->timed[i];

		CHECK_FOR_INTERRUPTS();
		dose->exists = dose->recorded != NULL ||
					   (!source->row.as_needed && dose->scheduled_for < source->ends_at && dose->due_at < source->ends_at &&
						(source->row.is_counted || schedule_row_allows(&source->row, dose->scheduled_for)));
		if (dose->exists && dose->due_at >= sources->from && dose->due_at < sources->to)
			source->arriving[source->narriving++] = dose;
	}
	qsort(source->arriving, source->narriving, sizeof(TimedDose *), compare_due);
}

/* Read a row; true: it only notes when a dose was due that was recorded, and means nothing once that is taken back. */
static bool
read_moved(int row, TimedDose *dose)
{
	Datum values[7];
	bool  isnull[7];

	read_row(&find_moved, row, values, isnull);
	memset(dose, 0, sizeof(TimedDose));
	dose->scheduled_for = DatumGetTimestampTz(values[0]);
	dose->schedule_id = DatumGetUUIDP(values[1]);
	dose->due_at = DatumGetTimestampTz(values[5]);
	if (!isnull[4])
	{
		dose->recorded = palloc0(sizeof(RecordedDose));
		recorded_dose_read(dose->recorded, values, isnull);
	}
	return DatumGetBool(values[6]);
}

/* Find a schedule that counts its doses from others; NULL: it is at set times, or not among the sources. */
static const DoseSource *
counted_source(const DoseSources *sources, const pg_uuid_t *schedule_id)
{
	const DoseSource *source = sources->has_counted || sources->has_following ? dose_source_find(sources, schedule_id) : NULL;

	return source != NULL && source->row.is_counted ? source : NULL;
}

/* Let a dose that is counted from the last be due when the person moved it to; the move of another means nothing now. */
static void
move_counted(TimedDose *counted, int ncounted, const TimedDose *moved)
{
	for (int i = 0; i < ncounted; i++)
	{
		if (counted[i].scheduled_for == moved->scheduled_for &&
			memcmp(counted[i].schedule_id, moved->schedule_id, sizeof(pg_uuid_t)) == 0)
			counted[i].due_at = moved->due_at;
	}
}

static int
compare_schedules(const void *a, const void *b)
{
	const TimedDose *left = a;
	const TimedDose *right = b;
	int				 order = memcmp(left->schedule_id, right->schedule_id, sizeof(pg_uuid_t));

	if (order != 0)
		return order;
	return left->scheduled_for < right->scheduled_for ? -1 : left->scheduled_for > right->scheduled_for;
}

static int
compare_due(const void *a, const void *b)
{
	TimestampTz left = (*(TimedDose *const *) a)->due_at;
	TimestampTz right = (*(TimedDose *const *) b)->due_at;

	if (left != right)
		return left < right ? -1 : 1;
	left = (*(TimedDose *const *) a)->scheduled_for;
	right = (*(TimedDose *const *) b)->scheduled_for;
	return left < right ? -1 : left > right;
}
