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

/* So many values are given to libical at a time: it has room for them in every list. */
#define CHUNK 24

/* The most values that differ: BYDAY, each weekday without a number and with 1 to 53 from either end. */
#define MOST_VALUES (7 * (1 + 2 * 53))

/* The largest INTERVAL and COUNT. */
#define MAX_NUMBER INT64_C(2147483647)

static const char *const skip_names[] = {"OMIT", "BACKWARD", "FORWARD", NULL};

static int	find_name(const char *const *names, const char *name);
static void append_part(RuleText *text, const PartFacts *part, const char *value);
static void append_clean(RuleText *text, const char *string);
static bool parse_positive(RuleText *text, const PartFacts *part, const char *value, int64_t *number);
static bool parse_digits(const char **cursor, int64_t max, int64_t *number);
static bool read_values(RuleText *text, const PartFacts *part, char *value, bool weekdays);
static bool fail_range(RuleText *text, const PartFacts *part, const char *value);
static void append_chunk(RuleText *text, const PartFacts *part, char *const *items, int n);

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
	text->rule->freq = (Frequency) freq;
	append_part(text, part, value);
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

static void
append_part(RuleText *text, const PartFacts *part, const char *value)
{
	if (text->clean_length > 0)
		append_clean(text, ";");
	append_clean(text, part->name);
	append_clean(text, "=");
	append_clean(text, value);
}

static void
append_clean(RuleText *text, const char *string)
{
	size_t length = strlen(string);

	/* Never more than the text it came from. */
	if (text->clean_length + length < sizeof(text->clean))
	{
		memcpy(text->clean + text->clean_length, string, length + 1);
		text->clean_length += length;
	}
}

/* Check the shape of UNTIL; whether it is a date that exists is seen after libical has read it. */
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
	append_part(text, part, value);
	return true;
}

bool
rrule_read_number(RuleText *text, const PartFacts *part, char *value)
{
	int64_t number;

	if (!parse_positive(text, part, value, &number))
		return false;
	append_part(text, part, value);
	return true;
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

/* Read INTERVAL, which libical keeps in a short: it does not get to see it. */
bool
rrule_read_interval(RuleText *text, const PartFacts *part, char *value)
{
	return parse_positive(text, part, value, &text->rule->interval);
}

bool
rrule_read_week_start(RuleText *text, const PartFacts *part, char *value)
{
	if (find_name(rule_weekday_names, value) < 0)
		return rrule_fail(text, "", "WKST takes MO, TU, WE, TH, FR, SA or SU.", "WKST value \"%.40s\" is not valid", value);
	append_part(text, part, value);
	return true;
}

bool
rrule_read_list(RuleText *text, const PartFacts *part, char *value)
{
	return read_values(text, part, value, false);
}

/*
 * Read a list of numbers, for BYDAY each followed by a weekday.  A value that
 * is there already is left out.
 */
static bool
read_values(RuleText *text, const PartFacts *part, char *value, bool weekdays)
{
	uint64_t seen[2][7][WORDS_FOR_YEAR] = {{{0}}};
	char	*items[MOST_VALUES];
	int		 n = 0;
	char	*next = value;
	char	*item;

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

		text->numbered_weekday |= weekdays && has_number;
		if (has_bit(seen[negative][weekday], (int) number))
			continue;
		set_bit(seen[negative][weekday], (int) number);
		items[n++] = item;
	}
	append_chunk(text, part, items, n);
	text->rule->by |= part->by;
	return true;
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

/* Append a part with this round's chunk of its values, or with its last chunk once more. */
static void
append_chunk(RuleText *text, const PartFacts *part, char *const *items, int n)
{
	int last_round = (n - 1) / CHUNK;
	int first = (text->round < last_round ? text->round : last_round) * CHUNK;

	append_part(text, part, items[first]);
	for (int i = first + 1; i < n && i < first + CHUNK; i++)
	{
		append_clean(text, ",");
		append_clean(text, items[i]);
	}
	text->more |= text->round < last_round;
}

bool
rrule_read_weekdays(RuleText *text, const PartFacts *part, char *value)
{
	return read_values(text, part, value, true);
}
