/*-------------------------------------------------------------------------
 *
 * user_rows.c
 *		Whether a table has rows of a user at all.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/stratnum.h"
#include "access/table.h"
#include "catalog/pg_am.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/fmgroids.h"
#include "utils/rel.h"
#include "utils/relcache.h"
#include "utils/snapmgr.h"

#include "base/compat.h"
#include "tables/user_rows.h"

static bool key_tells(Relation relation, Datum user_id);
static bool has_entry(Relation relation, Relation index, Datum user_id);

bool
may_have_rows(MedschedTable table, Datum user_id)
{
	Oid		 oid = table_oid(table);
	Relation relation = OidIsValid(oid) ? try_table_open(oid, AccessShareLock) : NULL;
	bool	 none;

	if (relation == NULL)
		return OidIsValid(oid);
	/* Who may not read the table is told so by the query, and children have keys of their own. */
	none = relation->rd_rel->relkind == RELKIND_RELATION && !relation->rd_rel->relhassubclass &&
		   pg_class_aclcheck(oid, GetUserId(), ACL_SELECT) == ACLCHECK_OK &&
		   !key_tells(relation, user_id);
	table_close(relation, AccessShareLock);
	return !none;
}

/* Tell whether the primary key has an entry of the user, or cannot tell. */
static bool
key_tells(Relation relation, Datum user_id)
{
	Relation index;
	bool	 found = true;

	/* The list of indexes tells which is the primary key's. */
	list_free(RelationGetIndexList(relation));
	if (!OidIsValid(relation->rd_pkindex))
		return true;
	index = index_open(relation->rd_pkindex, AccessShareLock);
	if (index->rd_rel->relam == BTREE_AM_OID && index->rd_opcintype[0] == UUIDOID &&
		strcmp(NameStr(TupleDescAttr(RelationGetDescr(index), 0)->attname), "user_id") == 0)
		found = has_entry(relation, index, user_id);
	index_close(index, AccessShareLock);
	return found;
}

/* Look for an entry, of a row that is visible or not. */
static bool
has_entry(Relation relation, Relation index, Datum user_id)
{
	IndexScanDesc scan = begin_index_scan(relation, index, GetActiveSnapshot(), 1);
	ScanKeyData	  key;
	bool		  found;

	ScanKeyInit(&key, 1, BTEqualStrategyNumber, F_UUID_EQ, user_id);
	index_rescan(scan, &key, 1, NULL, 0);
	found = index_getnext_tid(scan, ForwardScanDirection) != NULL;
	index_endscan(scan);
	return found;
}
