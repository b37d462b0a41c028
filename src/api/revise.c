/*-------------------------------------------------------------------------
 *
 * revise.c
 *		revise_schedule, change_time_zone and reactivate_medication.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"
#include "utils/uuid.h"

#include "base/message.h"
#include "api/lock_rows.h"
#include "api/revision.h"
#include "schedule/rule_cache.h"
#include "api/travel.h"
#include "base/arguments.h"

/* What an error calls the argument. */
#define CHANGES "changes"

PG_FUNCTION_INFO_V1(medsched_revise_schedule);
PG_FUNCTION_INFO_V1(medsched_change_time_zone);
PG_FUNCTION_INFO_V1(medsched_reactivate_medication);

static void	 read_changes(Jsonb *json, ScheduleJson *changes);
static void	 refuse_null_change(const ScheduleJson *changes, ScheduleKey key);
static void	 refuse_open_rhythm(const StoredSchedule *old, const ScheduleJson *changes);
static void	 refuse_past_end(const StoredSchedule *old, TimestampTz effective_from, const ScheduleJson *changes);
static void	 refuse_inactive(const StoredSchedule *old, TimestampTz inactivated_at, TimestampTz effective_from);
static void	 refuse_no_dose(ScheduleRow *row, TimestampTz from, TimestampTz to);
static bool	 only_time_zone(const ScheduleJson *changes);
static Datum revise(const StoredSchedule *old, TimestampTz effective_from, TimestampTz inactivated_at,
					const ScheduleJson *changes);
static void	 put_pair(ReturnSetInfo *result, Datum old_id, Datum new_id);

/* As needed, there is no time of the day to follow with. */
#define FOLLOWS(s)                                         \
	"(NOT " s ".time_zone_pinned AND NOT " s ".as_needed " \
	"AND (" s ".ends_at IS NULL OR " s ".ends_at OPERATOR(pg_catalog.>) $2))"

static SavedPlan find_followers = {
	"SELECT s.* FROM medsched.schedules AS s "
	"WHERE s.user_id OPERATOR(pg_catalog.=) $1 AND " FOLLOWS("s") " "
																  "ORDER BY s.id",
	2,
	{UUIDOID, TIMESTAMPTZOID},
	NULL,
	{WHOLE_ROW}};

/* With what replaces them. */
static RowLock lock_followers[] = {
	LOCK_SCHEDULES(FOLLOWS("s") " OR EXISTS (SELECT FROM medsched.schedules AS p "
								"WHERE p.user_id OPERATOR(pg_catalog.=) $1 AND p.id OPERATOR(pg_catalog.=) s.replaces "
								"AND " FOLLOWS("p") ")",
				   2, TIMESTAMPTZOID, false),
	LOCK_MEDICATIONS("EXISTS (SELECT FROM medsched.schedules AS s "
					 "WHERE s.user_id OPERATOR(pg_catalog.=) $1 AND s.medication_id OPERATOR(pg_catalog.=) m.id "
					 "AND " FOLLOWS("s") ")",
					 2, TIMESTAMPTZOID, "FOR NO KEY UPDATE", false)};

static SavedPlan find_of_medication = {
	"SELECT s.* FROM medsched.schedules AS s "
	"WHERE s.user_id OPERATOR(pg_catalog.=) $1 AND s.medication_id OPERATOR(pg_catalog.=) $2 "
	"ORDER BY s.id",
	2,
	{UUIDOID, UUIDOID},
	NULL,
	{WHOLE_ROW}};

static RowLock lock_of_medication[] = {
	LOCK_SCHEDULES("s.medication_id OPERATOR(pg_catalog.=) $2", 2, UUIDOID, false),
	LOCK_MEDICATIONS("m.id OPERATOR(pg_catalog.=) $2", 2, UUIDOID, "FOR NO KEY UPDATE", false)};

static SavedPlan activate = {
	"UPDATE medsched.medications AS m SET inactivated_at = NULL "
	"WHERE m.user_id OPERATOR(pg_catalog.=) $1 AND m.id OPERATOR(pg_catalog.=) $2",
	2,
	{UUIDOID, UUIDOID},
	NULL,
	{LAST_COLUMN}};

