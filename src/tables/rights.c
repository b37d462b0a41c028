/*-------------------------------------------------------------------------
 *
 * rights.c
 *		Whether a query would find a table open to the caller.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_namespace.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/lsyscache.h"
#include "utils/rls.h"

#include "base/compat.h"
#include "tables/rights.h"

bool
has_rights(Oid table, AclMode rights)
{
	return ExecutorCheckPerms_hook == NULL && pg_class_aclmask(table, GetUserId(), rights, ACLMASK_ALL) == rights &&
		   object_aclcheck(NamespaceRelationId, get_rel_namespace(table), GetUserId(), ACL_USAGE) == ACLCHECK_OK;
}

bool
has_rights_on_all_rows(Oid table, AclMode rights)
{
	return has_rights(table, rights) && check_enable_rls(table, InvalidOid, true) != RLS_ENABLED;
}
