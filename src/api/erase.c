/*-------------------------------------------------------------------------
 *
 * erase.c
 *		erase_user: everything of one person, for good.
 *
 * The trigger that keeps medications lets pass what is deleted from within
 * here, of this one user.  That is a variable of this file, set for as long as
 * the deletes run: no setting, role or table that somebody else could arrange.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "utils/builtins.h"

#include "api/erase.h"
#include "api/lock_rows.h"
#include "base/message.h"
#include "triggers/rule_trigger.h"
#include "base/arguments.h"

PG_FUNCTION_INFO_V1(medsched_erase_user);

static void erase(Datum user_id, uint64 *nfound, uint64 *nerased);
static void refuse_unseen(Datum user_id, const uint64 *nfound);
static void refuse_remains(Datum user_id, const uint64 *nfound, const uint64 *nerased);
static void refuse_newer(Datum user_id, int table);

/* The user being erased; NULL: nobody is. */
static const pg_uuid_t *erased_user = NULL;

static SavedPlan delete_rows[NTABLES] = {
	[TABLE_DOSE_TAKEN] = {"DELETE FROM medsched.dose_taken AS d WHERE d.user_id OPERATOR(pg_catalog.=) $1", 1, {UUIDOID}, NULL, {LAST_COLUMN}},
	[TABLE_SCHEDULES] = {"DELETE FROM medsched.schedules AS s WHERE s.user_id OPERATOR(pg_catalog.=) $1", 1, {UUIDOID}, NULL, {LAST_COLUMN}},
	/* One that came after the schedules were deleted stays, with its schedules. */
	[TABLE_MEDICATIONS] = {"DELETE FROM medsched.medications AS m WHERE m.user_id OPERATOR(pg_catalog.=) $1 "
						   "AND NOT EXISTS (SELECT FROM medsched.schedules AS s "
						   "WHERE s.user_id OPERATOR(pg_catalog.=) $1 AND s.medication_id OPERATOR(pg_catalog.=) m.id)",
						   1,
						   {UUIDOID},
						   NULL,
						   {LAST_COLUMN}}};

#define DOSES_TO_LOCK                                                                 \
	"SELECT d.user_id, d.schedule_id, d.scheduled_for FROM medsched.dose_taken AS d " \
	"WHERE d.user_id OPERATOR(pg_catalog.=) $1"

#define DOSE_KEY                                                             \
	{                                                                        \
		DOSE_TAKEN_USER_ID, DOSE_TAKEN_SCHEDULE_ID, DOSE_TAKEN_SCHEDULED_FOR \
	}

/* As the tables' owner: whoever may delete need not have the right to update, and to see all. */
static RowLock locks[NTABLES] = {
	[TABLE_DOSE_TAKEN] = {
		{DOSES_TO_LOCK, 1, {UUIDOID}, NULL, DOSE_KEY},
		{DOSES_TO_LOCK " FOR UPDATE NOWAIT", 1, {UUIDOID}, NULL, DOSE_KEY},
		{"SELECT FROM medsched.dose_taken AS d "
		 "WHERE d.user_id OPERATOR(pg_catalog.=) $1 AND d.schedule_id OPERATOR(pg_catalog.=) $2 "
		 "AND d.scheduled_for OPERATOR(pg_catalog.=) $3 FOR UPDATE",
		 3,
		 {UUIDOID, UUIDOID, TIMESTAMPTZOID},
		 NULL,
		 {LAST_COLUMN}},
		true},
	[TABLE_SCHEDULES] = LOCK_SCHEDULES("true", 1, InvalidOid, true),
	[TABLE_MEDICATIONS] = LOCK_MEDICATIONS("true", 1, InvalidOid, "FOR UPDATE", true)};

