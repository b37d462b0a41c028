/*-------------------------------------------------------------------------
 *
 * tables.c
 *		The tables: that they are there, and whose they are.
 *
 * A schema's owner can drop a table and put something else in its place, and
 * what a query then runs, a view's functions or a foreign server's, it runs with
 * the rights of who runs the query.  So nothing runs as the tables' owner before
 * all of them, and what inherits from them, are known to be tables and the
 * owner's.  What else a SELECT could set off, only a table's owner can hang on
 * it; policies do not bind the owner, and the keys' types leave the parser no
 * cast to look for.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_inherits.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "utils/catcache.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/syscache.h"

#include "base/message.h"
#include "tables/columns.h"
#include "tables/tables.h"

/* What was found of the tables. */
typedef struct TablesFound
{
	bool   located; /* by name: those of this version, or of an earlier one */
	bool   checked; /* with their keys */
	bool   owned;	/* they are tables, and the owner's */
	Oid	   tables[NTABLES];
	uint32 later_columns; /* the set of later_columns that are there */
	uint32 schema;		  /* its hash in the catalog's cache */
	Oid	   owner;
	Oid	  *relations; /* the tables and all that inherit from them */
	int	   nrelations;
} TablesFound;

const char *const table_names[NTABLES] = {
	[TABLE_DOSE_TAKEN] = "dose_taken",
	[TABLE_SCHEDULES] = "schedules",
	[TABLE_MEDICATIONS] = "medications",
	[TABLE_SUBSTANCE_LIMITS] = "substance_limits",
	[TABLE_STOCK_ENTRIES] = "stock_entries",
	[TABLE_MOVED_DOSES] = "moved_doses"};

/* What the tables of 0.1.0 lack until create_tables() has run.  Of a name that two tables have, the last made stands for both. */
static const struct
{
	MedschedTable table;
	const char	 *column;
} later_columns[] = {
	{TABLE_MEDICATIONS, "substance"},
	{TABLE_SCHEDULES, "limits"},
	{TABLE_SCHEDULES, "missed_when_next"},
	{TABLE_SCHEDULES, "tolerance_before"},
	{TABLE_SCHEDULES, "changed_at"},
	{TABLE_SCHEDULES, "after_last"},
	{TABLE_SCHEDULES, "follows_by"},
	{TABLE_DOSE_TAKEN, "despite_limits"},
	{TABLE_MOVED_DOSES, "due_at"}};

PG_FUNCTION_INFO_V1(medsched_check_tables);

static TablesFound found;

/* Counts the changes that matter to what was found; while looking is set, every change. */
static uint64 nchanges;
static bool	  looking;

static void locate_tables(void);
static void find_keys(void);
static void find_owner(void);
static Oid	owner_of(Oid relation);
static void check_owned(Oid relation, Oid owner);
static void watch_changes(void);
static void relation_changed(Datum arg, Oid relation);
static void schema_changed(Datum arg, int cache, uint32 hash);

Oid
medsched_table(const char *name)
{
	Oid schema = get_namespace_oid("medsched", true);
	Oid table = OidIsValid(schema) ? get_relname_relid(name, schema) : InvalidOid;

	if (!OidIsValid(table))
		ereport(ERROR,
				(errcode_medsched(ERRCODE_UNDEFINED_TABLE),
				 errmsg("table \"medsched.%s\" does not exist", name),
				 errhint("Create the tables with SELECT medsched.create_tables().")));
	return table;
}

Datum
medsched_check_tables(PG_FUNCTION_ARGS)
{
	(void) fcinfo;
	check_tables();
	PG_RETURN_VOID();
}

void
check_tables(void)
{
	while (!found.checked)
	{
		while (!found.located)
			locate_tables();
		find_keys();
	}
}

bool
tables_are_located(void)
{
	while (!found.located)
		locate_tables();
	for (int i = 0; i < NTABLES; i++)
	{
		if (!OidIsValid(found.tables[i]))
			return false;
	}
	return true;
}

Oid
table_oid(MedschedTable table)
{
	return found.tables[table];
}

uint32
tables_later_columns(void)
{
	return found.later_columns;
}

uint64
tables_changes(void)
{
	return nchanges;
}

bool
tables_have_later_column(const char *column)
{
	for (int i = 0; i < (int) lengthof(later_columns); i++)
	{
		if (strcmp(later_columns[i].column, column) == 0)
			return (found.later_columns & (UINT32_C(1) << i)) != 0;
	}
	elog(ERROR, "column \"%s\" is not one that was added later", column);
}

/*
 * Lock the tables, and look again when a lock brought news of a change: after the
 * last lock, what is found stays so.
 */
Oid
tables_owner(void)
{
	for (;;)
	{
		check_tables();
		if (!found.owned)
			find_owner();
		for (int i = 0; i < NTABLES; i++)
		{
			if (OidIsValid(found.tables[i]))
				LockRelationOid(found.tables[i], AccessShareLock);
		}
		if (found.checked && found.owned)
			return found.owner;
	}
}

bool
is_medsched_table(Oid relation)
{
	(void) tables_owner();
	for (int i = 0; i < found.nrelations; i++)
	{
		if (found.relations[i] == relation)
			return true;
	}
	return false;
}

