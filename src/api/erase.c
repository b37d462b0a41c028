/*-------------------------------------------------------------------------
 *
 * erase.c
 *		erase_user: everything of one person, for good.
 *
 * The trigger that keeps medications lets this function delete those of this one
 * user.  What it asks is a variable of the library (erased_user.h), set while the
 * deletes run: nobody else can set it, as they could a setting, a role or a table.
 *
 * Anyone may erase who has PostgreSQL's own DELETE on all three tables.  Where row
 * security applies to the caller, its policies must plainly hide nothing, before a
 * row is looked at: an answer that depended on what is hidden would tell of it.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/table.h"
#include "access/xact.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "nodes/primnodes.h"
#include "rewrite/rowsecurity.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/rel.h"
#include "utils/rls.h"
#include "utils/snapmgr.h"

#include "api/lock_rows.h"
#include "base/arguments.h"
#include "base/message.h"
#include "triggers/erased_user.h"
#include "triggers/rule_trigger.h"

PG_FUNCTION_INFO_V1(medsched_erase_user);

static void				require_right(void);
static bool				shows_all_rows(Oid table, char command);
static bool				is_for_caller(const RowSecurityPolicy *policy);
static bool				is_true(const Expr *condition);
static void				erase(Datum user_id, Datum *nerased, int64 *nseen);
static void				refuse_unseen(Datum user_id, Snapshot snapshot);
static void				refuse_remains(Datum user_id, const Datum *nerased, const int64 *nseen);
pg_noreturn static void refuse_newer(Datum user_id, int table);

/*
 * It is one statement with one snapshot: what comes meanwhile stays whole, and raises
 * an error.  Returns how many rows of each table it deleted, and how many it saw.
 */
static SavedPlan delete_rows = {
	"WITH d AS (DELETE FROM medsched.dose_taken AS d WHERE d.user_id OPERATOR(pg_catalog.=) $1 RETURNING d.user_id), "
	"s AS (DELETE FROM medsched.schedules AS s WHERE s.user_id OPERATOR(pg_catalog.=) $1 RETURNING s.user_id), "
	"m AS (DELETE FROM medsched.medications AS m WHERE m.user_id OPERATOR(pg_catalog.=) $1 RETURNING m.user_id) "
	"SELECT (SELECT pg_catalog.count(*) FROM m), (SELECT pg_catalog.count(*) FROM s), (SELECT pg_catalog.count(*) FROM d), "
	"(SELECT pg_catalog.count(*) FROM medsched.dose_taken AS d WHERE d.user_id OPERATOR(pg_catalog.=) $1), "
	"(SELECT pg_catalog.count(*) FROM medsched.schedules AS s WHERE s.user_id OPERATOR(pg_catalog.=) $1), "
	"(SELECT pg_catalog.count(*) FROM medsched.medications AS m WHERE m.user_id OPERATOR(pg_catalog.=) $1)",
	1,
	{UUIDOID},
	NULL,
	{COMPUTED_BIGINT, COMPUTED_BIGINT, COMPUTED_BIGINT, COMPUTED_BIGINT, COMPUTED_BIGINT, COMPUTED_BIGINT}};

#define TO_LOCK(table, key) "SELECT " key " FROM medsched." table " AS t WHERE t.user_id OPERATOR(pg_catalog.=) $1"

#define DOSE_KEY                                                             \
	{                                                                        \
		DOSE_TAKEN_USER_ID, DOSE_TAKEN_SCHEDULE_ID, DOSE_TAKEN_SCHEDULED_FOR \
	}

#define SCHEDULE_KEY                    \
	{                                   \
		SCHEDULES_USER_ID, SCHEDULES_ID \
	}

#define MEDICATION_KEY                      \
	{                                       \
		MEDICATIONS_USER_ID, MEDICATIONS_ID \
	}

/* The rows of a table whose key is user_id and id. */
#define LOCK_BY_ID(table, key)                                                                               \
	{                                                                                                        \
		{TO_LOCK(table, "t.user_id, t.id") " ORDER BY t.id", 1, {UUIDOID}, NULL, key},                       \
			{TO_LOCK(table, "t.user_id, t.id") " ORDER BY t.id FOR UPDATE NOWAIT", 1, {UUIDOID}, NULL, key}, \
		{                                                                                                    \
			TO_LOCK(table, "")                                                                               \
			" AND t.id OPERATOR(pg_catalog.=) $2 FOR UPDATE", 2, {UUIDOID, UUIDOID}, NULL,                   \
			{                                                                                                \
				LAST_COLUMN                                                                                  \
			}                                                                                                \
		}                                                                                                    \
	}

