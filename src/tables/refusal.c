/*-------------------------------------------------------------------------
 *
 * refusal.c
 *		Errors of types and tables, in the words of who called a function.
 *
 *		The CHECKs stay the one place that says what is allowed, and hold for
 *		who inserts directly, too.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "lib/stringinfo.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"

#include "base/message.h"
#include "tables/refusal.h"

#define MAX_KEYS 5

/* A CHECK of the table schedules. */
typedef struct Refusal
{
	const char *constraint;
	const char *rule; /* what must be of the key, or, of several, of the schedule */
	int			nkeys;
	ScheduleKey keys[MAX_KEYS];
	bool		absence_matters; /* name the keys that have no value, too */
} Refusal;

static const Refusal refusals[] = {
	{"schedules_starts_at_whole_second", "must be a whole second in the years 1 to 9999", 1, {KEY_STARTS_AT}, false},
	{"schedules_dose_amount_positive", "must be finite and above 0", 1, {KEY_DOSE_AMOUNT}, false},
	{"schedules_cycle_days", "must have both cycle_days_on and cycle_days_off, each at least 1, or neither", 2, {KEY_CYCLE_DAYS_ON, KEY_CYCLE_DAYS_OFF}, true},
	{"schedules_cycle_days_in_range", "must have cycle_days_on and cycle_days_off of at most 3660", 2, {KEY_CYCLE_DAYS_ON, KEY_CYCLE_DAYS_OFF}, false},
	{"schedules_ends_at_in_range", "must be in the years 1 to 9999", 1, {KEY_ENDS_AT}, false},
	{"schedules_dose_amount_size", "must have at most 1000 digits before and after the point", 1, {KEY_DOSE_AMOUNT}, false},
	{"schedules_dose_unit_length", "must have at most 1000 characters", 1, {KEY_DOSE_UNIT}, false},
	{"schedules_instructions_length", "must have at most 10000 characters", 1, {KEY_INSTRUCTIONS}, false},
	{"schedules_dates_at_most_10000", "must have at most 10000 rdates and as many exdates", 2, {KEY_RDATES, KEY_EXDATES}, false},
	{"schedules_as_needed_has_no_times", "must have no rrule, rdates, exdates or cycle when it is as_needed", 5, {KEY_AS_NEEDED, KEY_RRULE, KEY_RDATES, KEY_EXDATES, KEY_CYCLE_DAYS_ON}, false},
	{"schedules_limits_are_as_needed", "must be as_needed to have min_interval or max_per_24h", 3, {KEY_AS_NEEDED, KEY_MIN_INTERVAL, KEY_MAX_PER_24H}, true},
	{"schedules_min_interval_in_range", "must be above 0 and at most 366 days", 1, {KEY_MIN_INTERVAL}, false},
	{"schedules_max_per_24h_positive", "must be at least 1", 1, {KEY_MAX_PER_24H}, false},
	{"schedules_grace_in_range", "must be from 0 to 366 days", 1, {KEY_GRACE}, false}};

static const Oid key_types[SCHEDULE_NKEYS] = {SCHEDULE_KEY_TYPES};

static bool				is_check(const ErrorData *error, const char *constraint);
static bool				is_missing_column(const ErrorData *error, const char *table);
pg_noreturn static void throw_missing_column(ErrorData *error, const char *subject);
static const Refusal   *find_refusal(const ErrorData *error);
static char			   *what_it_has(const Refusal *refusal, const Datum *values, const char *nulls);
static bool				has_value(const Datum *values, const char *nulls, ScheduleKey key);
static char			   *value_text(const Datum *values, const char *nulls, ScheduleKey key);
pg_noreturn static void throw_changed(ErrorData *error);

void
rethrow_in(const char *where)
{
	ErrorData *error = CopyErrorData();

	switch (ERRCODE_TO_CATEGORY(error->sqlerrcode))
	{
		case ERRCODE_DATA_EXCEPTION:
		case ERRCODE_INTEGRITY_CONSTRAINT_VIOLATION:
		case ERRCODE_FEATURE_NOT_SUPPORTED:
			error->message = psprintf("%s: %s", where, error->message);
			throw_changed(error);

		default:
			PG_RE_THROW();
	}
}

