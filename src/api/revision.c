/*-------------------------------------------------------------------------
 *
 * revision.c
 *		Revising a schedule: the row that is, and the row that replaces it.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/sysattr.h"
#include "access/table.h"
#include "catalog/pg_type.h"
#include "lib/stringinfo.h"
#include "nodes/bitmapset.h"
#include "optimizer/optimizer.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/timestamp.h"
#include "utils/uuid.h"

#include "base/message.h"
#include "tables/refusal.h"
#include "api/lock_rows.h"
#include "api/revision.h"
#include "schedule/schedule_search.h"

/* How many doses an error names. */
#define NDOSES_NAMED 5

/* A column of the new row, and what goes into it. */
typedef struct NewColumn
{
	Oid	  type;
	Datum value;
	bool  isnull;
	bool  left_out; /* the table's default, or given by the application */
} NewColumn;

static const Oid key_types[SCHEDULE_NKEYS] = {SCHEDULE_KEY_TYPES};

/* What inserting the row that replaces another returns. */
static const TableColumn replacement_columns[] = {SCHEDULE_COLUMN_LIST, SCHEDULES_ID, LAST_COLUMN};

static void		  read_schedule(StoredSchedule *schedule, HeapTuple tuple, TupleDesc descriptor);
static Datum	  column_of(const StoredSchedule *schedule, TableColumn column);
static void		  find_successor(StoredSchedule *schedule);
static void		  relink(Datum user_id, Datum id, Datum replaces);
static void		  insert_replacement(const StoredSchedule *old, const ScheduleJson *changes, const char *query,
									 int nvalues, Oid *types, Datum *values, const char *nulls);
static Bitmapset *find_unique(Relation schedules, const ScheduleJson *changes);
static bool		  differs_in(Form_pg_attribute attribute, const ScheduleJson *changes);
static void		  merge(ScheduleJson *merged, const StoredSchedule *old, const ScheduleJson *changes);
static NewColumn  new_column(const StoredSchedule *old, TimestampTz effective_from,
							 const ScheduleJson *changes, Form_pg_attribute attribute);

static SavedPlan find_one = {
	"SELECT s.* FROM medsched.schedules AS s "
	"WHERE s.user_id OPERATOR(pg_catalog.=) $1 AND s.id OPERATOR(pg_catalog.=) $2",
	2,
	{UUIDOID, UUIDOID},
	NULL,
	{WHOLE_ROW}};

/* With what replaces it, which is to replace another. */
static RowLock lock_one[] = {
	LOCK_SCHEDULES("s.id OPERATOR(pg_catalog.=) $2 OR s.replaces OPERATOR(pg_catalog.=) $2", 2, UUIDOID, false),
	LOCK_MEDICATIONS("EXISTS (SELECT FROM medsched.schedules AS s "
					 "WHERE s.user_id OPERATOR(pg_catalog.=) $1 AND s.id OPERATOR(pg_catalog.=) $2 "
					 "AND s.medication_id OPERATOR(pg_catalog.=) m.id)",
					 2, UUIDOID, "FOR NO KEY UPDATE", false)};

static SavedPlan find_medication = {
	"SELECT m.inactivated_at FROM medsched.medications AS m "
	"WHERE m.user_id OPERATOR(pg_catalog.=) $1 AND m.id OPERATOR(pg_catalog.=) $2",
	2,
	{UUIDOID, UUIDOID},
	NULL,
	{MEDICATIONS_INACTIVATED_AT}};

static SavedPlan successor_of = {
	"SELECT s.id FROM medsched.schedules AS s "
	"WHERE s.user_id OPERATOR(pg_catalog.=) $1 AND s.replaces OPERATOR(pg_catalog.=) $2",
	2,
	{UUIDOID, UUIDOID},
	NULL,
	{SCHEDULES_ID}};

static SavedPlan recorded_from = {
	"SELECT d.scheduled_for FROM medsched.dose_taken AS d "
	"WHERE d.user_id OPERATOR(pg_catalog.=) $1 AND d.schedule_id OPERATOR(pg_catalog.=) $2 "
	"AND d.scheduled_for OPERATOR(pg_catalog.>=) $3 "
	"ORDER BY d.scheduled_for",
	3,
	{UUIDOID, UUIDOID, TIMESTAMPTZOID},
	NULL,
	{DOSE_TAKEN_SCHEDULED_FOR}};

static SavedPlan set_ends_at = {
	"UPDATE medsched.schedules AS s SET ends_at = $3 "
	"WHERE s.user_id OPERATOR(pg_catalog.=) $1 AND s.id OPERATOR(pg_catalog.=) $2",
	3,
	{UUIDOID, UUIDOID, TIMESTAMPTZOID},
	NULL,
	{LAST_COLUMN}};

