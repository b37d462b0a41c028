/*-------------------------------------------------------------------------
 *
 * own_columns.c
 *		The columns that an application added to a table of ours.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "base/message.h"
#include "tables/own_columns.h"
#include "tables/schedule_keys.h"

/* Our columns of schedules that are no keys of a schedule, and those of medications. */
static const char *const schedules_names[] = {"user_id", "medication_id", "effective_from", "replaces", "created_at", NULL};
static const char *const medications_names[] = {"user_id", "id", "name", "notes", "inactivated_at", "created_at", NULL};

static bool				 is_ours(Relation table, const char *name);
static bool				 is_in(const char *const *names, const char *name);
static bool				 may_be_given(Relation table, Form_pg_attribute attribute);
static Form_pg_attribute find_attribute(Relation table, const char *name);

char *
own_column_names(Relation table)
{
	StringInfoData names;

	initStringInfo(&names);
	for (int i = 0; i < RelationGetDescr(table)->natts; i++)
	{
		Form_pg_attribute attribute = TupleDescAttr(RelationGetDescr(table), i);

		if (may_be_given(table, attribute))
			appendStringInfo(&names, "%s%s", names.len == 0 ? "" : ", ", NameStr(attribute->attname));
	}
	return names.data;
}

bool
is_own_column(Relation table, const char *name, int length)
{
	Form_pg_attribute attribute = find_attribute(table, pnstrdup(name, length));

	return attribute != NULL && may_be_given(table, attribute);
}

void
own_columns_add(OwnColumns *own, const char *name, int length, bool isnull)
{
	char *copy = pnstrdup(name, length);

	if (isnull)
		own->defaults = lappend(own->defaults, copy);
	else
		own->given = lappend(own->given, copy);
}

bool
own_columns_include(const List *names, const char *name)
{
	ListCell *cell;

	foreach (cell, names)
	{
		if (strcmp(lfirst(cell), name) == 0)
			return true;
	}
	return false;
}

void
own_columns_write(const OwnColumns *own, Relation table, int parameter,
				  StringInfo columns, StringInfo values, StringInfo from)
{
	ListCell *cell;

	if (own->given == NIL)
		return;
	appendStringInfo(from, " FROM pg_catalog.jsonb_to_record($%d) AS own (", parameter);
	foreach (cell, own->given)
	{
		Form_pg_attribute attribute = find_attribute(table, lfirst(cell));
		const char		 *name = quote_identifier(NameStr(attribute->attname));

		appendStringInfo(columns, ", %s", name);
		appendStringInfo(values, ", own.%s", name);
		appendStringInfo(from, "%s%s %s", cell == list_head(own->given) ? "" : ", ", name,
						 format_type_extended(attribute->atttypid, attribute->atttypmod,
											  FORMAT_TYPE_TYPEMOD_GIVEN | FORMAT_TYPE_FORCE_QUALIFY));
	}
	appendStringInfoChar(from, ')');
}

static bool
is_ours(Relation table, const char *name)
{
	if (strcmp(RelationGetRelationName(table), "schedules") != 0)
		return is_in(medications_names, name);
	for (int key = 0; key < SCHEDULE_NKEYS; key++)
	{
		if (strcmp(schedule_key_names[key], name) == 0)
			return true;
	}
	return is_in(schedules_names, name);
}

static bool
is_in(const char *const *names, const char *name)
{
	for (; *names != NULL; names++)
	{
		if (strcmp(*names, name) == 0)
			return true;
	}
	return false;
}

/* Not what PostgreSQL itself computes. */
static bool
may_be_given(Relation table, Form_pg_attribute attribute)
{
	return !attribute->attisdropped && attribute->attgenerated == '\0' &&
		   attribute->attidentity != ATTRIBUTE_IDENTITY_ALWAYS && !is_ours(table, NameStr(attribute->attname));
}

/* NULL: there is none. */
static Form_pg_attribute
find_attribute(Relation table, const char *name)
{
	for (int i = 0; i < RelationGetDescr(table)->natts; i++)
	{
		Form_pg_attribute attribute = TupleDescAttr(RelationGetDescr(table), i);

		if (!attribute->attisdropped && strcmp(NameStr(attribute->attname), name) == 0)
			return attribute;
	}
	return NULL;
}