/* They lock as the tables' owner, because a caller who may delete need not have the right to update. */
static RowLock locks[NLINKED_TABLES] = {
	[TABLE_DOSE_TAKEN] = {
		{TO_LOCK("dose_taken", "t.user_id, t.schedule_id, t.scheduled_for"), 1, {UUIDOID}, NULL, DOSE_KEY},
		{TO_LOCK("dose_taken", "t.user_id, t.schedule_id, t.scheduled_for") " FOR UPDATE NOWAIT", 1, {UUIDOID}, NULL, DOSE_KEY},
		{TO_LOCK("dose_taken", "") " AND t.schedule_id OPERATOR(pg_catalog.=) $2 AND t.scheduled_for OPERATOR(pg_catalog.=) $3 FOR UPDATE",
		 3,
		 {UUIDOID, UUIDOID, TIMESTAMPTZOID},
		 NULL,
		 {LAST_COLUMN}}},
	[TABLE_SCHEDULES] = LOCK_BY_ID("schedules", SCHEDULE_KEY),
	[TABLE_MEDICATIONS] = LOCK_BY_ID("medications", MEDICATION_KEY)};

#define ROWS_OF(table) "SELECT FROM medsched." table " AS t WHERE t.user_id OPERATOR(pg_catalog.=) $1"

/* These look with the caller's rights and snapshot. */
static SavedPlan find_rows[NLINKED_TABLES] = {
	[TABLE_DOSE_TAKEN] = {ROWS_OF("dose_taken"), 1, {UUIDOID}, NULL, {LAST_COLUMN}},
	[TABLE_SCHEDULES] = {ROWS_OF("schedules"), 1, {UUIDOID}, NULL, {LAST_COLUMN}},
	[TABLE_MEDICATIONS] = {ROWS_OF("medications"), 1, {UUIDOID}, NULL, {LAST_COLUMN}}};

/* These look with the owner's rights, on the latest snapshot. */
static SavedPlan find_any_rows[NLINKED_TABLES] = {
	[TABLE_DOSE_TAKEN] = {ROWS_OF("dose_taken"), 1, {UUIDOID}, NULL, {LAST_COLUMN}},
	[TABLE_SCHEDULES] = {ROWS_OF("schedules"), 1, {UUIDOID}, NULL, {LAST_COLUMN}},
	[TABLE_MEDICATIONS] = {ROWS_OF("medications"), 1, {UUIDOID}, NULL, {LAST_COLUMN}}};

/* What there is of a user beside the three tables; both run with the owner's rights, the second on the latest snapshot. */
static SavedPlan erase_rest = {"SELECT FROM medsched._erase_rest($1)", 1, {UUIDOID}, NULL, {LAST_COLUMN}};
static SavedPlan check_rest_erased = {"SELECT FROM medsched._check_rest_erased($1)", 1, {UUIDOID}, NULL, {LAST_COLUMN}};

/*
 * medsched_erase_user deletes all rows of a user, with the caller's rights, and
 * returns how many there were.
 */
Datum
medsched_erase_user(PG_FUNCTION_ARGS)
{
	ReturnSetInfo	*result = (ReturnSetInfo *) fcinfo->resultinfo;
	const pg_uuid_t *outer = erased_user;
	Datum			 user_id = PG_GETARG_DATUM(0);
	Datum			 nerased[NLINKED_TABLES]; /* of what everything hangs on first */
	int64			 nseen[NLINKED_TABLES];
	bool			 isnull[NLINKED_TABLES] = {false};

	require_argument(fcinfo, 0, "user_id");
	require_right();
	InitMaterializedSRF(fcinfo, 0);

	SPI_connect();
	erased_user = PG_GETARG_UUID_P(0);
	PG_TRY();
	{
		erase(user_id, nerased, nseen);
		rule_query(&erase_rest, &user_id, NULL, 0);
	}
	PG_FINALLY();
	{
		erased_user = outer;
	}
	PG_END_TRY();
	refuse_remains(user_id, nerased, nseen);
	rule_query(&check_rest_erased, &user_id, NULL, 0);
	SPI_finish();

	tuplestore_putvalues(result->setResult, result->setDesc, nerased, isnull);
	return (Datum) 0;
}

/* Refuse a caller who may not delete any row of any table; of rows, nothing is asked. */
static void
require_right(void)
{
	for (int i = NLINKED_TABLES - 1; i >= 0; i--)
	{
		Oid table = medsched_table(table_names[i]);

		if (pg_class_aclcheck(table, GetUserId(), ACL_DELETE) != ACLCHECK_OK)
			aclcheck_error(ACLCHECK_NO_PRIV, OBJECT_TABLE, table_names[i]);
		if (check_enable_rls(table, InvalidOid, true) == RLS_ENABLED &&
			!(shows_all_rows(table, ACL_SELECT_CHR) && shows_all_rows(table, ACL_DELETE_CHR)))
			ereport(ERROR,
					(errcode_medsched(ERRCODE_INSUFFICIENT_PRIVILEGE),
					 errmsg("row security may hide rows of \"medsched.%s\" from \"%s\"", table_names[i],
							GetUserNameFromId(GetUserId(), false)),
					 errdetail("Nobody is half erased."),
					 errhint("Call medsched.erase_user() as the tables' owner, or as a role that a policy USING (true) shows all rows of the three tables.")));
	}
}