static SavedPlan set_replaces = {
	"UPDATE medsched.schedules AS s SET replaces = $3 "
	"WHERE s.user_id OPERATOR(pg_catalog.=) $1 AND s.id OPERATOR(pg_catalog.=) $2",
	3,
	{UUIDOID, UUIDOID, UUIDOID},
	NULL,
	{LAST_COLUMN}};

StoredSchedule *
lock_schedule(Datum user_id, Datum id)
{
	Datum			values[2] = {user_id, id};
	StoredSchedule *schedule;

	lock_rows(lock_one, lengthof(lock_one), values);
	if (read_schedules(&find_one, values, &schedule) == 0)
		refuse_unknown("schedule", id, user_id);
	return schedule;
}

int
read_schedules(SavedPlan *query, Datum *values, StoredSchedule **schedules)
{
	SPITupleTable *found;
	int			   nschedules;

	run_plan(query, values, NULL, false, SPI_OK_SELECT, 0);
	found = SPI_tuptable;
	nschedules = (int) SPI_processed;
	*schedules = palloc0(sizeof(StoredSchedule) * Max(nschedules, 1));
	for (int i = 0; i < nschedules; i++)
		read_schedule(&(*schedules)[i], found->vals[i], found->tupdesc);
	return nschedules;
}

TimestampTz
read_inactivated_at(Datum user_id, Datum medication_id)
{
	Datum values[2] = {user_id, medication_id};
	Datum inactivated_at;
	bool  isnull;

	run_plan(&find_medication, values, NULL, false, SPI_OK_SELECT, 0);
	if (SPI_processed == 0)
		refuse_unknown("medication", medication_id, user_id);
	inactivated_at = read_single(&find_medication, 0, &isnull);
	return isnull ? DT_NOEND : DatumGetTimestampTz(inactivated_at);
}

bool
has_dose_between(ScheduleRow *row, TimestampTz from, TimestampTz to)
{
	TimestampTz first;

	from = Max(from, row->effective_from);
	to = Min(to, row->ends_at);
	if (from >= to)
		return false;
	if (row->as_needed)
		return true;
	return schedule_next_occurrence(schedule_row_schedule(row), from == DT_NOBEGIN ? from : from - 1, &first) &&
		   first < to;
}

void
refuse_recorded_doses(const StoredSchedule *schedule, TimestampTz from)
{
	Datum		   values[3] = {schedule->user_id, schedule->id, TimestampTzGetDatum(from)};
	StringInfoData doses;

	run_plan(&recorded_from, values, NULL, false, SPI_OK_SELECT, NDOSES_NAMED + 1);
	if (SPI_processed == 0)
		return;

	initStringInfo(&doses);
	for (uint64 i = 0; i < Min(SPI_processed, NDOSES_NAMED); i++)
	{
		TimestampTz at = DatumGetTimestampTz(read_single(&recorded_from, i, NULL));

		appendStringInfo(&doses, "%s%s", i == 0 ? "" : ", ", instant_text(at));
	}
	if (SPI_processed > NDOSES_NAMED)
		appendStringInfoString(&doses, " and later ones");
	ereport(ERROR,
			(errcode(ERRCODE_CHECK_VIOLATION),
			 errmsg("schedule \"%s\" has doses recorded at or after %s", uuid_text(schedule->id), instant_text(from)),
			 errdetail("They are: %s.", doses.data),
			 errhint("Choose a later instant, or take the records back: call medsched.undo_dose()."),
			 err_generic_string(PG_DIAG_SCHEMA_NAME, "medsched"),
			 err_generic_string(PG_DIAG_TABLE_NAME, "schedules"),
			 err_generic_string(PG_DIAG_CONSTRAINT_NAME, "recorded_dose_keeps_schedule")));
}

void
end_schedule(const StoredSchedule *schedule, TimestampTz ends_at)
{
	Datum values[3] = {schedule->user_id, schedule->id, TimestampTzGetDatum(ends_at)};

	run_plan(&set_ends_at, values, NULL, false, SPI_OK_UPDATE, 0);
	if (SPI_processed != 1)
		elog(ERROR, "schedule \"%s\" was not updated: a trigger or a policy suppressed it", uuid_text(schedule->id));
}

