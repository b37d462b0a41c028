/*-------------------------------------------------------------------------
 *
 * own_columns.h
 *		The columns that an application added to a table of ours.
 *
 *		Clients give them in JSON beside ours.  Their types are not ours to know:
 *		a query reads them with jsonb_to_record, as it would any.
 *
 *-------------------------------------------------------------------------
 */
#ifndef MEDSCHED_OWN_COLUMNS_H
#define MEDSCHED_OWN_COLUMNS_H

#include "lib/stringinfo.h"
#include "nodes/pg_list.h"
#include "utils/jsonb.h"
#include "utils/rel.h"

/* Columns of the application that an object gives. */
typedef struct OwnColumns
{
	Jsonb *object;
	List  *given;	 /* their names, as char * */
	List  *defaults; /* of those that are JSON's null: the column's default */
} OwnColumns;

/* The names, separated by ", ", of the columns that an application may give; "": none. */
extern char *own_column_names(Relation table);

/* Whether a column is the application's to give. */
extern bool is_own_column(Relation table, const char *name, int length);

/* Take note of a key of the object. */
extern void own_columns_add(OwnColumns *own, const char *name, int length, bool isnull);

/* Whether a column is among those given, or to have its default. */
extern bool own_columns_include(const List *names, const char *name);

/*
 * Add ", name" for each given to the columns of an INSERT, ", own.name" to its select
 * list, and to what it reads from: FROM jsonb_to_record($parameter) AS own (...).
 */
extern void own_columns_write(const OwnColumns *own, Relation table, int parameter,
							  StringInfo columns, StringInfo values, StringInfo from);

#endif /* MEDSCHED_OWN_COLUMNS_H */
