/*-------------------------------------------------------------------------
 *
 * counted_dose.c
 *		The doses to come of schedules that count them from the last one recorded.
 *
 * medsched._counted_dose() says which a schedule's is.  Most are counted from a dose of the
 * same schedule, and nothing else is known of it: that is told, and counted, for all of a
 * user's schedules at once.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/timestamp.h"

#include "api/counted_dose.h"
#include "base/arguments.h"
#include "tables/saved_plan.h"

/*
 * The schedules, the doses that can be counted the short way (NULL: they cannot), and when
 * the last one was taken, if earlier than it was scheduled for.  The last row of a schedule
 * tells that nothing was taken beside it later.
 */
static SavedPlan find_counted = {
	"SELECT s.id, "
	"CASE WHEN l.taken_at IS NOT NULL AND l.outcome OPERATOR(pg_catalog.<>) 'extra' AND l.next_dose_id IS NULL AND s.max_per_day IS NULL "
	"THEN GREATEST(medsched._counted_on(l.taken_at, s.after_last, s.hours_from, s.hours_until, s.time_zone::pg_catalog.text), "
	"l.scheduled_for OPERATOR(pg_catalog.+) '1 second'::pg_catalog.interval) END, "
	"CASE WHEN l.taken_at OPERATOR(pg_catalog.<) l.scheduled_for THEN l.taken_at END "
	"FROM medsched.schedules AS s "
	"LEFT JOIN LATERAL (SELECT d.scheduled_for, d.taken_at, d.outcome, d.next_dose_id FROM medsched.dose_taken AS d "
	"WHERE d.user_id OPERATOR(pg_catalog.=) $1 AND d.schedule_id OPERATOR(pg_catalog.=) s.id "
	"AND d.scheduled_for OPERATOR(pg_catalog.>=) "
	"(pg_catalog.timezone('UTC', s.starts_at) OPERATOR(pg_catalog.-) '15 hours'::pg_catalog.interval) "
	"ORDER BY d.scheduled_for DESC LIMIT 1) AS l ON true "
	"WHERE s.user_id OPERATOR(pg_catalog.=) $1 AND s.after_last IS NOT NULL",
	1,
	{UUIDOID},
	NULL,
	{SCHEDULES_ID, COMPUTED_INSTANT, COMPUTED_INSTANT}};

/* What was taken beside a schedule since an instant. */
static SavedPlan find_extra = {
	"SELECT d.schedule_id FROM medsched.dose_taken AS d "
	"WHERE d.user_id OPERATOR(pg_catalog.=) $1 AND d.schedule_id OPERATOR(pg_catalog.=) $2 "
	"AND d.scheduled_for OPERATOR(pg_catalog.>=) $3 AND d.outcome OPERATOR(pg_catalog.=) 'extra' LIMIT 1",
	3,
	{UUIDOID, UUIDOID, TIMESTAMPTZOID},
	NULL,
	{DOSE_TAKEN_SCHEDULE_ID}};

/* The whole. */
static SavedPlan count_dose = {
	"SELECT c.scheduled_for, c.due_at FROM medsched._counted_dose($1, $2, NULL) AS c WHERE c.scheduled_for IS NOT NULL",
	2,
	{UUIDOID, UUIDOID},
	NULL,
	{COMPUTED_INSTANT, COMPUTED_INSTANT}};

static bool took_extra(Datum user_id, const TimedDose *dose, TimestampTz since);
static bool count_whole(Datum user_id, TimedDose *dose);

TimedDose *
counted_doses_find(Datum user_id, int *ncounted)
{
	TimedDose	*doses;
	TimestampTz *early;
	int			 nfound;
	int			 n = 0;

	run_plan(&find_counted, &user_id, NULL, true, SPI_OK_SELECT, 0);
	nfound = (int) SPI_processed;
	doses = palloc0(sizeof(TimedDose) * Max(nfound, 1));
	early = palloc(sizeof(TimestampTz) * Max(nfound, 1));
	for (int i = 0; i < nfound; i++)
	{
		Datum values[3];
		bool  isnull[3];

		read_row(&find_counted, i, values, isnull);
		doses[i].schedule_id = DatumGetUUIDP(values[0]);
		doses[i].due_at = doses[i].scheduled_for = isnull[1] ? DT_NOEND : DatumGetTimestampTz(values[1]);
		early[i] = isnull[2] ? DT_NOEND : DatumGetTimestampTz(values[2]);
	}
	for (int i = 0; i < nfound; i++)
	{
		bool is_counted = doses[i].scheduled_for < INSTANT_END &&
						  (early[i] == DT_NOEND || !took_extra(user_id, &doses[i], early[i]));

		CHECK_FOR_INTERRUPTS();
		if (is_counted || count_whole(user_id, &doses[i]))
			doses[n++] = doses[i];
	}
	*ncounted = n;
	return doses;
}

static bool
took_extra(Datum user_id, const TimedDose *dose, TimestampTz since)
{
	Datum arguments[3] = {user_id, UUIDPGetDatum(dose->schedule_id), TimestampTzGetDatum(since)};

	run_plan(&find_extra, arguments, NULL, true, SPI_OK_SELECT, 1);
	return SPI_processed > 0;
}

/* Ask medsched._counted_dose(); false: there is none. */
static bool
count_whole(Datum user_id, TimedDose *dose)
{
	Datum arguments[2] = {user_id, UUIDPGetDatum(dose->schedule_id)};
	Datum values[2];
	bool  isnull[2];

	run_plan(&count_dose, arguments, NULL, true, SPI_OK_SELECT, 0);
	if (SPI_processed == 0)
		return false;
	read_row(&count_dose, 0, values, isnull);
	dose->scheduled_for = DatumGetTimestampTz(values[0]);
	dose->due_at = DatumGetTimestampTz(values[1]);
	return true;
}
