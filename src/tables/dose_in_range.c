/*-------------------------------------------------------------------------
 *
 * dose_in_range.c
 *		The CHECK that bounds what a row of medsched.dose_taken can hold.
 *
 * It is one expression, which calls C, and not one for each bound: PostgreSQL reads
 * every CHECK's stored expression anew for every statement that inserts, and
 * five of them cost a fifth of recording a dose.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_collation.h"
#include "fmgr.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/numeric.h"
#include "utils/timestamp.h"

#include "base/arguments.h"
#include "base/compat.h"

/* In characters, and in digits before and after the point. */
#define MOST_CHARACTERS 1000
#define MOST_DIGITS		1000

PG_FUNCTION_INFO_V1(medsched_dose_in_range);

static void require_bounded_instant(FunctionCallInfo fcinfo, int argument, const char *constraint);
static bool amount_is_bounded(Datum amount);
static bool name_is_bounded(const text *name);
static bool reason_is_valid(const text *reason, const text *outcome);
static void refuse_row(const char *constraint);

/*
 * medsched_dose_in_range refuses a row with an instant outside the years 1 to
 * 9999, an amount of too many digits, too long a name or a reason that is none, as a CHECK of its own
 * would: 23514, by that bound's name.
 */
Datum
medsched_dose_in_range(PG_FUNCTION_ARGS)
{
	require_bounded_instant(fcinfo, 0, "dose_taken_scheduled_for_in_range");
	require_bounded_instant(fcinfo, 1, "dose_taken_taken_at_in_range");
	require_bounded_instant(fcinfo, 2, "dose_taken_recorded_at_in_range");
	if (!PG_ARGISNULL(3) && !amount_is_bounded(PG_GETARG_DATUM(3)))
		refuse_row("dose_taken_amount_size");
	if (!PG_ARGISNULL(4) && !name_is_bounded(PG_GETARG_TEXT_PP(4)))
		refuse_row("dose_taken_recorded_by_length");
	if (!PG_ARGISNULL(5) && !reason_is_valid(PG_GETARG_TEXT_PP(5), PG_ARGISNULL(6) ? NULL : PG_GETARG_TEXT_PP(6)))
		refuse_row("dose_taken_despite_limits_valid");
	PG_RETURN_BOOL(true);
}

/* Check the length of a text; a character has a byte at the least. */
static bool
name_is_bounded(const text *name)
{
	return VARSIZE_ANY_EXHDR(name) <= MOST_CHARACTERS ||
		   pg_mbstrlen_with_len(VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name)) <= MOST_CHARACTERS;
}

/* Check the reason for a dose in spite of the limits: one that says something, of a dose that was taken. */
static bool
reason_is_valid(const text *reason, const text *outcome)
{
	Datum blank = DirectFunctionCall2Coll(textregexeq, DEFAULT_COLLATION_OID, PointerGetDatum(reason),
										  CStringGetTextDatum("^[[:space:]]*$"));
	bool  skipped = outcome != NULL && strcmp(text_to_cstring(outcome), "skipped") == 0;

	return name_is_bounded(reason) && !DatumGetBool(blank) && !skipped;
}

/* Refuse an instant, which may be NULL, outside the years 1 to 9999. */
static void
require_bounded_instant(FunctionCallInfo fcinfo, int argument, const char *constraint)
{
	if (!PG_ARGISNULL(argument) &&
		(PG_GETARG_TIMESTAMPTZ(argument) < INSTANT_MIN || PG_GETARG_TIMESTAMPTZ(argument) >= INSTANT_END))
		refuse_row(constraint);
}

/* Check an amount from above only: those of 0 and below have a CHECK of their own. */
static bool
amount_is_bounded(Datum amount)
{
	Datum too_much = DirectFunctionCall3(numeric_in, CStringGetDatum("1e1000"), ObjectIdGetDatum(InvalidOid),
										 Int32GetDatum(-1));

	return DatumGetBool(DirectFunctionCall2(numeric_lt, amount, too_much)) &&
		   DatumGetInt32(DirectFunctionCall1(numeric_scale, amount)) <= MOST_DIGITS;
}

/* Raise the error of a CHECK. */
static void
refuse_row(const char *constraint)
{
	ereport(ERROR,
			(errcode(ERRCODE_CHECK_VIOLATION),
			 errmsg("new row for relation \"%s\" violates check constraint \"%s\"", "dose_taken", constraint),
			 err_generic_string(PG_DIAG_SCHEMA_NAME, "medsched"),
			 err_generic_string(PG_DIAG_TABLE_NAME, "dose_taken"),
			 err_generic_string(PG_DIAG_CONSTRAINT_NAME, constraint)));
}