Datum
replace_schedule(const StoredSchedule *old, TimestampTz effective_from, const ScheduleJson *changes, ScheduleRow *row)
{
	Relation	   schedules = table_open(medsched_table("schedules"), AccessShareLock);
	TupleDesc	   descriptor = RelationGetDescr(schedules);
	Bitmapset	  *unique = find_unique(schedules, changes);
	Oid			  *types = palloc(sizeof(Oid) * (descriptor->natts + 1));
	Datum		  *values = palloc(sizeof(Datum) * (descriptor->natts + 1));
	char		  *nulls = palloc(descriptor->natts + 1);
	StringInfoData columns;
	StringInfoData selected;
	StringInfoData from;
	Datum		   stored[SCHEDULE_NCOLUMNS + 1];
	bool		   isnull[SCHEDULE_NCOLUMNS + 1];
	int			   nvalues = 0;

	initStringInfo(&columns);
	initStringInfo(&selected);
	initStringInfo(&from);
	for (int i = 0; i < descriptor->natts; i++)
	{
		Form_pg_attribute attribute = TupleDescAttr(descriptor, i);
		NewColumn		  column;

		if (attribute->attisdropped || attribute->attgenerated != '\0' || attribute->attidentity != '\0')
			continue;
		column = new_column(old, effective_from, changes, attribute);
		if (column.left_out || (bms_is_member(attribute->attnum, unique) &&
								is_own_column(schedules, NameStr(attribute->attname), (int) strlen(NameStr(attribute->attname)))))
			continue;
		/* Of a domain, its base type: so that its checks are made. */
		types[nvalues] = getBaseType(column.type);
		values[nvalues] = column.value;
		nulls[nvalues++] = column.isnull ? 'n' : ' ';
		appendStringInfo(&columns, "%s%s", nvalues == 1 ? "" : ", ", quote_identifier(NameStr(attribute->attname)));
		appendStringInfo(&selected, "%s$%d", nvalues == 1 ? "" : ", ", nvalues);
	}
	if (changes->own.given != NIL)
	{
		types[nvalues] = JSONBOID;
		values[nvalues] = JsonbPGetDatum(changes->own.object);
		nulls[nvalues++] = ' ';
		own_columns_write(&changes->own, schedules, nvalues, &columns, &selected, &from);
	}
	table_close(schedules, NoLock);

	if (old->has_successor)
		relink(old->user_id, old->successor, 0);

	insert_replacement(old, changes,
					   psprintf("INSERT INTO medsched.schedules AS s (%s) SELECT %s%s RETURNING " SCHEDULE_COLUMNS ", s.id",
								columns.data, selected.data, from.data),
					   nvalues, types, values, nulls);
	if (SPI_processed != 1)
		elog(ERROR, "schedule was not inserted: a trigger suppressed it");
	read_columns(replacement_columns, SPI_tuptable->vals[0], SPI_tuptable->tupdesc, stored, isnull);
	schedule_row_read(row, stored, isnull);

	if (old->has_successor)
		relink(old->user_id, old->successor, stored[SCHEDULE_NCOLUMNS]);
	return stored[SCHEDULE_NCOLUMNS];
}

void
no_changes(ScheduleJson *changes)
{
	schedule_json_clear(changes);
}

void
change_column(ScheduleJson *changes, ScheduleKey key, Datum value)
{
	changes->present[key] = true;
	changes->nulls[key] = ' ';
	changes->values[key] = value;
}

static void
read_schedule(StoredSchedule *schedule, HeapTuple tuple, TupleDesc descriptor)
{
	schedule->tuple = tuple;
	schedule->descriptor = descriptor;
	schedule->user_id = column_of(schedule, SCHEDULES_USER_ID);
	schedule->id = column_of(schedule, SCHEDULES_ID);
	schedule->medication_id = column_of(schedule, SCHEDULES_MEDICATION_ID);
	schedule->time_zone_pinned = DatumGetBool(column_of(schedule, SCHEDULES_TIME_ZONE_PINNED));
	schedule_row_read_tuple(&schedule->row, tuple, descriptor);
	find_successor(schedule);
}

/* A column that is never NULL. */
static Datum
column_of(const StoredSchedule *schedule, TableColumn column)
{
	return column_value(column, schedule->tuple, schedule->descriptor, NULL);
}

static void
find_successor(StoredSchedule *schedule)
{
	Datum values[2] = {schedule->user_id, schedule->id};

	run_plan(&successor_of, values, NULL, false, SPI_OK_SELECT, 0);
	schedule->has_successor = SPI_processed > 0;
	if (schedule->has_successor)
		schedule->successor = read_single(&successor_of, 0, NULL);
}

/* Have a row replace another, or, 0, none for now: each is replaced once. */
static void
relink(Datum user_id, Datum id, Datum replaces)
{
	Datum values[3] = {user_id, id, replaces};

	run_plan(&set_replaces, values, replaces == 0 ? "  n" : NULL, false, SPI_OK_UPDATE, 0);
	if (SPI_processed != 1)
		elog(ERROR, "schedule \"%s\" was not updated: a trigger or a policy suppressed it", uuid_text(id));
}

/* As run_query; a CHECK is told in the words of the changes. */
static void
insert_replacement(const StoredSchedule *old, const ScheduleJson *changes, const char *query,
				   int nvalues, Oid *types, Datum *values, const char *nulls)
{
	MemoryContext context = CurrentMemoryContext;
	ScheduleJson  merged;

	PG_TRY();
	{
		run_query(query, nvalues, types, values, nulls, SPI_OK_INSERT_RETURNING, replacement_columns);
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(context);
		merge(&merged, old, changes);
		rethrow_check(merged.values, merged.nulls, "changes", "the revised schedule");
		PG_RE_THROW();
	}
	PG_END_TRY();
}

