/*-------------------------------------------------------------------------
 *
 * medications.c
 *		create_medication and inactivate_medication.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/table.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/timestamp.h"
#include "utils/uuid.h"

#include "base/message.h"
#include "tables/saved_plan.h"
#include "tables/refusal.h"
#include "tables/schedule_json.h"
#include "base/arguments.h"

PG_FUNCTION_INFO_V1(medsched_create_medication);
PG_FUNCTION_INFO_V1(medsched_inactivate_medication);

static void insert_medication(Datum *values, const char *nulls, Jsonb *own_columns);
static void insert_medication_with(const OwnColumns *own, const Datum *values, const char *nulls);
static void insert_schedules(Datum user_id, Datum medication_id, Jsonb *schedules);
static void insert_with_own_columns(const OwnColumns *own, const Datum *values, const char *nulls);
static void insert_schedule(Datum user_id, Datum medication_id, ScheduleJson *schedule, const char *where);

static SavedPlan insert_medication_plan = {
	"INSERT INTO medsched.medications AS m (user_id, name, notes) VALUES ($1, $2, $3) RETURNING m.id",
	3,
	{UUIDOID, TEXTOID, TEXTOID},
	NULL,
	{MEDICATIONS_ID}};

/* What a caller leaves out is what the table's defaults would make it. */
#define INSERTED_COLUMNS "user_id, medication_id, " SCHEDULE_KEY_COLUMNS
#define INSERTED_VALUES                                                           \
	"$1, $2, COALESCE($3, pg_catalog.gen_random_uuid()), $4, $5, "                \
	"COALESCE($6, false), $7, COALESCE($8, '{}'), COALESCE($9, '{}'), $10, $11, " \
	"COALESCE($12, false), $13, $14, $15, $16, $17, $18, $19"

static SavedPlan insert_schedule_plan = {
	"INSERT INTO medsched.schedules (" INSERTED_COLUMNS ") SELECT " INSERTED_VALUES,
	2 + SCHEDULE_NKEYS,
	{UUIDOID, UUIDOID, SCHEDULE_KEY_TYPES},
	NULL,
	{LAST_COLUMN}};

static SavedPlan inactivate_plan = {
	"UPDATE medsched.medications AS m SET inactivated_at = COALESCE(m.inactivated_at, $3) "
	"WHERE m.user_id OPERATOR(pg_catalog.=) $1 AND m.id OPERATOR(pg_catalog.=) $2 "
	"RETURNING m.inactivated_at",
	3,
	{UUIDOID, UUIDOID, TIMESTAMPTZOID},
	NULL,
	{MEDICATIONS_INACTIVATED_AT}};

/*
 * medsched_create_medication inserts a medication and its schedules, for
 * callers that have one statement and no transaction.
 */
Datum
medsched_create_medication(PG_FUNCTION_ARGS)
{
	Datum	   values[3];
	char	   nulls[3] = {' ', ' ', PG_ARGISNULL(3) ? 'n' : ' '};
	Jsonb	  *schedules;
	pg_uuid_t *id = palloc(sizeof(pg_uuid_t));

	require_argument(fcinfo, 0, "user_id");
	require_argument(fcinfo, 1, "name");
	require_argument(fcinfo, 2, "schedules");
	schedules = PG_GETARG_JSONB_P(2);
	if (!JB_ROOT_IS_ARRAY(schedules) || JB_ROOT_IS_SCALAR(schedules))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("schedules must be a JSON array of objects")));
	if (JB_ROOT_COUNT(schedules) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("schedules must not be empty"),
				 errdetail("A medication has at least one schedule.")));

	SPI_connect();
	values[0] = PG_GETARG_DATUM(0);
	values[1] = PG_GETARG_DATUM(1);
	values[2] = PG_ARGISNULL(3) ? 0 : PG_GETARG_DATUM(3);
	/* Before the extension is updated, it has no such argument. */
	insert_medication(values, nulls, PG_NARGS() > 4 && !PG_ARGISNULL(4) ? PG_GETARG_JSONB_P(4) : NULL);
	if (SPI_processed != 1)
		elog(ERROR, "medication was not inserted: a trigger suppressed it");
	memcpy(id, DatumGetUUIDP(read_single(&insert_medication_plan, 0, NULL)), sizeof(pg_uuid_t));
	insert_schedules(values[0], UUIDPGetDatum(id), schedules);
	SPI_finish();
	PG_RETURN_UUID_P(id);
}

/*
 * medsched_inactivate_medication ends a medication, once: the first call's
 * instant stays.
 */
Datum
medsched_inactivate_medication(PG_FUNCTION_ARGS)
{
	Datum values[3];
	Datum inactivated_at;
	bool  isnull;

	require_argument(fcinfo, 0, "user_id");
	require_argument(fcinfo, 1, "medication_id");
	require_argument(fcinfo, 2, "at");
	require_instant(PG_GETARG_TIMESTAMPTZ(2), "at");
	for (int i = 0; i < 3; i++)
		values[i] = PG_GETARG_DATUM(i);

	SPI_connect();
	run_plan(&inactivate_plan, values, NULL, false, SPI_OK_UPDATE_RETURNING, 0);
	if (SPI_processed == 0)
		refuse_unknown("medication", values[1], values[0]);
	inactivated_at = read_single(&inactivate_plan, 0, &isnull);
	if (isnull)
		elog(ERROR, "medication was not inactivated: a trigger suppressed it");
	SPI_finish();
	PG_RETURN_DATUM(inactivated_at);
}

