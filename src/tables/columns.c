/*-------------------------------------------------------------------------
 *
 * columns.c
 *		The tables' columns that the C code reads, and what it reads them as.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "parser/parse_coerce.h"
#include "utils/builtins.h"
#include "utils/syscache.h"

#include "base/compat.h"
#include "base/message.h"
#include "tables/columns.h"

typedef struct ColumnFacts
{
	const char *table; /* NULL: computed */
	const char *name;
	Oid			type;
	bool		nullable;
	bool		is_key;	  /* queries choose rows by it */
	bool		is_later; /* tables of an earlier version may lack it */
} ColumnFacts;

static const ColumnFacts facts[TABLE_NCOLUMNS] = {
	[COMPUTED_TEXT] = {NULL, NULL, TEXTOID, true, false, false},
	[COMPUTED_BOOLEAN] = {NULL, NULL, BOOLOID, true, false, false},
	[COMPUTED_BIGINT] = {NULL, NULL, INT8OID, true, false, false},
	[COMPUTED_INSTANT] = {NULL, NULL, TIMESTAMPTZOID, true, false, false},
	[COMPUTED_WALL_CLOCK] = {NULL, NULL, TIMESTAMPOID, true, false, false},
	[COMPUTED_UUID] = {NULL, NULL, UUIDOID, true, false, false},
	[COMPUTED_PLACE] = {NULL, NULL, TIDOID, true, false, false},
	[COMPUTED_RELATION] = {NULL, NULL, OIDOID, true, false, false},

	[MEDICATIONS_USER_ID] = {"medications", "user_id", UUIDOID, false, true, false},
	[MEDICATIONS_ID] = {"medications", "id", UUIDOID, false, true, false},
	[MEDICATIONS_NAME] = {"medications", "name", TEXTOID, false, false, false},
	[MEDICATIONS_INACTIVATED_AT] = {"medications", "inactivated_at", TIMESTAMPTZOID, true, true, false},
	[MEDICATIONS_SUBSTANCE] = {"medications", "substance", TEXTOID, true, false, true},
	[MEDICATIONS_CREATED_AT] = {"medications", "created_at", TIMESTAMPTZOID, true, false, false},
	[MEDICATIONS_CHANGED_AT] = {"medications", "changed_at", TIMESTAMPTZOID, true, false, false},

	[SCHEDULES_USER_ID] = {"schedules", "user_id", UUIDOID, false, true, false},
	[SCHEDULES_ID] = {"schedules", "id", UUIDOID, false, true, false},
	[SCHEDULES_MEDICATION_ID] = {"schedules", "medication_id", UUIDOID, false, true, false},
	[SCHEDULES_STARTS_AT] = {"schedules", "starts_at", TIMESTAMPOID, false, false, false},
	[SCHEDULES_TIME_ZONE] = {"schedules", "time_zone", TEXTOID, false, false, false},
	[SCHEDULES_TIME_ZONE_PINNED] = {"schedules", "time_zone_pinned", BOOLOID, false, true, false},
	[SCHEDULES_RRULE] = {"schedules", "rrule", TEXTOID, true, false, false},
	[SCHEDULES_RDATES] = {"schedules", "rdates", TIMESTAMPARRAYOID, false, false, false},
	[SCHEDULES_EXDATES] = {"schedules", "exdates", TIMESTAMPARRAYOID, false, false, false},
	[SCHEDULES_CYCLE_DAYS_ON] = {"schedules", "cycle_days_on", INT4OID, true, false, false},
	[SCHEDULES_CYCLE_DAYS_OFF] = {"schedules", "cycle_days_off", INT4OID, true, false, false},
	[SCHEDULES_AS_NEEDED] = {"schedules", "as_needed", BOOLOID, false, true, false},
	[SCHEDULES_MIN_INTERVAL] = {"schedules", "min_interval", INTERVALOID, true, false, false},
	[SCHEDULES_MAX_PER_24H] = {"schedules", "max_per_24h", INT4OID, true, false, false},
	[SCHEDULES_LIMITS] = {"schedules", "limits", JSONBOID, true, false, true},
	[SCHEDULES_GRACE] = {"schedules", "grace", INTERVALOID, true, false, false},
	[SCHEDULES_TOLERANCE_BEFORE] = {"schedules", "tolerance_before", INTERVALOID, true, false, false},
	[SCHEDULES_MISSED_WHEN_NEXT] = {"schedules", "missed_when_next", BOOLOID, false, false, false},
	[SCHEDULES_AFTER_LAST] = {"schedules", "after_last", INTERVALOID, true, false, true},
	[SCHEDULES_FOLLOWS] = {"schedules", "follows", UUIDOID, true, false, false},
	[SCHEDULES_FOLLOWS_BY] = {"schedules", "follows_by", INTERVALOID, true, false, true},
	[SCHEDULES_DOSE_AMOUNT] = {"schedules", "dose_amount", NUMERICOID, true, false, false},
	[SCHEDULES_DOSE_UNIT] = {"schedules", "dose_unit", TEXTOID, true, false, false},
	[SCHEDULES_INSTRUCTIONS] = {"schedules", "instructions", TEXTOID, true, false, false},
	[SCHEDULES_EFFECTIVE_FROM] = {"schedules", "effective_from", TIMESTAMPTZOID, true, false, false},
	[SCHEDULES_ENDS_AT] = {"schedules", "ends_at", TIMESTAMPTZOID, true, true, false},
	[SCHEDULES_REPLACES] = {"schedules", "replaces", UUIDOID, true, true, false},
	[SCHEDULES_CREATED_AT] = {"schedules", "created_at", TIMESTAMPTZOID, true, false, false},
	[SCHEDULES_CHANGED_AT] = {"schedules", "changed_at", TIMESTAMPTZOID, true, false, false},

	[DOSE_TAKEN_USER_ID] = {"dose_taken", "user_id", UUIDOID, false, true, false},
	[DOSE_TAKEN_SCHEDULED_FOR] = {"dose_taken", "scheduled_for", TIMESTAMPTZOID, false, true, false},
	[DOSE_TAKEN_SCHEDULE_ID] = {"dose_taken", "schedule_id", UUIDOID, false, true, false},
	[DOSE_TAKEN_OUTCOME] = {"dose_taken", "outcome", TEXTOID, false, true, false},
	[DOSE_TAKEN_TAKEN_AT] = {"dose_taken", "taken_at", TIMESTAMPTZOID, true, false, false},
	[DOSE_TAKEN_AMOUNT] = {"dose_taken", "amount", NUMERICOID, true, false, false},
	[DOSE_TAKEN_REASON] = {"dose_taken", "reason", TEXTOID, true, false, false},
	[DOSE_TAKEN_NOTE] = {"dose_taken", "note", TEXTOID, true, false, false},
	[DOSE_TAKEN_RECORDED_BY] = {"dose_taken", "recorded_by", TEXTOID, true, false, false},
	[DOSE_TAKEN_RECORDED_AT] = {"dose_taken", "recorded_at", TIMESTAMPTZOID, true, false, false},
	[DOSE_TAKEN_DESPITE_LIMITS] = {"dose_taken", "despite_limits", TEXTOID, true, false, true},

	[SUBSTANCE_LIMITS_USER_ID] = {"substance_limits", "user_id", UUIDOID, false, true, false},
	[SUBSTANCE_LIMITS_SUBSTANCE] = {"substance_limits", "substance", TEXTOID, false, true, false},

	[STOCK_ENTRIES_USER_ID] = {"stock_entries", "user_id", UUIDOID, false, true, false},
	[STOCK_ENTRIES_ID] = {"stock_entries", "id", UUIDOID, false, true, false},
	[STOCK_ENTRIES_MEDICATION_ID] = {"stock_entries", "medication_id", UUIDOID, false, true, false},
	[STOCK_ENTRIES_OCCURRED_AT] = {"stock_entries", "occurred_at", TIMESTAMPTZOID, false, true, false},

	[MOVED_DOSES_USER_ID] = {"moved_doses", "user_id", UUIDOID, false, true, false},
	[MOVED_DOSES_SCHEDULE_ID] = {"moved_doses", "schedule_id", UUIDOID, false, true, false},
	[MOVED_DOSES_SCHEDULED_FOR] = {"moved_doses", "scheduled_for", TIMESTAMPTZOID, false, true, false},
	[MOVED_DOSES_DUE_AT] = {"moved_doses", "due_at", TIMESTAMPTZOID, false, true, false},
	[MOVED_DOSES_MOVED_AT] = {"moved_doses", "moved_at", TIMESTAMPTZOID, false, false, false},
	[MOVED_DOSES_COMPUTED] = {"moved_doses", "computed", BOOLOID, false, false, false}};

