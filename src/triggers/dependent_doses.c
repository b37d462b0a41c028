/*-------------------------------------------------------------------------
 *
 * dependent_doses.c
 *		Whether doses of a person depend on when others were taken.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/stratnum.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "utils/fmgroids.h"

#include "tables/saved_plan.h"
#include "tables/user_rows.h"

PG_FUNCTION_INFO_V1(medsched_has_dependents);

static UserRows schedule_rows = {
	.table = TABLE_SCHEDULES,
	.keys = {SCHEDULES_USER_ID, LAST_COLUMN},
	.columns = {SCHEDULES_AFTER_LAST, SCHEDULES_FOLLOWS_BY, LAST_COLUMN}};

static SavedPlan find_dependent = {
	"SELECT FROM medsched.schedules AS s "
	"WHERE s.user_id OPERATOR(pg_catalog.=) $1 AND (s.after_last IS NOT NULL OR s.follows_by IS NOT NULL)",
	1,
	{UUIDOID},
	NULL,
	{LAST_COLUMN}};

static bool query_dependents(Datum user_id);

/*
 * medsched_has_dependents tells whether a person has schedules that are counted
 * from the last dose, or follow another.
 *
 * Each dose that is recorded asks it, and of most persons the answer is no.
 */
Datum
medsched_has_dependents(PG_FUNCTION_ARGS)
{
	Datum		user_id = PG_GETARG_DATUM(0);
	bool		found = false;
	UserScan	scan;
	ScanKeyData key;

	if (!user_scan_open(&scan, &schedule_rows))
		PG_RETURN_BOOL(query_dependents(user_id));
	ScanKeyInit(&key, 1, BTEqualStrategyNumber, F_UUID_EQ, user_id);
	user_scan_start(&scan, &key, 1);
	while (!found && user_scan_next(&scan))
	{
		for (int column = 0; column < 2 && !found; column++)
		{
			bool isnull;

			user_scan_value(&scan, column, &isnull);
			found = !isnull;
		}
	}
	user_scan_close(&scan);
	PG_RETURN_BOOL(found);
}

/* Ask the query what a scan may not. */
static bool
query_dependents(Datum user_id)
{
	bool found;

	SPI_connect();
	run_plan(&find_dependent, &user_id, NULL, true, SPI_OK_SELECT, 1);
	found = SPI_processed > 0;
	SPI_finish();
	return found;
}
