/*-------------------------------------------------------------------------
 *
 * schedule_json.c
 *		A schedule as a client writes it: a JSON object.
 *
 *		Strict on purpose: a misspelt key, or an instant where a wall-clock
 *		time belongs, would otherwise become a wrong dose in silence.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/table.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "mb/pg_wchar.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/timestamp.h"

#include "base/compat.h"
#include "tables/refusal.h"
#include "tables/saved_plan.h"
#include "schedule/rule_cache.h"
#include "tables/schedule_json.h"
#include "schedule/zone.h"

/* Forms of values. */
typedef enum Form
{
	FORM_TEXT,
	FORM_BOOLEAN,
	FORM_INTEGER,
	FORM_NUMERIC,
	FORM_UUID,
	FORM_INTERVAL,
	FORM_WALL_CLOCK,
	FORM_WALL_CLOCKS,
	FORM_INSTANT,
	FORM_RULE,
	FORM_ZONE
} Form;

static const Form key_forms[SCHEDULE_NKEYS] = {
	[KEY_ID] = FORM_UUID,
	[KEY_STARTS_AT] = FORM_WALL_CLOCK,
	[KEY_TIME_ZONE] = FORM_ZONE,
	[KEY_TIME_ZONE_PINNED] = FORM_BOOLEAN,
	[KEY_RRULE] = FORM_RULE,
	[KEY_RDATES] = FORM_WALL_CLOCKS,
	[KEY_EXDATES] = FORM_WALL_CLOCKS,
	[KEY_CYCLE_DAYS_ON] = FORM_INTEGER,
	[KEY_CYCLE_DAYS_OFF] = FORM_INTEGER,
	[KEY_AS_NEEDED] = FORM_BOOLEAN,
	[KEY_MIN_INTERVAL] = FORM_INTERVAL,
	[KEY_MAX_PER_24H] = FORM_INTEGER,
	[KEY_GRACE] = FORM_INTERVAL,
	[KEY_DOSE_AMOUNT] = FORM_NUMERIC,
	[KEY_DOSE_UNIT] = FORM_TEXT,
	[KEY_INSTRUCTIONS] = FORM_TEXT,
	[KEY_ENDS_AT] = FORM_INSTANT};

/* What each form looks like, for a sentence. */
static const char *const form_descriptions[] = {
	[FORM_TEXT] = "a string",
	[FORM_BOOLEAN] = "true or false",
	[FORM_INTEGER] = "a whole number",
	[FORM_NUMERIC] = "a number, or a string that holds one",
	[FORM_UUID] = "a string that holds a uuid",
	[FORM_INTERVAL] = "a string that holds an interval, such as \"4 hours\"",
	[FORM_WALL_CLOCK] = "a wall-clock time without a time zone, as \"2026-03-01T08:00:00\"",
	[FORM_WALL_CLOCKS] = "an array of wall-clock times without a time zone, as [\"2026-03-01T08:00:00\"]",
	[FORM_INSTANT] = "an instant with its offset, as \"2026-03-01T08:00:00+01:00\" or with Z",
	[FORM_RULE] = "a string",
	[FORM_ZONE] = "a string"};

/* The value being read, for errors. */
typedef struct Place
{
	const char *where;
	ScheduleKey key;
} Place;

static ScheduleKey		find_key(const JsonbValue *name);
static void				read_own_column(ScheduleJson *schedule, const JsonbValue *name, bool isnull, const char *where);
static Datum			read_value(const Place *place, const JsonbValue *value);
static Datum			read_wall_clocks(const Place *place, const JsonbValue *value);
static Datum			read_wall_clock(const Place *place, const JsonbValue *value);
static char			   *string_of(const Place *place, const JsonbValue *value);
static bool				is_iso_time(const char *text, bool with_offset);
static const char	   *skip_pattern(const char *text, const char *pattern);
static Datum			input(const Place *place, PGFunction type_input, const char *text);
static Datum			rule_in(PG_FUNCTION_ARGS);
static Datum			zone_in(PG_FUNCTION_ARGS);
pg_noreturn static void wrong_form(const Place *place);