static Form_pg_attribute find_attribute(TableColumn column, TupleDesc descriptor);
static bool				 is_stored_as(Oid type, TableColumn column);
static void				 check_type(TableColumn column, Oid found);
pg_noreturn static void	 refuse_null(TableColumn column);
pg_noreturn static void	 refuse_missing(TableColumn column);

void
check_columns(const TableColumn *columns, TupleDesc descriptor)
{
	int n = 0;

	while (columns[n] != LAST_COLUMN && n < descriptor->natts)
	{
		check_type(columns[n], TupleDescAttr(descriptor, n)->atttypid);
		n++;
	}
	if (columns[n] != LAST_COLUMN || n != descriptor->natts)
		elog(ERROR, "a query gave %d columns, not those it is declared with", descriptor->natts);
}

void
read_columns(const TableColumn *columns, HeapTuple tuple, TupleDesc descriptor, Datum *values, bool *isnull)
{
	heap_deform_tuple(tuple, descriptor, values, isnull);
	for (int i = 0; i < descriptor->natts; i++)
	{
		if (isnull[i])
			check_null(columns[i]);
	}
}

Oid
column_type(TableColumn column)
{
	return facts[column].type;
}

void
check_null(TableColumn column)
{
	if (!facts[column].nullable)
		refuse_null(column);
}