/*
 * medsched_revise_schedule has another row replace a schedule from an instant on.
 */
Datum
medsched_revise_schedule(PG_FUNCTION_ARGS)
{
	pg_uuid_t	   *id = palloc(sizeof(pg_uuid_t));
	TimestampTz		effective_from;
	TimestampTz		inactivated_at;
	ScheduleJson	changes;
	StoredSchedule *old;

	require_argument(fcinfo, 0, "user_id");
	require_argument(fcinfo, 1, "schedule_id");
	require_argument(fcinfo, 2, "effective_from");
	require_argument(fcinfo, 3, CHANGES);
	effective_from = PG_GETARG_TIMESTAMPTZ(2);
	require_instant(effective_from, "effective_from");
	read_changes(PG_GETARG_JSONB_P(3), &changes);

	SPI_connect();
	old = lock_schedule(PG_GETARG_DATUM(0), PG_GETARG_DATUM(1));
	inactivated_at = read_inactivated_at(old->user_id, old->medication_id);
	refuse_inactive(old, inactivated_at, effective_from);
	refuse_past_end(old, effective_from, &changes);
	refuse_open_rhythm(old, &changes);
	refuse_recorded_doses(old, effective_from);
	if (only_time_zone(&changes))
		travel(old, effective_from, &changes);
	memcpy(id, DatumGetUUIDP(revise(old, effective_from, inactivated_at, &changes)), sizeof(pg_uuid_t));
	SPI_finish();
	PG_RETURN_UUID_P(id);
}

/*
 * medsched_change_time_zone has every schedule that follows its person go on in
 * another zone.
 */
Datum
medsched_change_time_zone(PG_FUNCTION_ARGS)
{
	ReturnSetInfo  *result = (ReturnSetInfo *) fcinfo->resultinfo;
	Datum			values[2];
	TimestampTz		effective_from;
	char		   *time_zone;
	StoredSchedule *schedules;
	int				nschedules;

	require_argument(fcinfo, 0, "user_id");
	require_argument(fcinfo, 1, "time_zone");
	require_argument(fcinfo, 2, "effective_from");
	time_zone = text_to_cstring(PG_GETARG_TEXT_PP(1));
	(void) zone_find(time_zone);
	effective_from = PG_GETARG_TIMESTAMPTZ(2);
	require_instant(effective_from, "effective_from");
	InitMaterializedSRF(fcinfo, 0);

	SPI_connect();
	values[0] = PG_GETARG_DATUM(0);
	values[1] = TimestampTzGetDatum(effective_from);
	lock_rows(lock_followers, lengthof(lock_followers), values);
	nschedules = read_schedules(&find_followers, values, &schedules);
	for (int i = 0; i < nschedules; i++)
	{
		StoredSchedule *old = &schedules[i];
		TimestampTz		inactivated_at = read_inactivated_at(old->user_id, old->medication_id);
		ScheduleJson	changes;

		if (strcmp(old->row.source.time_zone, time_zone) == 0 ||
			!has_dose_between(&old->row, effective_from, inactivated_at))
			continue;
		refuse_recorded_doses(old, effective_from);
		no_changes(&changes);
		change_column(&changes, KEY_TIME_ZONE, PG_GETARG_DATUM(1));
		travel(old, effective_from, &changes);
		put_pair(result, old->id, revise(old, effective_from, inactivated_at, &changes));
	}
	SPI_finish();
	return (Datum) 0;
}

/*
 * medsched_reactivate_medication lets a medication's schedules go on from an
 * instant, and have no dose in the pause.
 */
