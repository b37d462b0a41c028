/*-------------------------------------------------------------------------
 *
 * following_dose.c
 *		The doses of schedules that follow those of another one.
 *
 * When they are due, medsched._doses_following() says: what was taken moves them.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/timestamp.h"

#include "api/following_dose.h"
#include "tables/saved_plan.h"

static SavedPlan find_following = {
	"SELECT s.id, f.scheduled_for, f.due_at FROM medsched.schedules AS s "
	"CROSS JOIN LATERAL medsched._doses_following($1, s.id, $2, $3, $4) AS f "
	"WHERE s.user_id OPERATOR(pg_catalog.=) $1 AND s.follows_by IS NOT NULL",
	4,
	{UUIDOID, TIMESTAMPTZOID, TIMESTAMPTZOID, INT4OID},
	NULL,
	{SCHEDULES_ID, COMPUTED_INSTANT, COMPUTED_INSTANT}};

TimedDose *
following_doses_find(const DoseSources *sources, int *nfollowing)
{
	Datum	   arguments[4] = {sources->user_id, sources->bounds[0], sources->bounds[1], Int32GetDatum(sources->most)};
	TimedDose *doses;

	run_plan(&find_following, arguments, NULL, true, SPI_OK_SELECT, 0);
	*nfollowing = (int) SPI_processed;
	doses = palloc0(sizeof(TimedDose) * Max(*nfollowing, 1));
	for (int i = 0; i < *nfollowing; i++)
	{
		Datum values[3];
		bool  isnull[3];

		CHECK_FOR_INTERRUPTS();
		read_row(&find_following, i, values, isnull);
		doses[i].schedule_id = DatumGetUUIDP(values[0]);
		doses[i].scheduled_for = DatumGetTimestampTz(values[1]);
		doses[i].due_at = DatumGetTimestampTz(values[2]);
	}
	return doses;
}