void
rethrow_of_value(const char *where)
{
	ErrorData *error = CopyErrorData();

	if (ERRCODE_TO_CATEGORY(error->sqlerrcode) != ERRCODE_DATA_EXCEPTION &&
		ERRCODE_TO_CATEGORY(error->sqlerrcode) != ERRCODE_FEATURE_NOT_SUPPORTED)
		PG_RE_THROW();
	error->message = psprintf("%s: %s", where, short_text(error->message));
	throw_changed(error);
}

void
rethrow_check(const Datum *values, const char *nulls, const char *where, const char *subject)
{
	ErrorData	  *error = CopyErrorData();
	const Refusal *refusal = find_refusal(error);

	if (is_missing_column(error, "schedules"))
		throw_missing_column(error, subject);
	if (refusal == NULL)
	{
		FreeErrorData(error);
		return;
	}
	error->message = refusal->nkeys == 1
						 ? psprintf("%s.%s %s", where, schedule_key_names[refusal->keys[0]], refusal->rule)
						 : psprintf("%s %s", subject, refusal->rule);
	error->detail = what_it_has(refusal, values, nulls);
	throw_changed(error);
}

/* By its name alone: of a partition, the error names the partition and its schema. */
static bool
is_check(const ErrorData *error, const char *constraint)
{
	return error->sqlerrcode == ERRCODE_CHECK_VIOLATION && error->constraint_name != NULL &&
		   strcmp(error->constraint_name, constraint) == 0;
}

/* Whether a column of a table lacks the value that it must have: one of the application. */
static bool
is_missing_column(const ErrorData *error, const char *table)
{
	return error->sqlerrcode == ERRCODE_NOT_NULL_VIOLATION && error->column_name != NULL &&
		   error->table_name != NULL && strcmp(error->table_name, table) == 0;
}

static void
throw_missing_column(ErrorData *error, const char *subject)
{
	error->message = psprintf("%s must have %s", subject, error->column_name);
	error->detail = psprintf("Column \"%s\" must not be null, and has no default.", error->column_name);
	throw_changed(error);
}

/* NULL: of a rule or of the application. */
static const Refusal *
find_refusal(const ErrorData *error)
{
	for (size_t i = 0; i < lengthof(refusals); i++)
	{
		if (is_check(error, refusals[i].constraint))
			return &refusals[i];
	}
	return NULL;
}

/* A sentence with the values that a CHECK looked at. */
static char *
what_it_has(const Refusal *refusal, const Datum *values, const char *nulls)
{
	StringInfoData text;

	if (refusal->nkeys == 1)
		return psprintf("It is %s.", value_text(values, nulls, refusal->keys[0]));

	initStringInfo(&text);
	for (int i = 0; i < refusal->nkeys; i++)
	{
		ScheduleKey key = refusal->keys[i];
		bool		present = has_value(values, nulls, key);

		if (!present && !refusal->absence_matters)
			continue;
		appendStringInfoString(&text, text.len == 0 ? "It has " : ", ");
		if (present)
			appendStringInfo(&text, "%s %s", schedule_key_names[key], value_text(values, nulls, key));
		else
			appendStringInfo(&text, "no %s", schedule_key_names[key]);
	}
	appendStringInfoChar(&text, '.');
	return text.data;
}

/* No dates are none. */
static bool
has_value(const Datum *values, const char *nulls, ScheduleKey key)
{
	if (nulls[key] == 'n')
		return false;
	return key_types[key] != TIMESTAMPARRAYOID || ARR_NDIM(DatumGetArrayTypeP(values[key])) > 0;
}

static char *
value_text(const Datum *values, const char *nulls, ScheduleKey key)
{
	Oid	  output;
	bool  is_varlena;
	char *text;

	if (nulls[key] == 'n')
		return "null";
	getTypeOutputInfo(key_types[key], &output, &is_varlena);
	text = OidOutputFunctionCall(output, values[key]);
	if (key_types[key] == BOOLOID)
		return text[0] == 't' ? "true" : "false";
	return key_types[key] == TEXTOID ? psprintf("\"%s\"", short_text(text)) : short_text(text);
}

/* Without the queries of ours that it came through: the message says more. */
static void
throw_changed(ErrorData *error)
{
	error->context = NULL;
	FlushErrorState();
	ThrowErrorData(error);
	pg_unreachable();
}