Datum
medsched_reactivate_medication(PG_FUNCTION_ARGS)
{
	ReturnSetInfo  *result = (ReturnSetInfo *) fcinfo->resultinfo;
	Datum			values[2];
	TimestampTz		at;
	TimestampTz		inactivated_at;
	StoredSchedule *schedules;
	int				nschedules;
	bool			has_dose = false;

	require_argument(fcinfo, 0, "user_id");
	require_argument(fcinfo, 1, "medication_id");
	require_argument(fcinfo, 2, "at");
	at = PG_GETARG_TIMESTAMPTZ(2);
	require_instant(at, "at");
	InitMaterializedSRF(fcinfo, 0);

	SPI_connect();
	values[0] = PG_GETARG_DATUM(0);
	values[1] = PG_GETARG_DATUM(1);
	lock_rows(lock_of_medication, lengthof(lock_of_medication), values);
	nschedules = read_schedules(&find_of_medication, values, &schedules);
	inactivated_at = read_inactivated_at(values[0], values[1]);
	if (inactivated_at == DT_NOEND)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("medication \"%s\" is active", uuid_text(values[1])),
				 errdetail("It has no inactivated_at.")));
	if (at < inactivated_at)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("at must not be before the medication was inactivated"),
				 errdetail("It is %s; the medication was inactivated at %s.", instant_text(at), instant_text(inactivated_at))));

	run_plan(&activate, values, NULL, false, SPI_OK_UPDATE, 0);
	if (SPI_processed != 1)
		elog(ERROR, "medication \"%s\" was not updated: a trigger or a policy suppressed it", uuid_text(values[1]));

	for (int i = 0; i < nschedules; i++)
	{
		StoredSchedule *old = &schedules[i];
		bool			goes_on = has_dose_between(&old->row, at, DT_NOEND);
		bool			in_pause = has_dose_between(&old->row, inactivated_at, at);
		ScheduleJson	changes;
		ScheduleRow		row;

		has_dose |= goes_on;
		if (goes_on && (in_pause || has_dose_between(&old->row, DT_NOBEGIN, inactivated_at)))
		{
			no_changes(&changes);
			end_schedule(old, inactivated_at);
			put_pair(result, old->id, replace_schedule(old, at, &changes, &row));
		}
		else if (in_pause)
			end_schedule(old, inactivated_at);
	}
	if (!has_dose)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("medication \"%s\" has no dose from %s on", uuid_text(values[1]), instant_text(at)),
				 errdetail("All its schedules are over."),
				 errhint("Insert a schedule for it first.")));
	SPI_finish();
	return (Datum) 0;
}

static void
read_changes(Jsonb *json, ScheduleJson *changes)
{
	schedule_json_read(changes, &json->root, VARSIZE(json) - VARHDRSZ, CHANGES);
	if (JB_ROOT_COUNT(json) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s must not be empty", CHANGES),
				 errhint("Name what is to change, as {\"dose_amount\": 10}.")));
	refuse_null_change(changes, KEY_STARTS_AT);
	refuse_null_change(changes, KEY_TIME_ZONE);
}

static void
refuse_null_change(const ScheduleJson *changes, ScheduleKey key)
{
	if (changes->present[key] && changes->nulls[key] == 'n')
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s.%s must not be null", CHANGES, schedule_key_names[key])));
}

/*
 * A new rhythm counts from somewhere.  "Every second day" may mean from the first
 * dose of all or from now, "ten times" ten more or ten in all: let the caller
 * say which, with starts_at.
 */
static void
refuse_open_rhythm(const StoredSchedule *old, const ScheduleJson *changes)
{
	const ScheduleSource *source = &old->row.source;
	const char			 *what = NULL;

	if (changes->present[KEY_STARTS_AT])
		return;
	if (changes->nulls[KEY_RRULE] == ' ')
	{
		Recurrence rule = *rule_cache_find(TextDatumGetCString(changes->values[KEY_RRULE]));
		Recurrence before = {0};

		if (source->rrule != NULL)
			before = *rule_cache_find(source->rrule);
		if (rule.count > 0)
			what = "COUNT";
		else if (rule.interval > 1 &&
				 (source->rrule == NULL || rule.interval != before.interval || rule.freq != before.freq))
			what = "INTERVAL";
	}
	if ((changes->nulls[KEY_CYCLE_DAYS_ON] == ' ' && DatumGetInt32(changes->values[KEY_CYCLE_DAYS_ON]) != source->cycle_days_on) ||
		(changes->nulls[KEY_CYCLE_DAYS_OFF] == ' ' && DatumGetInt32(changes->values[KEY_CYCLE_DAYS_OFF]) != source->cycle_days_off))
		what = "a cycle";

	if (what != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s must have starts_at when they bring %s", CHANGES, what),
				 errdetail("It counts from starts_at, which is %s so far.", wall_clock_text(source->starts_at)),
				 errhint("Give that to count from there, or a new start.")));
}

