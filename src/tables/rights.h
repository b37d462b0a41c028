/*-------------------------------------------------------------------------
 *
 * rights.h
 *		Whether a query would find a table open to the caller.
 *
 *		What is done without a query is done where these say so; else the query is
 *		to be asked, which also tells what is missing.
 *
 *-------------------------------------------------------------------------
 */
#ifndef MEDSCHED_RIGHTS_H
#define MEDSCHED_RIGHTS_H

#include "nodes/parsenodes.h"

/* Tell whether the caller has all of the rights on a table, and nothing watches who has; row security aside. */
extern bool has_rights(Oid table, AclMode rights);

/* Tell whether they are rights on every row, too. */
extern bool has_rights_on_all_rows(Oid table, AclMode rights);

#endif /* MEDSCHED_RIGHTS_H */