void
schedule_json_read(ScheduleJson *schedule, JsonbContainer *object, int length, const char *where)
{
	JsonbIterator	  *iterator;
	JsonbIteratorToken token;
	JsonbValue		   name;
	JsonbValue		   value;
	JsonbValue		   whole = {.type = jbvBinary, .val.binary = {.data = object, .len = length}};

	if (!JsonContainerIsObject(object))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s must be a JSON object", where)));

	schedule_json_clear(schedule);
	iterator = JsonbIteratorInit(object);
	token = JsonbIteratorNext(&iterator, &name, true);
	while ((token = JsonbIteratorNext(&iterator, &name, true)) == WJB_KEY)
	{
		Place place = {where, find_key(&name)};

		(void) JsonbIteratorNext(&iterator, &value, true);
		if (place.key == SCHEDULE_NKEYS)
		{
			read_own_column(schedule, &name, value.type == jbvNull, where);
			continue;
		}
		schedule->present[place.key] = true;
		if (value.type == jbvNull)
			continue;

		schedule->values[place.key] = read_value(&place, &value);
		schedule->nulls[place.key] = ' ';
	}
	if (schedule->own.given != NIL)
		schedule->own.object = JsonbValueToJsonb(&whole);
}

void
schedule_json_clear(ScheduleJson *schedule)
{
	memset(schedule, 0, sizeof(ScheduleJson));
	memset(schedule->nulls, 'n', sizeof(schedule->nulls));
}

/* SCHEDULE_NKEYS: it is none of ours. */
static ScheduleKey
find_key(const JsonbValue *name)
{
	ScheduleKey key = 0;

	while (key < SCHEDULE_NKEYS &&
		   (strlen(schedule_key_names[key]) != (size_t) name->val.string.len ||
			memcmp(schedule_key_names[key], name->val.string.val, name->val.string.len) != 0))
		key++;
	return key;
}

/* A key that is none of ours: is there a column of the application's by that name? */
static void
read_own_column(ScheduleJson *schedule, const JsonbValue *name, bool isnull, const char *where)
{
	Relation schedules = table_open(medsched_table("schedules"), AccessShareLock);
	char	*names;

	if (!is_own_column(schedules, name->val.string.val, name->val.string.len))
	{
		names = own_column_names(schedules);
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s has an unknown key \"%.*s\"", where,
						pg_mbcliplen(name->val.string.val, name->val.string.len, 64), name->val.string.val),
				 errhint("The keys of a schedule are %s%s%s.", SCHEDULE_KEY_COLUMNS, names[0] == '\0' ? "" : ", ", names)));
	}
	table_close(schedules, NoLock);

	own_columns_add(&schedule->own, name->val.string.val, name->val.string.len, isnull);
}

/* What the key's column holds. */
static Datum
read_value(const Place *place, const JsonbValue *value)
{
	Datum whole;

	switch (key_forms[place->key])
	{
		case FORM_TEXT:
			return CStringGetTextDatum(string_of(place, value));

		case FORM_BOOLEAN:
			if (value->type != jbvBool)
				wrong_form(place);
			return BoolGetDatum(value->val.boolean);

		case FORM_INTEGER:
			if (value->type != jbvNumeric)
				wrong_form(place);
			whole = DirectFunctionCall2(numeric_trunc, NumericGetDatum(value->val.numeric), Int32GetDatum(0));
			if (!DatumGetBool(DirectFunctionCall2(numeric_eq, NumericGetDatum(value->val.numeric), whole)))
				wrong_form(place);
			return input(place, int4in, DatumGetCString(DirectFunctionCall1(numeric_out, whole)));

		case FORM_NUMERIC:
			/* Drivers hand numeric on as strings, to lose no digit. */
			if (value->type == jbvNumeric)
				return NumericGetDatum(value->val.numeric);
			return input(place, numeric_in, string_of(place, value));

		case FORM_UUID:
			return input(place, uuid_in, string_of(place, value));

		case FORM_INTERVAL:
			return input(place, interval_in, string_of(place, value));

		case FORM_RULE:
			return input(place, rule_in, string_of(place, value));

		case FORM_ZONE:
			return input(place, zone_in, string_of(place, value));

		case FORM_WALL_CLOCK:
			return read_wall_clock(place, value);

		case FORM_WALL_CLOCKS:
			return read_wall_clocks(place, value);

		case FORM_INSTANT:
			if (!is_iso_time(string_of(place, value), true))
				wrong_form(place);
			return input(place, timestamptz_in, string_of(place, value));
	}
	pg_unreachable();
}

