/*-------------------------------------------------------------------------
 *
 * compat.h
 *		What differs between PostgreSQL 15 and the versions after it.
 *
 * The code is written for the newest version.  Here its names are defined for the
 * older ones.
 *
 *-------------------------------------------------------------------------
 */
#ifndef MEDSCHED_COMPAT_H
#define MEDSCHED_COMPAT_H

/* Since 16, postgres.h leaves out the layout of varlena types. */
#if PG_VERSION_NUM >= 160000
#include "varatt.h"
#endif

/* Until 18, it was the pg_attribute_noreturn that comes after a declaration. */
#if PG_VERSION_NUM < 180000
#define pg_noreturn __attribute__((noreturn))
#endif

/* Since 16, one function checks the rights on objects of every kind. */
#if PG_VERSION_NUM < 160000
#define object_aclcheck(catalog, object, role, rights) pg_namespace_aclcheck(object, role, rights)
#endif

/* Since 18, a scan of an index can count its steps. */
#if PG_VERSION_NUM >= 180000
#define begin_index_scan(relation, index, snapshot, nkeys) index_beginscan(relation, index, snapshot, NULL, nkeys, 0)
#else
#define begin_index_scan(relation, index, snapshot, nkeys) index_beginscan(relation, index, snapshot, nkeys, 0)
#endif

/* Since 16, only the indexes that summarize can be told of a row.  All are; a key that is there is no error, but of a row that is new. */
#if PG_VERSION_NUM >= 160000
#define insert_index_tuples(result, slot, estate, conflict) ExecInsertIndexTuples(result, slot, estate, false, true, conflict, NIL, false)
#define insert_new_index_tuples(result, slot, estate)		ExecInsertIndexTuples(result, slot, estate, false, false, NULL, NIL, false)
#else
#define insert_index_tuples(result, slot, estate, conflict) ExecInsertIndexTuples(result, slot, estate, false, true, conflict, NIL)
#define insert_new_index_tuples(result, slot, estate)		ExecInsertIndexTuples(result, slot, estate, false, false, NULL, NIL)
#endif

/* Since 18, a CHECK can be there and not be enforced. */
#if PG_VERSION_NUM >= 180000
#define check_is_enforced(check) ((check)->ccenforced)
#else
#define check_is_enforced(check) true
#endif

#endif /* MEDSCHED_COMPAT_H */
