/*-------------------------------------------------------------------------
 *
 * libical.c
 *		Rules as libical reads them: its arrays to our sets.
 *
 * libical allocates with malloc and frees before it returns; nothing here can
 * leave in between, so nothing leaks.  It may leave errno set.
 *
 *-------------------------------------------------------------------------
 */
#include <stdio.h>
#include <stdlib.h>

#include <libical/ical.h>

#include "recurrence/calendar.h"
#include "recurrence/libical.h"

#if ICAL_MAJOR_VERSION >= 4
#define RULE_LIST(rule, part, member) (rule)->by[part].data, (rule)->by[part].size
/* What ended a list before lists had sizes. */
#define ICAL_RECURRENCE_ARRAY_MAX 0x7f7f
/* Renamed. */
#define icaldurationtype_from_int(seconds) icaldurationtype_from_seconds(seconds)
#else
#define RULE_LIST(rule, part, member) (rule)->member, (int) (sizeof((rule)->member) / sizeof(short))
#endif

static void copy_numbers(const short *values, int size, uint64_t *from_first, uint64_t *from_last);
static void copy_few_numbers(const short *values, int size, uint32_t *from_first, uint32_t *from_last);
static int	weekday_from_libical(enum icalrecurrencetype_weekday weekday);
static void copy_weekdays(const short *values, int size, Recurrence *rule);
static bool copy_until(struct icaltimetype until, Recurrence *rule, RruleError *error);
static bool copy_rule(const struct icalrecurrencetype *parsed, Recurrence *rule, RruleError *error);

bool
libical_read_rule(const char *text, Recurrence *rule, RruleError *error)
{
	bool valid;

#if ICAL_MAJOR_VERSION >= 4
	struct icalrecurrencetype *parsed = icalrecurrencetype_new_from_string(text);

	valid = parsed != NULL && parsed->freq != ICAL_NO_RECURRENCE;
	if (valid && !copy_rule(parsed, rule, error))
		valid = false;
	if (parsed != NULL)
		icalrecurrencetype_unref(parsed);
#else
	struct icalrecurrencetype parsed;

	icalerror_set_errors_are_fatal(0);
	parsed = icalrecurrencetype_from_string(text);
	valid = parsed.freq != ICAL_NO_RECURRENCE;
	if (valid && !copy_rule(&parsed, rule, error))
		valid = false;
#endif
	if (!valid && error->message[0] == '\0')
		snprintf(error->message, sizeof(error->message), "libical does not read \"%.100s\"", text);
	return valid;
}

static bool
copy_rule(const struct icalrecurrencetype *parsed, Recurrence *rule, RruleError *error)
{
	uint64_t none = 0;

	rule->count = parsed->count;
	rule->week_start = weekday_from_libical(parsed->week_start);

	copy_numbers(RULE_LIST(parsed, ICAL_BY_SECOND, by_second), &rule->seconds, &none);
	if (rule->seconds & BIT(60))
		rule->seconds = (rule->seconds & low_bits(60)) | BIT(59);
	copy_numbers(RULE_LIST(parsed, ICAL_BY_MINUTE, by_minute), &rule->minutes, &none);
	copy_few_numbers(RULE_LIST(parsed, ICAL_BY_HOUR, by_hour), &rule->hours, NULL);
	copy_few_numbers(RULE_LIST(parsed, ICAL_BY_MONTH, by_month), &rule->months, NULL);
	copy_few_numbers(RULE_LIST(parsed, ICAL_BY_MONTH_DAY, by_month_day), &rule->monthdays, &rule->last_monthdays);
	copy_numbers(RULE_LIST(parsed, ICAL_BY_WEEK_NO, by_week_no), &rule->weeknos, &rule->last_weeknos);
	copy_numbers(RULE_LIST(parsed, ICAL_BY_YEAR_DAY, by_year_day), rule->yeardays, rule->last_yeardays);
	copy_numbers(RULE_LIST(parsed, ICAL_BY_SET_POS, by_set_pos), rule->positions, rule->last_positions);
	copy_weekdays(RULE_LIST(parsed, ICAL_BY_DAY, by_day), rule);
	return copy_until(parsed->until, rule, error);
}

/* Renumber a weekday, which libical counts from 1 = Sunday. */
static int
weekday_from_libical(enum icalrecurrencetype_weekday weekday)
{
	return ((int) weekday + 5) % 7;
}

/* Copy a list of numbers, those below zero to the set that counts from the end. */
static void
copy_numbers(const short *values, int size, uint64_t *from_first, uint64_t *from_last)
{
	for (int i = 0; i < size && values[i] != ICAL_RECURRENCE_ARRAY_MAX; i++)
		set_bit(values[i] < 0 ? from_last : from_first, abs(values[i]));
}

static void
copy_few_numbers(const short *values, int size, uint32_t *from_first, uint32_t *from_last)
{
	uint64_t first = 0;
	uint64_t last = 0;

	copy_numbers(values, size, &first, &last);
	*from_first |= (uint32_t) first;
	if (from_last != NULL)
		*from_last |= (uint32_t) last;
}

static void
copy_weekdays(const short *values, int size, Recurrence *rule)
{
	for (int i = 0; i < size && values[i] != ICAL_RECURRENCE_ARRAY_MAX; i++)
	{
		int weekday = weekday_from_libical(icalrecurrencetype_day_day_of_week(values[i]));
		int number = icalrecurrencetype_day_position(values[i]);

		if (number == 0)
			rule->weekdays |= (uint32_t) BIT(weekday);
		else if (number > 0)
			rule->nth_weekdays[weekday] |= BIT(number);
		else
			rule->last_nth_weekdays[weekday] |= BIT(-number);
	}
}

/* Copy UNTIL (RFC 5545 section 3.3.10); section 3.3.12: second 60 reads as 59 without leap seconds. */
static bool
copy_until(struct icaltimetype until, Recurrence *rule, RruleError *error)
{
	if (icaltime_is_null_time(until))
		return true;
	if (until.year < 1 || until.month < 1 || until.month > 12 || until.day < 1 ||
		until.day > days_in_month(until.year, until.month) || until.hour > 23 || until.minute > 59 || until.second > 60)
	{
		snprintf(error->message, sizeof(error->message), "UNTIL names no date and time of the calendar");
		snprintf(error->detail, sizeof(error->detail), "It reads %04d-%02d-%02d %02d:%02d:%02d.", until.year,
				 until.month, until.day, until.hour, until.minute, until.second);
		return false;
	}

	rule->until_form = icaltime_is_utc(until) ? UNTIL_INSTANT : UNTIL_LOCAL;
	rule->until = day_from_date(until.year, until.month, until.day) * LOCAL_SECS_PER_DAY;
	if (until.is_date)
		rule->until += LOCAL_SECS_PER_DAY - 1;
	else
		rule->until += until.hour * 3600 + until.minute * 60 + (until.second < 59 ? until.second : 59);
	return true;
}

struct icaldurationtype
libical_duration(int seconds)
{
	return icaldurationtype_from_int(seconds);
}