static Datum
read_wall_clocks(const Place *place, const JsonbValue *value)
{
	JsonbIterator *iterator;
	JsonbValue	   element;
	Datum		  *times;
	int			   ntimes = 0;

	if (value->type != jbvBinary || !JsonContainerIsArray(value->val.binary.data))
		wrong_form(place);

	times = palloc(sizeof(Datum) * Max(JsonContainerSize(value->val.binary.data), 1));
	iterator = JsonbIteratorInit(value->val.binary.data);
	(void) JsonbIteratorNext(&iterator, &element, true);
	while (JsonbIteratorNext(&iterator, &element, true) == WJB_ELEM)
		times[ntimes++] = read_wall_clock(place, &element);
	return PointerGetDatum(construct_array(times, ntimes, TIMESTAMPOID, sizeof(Timestamp), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
}

/*
 * timestamp's own input would drop an offset in silence, and move the dose by
 * hours.
 */
static Datum
read_wall_clock(const Place *place, const JsonbValue *value)
{
	char *text = string_of(place, value);

	if (!is_iso_time(text, false))
		wrong_form(place);
	return input(place, timestamp_in, text);
}

static char *
string_of(const Place *place, const JsonbValue *value)
{
	if (value->type != jbvString)
		wrong_form(place);
	return pnstrdup(value->val.string.val, value->val.string.len);
}

/*
 * Whether text is YYYY-MM-DD, T or a space, HH:MM, perhaps :SS and a fraction,
 * and then, with_offset or not at all, Z, +HH, +HHMM or +HH:MM.
 */
static bool
is_iso_time(const char *text, bool with_offset)
{
	const char *rest = skip_pattern(text, "0000-00-00T00:00");
	const char *seconds;

	if (rest == NULL)
		return false;
	if ((seconds = skip_pattern(rest, ":00")) != NULL)
	{
		rest = seconds;
		if (*rest == '.' && (seconds = skip_pattern(rest, ".0")) != NULL)
			for (rest = seconds; *rest >= '0' && *rest <= '9';)
				rest++;
	}
	if (!with_offset)
		return *rest == '\0';
	if (*rest == 'Z')
		return rest[1] == '\0';
	if (*rest != '+' && *rest != '-')
		return false;
	rest = skip_pattern(rest + 1, "00");
	if (rest != NULL && *rest == ':')
		rest = skip_pattern(rest, ":00");
	else if (rest != NULL && *rest != '\0')
		rest = skip_pattern(rest, "00");
	return rest != NULL && *rest == '\0';
}

/* Past what looks like pattern: 0 is any digit, T also a space; NULL: it does not. */
static const char *
skip_pattern(const char *text, const char *pattern)
{
	for (; *pattern != '\0'; text++, pattern++)
	{
		bool matches = *pattern == '0'	 ? *text >= '0' && *text <= '9'
					   : *pattern == 'T' ? *text == 'T' || *text == ' '
										 : *text == *pattern;

		if (!matches)
			return NULL;
	}
	return text;
}

/* What a type makes of a text.  An error of its own is told where the text is. */
static Datum
input(const Place *place, PGFunction type_input, const char *text)
{
	MemoryContext context = CurrentMemoryContext;
	Datum		  value = 0;

	PG_TRY();
	{
		value = DirectFunctionCall3(type_input, CStringGetDatum(text), ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1));
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(context);
		rethrow_of_value(psprintf("%s.%s", place->where, schedule_key_names[place->key]));
	}
	PG_END_TRY();
	return value;
}

/* The domains' checks, as they would be made on insertion. */
static Datum
rule_in(PG_FUNCTION_ARGS)
{
	(void) rule_cache_find(PG_GETARG_CSTRING(0));
	PG_RETURN_DATUM(CStringGetTextDatum(PG_GETARG_CSTRING(0)));
}

static Datum
zone_in(PG_FUNCTION_ARGS)
{
	(void) zone_find(PG_GETARG_CSTRING(0));
	PG_RETURN_DATUM(CStringGetTextDatum(PG_GETARG_CSTRING(0)));
}

static void
wrong_form(const Place *place)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("%s.%s must be %s", place->where, schedule_key_names[place->key],
					form_descriptions[key_forms[place->key]])));
}