/* Look for the tables; after a change meanwhile they are to be looked for again. */
static void
locate_tables(void)
{
	uint64 before = nchanges;
	Oid	   schema;

	watch_changes();
	looking = true;
	for (int i = 0; i < NLINKED_TABLES; i++)
		found.tables[i] = medsched_table(table_names[i]);
	schema = get_namespace_oid("medsched", false);
	for (int i = NLINKED_TABLES; i < NTABLES; i++)
		found.tables[i] = get_relname_relid(table_names[i], schema);
	found.schema = GetSysCacheHashValue1(NAMESPACEOID, ObjectIdGetDatum(schema));
	if (found.relations == NULL)
		found.relations = MemoryContextAlloc(TopMemoryContext, sizeof(found.tables));
	memcpy(found.relations, found.tables, sizeof(found.tables));
	found.nrelations = NTABLES;
	found.checked = found.owned = false;
	found.located = before == nchanges;
	looking = false;
}

/* Look at the tables' columns; likewise. */
static void
find_keys(void)
{
	uint64 before = nchanges;

	looking = true;
	for (int i = 0; i < NLINKED_TABLES; i++)
		check_keys(table_names[i], found.tables[i]);
	found.later_columns = 0;
	for (int i = 0; i < (int) lengthof(later_columns); i++)
	{
		Oid table = found.tables[later_columns[i].table];

		if (OidIsValid(table) && get_attnum(table, later_columns[i].column) != InvalidAttrNumber)
			found.later_columns |= UINT32_C(1) << i;
	}
	/* Those of 0.1.0 know no substance, and have neither limits of one, nor a stock, nor doses that were moved. */
	for (int i = NLINKED_TABLES; i < NTABLES; i++)
	{
		if (!tables_have_later_column("substance"))
			found.tables[i] = InvalidOid;
		else
			check_keys(table_names[i], medsched_table(table_names[i]));
	}
	found.checked = before == nchanges;
	looking = false;
}

/* Look whose the tables are, and all that inherit from them. */
static void
find_owner(void)
{
	uint64 before = nchanges;
	List  *relations = NIL;
	Oid	   owner = owner_of(found.tables[TABLE_DOSE_TAKEN]);

	looking = true;
	for (int i = 0; i < NTABLES; i++)
	{
		if (OidIsValid(found.tables[i]))
			relations = list_concat(relations, find_all_inheritors(found.tables[i], AccessShareLock, NULL));
	}
	for (int i = 0; i < list_length(relations); i++)
		check_owned(list_nth_oid(relations, i), owner);

	found.relations = repalloc(found.relations, sizeof(Oid) * Max(list_length(relations), NTABLES));
	for (int i = 0; i < list_length(relations); i++)
		found.relations[i] = list_nth_oid(relations, i);
	found.nrelations = list_length(relations);
	found.owner = owner;
	found.owned = before == nchanges;
	looking = false;
	list_free(relations);
}

/* Give the owner of a relation; InvalidOid: it was dropped. */
static Oid
owner_of(Oid relation)
{
	HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relation));
	Oid		  owner = InvalidOid;

	if (HeapTupleIsValid(tuple))
	{
		owner = ((Form_pg_class) GETSTRUCT(tuple))->relowner;
		ReleaseSysCache(tuple);
	}
	return owner;
}

/* Refuse a relation that is no table, or that another role owns. */
static void
check_owned(Oid relation, Oid owner)
{
	char  kind = get_rel_relkind(relation);
	char *schema = get_namespace_name(get_rel_namespace(relation));
	char *name = get_rel_name(relation);
	Oid	  others = owner_of(relation);

	if (schema == NULL || name == NULL)
		return; /* Dropped meanwhile: we look again. */
	if (kind != RELKIND_RELATION && kind != RELKIND_PARTITIONED_TABLE)
		ereport(ERROR,
				(errcode_medsched(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("\"%s.%s\" must be a table", schema, name),
				 errdetail_relkind_not_supported(kind),
				 errhint("The rules read the tables with the rights of their owner, and so read nothing but tables."),
				 err_generic_string(PG_DIAG_TABLE_NAME, name)));
	if (others != owner)
		ereport(ERROR,
				(errcode_medsched(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("table \"%s.%s\" must have the owner of \"medsched.dose_taken\"", schema, name),
				 errdetail("Its owner is \"%s\", the other's is \"%s\".", GetUserNameFromId(others, false),
						   GetUserNameFromId(owner, false)),
				 errhint("The rules read the tables with the rights of their owner, and so one role must own them all, with "
						 "what inherits from them."),
				 err_generic_string(PG_DIAG_TABLE_NAME, name)));
}

/* Have PostgreSQL tell of changes, from the first look on. */
static void
watch_changes(void)
{
	static bool watching = false;

	if (watching)
		return;
	CacheRegisterRelcacheCallback(relation_changed, (Datum) 0);
	CacheRegisterSyscacheCallback(NAMESPACEOID, schema_changed, (Datum) 0);
	watching = true;
}

/* Take note that a relation changed: its type, kind, owner, name, or what inherits from it. */
static void
relation_changed(Datum arg pg_attribute_unused(), Oid relation)
{
	bool matters = looking || !OidIsValid(relation);

	for (int i = 0; !matters && i < found.nrelations; i++)
		matters = found.relations[i] == relation;
	if (matters)
	{
		found.located = found.checked = found.owned = false;
		nchanges++;
	}
}

/* Take note that a schema changed. */
static void
schema_changed(Datum arg pg_attribute_unused(), int cache pg_attribute_unused(), uint32 hash)
{
	if (looking || hash == 0 || hash == found.schema)
	{
		found.located = found.checked = found.owned = false;
		nchanges++;
	}
}
