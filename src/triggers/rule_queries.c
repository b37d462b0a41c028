/*-------------------------------------------------------------------------
 *
 * rule_queries.c
 *		Rows that several rules lock or look at.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "utils/lsyscache.h"
#include "utils/timestamp.h"

#include "triggers/rule_queries.h"
#include "triggers/rule_trigger.h"

static bool lock_medication(SavedPlan *plan, LockTupleMode mode, Datum user_id, Datum id, LockedMedication *medication);

#define FIND_MEDICATION                                                                                                          \
	"SELECT m.inactivated_at, {substance?m.substance|NULL::pg_catalog.text}, m.tableoid, m.ctid FROM medsched.medications AS m " \
	"WHERE m.user_id OPERATOR(pg_catalog.=) $1 AND m.id OPERATOR(pg_catalog.=) $2 "

static SavedPlan share_medication = {FIND_MEDICATION "FOR SHARE", 2, {UUIDOID, UUIDOID}, NULL, {MEDICATIONS_INACTIVATED_AT, MEDICATIONS_SUBSTANCE, COMPUTED_RELATION, COMPUTED_PLACE}};

static SavedPlan claim_medication = {FIND_MEDICATION "FOR NO KEY UPDATE", 2, {UUIDOID, UUIDOID}, NULL, {MEDICATIONS_INACTIVATED_AT, MEDICATIONS_SUBSTANCE, COMPUTED_RELATION, COMPUTED_PLACE}};

/* In the order of their names, as everybody locks them. */
static SavedPlan claim_substance = {
	"SELECT l.substance FROM medsched.substance_limits AS l "
	"WHERE l.user_id OPERATOR(pg_catalog.=) $1 AND pg_catalog.lower(l.substance) OPERATOR(pg_catalog.=) pg_catalog.lower($2) "
	"ORDER BY l.substance FOR NO KEY UPDATE",
	2,
	{UUIDOID, TEXTOID},
	NULL,
	{SUBSTANCE_LIMITS_SUBSTANCE}};

static SavedPlan find_replacing = {
	"SELECT s.id, s.medication_id, s.effective_from FROM medsched.schedules AS s "
	"WHERE s.user_id OPERATOR(pg_catalog.=) $1 AND s.replaces OPERATOR(pg_catalog.=) $2",
	2,
	{UUIDOID, UUIDOID},
	NULL,
	{SCHEDULES_ID, SCHEDULES_MEDICATION_ID, SCHEDULES_EFFECTIVE_FROM}};

static SavedPlan is_importing = {"SELECT medsched._is_importing($1)", 1, {UUIDOID}, NULL, {COMPUTED_BOOLEAN}};

bool
rule_share_medication(Datum user_id, Datum id, LockedMedication *medication)
{
	return lock_medication(&share_medication, LockTupleShare, user_id, id, medication);
}

bool
rule_claim_medication(Datum user_id, Datum id, LockedMedication *medication)
{
	return lock_medication(&claim_medication, LockTupleNoKeyExclusive, user_id, id, medication);
}

static bool
lock_medication(SavedPlan *plan, LockTupleMode mode, Datum user_id, Datum id, LockedMedication *medication)
{
	Datum key[2] = {user_id, id};
	Datum values[4];
	bool  isnull[4];

	if (!rule_lock_row(plan, TABLE_MEDICATIONS, mode, key, values, isnull))
		return false;
	medication->inactivated_at = isnull[0] ? DT_NOEND : DatumGetTimestampTz(values[0]);
	medication->has_substance = !isnull[1];
	medication->substance = values[1];
	medication->version.relation = DatumGetObjectId(values[2]);
	medication->version.place = *(ItemPointer) DatumGetPointer(values[3]);
	return true;
}

bool
rule_claim_substance(Datum user_id, Datum substance)
{
	Datum key[2] = {user_id, substance};

	return rule_query(&claim_substance, key, NULL, 0) > 0;
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

bool
rule_is_importing(Datum user_id)
{
	Oid temporary = LookupNamespaceNoError("pg_temp");

	/* The SQL of an earlier version has no such function, and nobody imports. */
	if (!OidIsValid(temporary) || !OidIsValid(get_relname_relid("_medsched_importing", temporary)))
		return false;
	(void) rule_query(&is_importing, &user_id, NULL, 1);
	return DatumGetBool(read_single(&is_importing, 0, NULL));
}