static SavedPlan find_rows[NTABLES] = {
	[TABLE_DOSE_TAKEN] = {"SELECT FROM medsched.dose_taken AS d WHERE d.user_id OPERATOR(pg_catalog.=) $1", 1, {UUIDOID}, NULL, {LAST_COLUMN}},
	[TABLE_SCHEDULES] = {"SELECT FROM medsched.schedules AS s WHERE s.user_id OPERATOR(pg_catalog.=) $1", 1, {UUIDOID}, NULL, {LAST_COLUMN}},
	[TABLE_MEDICATIONS] = {"SELECT FROM medsched.medications AS m WHERE m.user_id OPERATOR(pg_catalog.=) $1", 1, {UUIDOID}, NULL, {LAST_COLUMN}}};

/*
 * medsched_erase_user deletes all rows of a user, with the caller's rights, and
 * tells how many there were.
 */
Datum
medsched_erase_user(PG_FUNCTION_ARGS)
{
	ReturnSetInfo	*result = (ReturnSetInfo *) fcinfo->resultinfo;
	const pg_uuid_t *outer = erased_user;
	uint64			 nfound[NTABLES];
	uint64			 nerased[NTABLES];
	Datum			 values[NTABLES];
	bool			 isnull[NTABLES] = {false};

	require_argument(fcinfo, 0, "user_id");
	InitMaterializedSRF(fcinfo, 0);

	SPI_connect();
	erased_user = PG_GETARG_UUID_P(0);
	PG_TRY();
	{
		erase(PG_GETARG_DATUM(0), nfound, nerased);
	}
	PG_FINALLY();
	{
		erased_user = outer;
	}
	PG_END_TRY();
	refuse_remains(PG_GETARG_DATUM(0), nfound, nerased);
	SPI_finish();

	/* The answer begins with what everything hangs on. */
	for (int i = 0; i < NTABLES; i++)
		values[NTABLES - 1 - i] = Int64GetDatum((int64) nerased[i]);
	tuplestore_putvalues(result->setResult, result->setDesc, values, isnull);
	return (Datum) 0;
}

bool
is_erasing(const pg_uuid_t *user_id)
{
	return erased_user != NULL && memcmp(erased_user, user_id, sizeof(pg_uuid_t)) == 0;
}

static void
erase(Datum user_id, uint64 *nfound, uint64 *nerased)
{
	lock_rows(locks, NTABLES, &user_id);
	for (int i = 0; i < NTABLES; i++)
		nfound[i] = rule_query(&locks[i].look, &user_id, NULL, 0);
	if (IsolationUsesXactSnapshot())
		refuse_unseen(user_id, nfound);
	for (int i = 0; i < NTABLES; i++)
	{
		run_plan(&delete_rows[i], &user_id, NULL, false, SPI_OK_DELETE, 0);
		nerased[i] = SPI_processed;
	}
}

/* Of rows that the transaction's snapshot lacks, the foreign keys would speak. */
static void
refuse_unseen(Datum user_id, const uint64 *nfound)
{
	for (int i = 0; i < NTABLES; i++)
	{
		if (!rule_may_tell(table_names[i]))
			continue;
		run_plan(&find_rows[i], &user_id, NULL, false, SPI_OK_SELECT, 0);
		if (SPI_processed < nfound[i])
			refuse_newer(user_id, i);
	}
}

/*
 * Nobody is half erased: row security may have kept rows out of our sight, and a
 * trigger may have kept them.
 */
static void
refuse_remains(Datum user_id, const uint64 *nfound, const uint64 *nerased)
{
	for (int i = 0; i < NTABLES; i++)
	{
		if (rule_query(&find_rows[i], &user_id, NULL, 1) == 0)
			continue;
		if (nerased[i] >= nfound[i])
			refuse_newer(user_id, i);
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("not everything of user \"%s\" can be erased", uuid_text(user_id)),
				 errdetail("Rows would be left in \"medsched.%s\": row security or a trigger keeps them.", table_names[i]),
				 errhint("Call medsched.erase_user() as a role that can delete all of them.")));
	}
}

static void
refuse_newer(Datum user_id, int table)
{
	ereport(ERROR,
			(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
			 errmsg("could not erase user \"%s\" due to concurrent inserts", uuid_text(user_id)),
			 errdetail("Rows came to \"medsched.%s\" meanwhile.", table_names[table]),
			 errhint("Try the transaction again.")));
}
