/*-------------------------------------------------------------------------
 *
 * recorded_dose.c
 *		What is recorded of a user's doses in a window, hung on their schedules.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "api/recorded_dose.h"
#include "base/arguments.h"
#include "base/medsched.h"
#include "tables/saved_plan.h"

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

static bool is_extra(Datum outcome);

RecordedDose *
recorded_doses_find(const DoseSources *sources, int *nrecorded)
{
	Datum		  values[3] = {sources->user_id, sources->bounds[0], sources->bounds[1]};
	RecordedDose *recorded;
	uint64		  nfound;

	/* Ask for one more than allowed, so that nothing is left out unnoticed. */
	run_plan(&find_recorded, values, NULL, true, SPI_OK_SELECT, (long) medsched_max_doses + 1);
	nfound = SPI_processed;
	check_dose_count(nfound);

	recorded = palloc(sizeof(RecordedDose) * Max(nfound, 1));
	for (uint64 i = 0; i < nfound; i++)
	{
		Datum columns[5];
		bool  isnull[5];

		read_row(&find_recorded, i, columns, isnull);
		recorded_dose_read(&recorded[i], columns, isnull);
	}
	*nrecorded = (int) nfound;
	return recorded;
}

void
recorded_dose_read(RecordedDose *dose, const Datum *values, const bool *isnull)
{
	dose->scheduled_for = DatumGetTimestampTz(values[0]);
	dose->schedule_id = DatumGetUUIDP(values[1]);
	dose->status = isnull[2] ? DOSE_SKIPPED : is_extra(values[4]) ? DOSE_EXTRA
																  : DOSE_TAKEN;
	dose->taken_at = isnull[2] ? 0 : DatumGetTimestampTz(values[2]);
	dose->recorded_by = isnull[3] ? 0 : values[3];
}

bool
recorded_doses_assign(DoseSources *sources, RecordedDose *recorded, int nrecorded)
{
	bool all = true;

	for (int i = 0; i < sources->n; i++)
	{
		sources->array[i]->recorded = NULL;
		sources->array[i]->recorded_end = &sources->array[i]->recorded;
	}
	for (int i = 0; i < nrecorded; i++)
	{
		DoseSource *source = dose_source_find(sources, recorded[i].schedule_id);

		recorded[i].next = NULL;
		if (source == NULL)
		{
			all = false;
			continue;
		}
		if (dose_source_has_timed(source, recorded[i].scheduled_for))
			continue;
		*source->recorded_end = &recorded[i];
		source->recorded_end = &recorded[i].next;
	}
	return all;
}

/* Tell whether an outcome is that of a dose beside the schedule. */
static bool
is_extra(Datum outcome)
{
	const text *name = DatumGetTextPP(outcome);

	return VARSIZE_ANY_EXHDR(name) == strlen(dose_status_names[DOSE_EXTRA]) &&
		   memcmp(VARDATA_ANY(name), dose_status_names[DOSE_EXTRA], VARSIZE_ANY_EXHDR(name)) == 0;
}