/*
 * Tell whether row security lets a command of the caller reach every row: by a policy
 * that is always true, and none that restricts it.
 */
static bool
shows_all_rows(Oid table, char command)
{
	Relation  relation = table_open(table, AccessShareLock);
	bool	  all = false;
	bool	  restricted = row_security_policy_hook_restrictive != NULL;
	ListCell *cell;

	foreach (cell, relation->rd_rsdesc != NULL ? relation->rd_rsdesc->policies : NIL)
	{
		const RowSecurityPolicy *policy = lfirst(cell);

		if ((policy->polcmd != '*' && policy->polcmd != command) || !is_for_caller(policy))
			continue;
		if (policy->permissive)
			all |= is_true(policy->qual);
		else
			restricted |= !is_true(policy->qual);
	}
	table_close(relation, NoLock);
	return all && !restricted;
}

/* Tell whether a policy is for the caller, or for a role whose rights the caller has. */
static bool
is_for_caller(const RowSecurityPolicy *policy)
{
	const Oid *roles = (const Oid *) ARR_DATA_PTR(policy->roles);

	for (int i = 0; i < ARR_DIMS(policy->roles)[0]; i++)
	{
		if (roles[i] == ACL_ID_PUBLIC || has_privs_of_role(GetUserId(), roles[i]))
			return true;
	}
	return false;
}

/* Tell whether a condition is the constant true. */
static bool
is_true(const Expr *condition)
{
	const Const *constant = (const Const *) condition;

	return condition != NULL && IsA(condition, Const) && !constant->constisnull && DatumGetBool(constant->constvalue);
}

/*
 * Lock all rows, then delete them: while they are locked, no dose comes to a schedule,
 * and no schedule to a medication.
 *
 * What is deleted was there before the rows to lock were looked for, so it is
 * locked: a row that came in between would be waited for while the others are held.
 */
static void
erase(Datum user_id, Datum *nerased, int64 *nseen)
{
	Datum	 values[2 * NLINKED_TABLES];
	bool	 isnull[2 * NLINKED_TABLES];
	Snapshot before = InvalidSnapshot;

	CommandCounterIncrement();
	lock_rows(locks, NLINKED_TABLES, &user_id, IsolationUsesXactSnapshot() ? NULL : &before);
	refuse_unseen(user_id, before);
	run_plan_at(&delete_rows, &user_id, NULL, before, false, SPI_OK_SELECT, 0);
	if (before != InvalidSnapshot)
		UnregisterSnapshot(before);
	read_row(&delete_rows, 0, values, isnull);
	memcpy(nerased, values, sizeof(Datum) * NLINKED_TABLES);
	for (int i = 0; i < NLINKED_TABLES; i++)
		nseen[i] = DatumGetInt64(values[NLINKED_TABLES + i]);
}

/* Refuse rows that came after the snapshot to delete on: they would stay. */
static void
refuse_unseen(Datum user_id, Snapshot snapshot)
{
	for (int i = 0; i < NLINKED_TABLES; i++)
	{
		uint64 nrows = rule_query(&find_any_rows[i], &user_id, NULL, 0);

		run_plan_at(&find_rows[i], &user_id, NULL, snapshot, false, SPI_OK_SELECT, 0);
		if (SPI_processed != nrows)
			refuse_newer(user_id, i);
	}
}

/* Refuse to erase somebody half: a trigger may have kept rows, or another session have added some. */
static void
refuse_remains(Datum user_id, const Datum *nerased, const int64 *nseen)
{
	for (int i = 0; i < NLINKED_TABLES; i++)
	{
		if (rule_query(&find_any_rows[i], &user_id, NULL, 1) == 0)
			continue;
		if (DatumGetInt64(nerased[NLINKED_TABLES - 1 - i]) >= nseen[i])
			refuse_newer(user_id, i);
		ereport(ERROR,
				(errcode_medsched(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("not everything of user \"%s\" can be erased", uuid_text(user_id)),
				 errdetail("Rows would be left in \"medsched.%s\": a trigger or a rule keeps them.", table_names[i]),
				 errhint("Look at the triggers that the application has on the table."),
				 err_generic_string(PG_DIAG_TABLE_NAME, table_names[i]),
				 err_generic_string(PG_DIAG_CONSTRAINT_NAME, "user_erased_whole")));
	}
}

static void
refuse_newer(Datum user_id, int table)
{
	ereport(ERROR,
			(errcode_medsched(ERRCODE_T_R_SERIALIZATION_FAILURE),
			 errmsg("could not erase user \"%s\" due to concurrent inserts", uuid_text(user_id)),
			 errdetail("Rows came to \"medsched.%s\" meanwhile.", table_names[table]),
			 errhint("Try the transaction again.")));
}
