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

#include "api/recorded_dose.h"
#include "api/timed_dose.h"
#include "tables/saved_plan.h"

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

static int compare_due(const void *a, const void *b);

TimedDose *
timed_doses_find(const DoseSources *sources, int *ntimed)
{
	Datum	   arguments[2] = {sources->user_id, sources->bounds[0]};
	TimedDose *timed;
	uint64	   nfound;

	*ntimed = 0;
	if (!sources->may_be_timed && !sources->has_counted)
		return NULL;
	run_plan(sources->has_counted ? &find_moved_and_counted : &find_moved, arguments, NULL, true, SPI_OK_SELECT, 0);
	nfound = SPI_processed;
	timed = palloc0(sizeof(TimedDose) * Max(nfound, 1));
	for (uint64 i = 0; i < nfound; i++)
	{
		Datum values[6];
		bool  isnull[6];

		CHECK_FOR_INTERRUPTS();
		read_row(&find_moved, i, values, isnull);
		timed[i].scheduled_for = DatumGetTimestampTz(values[0]);
		timed[i].schedule_id = DatumGetUUIDP(values[1]);
		timed[i].due_at = DatumGetTimestampTz(values[5]);
		if (isnull[4])
			continue;
		timed[i].recorded = palloc0(sizeof(RecordedDose));
		recorded_dose_read(timed[i].recorded, values, isnull);
	}
	*ntimed = (int) nfound;
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

static int
compare_due(const void *a, const void *b)
{
	TimestampTz left = (*(TimedDose *const *) a)->due_at;
	TimestampTz right = (*(TimedDose *const *) b)->due_at;

	return left < right ? -1 : left > right;
}
