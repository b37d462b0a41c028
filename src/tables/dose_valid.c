/*-------------------------------------------------------------------------
 *
 * dose_valid.c
 *		The CHECK of a row of medsched.dose_taken.
 *
 * It is one expression that calls C, and not one for each rule: PostgreSQL reads
 * every CHECK's stored expression anew for every statement that inserts, and eight
 * of them cost two fifths of recording a dose.
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
#include "base/message.h"

/* In characters, and in digits before and after the point. */
#define MOST_CHARACTERS 1000
#define MOST_DIGITS		1000

/* The arguments of medsched._dose_valid. */
enum
{
	SCHEDULED_FOR,
	TAKEN_AT,
	RECORDED_AT,
	OUTCOME,
	AMOUNT,
	REASON,
	RECORDED_BY,
	DESPITE_LIMITS
};

PG_FUNCTION_INFO_V1(medsched_dose_valid);

static void require(bool holds, const char *constraint);
static bool is_finite(FunctionCallInfo fcinfo, int argument);
static bool is_bounded(FunctionCallInfo fcinfo, int argument);
static bool text_is(const text *value, const char *word);
static bool text_is_bounded(const text *value);
static bool text_is_blank(const text *value);
static bool amount_is_positive(Datum amount);
static bool amount_is_bounded(Datum amount);

/*
 * medsched_dose_valid refuses a row that breaks a rule as a CHECK of that rule
 * would: 23514, by its name; the first by name, and the bounds after the others.
 * A NULL breaks none.
 */
Datum
medsched_dose_valid(PG_FUNCTION_ARGS)
{
	bool has_outcome = !PG_ARGISNULL(OUTCOME);
	bool taken = has_outcome && text_is(PG_GETARG_TEXT_PP(OUTCOME), "taken");
	bool skipped = has_outcome && text_is(PG_GETARG_TEXT_PP(OUTCOME), "skipped");
	bool extra = has_outcome && text_is(PG_GETARG_TEXT_PP(OUTCOME), "extra");

	if (!PG_ARGISNULL(AMOUNT))
	{
		require(amount_is_positive(PG_GETARG_DATUM(AMOUNT)), "dose_taken_amount_positive");
		require(!skipped, "dose_taken_amount_when_taken");
	}
	require(!has_outcome || taken || skipped || extra, "dose_taken_outcome");
	require(PG_ARGISNULL(REASON) || !taken, "dose_taken_reason_when_skipped");
	require(is_finite(fcinfo, SCHEDULED_FOR), "dose_taken_scheduled_for_finite");
	require(is_finite(fcinfo, TAKEN_AT), "dose_taken_taken_at_finite");
	require(!has_outcome || PG_ARGISNULL(TAKEN_AT) == skipped, "dose_taken_taken_at_when_taken");

	require(is_bounded(fcinfo, SCHEDULED_FOR), "dose_taken_scheduled_for_in_range");
	require(is_bounded(fcinfo, TAKEN_AT), "dose_taken_taken_at_in_range");
	require(is_bounded(fcinfo, RECORDED_AT), "dose_taken_recorded_at_in_range");
	if (!PG_ARGISNULL(AMOUNT))
		require(amount_is_bounded(PG_GETARG_DATUM(AMOUNT)), "dose_taken_amount_size");
	if (!PG_ARGISNULL(RECORDED_BY))
		require(text_is_bounded(PG_GETARG_TEXT_PP(RECORDED_BY)), "dose_taken_recorded_by_length");
	if (!PG_ARGISNULL(DESPITE_LIMITS))
	{
		const text *despite_limits = PG_GETARG_TEXT_PP(DESPITE_LIMITS);

		require(!skipped && text_is_bounded(despite_limits) && !text_is_blank(despite_limits),
				"dose_taken_despite_limits_valid");
	}
	PG_RETURN_BOOL(true);
}

/* Raise the error of a CHECK that does not hold. */
static void
require(bool holds, const char *constraint)
{
	if (!holds)
		ereport(ERROR,
				(errcode_medsched(ERRCODE_CHECK_VIOLATION),
				 errmsg("new row for relation \"%s\" violates check constraint \"%s\"", "dose_taken", constraint),
				 err_generic_string(PG_DIAG_TABLE_NAME, "dose_taken"),
				 err_generic_string(PG_DIAG_CONSTRAINT_NAME, constraint)));
}

static bool
is_finite(FunctionCallInfo fcinfo, int argument)
{
	return PG_ARGISNULL(argument) || !TIMESTAMP_NOT_FINITE(PG_GETARG_TIMESTAMPTZ(argument));
}

/* Check an instant against the years 1 to 9999. */
static bool
is_bounded(FunctionCallInfo fcinfo, int argument)
{
	return PG_ARGISNULL(argument) ||
		   (PG_GETARG_TIMESTAMPTZ(argument) >= INSTANT_MIN && PG_GETARG_TIMESTAMPTZ(argument) < INSTANT_END);
}

static bool
text_is(const text *value, const char *word)
{
	return VARSIZE_ANY_EXHDR(value) == strlen(word) && memcmp(VARDATA_ANY(value), word, strlen(word)) == 0;
}

/* Check the length of a text; a character has a byte at the least. */
static bool
text_is_bounded(const text *value)
{
	return VARSIZE_ANY_EXHDR(value) <= MOST_CHARACTERS ||
		   pg_mbstrlen_with_len(VARDATA_ANY(value), VARSIZE_ANY_EXHDR(value)) <= MOST_CHARACTERS;
}

static bool
text_is_blank(const text *value)
{
	return DatumGetBool(DirectFunctionCall2Coll(textregexeq, DEFAULT_COLLATION_OID, PointerGetDatum(value),
												CStringGetTextDatum("^[[:space:]]*$")));
}

/* Check that an amount is above 0 and a finite number. */
static bool
amount_is_positive(Datum amount)
{
	return DatumGetBool(DirectFunctionCall2(numeric_gt, amount, NumericGetDatum(int64_to_numeric(0)))) &&
		   !numeric_is_nan(DatumGetNumeric(amount)) && !numeric_is_inf(DatumGetNumeric(amount));
}

/* Check the digits of an amount, before the point and after it. */
static bool
amount_is_bounded(Datum amount)
{
	Datum too_much = DirectFunctionCall3(numeric_in, CStringGetDatum("1e1000"), ObjectIdGetDatum(InvalidOid),
										 Int32GetDatum(-1));

	return DatumGetBool(DirectFunctionCall2(numeric_lt, amount, too_much)) &&
		   DatumGetInt32(DirectFunctionCall1(numeric_scale, amount)) <= MOST_DIGITS;
}