static void
insert_medication(Datum *values, const char *nulls, Jsonb *own_columns)
{
	MemoryContext context = CurrentMemoryContext;
	OwnColumns	  own = {0};

	if (own_columns != NULL)
	{
		Relation medications = table_open(medsched_table("medications"), AccessShareLock);

		own_columns_read(&own, medications, own_columns, "own_columns");
		table_close(medications, NoLock);
	}

	PG_TRY();
	{
		if (own.given == NIL)
			run_plan(&insert_medication_plan, values, nulls, false, SPI_OK_INSERT_RETURNING, 0);
		else
			insert_medication_with(&own, values, nulls);
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(context);
		rethrow_medication(TextDatumGetCString(values[1]), own.given != NIL);
	}
	PG_END_TRY();
}

/* As insert_medication_plan, with columns of the application. */
static void
insert_medication_with(const OwnColumns *own, const Datum *values, const char *nulls)
{
	Relation	   medications = table_open(medsched_table("medications"), AccessShareLock);
	Oid			   types[] = {UUIDOID, TEXTOID, TEXTOID, JSONBOID};
	Datum		   parameters[] = {values[0], values[1], values[2], JsonbPGetDatum(own->object)};
	char		   parameter_nulls[] = {nulls[0], nulls[1], nulls[2], ' '};
	StringInfoData columns;
	StringInfoData selected;
	StringInfoData from;

	initStringInfo(&columns);
	initStringInfo(&selected);
	initStringInfo(&from);
	own_columns_write(own, medications, lengthof(types), &columns, &selected, &from);
	table_close(medications, NoLock);
	run_query(psprintf("INSERT INTO medsched.medications AS m (user_id, name, notes%s) SELECT $1, $2, $3%s%s RETURNING m.id",
					   columns.data, selected.data, from.data),
			  lengthof(types), types, parameters, parameter_nulls, SPI_OK_INSERT_RETURNING, insert_medication_plan.columns);
}

static void
insert_schedules(Datum user_id, Datum medication_id, Jsonb *schedules)
{
	JsonbIterator *iterator = JsonbIteratorInit(&schedules->root);
	JsonbValue	   element;
	int			   index = 0;

	(void) JsonbIteratorNext(&iterator, &element, true);
	while (JsonbIteratorNext(&iterator, &element, true) == WJB_ELEM)
	{
		char		*where = psprintf("schedules[%d]", index++);
		ScheduleJson schedule;

		if (element.type != jbvBinary)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("%s must be a JSON object", where)));
		schedule_json_read(&schedule, element.val.binary.data, element.val.binary.len, where);
		insert_schedule(user_id, medication_id, &schedule, where);
	}
}

static void
insert_schedule(Datum user_id, Datum medication_id, ScheduleJson *schedule, const char *where)
{
	static const ScheduleKey required[] = {KEY_STARTS_AT, KEY_TIME_ZONE};
	MemoryContext			 context = CurrentMemoryContext;
	Datum					 values[2 + SCHEDULE_NKEYS];
	char					 nulls[2 + SCHEDULE_NKEYS];

	for (size_t i = 0; i < lengthof(required); i++)
	{
		if (schedule->nulls[required[i]] == 'n')
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("%s must have %s", where, schedule_key_names[required[i]])));
	}

	values[0] = user_id;
	values[1] = medication_id;
	nulls[0] = nulls[1] = ' ';
	memcpy(values + 2, schedule->values, sizeof(schedule->values));
	memcpy(nulls + 2, schedule->nulls, sizeof(schedule->nulls));

	PG_TRY();
	{
		if (schedule->own.given == NIL)
			run_plan(&insert_schedule_plan, values, nulls, false, SPI_OK_INSERT, 0);
		else
			insert_with_own_columns(&schedule->own, values, nulls);
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(context);
		rethrow_check(schedule->values, schedule->nulls, where, where);
		rethrow_in(where);
	}
	PG_END_TRY();
}

/* As insert_schedule_plan, with columns of the application. */
static void
insert_with_own_columns(const OwnColumns *own, const Datum *values, const char *nulls)
{
	const int	   nkeys = 2 + SCHEDULE_NKEYS;
	Relation	   schedules = table_open(medsched_table("schedules"), AccessShareLock);
	Oid			   types[3 + SCHEDULE_NKEYS];
	Datum		   parameters[3 + SCHEDULE_NKEYS];
	char		   parameter_nulls[3 + SCHEDULE_NKEYS];
	StringInfoData columns;
	StringInfoData selected;
	StringInfoData from;

	memcpy(types, insert_schedule_plan.argtypes, sizeof(Oid) * nkeys);
	memcpy(parameters, values, sizeof(Datum) * nkeys);
	memcpy(parameter_nulls, nulls, nkeys);
	types[nkeys] = JSONBOID;
	parameters[nkeys] = JsonbPGetDatum(own->object);
	parameter_nulls[nkeys] = ' ';

	initStringInfo(&columns);
	initStringInfo(&selected);
	initStringInfo(&from);
	own_columns_write(own, schedules, nkeys + 1, &columns, &selected, &from);
	table_close(schedules, NoLock);
	run_query(psprintf("INSERT INTO medsched.schedules (" INSERTED_COLUMNS "%s) SELECT " INSERTED_VALUES "%s%s",
					   columns.data, selected.data, from.data),
			  nkeys + 1, types, parameters, parameter_nulls, SPI_OK_INSERT, insert_schedule_plan.columns);
}
