/*-------------------------------------------------------------------------
 *
 * rule_parts.c
 *		_rule_parts: what the text of a recurrence rule says, as a row.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "funcapi.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "base/answer.h"
#include "recurrence/bits.h"
#include "schedule/rule_cache.h"

/* More numbers than a part can have: days of a year from both of its ends. */
#define MOST_NUMBERS 800

PG_FUNCTION_INFO_V1(medsched_rule_parts);

/* The parts, in the order of parts below. */
enum
{
	PART_FREQ,
	PART_INTERVAL,
	PART_COUNT,
	PART_UNTIL,
	PART_UNTIL_UTC,
	PART_WEEK_START,
	PART_SKIP,
	PART_SECONDS,
	PART_MINUTES,
	PART_HOURS,
	PART_MONTHS,
	PART_MONTHDAYS,
	PART_YEARDAYS,
	PART_WEEKNOS,
	PART_WEEKDAYS,
	PART_NTH_WEEKDAYS,
	PART_POSITIONS,
	NPARTS
};

static const AnswerColumn parts[NPARTS] = {
	[PART_FREQ] = {"freq", INT4OID},
	[PART_INTERVAL] = {"every", INT8OID},
	[PART_COUNT] = {"count", INT8OID},
	[PART_UNTIL] = {"until", TIMESTAMPOID},
	[PART_UNTIL_UTC] = {"until_utc", BOOLOID},
	[PART_WEEK_START] = {"week_start", INT4OID},
	[PART_SKIP] = {"skip", INT4OID},
	[PART_SECONDS] = {"seconds", INT4ARRAYOID},
	[PART_MINUTES] = {"minutes", INT4ARRAYOID},
	[PART_HOURS] = {"hours", INT4ARRAYOID},
	[PART_MONTHS] = {"months", INT4ARRAYOID},
	[PART_MONTHDAYS] = {"monthdays", INT4ARRAYOID},
	[PART_YEARDAYS] = {"yeardays", INT4ARRAYOID},
	[PART_WEEKNOS] = {"weeknos", INT4ARRAYOID},
	[PART_WEEKDAYS] = {"weekdays", INT4ARRAYOID},
	[PART_NTH_WEEKDAYS] = {"nth", INT4ARRAYOID},
	[PART_POSITIONS] = {"positions", INT4ARRAYOID},
};

/* Which BY part a list is. */
static const ByPart lists[NPARTS] = {
	[PART_SECONDS] = BY_SECOND,
	[PART_MINUTES] = BY_MINUTE,
	[PART_HOURS] = BY_HOUR,
	[PART_MONTHS] = BY_MONTH,
	[PART_MONTHDAYS] = BY_MONTHDAY,
	[PART_YEARDAYS] = BY_YEARDAY,
	[PART_WEEKNOS] = BY_WEEKNO,
	[PART_WEEKDAYS] = BY_DAY,
	[PART_NTH_WEEKDAYS] = BY_DAY,
	[PART_POSITIONS] = BY_SETPOS,
};

static Datum array_of_bits(const uint64_t *from_first, const uint64_t *from_last, int n_words);
static Datum array_of_word(uint64_t from_first, uint64_t from_last);
static Datum array_of_numbered(const Recurrence *rule);
static Datum number_array(const Datum *numbers, int n);

Datum
medsched_rule_parts(PG_FUNCTION_ARGS)
{
	const Recurrence *rule = rule_cache_find(text_to_cstring(PG_GETARG_TEXT_PP(0)));
	Datum			  values[NPARTS];
	bool			  isnull[NPARTS] = {false};
	TupleDesc		  descriptor;
	Answer			 *answer;

	if (get_call_result_type(fcinfo, NULL, &descriptor) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "medsched._rule_parts() must return a row");
	answer = answer_open(BlessTupleDesc(descriptor), parts, NPARTS);

	values[PART_FREQ] = Int32GetDatum(rule->freq);
	values[PART_INTERVAL] = Int64GetDatum(rule->interval);
	values[PART_COUNT] = Int64GetDatum(rule->count);
	isnull[PART_COUNT] = rule->count == 0;
	values[PART_UNTIL] = TimestampGetDatum(rule->until * USECS_PER_SEC);
	values[PART_UNTIL_UTC] = BoolGetDatum(rule->until_form == UNTIL_INSTANT);
	isnull[PART_UNTIL] = isnull[PART_UNTIL_UTC] = rule->until_form == UNTIL_NONE;
	values[PART_WEEK_START] = Int32GetDatum(rule->week_start);
	values[PART_SKIP] = Int32GetDatum(rule->skip);
	values[PART_SECONDS] = array_of_word(rule->seconds, 0);
	values[PART_MINUTES] = array_of_word(rule->minutes, 0);
	values[PART_HOURS] = array_of_word(rule->hours, 0);
	values[PART_MONTHS] = array_of_word(rule->months, 0);
	values[PART_MONTHDAYS] = array_of_word(rule->monthdays, rule->last_monthdays);
	values[PART_YEARDAYS] = array_of_bits(rule->yeardays, rule->last_yeardays, WORDS_FOR_YEAR);
	values[PART_WEEKNOS] = array_of_word(rule->weeknos, rule->last_weeknos);
	values[PART_WEEKDAYS] = array_of_word(rule->weekdays, 0);
	values[PART_NTH_WEEKDAYS] = array_of_numbered(rule);
	values[PART_POSITIONS] = array_of_bits(rule->positions, rule->last_positions, WORDS_FOR_YEAR);
	for (int part = PART_SECONDS; part < NPARTS; part++)
		isnull[part] = !(rule->by & lists[part]);
	answer_set(answer, values, isnull);
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(answer->descriptor, answer->values, answer->isnull)));
}

static Datum
array_of_word(uint64_t from_first, uint64_t from_last)
{
	return array_of_bits(&from_first, &from_last, 1);
}

/* Give the numbers that are set, ascending: those counted from the last are below zero. */
static Datum
array_of_bits(const uint64_t *from_first, const uint64_t *from_last, int n_words)
{
	Datum numbers[MOST_NUMBERS];
	int	  n = 0;

	for (int i = 64 * n_words - 1; i > 0; i--)
	{
		if (has_bit(from_last, i))
			numbers[n++] = Int32GetDatum(-i);
	}
	for (int i = 0; i < 64 * n_words; i++)
	{
		if (has_bit(from_first, i))
			numbers[n++] = Int32GetDatum(i);
	}
	return number_array(numbers, n);
}

/* Give the weekdays with a number n, as 7 * n + weekday, ascending: those counted from the last are below zero. */
static Datum
array_of_numbered(const Recurrence *rule)
{
	Datum numbers[MOST_NUMBERS];
	int	  n = 0;

	for (int number = -53; number <= 53; number++)
	{
		for (int i = 0; i < 7 && number != 0; i++)
		{
			int		 weekday = number < 0 ? 6 - i : i;
			uint64_t set = number < 0 ? rule->last_nth_weekdays[weekday] : rule->nth_weekdays[weekday];

			if (set & BIT(abs(number)))
				numbers[n++] = Int32GetDatum(7 * number + (number < 0 ? -weekday : weekday));
		}
	}
	return number_array(numbers, n);
}

static Datum
number_array(const Datum *numbers, int n)
{
	return PointerGetDatum(construct_array(unconstify(Datum *, numbers), n, INT4OID, sizeof(int32), true, TYPALIGN_INT));
}
