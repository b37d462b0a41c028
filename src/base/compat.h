/*-------------------------------------------------------------------------
 *
 * compat.h
 *		What differs between PostgreSQL 15 and the versions after it.
 *
 *-------------------------------------------------------------------------
 */
#ifndef MEDSCHED_COMPAT_H
#define MEDSCHED_COMPAT_H

/* Since 16, postgres.h leaves out the layout of varlena types. */
#if PG_VERSION_NUM >= 160000
#include "varatt.h"
#endif

/* Since 18, it is the pg_noreturn that comes before a declaration. */
#ifndef pg_attribute_noreturn
#define pg_attribute_noreturn() __attribute__((noreturn))
#endif

#endif /* MEDSCHED_COMPAT_H */
