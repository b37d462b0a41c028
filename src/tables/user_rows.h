/*-------------------------------------------------------------------------
 *
 * user_rows.h
 *		Whether a table has rows of a user at all.
 *
 *-------------------------------------------------------------------------
 */
#ifndef MEDSCHED_USER_ROWS_H
#define MEDSCHED_USER_ROWS_H

#include "postgres.h"

#include "tables/tables.h"

/*
 * Tell whether a query of a user's rows may find some.  Most users have none in most tables,
 * and a look into the primary key, which begins with user_id, costs a quarter of a query.
 * False is certain, true is not: the query is to be asked, also for what it refuses.
 * Needs the tables checked.
 */
extern bool may_have_rows(MedschedTable table, Datum user_id);

#endif /* MEDSCHED_USER_ROWS_H */
