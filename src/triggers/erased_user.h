/*-------------------------------------------------------------------------
 *
 * erased_user.h
 *		The user whose rows medsched.erase_user() is deleting: the only way
 *		past medications_not_deleted, whose file has the variable.
 *
 *-------------------------------------------------------------------------
 */
#ifndef MEDSCHED_ERASED_USER_H
#define MEDSCHED_ERASED_USER_H

#include "utils/uuid.h"

/* NULL except during a call of erase_user, which sets it and sets it back. */
extern const pg_uuid_t *erased_user;

/* Tell whether a user is being erased. */
static inline bool
is_erasing(const pg_uuid_t *user_id)
{
	return erased_user != NULL && memcmp(erased_user, user_id, sizeof(pg_uuid_t)) == 0;
}

#endif /* MEDSCHED_ERASED_USER_H */
