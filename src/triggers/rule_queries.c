/*-------------------------------------------------------------------------
 *
 * rule_queries.c
 *		Rows that several rules lock or look at.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/timestamp.h"

#include "triggers/rule_queries.h"
#include "triggers/rule_trigger.h"

static bool lock_medication(SavedPlan *plan, Datum user_id, Datum id, TimestampTz *inactivated_at);

#define FIND_MEDICATION                                       \
	"SELECT m.inactivated_at FROM medsched.medications AS m " \
	"WHERE m.user_id OPERATOR(pg_catalog.=) $1 AND m.id OPERATOR(pg_catalog.=) $2 "

static SavedPlan share_medication = {FIND_MEDICATION "FOR SHARE", 2, {UUIDOID, UUIDOID}, NULL, {MEDICATIONS_INACTIVATED_AT}};

static SavedPlan claim_medication = {FIND_MEDICATION "FOR NO KEY UPDATE", 2, {UUIDOID, UUIDOID}, NULL, {MEDICATIONS_INACTIVATED_AT}};

static SavedPlan find_replacing = {
	"SELECT s.id, s.medication_id, s.effective_from FROM medsched.schedules AS s "
	"WHERE s.user_id OPERATOR(pg_catalog.=) $1 AND s.replaces OPERATOR(pg_catalog.=) $2",
	2,
	{UUIDOID, UUIDOID},
	NULL,
	{SCHEDULES_ID, SCHEDULES_MEDICATION_ID, SCHEDULES_EFFECTIVE_FROM}};

bool
rule_share_medication(Datum user_id, Datum id, TimestampTz *inactivated_at)
{
	return lock_medication(&share_medication, user_id, id, inactivated_at);
}

bool
rule_claim_medication(Datum user_id, Datum id, TimestampTz *inactivated_at)
{
	return lock_medication(&claim_medication, user_id, id, inactivated_at);
}

static bool
lock_medication(SavedPlan *plan, Datum user_id, Datum id, TimestampTz *inactivated_at)
{
	Datum key[2] = {user_id, id};
	Datum found;
	bool  isnull;

	if (rule_query(plan, key, NULL, 1) == 0)
		return false;
	found = read_single(plan, 0, &isnull);
	*inactivated_at = isnull ? DT_NOEND : DatumGetTimestampTz(found);
	return true;
}

bool
rule_find_successor(Datum user_id, Datum id, Successor *successor)
{
	Datum key[2] = {user_id, id};
	Datum values[3];
	bool  isnull[3];

	if (rule_query(&find_replacing, key, NULL, 1) == 0)
		return false;
	read_row(&find_replacing, 0, values, isnull);
	successor->id = values[0];
	successor->medication_id = values[1];
	successor->effective_from = isnull[2] ? DT_NOEND : DatumGetTimestampTz(values[2]);
	return true;
}