int
find_column(TableColumn column, TupleDesc descriptor)
{
	Form_pg_attribute attribute = find_attribute(column, descriptor);

	if (attribute == NULL)
		refuse_missing(column);
	check_type(column, attribute->atttypid);
	return attribute->attnum;
}

AttrNumber
column_number(TableColumn column, TupleDesc descriptor)
{
	Form_pg_attribute attribute = find_attribute(column, descriptor);

	return attribute != NULL && is_stored_as(attribute->atttypid, column) ? attribute->attnum : InvalidAttrNumber;
}

/* Find a column by its name; NULL: it is not there.  It mostly is where it was the last time, and else anywhere. */
static Form_pg_attribute
find_attribute(TableColumn column, TupleDesc descriptor)
{
	static AttrNumber last[TABLE_NCOLUMNS];

	for (int tried = 0; tried <= descriptor->natts; tried++)
	{
		int				  number = tried == 0 ? last[column] : tried;
		Form_pg_attribute attribute;

		if (number < 1 || number > descriptor->natts)
			continue;
		attribute = TupleDescAttr(descriptor, number - 1);
		if (!attribute->attisdropped && strcmp(NameStr(attribute->attname), facts[column].name) == 0)
		{
			last[column] = number;
			return attribute;
		}
	}
	return NULL;
}

/* Tell whether values of a type are stored as the column's: those of domains as what they are made of, and some others. */
static bool
is_stored_as(Oid type, TableColumn column)
{
	return type == facts[column].type || IsBinaryCoercible(type, facts[column].type);
}

Datum
column_value(TableColumn column, HeapTuple tuple, TupleDesc descriptor, bool *isnull)
{
	Form_pg_attribute attribute = find_attribute(column, descriptor);
	bool			  is_null = true;
	Datum			  value = 0;

	if (attribute != NULL)
	{
		check_type(column, attribute->atttypid);
		value = heap_getattr(tuple, attribute->attnum, descriptor, &is_null);
	}
	else if (!facts[column].is_later)
		refuse_missing(column);
	if (is_null)
		check_null(column);
	if (isnull != NULL)
		*isnull = is_null;
	return value;
}

/*
 * Check the keys in the catalog, before a query: with a key of another type the
 * parser would look for a cast, which may be another role's function.
 */
void
check_keys(const char *table, Oid relation)
{
	for (TableColumn column = 0; column < TABLE_NCOLUMNS; column++)
	{
		HeapTuple tuple;
		Oid		  type;

		if (!facts[column].is_key || strcmp(facts[column].table, table) != 0)
			continue;
		tuple = SearchSysCacheAttName(relation, facts[column].name);
		if (!HeapTupleIsValid(tuple))
			refuse_missing(column);
		type = ((Form_pg_attribute) GETSTRUCT(tuple))->atttypid;
		ReleaseSysCache(tuple);
		check_type(column, type);
	}
}

static void
check_type(TableColumn column, Oid found)
{
	const ColumnFacts *wanted = &facts[column];

	if (is_stored_as(found, column))
		return;
	if (wanted->table == NULL)
		elog(ERROR, "a query computes %s, not %s", format_type_be(found), format_type_be(wanted->type));
	ereport(ERROR,
			(errcode_medsched(ERRCODE_DATATYPE_MISMATCH),
			 errmsg("column \"%s\" of table \"medsched.%s\" must be of type %s", wanted->name, wanted->table,
					format_type_be(wanted->type)),
			 errdetail("It is of type %s.", format_type_be(found)),
			 errhint("Give it the type back that medsched.create_tables() made it with."),
			 err_generic_string(PG_DIAG_TABLE_NAME, wanted->table),
			 err_generic_string(PG_DIAG_COLUMN_NAME, wanted->name)));
}

static void
refuse_null(TableColumn column)
{
	if (facts[column].table == NULL)
		elog(ERROR, "a query computes null");
	ereport(ERROR,
			(errcode_medsched(ERRCODE_NOT_NULL_VIOLATION),
			 errmsg("column \"%s\" of table \"medsched.%s\" must not be null", facts[column].name, facts[column].table),
			 errdetail("A row has no value there."),
			 errhint("Give the rows a value, and the column its NOT NULL back."),
			 err_generic_string(PG_DIAG_TABLE_NAME, facts[column].table),
			 err_generic_string(PG_DIAG_COLUMN_NAME, facts[column].name)));
}

static void
refuse_missing(TableColumn column)
{
	ereport(ERROR,
			(errcode_medsched(ERRCODE_UNDEFINED_COLUMN),
			 errmsg("column \"%s\" of table \"medsched.%s\" does not exist", facts[column].name, facts[column].table),
			 errhint("Add it as medsched.create_tables() makes it."),
			 err_generic_string(PG_DIAG_TABLE_NAME, facts[column].table)));
}
