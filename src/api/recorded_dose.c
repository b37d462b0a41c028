/*-------------------------------------------------------------------------
 *
 * recorded_dose.c
 *		What is recorded of a user's doses in a window, hung on their schedules.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/stratnum.h"
#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/timestamp.h"

#include "api/recorded_dose.h"
#include "base/arguments.h"
#include "base/medsched.h"
#include "tables/saved_plan.h"
#include "tables/user_rows.h"

#define RECORDED_COLUMNS \
	DOSE_TAKEN_SCHEDULED_FOR, DOSE_TAKEN_SCHEDULE_ID, DOSE_TAKEN_TAKEN_AT, DOSE_TAKEN_RECORDED_BY, DOSE_TAKEN_OUTCOME
#define RECORDED_NCOLUMNS 5

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
	{RECORDED_COLUMNS}};

/* The same, without a query: the first columns of the primary key are in this order. */
static UserRows recorded_rows = {
	.table = TABLE_DOSE_TAKEN,
	.keys = {DOSE_TAKEN_USER_ID, DOSE_TAKEN_SCHEDULED_FOR, DOSE_TAKEN_SCHEDULE_ID},
	.columns = {RECORDED_COLUMNS}};

static RecordedDose *scan_recorded(const DoseSources *sources, int *nrecorded);
static bool			 is_extra(Datum outcome);

RecordedDose *
recorded_doses_find(const DoseSources *sources, int *nrecorded)
{
	Datum		  values[3] = {sources->user_id, sources->bounds[0], sources->bounds[1]};
	RecordedDose *recorded = scan_recorded(sources, nrecorded);
	uint64		  nfound;

	if (recorded != NULL)
		return recorded;

	/* Ask for one more than allowed, so that nothing is left out unnoticed. */
	run_plan(&find_recorded, values, NULL, true, SPI_OK_SELECT, (long) medsched_max_doses + 1);
	nfound = SPI_processed;
	check_dose_count(nfound);

	recorded = palloc(sizeof(RecordedDose) * Max(nfound, 1));
	for (uint64 i = 0; i < nfound; i++)
	{
		Datum columns[RECORDED_NCOLUMNS];
		bool  isnull[RECORDED_NCOLUMNS];

		read_row(&find_recorded, i, columns, isnull);
		recorded_dose_read(&recorded[i], columns, isnull);
	}
	*nrecorded = (int) nfound;
	return recorded;
}

/* Find what find_recorded would find; NULL: it is to be asked. */
static RecordedDose *
scan_recorded(const DoseSources *sources, int *nrecorded)
{
	UserScan	  scan;
	ScanKeyData	  key[3];
	RecordedDose *recorded;
	int			  n = 0;
	int			  room = 32;

	if (!user_scan_open(&scan, &recorded_rows))
		return NULL;
	recorded = palloc(sizeof(RecordedDose) * room);
	ScanKeyInit(&key[0], 1, BTEqualStrategyNumber, F_UUID_EQ, sources->user_id);
	ScanKeyInit(&key[1], 2, BTGreaterEqualStrategyNumber, F_TIMESTAMPTZ_GE, sources->bounds[0]);
	ScanKeyInit(&key[2], 2, BTLessStrategyNumber, F_TIMESTAMPTZ_LT, sources->bounds[1]);
	user_scan_start(&scan, key, 3);
	while (user_scan_next(&scan))
	{
		Datum columns[RECORDED_NCOLUMNS];
		bool  isnull[RECORDED_NCOLUMNS];

		check_dose_count(n + 1);
		if (n == room)
		{
			room *= 2;
			recorded = repalloc_huge(recorded, sizeof(RecordedDose) * room);
		}
		user_scan_read(&scan, columns, isnull);
		recorded_dose_read(&recorded[n++], columns, isnull);
	}
	user_scan_close(&scan);
	*nrecorded = n;
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
