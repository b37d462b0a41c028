/*-------------------------------------------------------------------------
 *
 * erase.h
 *		Erasing a person: the only way past medications_not_deleted.
 *
 *-------------------------------------------------------------------------
 */
#ifndef MEDSCHED_ERASE_H
#define MEDSCHED_ERASE_H

#include "utils/uuid.h"

/* Whether medsched.erase_user() is at work, for this user. */
extern bool is_erasing(const pg_uuid_t *user_id);

#endif /* MEDSCHED_ERASE_H */