/*
 * The columns that are unique by themselves: an index has them and none in which the
 * new row differs from the old one, so that it would meet it.
 */
static Bitmapset *
find_unique(Relation schedules, const ScheduleJson *changes)
{
	TupleDesc  descriptor = RelationGetDescr(schedules);
	Bitmapset *unique = NULL;
	ListCell  *cell;

	foreach (cell, RelationGetIndexList(schedules))
	{
		Relation   index = index_open(lfirst_oid(cell), AccessShareLock);
		Bitmapset *columns = NULL;
		bool	   differs = false;
		int		   column = -1;

		for (int i = 0; i < index->rd_index->indnkeyatts; i++)
		{
			if (index->rd_index->indkey.values[i] != 0)
				columns = bms_add_member(columns, index->rd_index->indkey.values[i] - FirstLowInvalidHeapAttributeNumber);
		}
		pull_varattnos((Node *) RelationGetIndexExpressions(index), 1, &columns);
		pull_varattnos((Node *) RelationGetIndexPredicate(index), 1, &columns);
		while ((column = bms_next_member(columns, column)) >= 0)
		{
			AttrNumber number = column + FirstLowInvalidHeapAttributeNumber;

			differs |= number <= 0 || differs_in(TupleDescAttr(descriptor, number - 1), changes);
		}
		column = -1;
		while (!differs && (index->rd_index->indisunique || index->rd_index->indisexclusion) &&
			   (column = bms_next_member(columns, column)) >= 0)
			unique = bms_add_member(unique, column + FirstLowInvalidHeapAttributeNumber);
		index_close(index, AccessShareLock);
	}
	return unique;
}

/* Whether the row that replaces another has a value of its own in a column. */
static bool
differs_in(Form_pg_attribute attribute, const ScheduleJson *changes)
{
	static const char *const ours[] = {"id", "effective_from", "ends_at", "replaces", "created_at"};
	const char				*name = NameStr(attribute->attname);

	for (size_t i = 0; i < lengthof(ours); i++)
	{
		if (strcmp(ours[i], name) == 0)
			return true;
	}
	for (int key = 0; key < SCHEDULE_NKEYS; key++)
	{
		if (changes->present[key] && strcmp(schedule_key_names[key], name) == 0)
			return true;
	}
	return attribute->attidentity != '\0' || own_columns_include(changes->own.given, name);
}

/* A schedule as it was but for the changes. */
static void
merge(ScheduleJson *merged, const StoredSchedule *old, const ScheduleJson *changes)
{
	*merged = *changes;
	for (int key = 0; key < SCHEDULE_NKEYS; key++)
	{
		int	 number = SPI_fnumber(old->descriptor, schedule_key_names[key]);
		bool isnull = true;

		if (changes->present[key] || number <= 0 ||
			!is_stored_as(SPI_gettypeid(old->descriptor, number), key_types[key]))
			continue;
		merged->values[key] = SPI_getbinval(old->tuple, old->descriptor, number, &isnull);
		merged->nulls[key] = isnull ? 'n' : ' ';
	}
}

/* What the row that replaces another has in a column. */
static NewColumn
new_column(const StoredSchedule *old, TimestampTz effective_from, const ScheduleJson *changes,
		   Form_pg_attribute attribute)
{
	const char *name = NameStr(attribute->attname);
	NewColumn	column = {0};
	int			number;

	for (int key = 0; key < SCHEDULE_NKEYS; key++)
	{
		if (!changes->present[key] || strcmp(schedule_key_names[key], name) != 0)
			continue;
		column.type = key_types[key];
		column.value = changes->values[key];
		column.isnull = changes->nulls[key] == 'n';
		column.left_out = column.isnull && attribute->attnotnull;
		return column;
	}

	number = SPI_fnumber(old->descriptor, name);
	if (strcmp(name, "id") == 0 || strcmp(name, "created_at") == 0 || number <= 0 ||
		own_columns_include(changes->own.given, name) || own_columns_include(changes->own.defaults, name))
		column.left_out = true;
	else if (strcmp(name, "effective_from") == 0)
	{
		column.type = TIMESTAMPTZOID;
		column.value = TimestampTzGetDatum(effective_from);
	}
	else if (strcmp(name, "replaces") == 0)
	{
		column.type = UUIDOID;
		column.value = old->id;
	}
	else
	{
		column.type = SPI_gettypeid(old->descriptor, number);
		column.value = SPI_getbinval(old->tuple, old->descriptor, number, &column.isnull);
	}
	return column;
}
