/*-------------------------------------------------------------------------
 *
 * rrule_parts.c
 *		The values of the parts of a rule's text.
 *
 *-------------------------------------------------------------------------
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "recurrence/bits.h"
#include "recurrence/rrule_parts.h"

/* The largest INTERVAL and COUNT. */
#define MAX_NUMBER INT64_C(2147483647)

static const char *const skip_names[] = {"OMIT", "BACKWARD", "FORWARD", NULL};

static int	find_name(const char *const *names, const char *name);
static int	two_digits(const char *digits);
static bool parse_positive(RuleText *text, const PartFacts *part, const char *value, int64_t *number);
static bool parse_digits(const char **cursor, int64_t max, int64_t *number);
static bool read_values(RuleText *text, const PartFacts *part, char *value, bool weekdays);
static bool fail_range(RuleText *text, const PartFacts *part, const char *value);
static void add_number(Recurrence *rule, ByPart part, bool negative, int number);

bool
rrule_fail(RuleText *text, const char *hint, const char *detail, const char *format, ...)
{
	RruleError *error = text->error;
	va_list		args;

	va_start(args, format);
	vsnprintf(error->message, sizeof(error->message), format, args);
	va_end(args);
	snprintf(error->detail, sizeof(error->detail), "%s", detail);
	snprintf(error->hint, sizeof(error->hint), "%s", hint);
	return false;
}

bool
rrule_read_frequency(RuleText *text, const PartFacts *part, char *value)
{
	int freq = find_name(rule_frequency_names, value);

	if (freq < 0)
		return rrule_fail(text, "", "FREQ takes SECONDLY, MINUTELY, HOURLY, DAILY, WEEKLY, MONTHLY or YEARLY.",
						  "FREQ value \"%.40s\" is not valid", value);
	(void) part;
	text->rule->freq = (Frequency) freq;
	return true;
}

/* Find the index of a name in a list that ends with NULL, or -1. */
static int
find_name(const char *const *names, const char *name)
{
	for (int i = 0; names[i] != NULL; i++)
	{
		if (strcmp(names[i], name) == 0)
			return i;
	}
	return -1;
}

/* Check the shape of UNTIL; whether it is a date that exists is the last to be checked. */
bool
rrule_read_until(RuleText *text, const PartFacts *part, char *value)
{
	size_t digits = strspn(value, "0123456789");
	bool   is_date = digits == 8 && value[8] == '\0';

	if (!is_date)
	{
		const char *time = value + 9;

		if (digits != 8 || value[8] != 'T' || strspn(time, "0123456789") != 6 ||
			(time[6] != '\0' && strcmp(time + 6, "Z") != 0))
			return rrule_fail(text, "",
							  "UNTIL takes a date (20261231), a local time (20261231T235959) or a time in UTC "
							  "(20261231T235959Z).",
							  "UNTIL value \"%.40s\" is not valid", value);
	}
	(void) part;
	text->until = value;
	return true;
}

/* Add UNTIL (RFC 5545 section 3.3.10); section 3.3.12: second 60 reads as 59 without leap seconds. */
bool
rrule_add_until(RuleText *text)
{
	Recurrence *rule = text->rule;
	const char *value = text->until;
	const char *time;
	int			year, month, day, hour, minute, second;

	if (value == NULL)
		return true;
	time = value[8] == 'T' ? value + 9 : "000000";
	year = 100 * two_digits(value) + two_digits(value + 2);
	month = two_digits(value + 4);
	day = two_digits(value + 6);
	hour = two_digits(time);
	minute = two_digits(time + 2);
	second = two_digits(time + 4);
	if (year < 1 || month < 1 || month > 12 || day < 1 || day > days_in_month(year, month) || hour > 23 || minute > 59 ||
		second > 60)
	{
		char detail[sizeof(text->error->detail)];

		snprintf(detail, sizeof(detail), "It reads %04d-%02d-%02d %02d:%02d:%02d.", year, month, day, hour, minute, second);
		return rrule_fail(text, "", detail, "UNTIL names no date and time of the calendar");
	}
	rule->until_form = time[6] == 'Z' ? UNTIL_INSTANT : UNTIL_LOCAL;
	rule->until = day_from_date(year, month, day) * LOCAL_SECS_PER_DAY;
	if (value[8] == 'T')
		rule->until += hour * 3600 + minute * 60 + (second < 59 ? second : 59);
	else
		rule->until += LOCAL_SECS_PER_DAY - 1;
	return true;
}

static int
two_digits(const char *digits)
{
	return 10 * (digits[0] - '0') + digits[1] - '0';
}

bool
rrule_read_count(RuleText *text, const PartFacts *part, char *value)
{
	return parse_positive(text, part, value, &text->rule->count);
}

static bool
parse_positive(RuleText *text, const PartFacts *part, const char *value, int64_t *number)
{
	const char *cursor = value;

	if (!parse_digits(&cursor, MAX_NUMBER, number) || *cursor != '\0' || *number < 1)
		return rrule_fail(text, "", "It takes a whole number from 1 to 2147483647.", "%s value \"%.40s\" is not valid",
						  part->name, value);
	return true;
}

