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

#define FIND_RECORDED(user)                                                                         \
	"SELECT d.scheduled_for, d.schedule_id, d.taken_at, d.recorded_by, d.outcome "                  \
	"FROM medsched.dose_taken AS d "                                                                \
	"WHERE d.user_id OPERATOR(pg_catalog.=) " user " "                                              \
	"AND d.scheduled_for OPERATOR(pg_catalog.>=) $2 AND d.scheduled_for OPERATOR(pg_catalog.<) $3 " \
	"ORDER BY d.scheduled_for, d.schedule_id"

/* What is recorded of a user's doses in a window; in the primary key's order. */
static SavedPlan find_recorded = {
	FIND_RECORDED("$1"),
	3,
	{UUIDOID, TIMESTAMPTZOID, TIMESTAMPTZOID},
	NULL,
	{RECORDED_COLUMNS}};

/* That of several users, with the number of the user. */
static SavedPlan find_recorded_of = {
	"SELECT f.*, u.nth FROM pg_catalog.unnest($1) WITH ORDINALITY AS u (id, nth) "
	"CROSS JOIN LATERAL (" FIND_RECORDED("u.id") " LIMIT $4) AS f "
												 "ORDER BY u.nth, f.scheduled_for, f.schedule_id",
	4,
	{UUIDARRAYOID, TIMESTAMPTZOID, TIMESTAMPTZOID, INT8OID},
	NULL,
	{RECORDED_COLUMNS, COMPUTED_BIGINT}};

/* The same, without a query: the first columns of the primary key are in this order. */
static UserRows recorded_rows = {
	.table = TABLE_DOSE_TAKEN,
	.keys = {DOSE_TAKEN_USER_ID, DOSE_TAKEN_SCHEDULED_FOR, DOSE_TAKEN_SCHEDULE_ID},
	.columns = {RECORDED_COLUMNS}};

static bool			 scan_recorded(DoseSources *users, int nusers);
static RecordedDose *add_recorded(DoseSources *sources);
static bool			 is_extra(Datum outcome);

void
recorded_doses_find(DoseSources *users, int nusers)
{
	SavedPlan *query = nusers == 1 ? &find_recorded : &find_recorded_of;
	Datum	   values[4] = {0, users->bounds[0], users->bounds[1], 0};

	if (scan_recorded(users, nusers))
		return;

	/* Ask for one more than allowed, so that nothing is left out unnoticed. */
	values[0] = nusers == 1 ? users->user_id : user_ids_array(users, nusers);
	values[3] = Int64GetDatum((int64) medsched_max_doses + 1);
	run_plan(query, values, NULL, true, SPI_OK_SELECT, nusers == 1 ? (long) medsched_max_doses + 1 : 0);
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		Datum		 columns[RECORDED_NCOLUMNS + 1];
		bool		 isnull[RECORDED_NCOLUMNS + 1];
		DoseSources *sources = users;

		read_row(query, i, columns, isnull);
		if (query == &find_recorded_of)
			sources = &users[DatumGetInt64(columns[RECORDED_NCOLUMNS]) - 1];
		recorded_dose_read(add_recorded(sources), columns, isnull);
	}
}

/* Find what a query would find; false: it is to be asked. */
static bool
scan_recorded(DoseSources *users, int nusers)
{
	UserScan	scan;
	ScanKeyData key[3];

	if (!user_scan_open(&scan, &recorded_rows))
		return false;
	ScanKeyInit(&key[1], 2, BTGreaterEqualStrategyNumber, F_TIMESTAMPTZ_GE, users->bounds[0]);
	ScanKeyInit(&key[2], 2, BTLessStrategyNumber, F_TIMESTAMPTZ_LT, users->bounds[1]);
	for (int i = 0; i < nusers; i++)
	{
		ScanKeyInit(&key[0], 1, BTEqualStrategyNumber, F_UUID_EQ, users[i].user_id);
		user_scan_start(&scan, key, 3);
		while (user_scan_next(&scan))
		{
			RecordedDose *recorded = add_recorded(&users[i]);
			Datum		  columns[RECORDED_NCOLUMNS];
			bool		  isnull[RECORDED_NCOLUMNS];

			user_scan_read(&scan, columns, isnull);
			recorded_dose_read(recorded, columns, isnull);
		}
	}
	user_scan_close(&scan);
	return true;
}

/* Make room for one more. */
static RecordedDose *
add_recorded(DoseSources *sources)
{
	check_dose_count(sources->nrecorded + 1);
	if (sources->nrecorded == sources->recorded_room)
	{
		sources->recorded_room = Max(32, 2 * sources->recorded_room);
		sources->recorded = sources->recorded == NULL
								? palloc(sizeof(RecordedDose) * sources->recorded_room)
								: repalloc_huge(sources->recorded, sizeof(RecordedDose) * sources->recorded_room);
	}
	return &sources->recorded[sources->nrecorded++];
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
recorded_doses_assign(DoseSources *sources)
{
	RecordedDose *recorded = sources->recorded;
	bool		  all = true;

	for (int i = 0; i < sources->n; i++)
	{
		sources->array[i]->recorded = NULL;
		sources->array[i]->recorded_end = &sources->array[i]->recorded;
	}
	for (int i = 0; i < sources->nrecorded; i++)
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