/* A schedule that is over is not revised; nor may it outlast what comes after it. */
static void
refuse_past_end(const StoredSchedule *old, TimestampTz effective_from, const ScheduleJson *changes)
{
	if (old->row.ends_at <= Max(effective_from, old->row.effective_from))
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("schedule \"%s\" ended at %s", uuid_text(old->id), instant_text(old->row.ends_at)),
				 old->has_successor ? errdetail("Schedule \"%s\" replaced it.", uuid_text(old->successor)) : 0,
				 old->has_successor ? errhint("Revise the schedule that replaced it.")
									: errhint("Choose an effective_from before its end.")));
	if (old->has_successor && changes->present[KEY_ENDS_AT] &&
		(changes->nulls[KEY_ENDS_AT] == 'n' || DatumGetTimestampTz(changes->values[KEY_ENDS_AT]) > old->row.ends_at))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s.ends_at must not be after %s", CHANGES, instant_text(old->row.ends_at)),
				 errdetail("Schedule \"%s\" follows from then on.", uuid_text(old->successor))));
}

static void
refuse_inactive(const StoredSchedule *old, TimestampTz inactivated_at, TimestampTz effective_from)
{
	if (inactivated_at <= Max(effective_from, old->row.effective_from))
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("medication \"%s\" is inactive at %s", uuid_text(old->medication_id), instant_text(effective_from)),
				 errdetail("It was inactivated at %s.", instant_text(inactivated_at)),
				 errhint("Call medsched.reactivate_medication() first.")));
}

static bool
only_time_zone(const ScheduleJson *changes)
{
	static const ScheduleKey others[] = {KEY_STARTS_AT, KEY_RRULE, KEY_RDATES, KEY_EXDATES,
										 KEY_CYCLE_DAYS_ON, KEY_CYCLE_DAYS_OFF, KEY_AS_NEEDED};

	for (size_t i = 0; i < lengthof(others); i++)
	{
		if (changes->present[others[i]])
			return false;
	}
	return changes->present[KEY_TIME_ZONE];
}

/*
 * End the old row, insert the new.  A schedule that is not in effect yet is
 * revised from its own effective_from on: before, its predecessor holds.
 */
static Datum
revise(const StoredSchedule *old, TimestampTz effective_from, TimestampTz inactivated_at, const ScheduleJson *changes)
{
	TimestampTz from = Max(effective_from, old->row.effective_from);
	ScheduleRow row;
	Datum		id;

	end_schedule(old, from);
	id = replace_schedule(old, from, changes, &row);
	if (!has_dose_between(&row, from, inactivated_at))
		refuse_no_dose(&row, from, inactivated_at);
	return id;
}

static void
refuse_no_dose(ScheduleRow *row, TimestampTz from, TimestampTz to)
{
	ereport(ERROR,
			(errcode(ERRCODE_CHECK_VIOLATION),
			 errmsg("the revised schedule would have no dose"),
			 errdetail("It has none from %s until %s.", instant_text(from), instant_text(Min(to, row->ends_at))),
			 errhint("To end a medication, call medsched.inactivate_medication()."),
			 err_generic_string(PG_DIAG_SCHEMA_NAME, "medsched"),
			 err_generic_string(PG_DIAG_TABLE_NAME, "schedules"),
			 err_generic_string(PG_DIAG_CONSTRAINT_NAME, "schedule_has_dose")));
}

static void
put_pair(ReturnSetInfo *result, Datum old_id, Datum new_id)
{
	Datum values[2] = {old_id, new_id};
	bool  isnull[2] = {false, false};

	tuplestore_putvalues(result->setResult, result->setDesc, values, isnull);
}