/* Read digits; false unless there is at least one, or beyond max. */
static bool
parse_digits(const char **cursor, int64_t max, int64_t *number)
{
	const char *first = *cursor;

	*number = 0;
	for (; **cursor >= '0' && **cursor <= '9'; (*cursor)++)
	{
		*number = *number * 10 + (**cursor - '0');
		if (*number > max)
			return false;
	}
	return *cursor > first;
}

/* Check RSCALE (RFC 7529 section 4.1): the engine reads it and SKIP itself. */
bool
rrule_read_rscale(RuleText *text, const PartFacts *part, char *value)
{
	(void) part;
	if (strcmp(value, "GREGORIAN") == 0)
		return true;
	text->error->unsupported = true;
	return rrule_fail(text, "", "Only RSCALE=GREGORIAN is supported.", "RSCALE=%.40s", value);
}

bool
rrule_read_skip(RuleText *text, const PartFacts *part, char *value)
{
	int skip = find_name(skip_names, value);

	(void) part;
	if (skip < 0)
		return rrule_fail(text, "", "SKIP takes OMIT, BACKWARD or FORWARD.", "SKIP value \"%.40s\" is not valid", value);
	text->rule->skip = (Skip) skip;
	return true;
}

bool
rrule_read_interval(RuleText *text, const PartFacts *part, char *value)
{
	return parse_positive(text, part, value, &text->rule->interval);
}

bool
rrule_read_week_start(RuleText *text, const PartFacts *part, char *value)
{
	int weekday = find_name(rule_weekday_names, value);

	(void) part;
	if (weekday < 0)
		return rrule_fail(text, "", "WKST takes MO, TU, WE, TH, FR, SA or SU.", "WKST value \"%.40s\" is not valid", value);
	text->rule->week_start = weekday;
	return true;
}

bool
rrule_read_list(RuleText *text, const PartFacts *part, char *value)
{
	return read_values(text, part, value, false);
}

/* Read a list of numbers, for BYDAY each followed by a weekday. */
static bool
read_values(RuleText *text, const PartFacts *part, char *value, bool weekdays)
{
	Recurrence *rule = text->rule;
	char	   *next = value;
	char	   *item;

	while ((item = strsep(&next, ",")) != NULL)
	{
		const char *cursor = item;
		int64_t		number = 0;
		bool		negative = *cursor == '-';
		bool		has_sign = negative || *cursor == '+';
		bool		has_number;
		int			weekday = 0;

		cursor += has_sign;
		has_number = parse_digits(&cursor, part->max, &number);
		if (weekdays)
			weekday = find_name(rule_weekday_names, cursor);
		else if (*cursor != '\0')
			weekday = -1;
		if (weekday < 0 || (has_number && number < part->min) || (!has_number && (!weekdays || has_sign)) ||
			(has_sign && !part->may_be_negative))
			return fail_range(text, part, item);

		if (!weekdays)
			add_number(rule, part->by, negative, (int) number);
		else if (has_number)
		{
			text->numbered_weekday = true;
			set_bit(negative ? &rule->last_nth_weekdays[weekday] : &rule->nth_weekdays[weekday], (int) number);
		}
		else
			rule->weekdays |= (uint32_t) BIT(weekday);
	}
	rule->by |= part->by;
	return true;
}

/* Add a number to the set of a BY part, or to the one that counts from the end. */
static void
add_number(Recurrence *rule, ByPart part, bool negative, int number)
{
	switch (part)
	{
		case BY_SECOND:
			/* There are no leap seconds. */
			rule->seconds |= BIT(number < 59 ? number : 59);
			break;
		case BY_MINUTE:
			rule->minutes |= BIT(number);
			break;
		case BY_HOUR:
			rule->hours |= (uint32_t) BIT(number);
			break;
		case BY_MONTH:
			rule->months |= (uint32_t) BIT(number);
			break;
		case BY_MONTHDAY:
			*(negative ? &rule->last_monthdays : &rule->monthdays) |= (uint32_t) BIT(number);
			break;
		case BY_WEEKNO:
			set_bit(negative ? &rule->last_weeknos : &rule->weeknos, number);
			break;
		case BY_YEARDAY:
			set_bit(negative ? rule->last_yeardays : rule->yeardays, number);
			break;
		case BY_SETPOS:
			set_bit(negative ? rule->last_positions : rule->positions, number);
			break;
		case BY_DAY:
			break;
	}
}

static bool
fail_range(RuleText *text, const PartFacts *part, const char *value)
{
	char detail[sizeof(text->error->detail)];

	snprintf(detail, sizeof(detail), "%s takes %s from %d to %d%s.", part->name,
			 part->by == BY_DAY ? "weekdays MO, TU, WE, TH, FR, SA, SU, each with or without a number" : "whole numbers",
			 part->min, part->max, part->may_be_negative ? ", or the same below zero to count from the end" : "");
	return rrule_fail(text, "", detail, "%s value \"%.40s\" is not valid", part->name, value);
}

bool
rrule_read_weekdays(RuleText *text, const PartFacts *part, char *value)
{
	return read_values(text, part, value, true);
}
