/*-------------------------------------------------------------------------
 *
 * rrule.c
 *		Rule text to a Recurrence: what RFC 5545 and RFC 7529 allow.
 *
 * libical reads the text, but lets pass much that the RFC forbids and says
 * nothing of what is wrong with the rest.  So every part is checked here
 * first, against a table, and written out again in one spelling; libical
 * then reads that (libical.c).
 *
 * libical 3 has room for 31 days of the month, 55 weeks and so on; a list may
 * name them all and, counted from the end, all of them again.  So it is given
 * the rule in rounds, each with another chunk of the lists that are long.
 *
 *-------------------------------------------------------------------------
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "recurrence/calendar.h"
#include "recurrence/libical.h"
#include "recurrence/rrule.h"

#define FREQ_BIT(freq)	(1u << (freq))
#define ALL_FREQUENCIES (FREQ_BIT(FREQ_YEARLY + 1) - 1)
#define FREQ_BELOW_DAY	(FREQ_BIT(FREQ_SECONDLY) | FREQ_BIT(FREQ_MINUTELY) | FREQ_BIT(FREQ_HOURLY))

/* So many values are given to libical at a time: it has room for them in every list. */
#define CHUNK 24

/* The most values that differ: BYDAY, each weekday without a number and with 1 to 53 from either end. */
#define MOST_VALUES (7 * (1 + 2 * 53))

/* The largest INTERVAL and COUNT. */
#define MAX_NUMBER INT64_C(2147483647)

const char *const rrule_frequencies[] = {
	[FREQ_SECONDLY] = "SECONDLY",
	[FREQ_MINUTELY] = "MINUTELY",
	[FREQ_HOURLY] = "HOURLY",
	[FREQ_DAILY] = "DAILY",
	[FREQ_WEEKLY] = "WEEKLY",
	[FREQ_MONTHLY] = "MONTHLY",
	[FREQ_YEARLY] = "YEARLY",
	NULL};

const char *const rrule_weekdays[] = {"MO", "TU", "WE", "TH", "FR", "SA", "SU", NULL};

static const char *const skip_names[] = {"OMIT", "BACKWARD", "FORWARD", NULL};

/* A rule text on its way to libical, in one round. */
typedef struct RuleText
{
	Recurrence *rule;
	RruleError *error;
	int			round;						 /* counted from 0 */
	bool		more;						 /* a list has values left for another round */
	unsigned	seen;						 /* bits by index in parts[] */
	bool		numbered_weekday;			 /* BYDAY has a number */
	char		clean[RRULE_MAX_LENGTH + 1]; /* what libical is to read */
	size_t		clean_length;
} RuleText;

typedef struct PartFacts PartFacts;

struct PartFacts
{
	const char *name;
	bool (*read)(RuleText *text, const PartFacts *part, char *value);
	ByPart		by;	 /* 0: not a BY part */
	int			min; /* of the value, or of its number */
	int			max;
	bool		may_be_negative;
	unsigned	frequencies; /* with which the part may stand */
	const char *reason;		 /* why not with the others */
};

enum
{
	PART_FREQ,
	PART_UNTIL,
	PART_COUNT,
	PART_RSCALE,
	PART_SKIP,
	PART_OTHER
};

static bool fail(RuleText *text, const char *hint, const char *detail, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
static bool fail_range(RuleText *text, const PartFacts *part, const char *value);
static void append_clean(RuleText *text, const char *string);
static int	find_name(const char *const *names, const char *name);
static bool parse_digits(const char **cursor, int64_t max, int64_t *number);
static void append_part(RuleText *text, const PartFacts *part, const char *value);
static bool read_frequency(RuleText *text, const PartFacts *part, char *value);
static bool parse_positive(RuleText *text, const PartFacts *part, const char *value, int64_t *number);
static bool read_number(RuleText *text, const PartFacts *part, char *value);
static bool read_interval(RuleText *text, const PartFacts *part, char *value);
static bool read_until(RuleText *text, const PartFacts *part, char *value);
static void append_chunk(RuleText *text, const PartFacts *part, char *const *items, int n);
static bool read_values(RuleText *text, const PartFacts *part, char *value, bool weekdays);
static bool read_list(RuleText *text, const PartFacts *part, char *value);
static bool read_weekdays(RuleText *text, const PartFacts *part, char *value);
static bool read_week_start(RuleText *text, const PartFacts *part, char *value);
static bool read_rscale(RuleText *text, const PartFacts *part, char *value);
static bool read_skip(RuleText *text, const PartFacts *part, char *value);
static bool read_part(RuleText *text, char *item);
static bool check_combination(RuleText *text);
static bool read_round(RuleText *text, const char *string);

/* RFC 5545 section 3.3.10: the values of each part, and the table of what it may stand with. */
static const PartFacts parts[] = {
	[PART_FREQ] = {"FREQ", read_frequency, 0, 0, 0, false, ALL_FREQUENCIES, NULL},
	[PART_UNTIL] = {"UNTIL", read_until, 0, 0, 0, false, ALL_FREQUENCIES, NULL},
	[PART_COUNT] = {"COUNT", read_number, 0, 0, 0, false, ALL_FREQUENCIES, NULL},
	[PART_RSCALE] = {"RSCALE", read_rscale, 0, 0, 0, false, ALL_FREQUENCIES, NULL},
	[PART_SKIP] = {"SKIP", read_skip, 0, 0, 0, false, ALL_FREQUENCIES, NULL},
	[PART_OTHER] = {"INTERVAL", read_interval, 0, 0, 0, false, ALL_FREQUENCIES, NULL},
	{"WKST", read_week_start, 0, 0, 0, false, ALL_FREQUENCIES, NULL},
	{"BYSECOND", read_list, BY_SECOND, 0, 60, false, ALL_FREQUENCIES, NULL},
	{"BYMINUTE", read_list, BY_MINUTE, 0, 59, false, ALL_FREQUENCIES, NULL},
	{"BYHOUR", read_list, BY_HOUR, 0, 23, false, ALL_FREQUENCIES, NULL},
	{"BYDAY", read_weekdays, BY_DAY, 1, 53, true, ALL_FREQUENCIES, NULL},
	{"BYMONTHDAY", read_list, BY_MONTHDAY, 1, 31, true, ALL_FREQUENCIES & ~FREQ_BIT(FREQ_WEEKLY),
	 "a week has no days of the month of its own"},
	{"BYYEARDAY", read_list, BY_YEARDAY, 1, 366, true, FREQ_BELOW_DAY | FREQ_BIT(FREQ_YEARLY),
	 "it is only for YEARLY and for frequencies below a day"},
	{"BYWEEKNO", read_list, BY_WEEKNO, 1, 53, true, FREQ_BIT(FREQ_YEARLY), "it is only for YEARLY"},
	{"BYMONTH", read_list, BY_MONTH, 1, 12, false, ALL_FREQUENCIES, NULL},
	{"BYSETPOS", read_list, BY_SETPOS, 1, 366, true, ALL_FREQUENCIES, NULL},
};

#define N_PARTS ((int) (sizeof(parts) / sizeof(parts[0])))

bool
rrule_parse(const char *string, Recurrence *rule, RruleError *error)
{
	RuleText text;

	memset(rule, 0, sizeof(*rule));
	memset(error, 0, sizeof(*error));
	rule->interval = 1;
	text.rule = rule;
	text.error = error;
	text.round = 0;

	if (strlen(string) > RRULE_MAX_LENGTH)
		return fail(&text, "", "A rule has at most 8192 bytes.", "the text has %zu bytes", strlen(string));
	do
	{
		if (!read_round(&text, string))
			return false;
		text.round++;
	} while (text.more);
	return true;
}

/* Fill the error and return false. */
static bool
fail(RuleText *text, const char *hint, const char *detail, const char *format, ...)
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

/* Read the text for one round, and have libical add to the rule what it has of it. */
static bool
read_round(RuleText *text, const char *string)
{
	char   copy[RRULE_MAX_LENGTH + 1];
	size_t length = strlen(string);
	char  *next = copy;
	char  *item;

	text->more = false;
	text->seen = 0;
	text->numbered_weekday = false;
	text->clean[0] = '\0';
	text->clean_length = 0;

	for (size_t i = 0; i <= length; i++)
		copy[i] = string[i] >= 'a' && string[i] <= 'z' ? string[i] - 'a' + 'A' : string[i];
	if (strncmp(copy, "RRULE:", 6) == 0)
		next += 6;
	if (*next == '\0')
		return fail(text, "Write for example FREQ=DAILY;BYHOUR=8.", "", "the text is empty");

	while ((item = strsep(&next, ";")) != NULL)
	{
		/* Old programs end a rule with a semicolon. */
		if (*item == '\0' && next == NULL && text->seen != 0)
			break;
		if (!read_part(text, item))
			return false;
	}
	return check_combination(text) && libical_read_rule(text->clean, text->rule, text->error);
}

static bool
read_part(RuleText *text, char *item)
{
	char *value = strchr(item, '=');
	int	  i;

	if (value == NULL)
		return fail(text, "Write parts as NAME=value, separated by single semicolons.", "",
					*item == '\0' ? "a part is empty" : "part \"%.40s\" has no value", item);
	*value++ = '\0';

	for (i = 0; i < N_PARTS && strcmp(parts[i].name, item) != 0; i++)
		;
	if (i == N_PARTS)
		return fail(text, "", "The parts are those of RFC 5545 section 3.3.10, and RSCALE and SKIP of RFC 7529.",
					"unknown part \"%.40s\"", item);
	if (text->seen & (1u << i))
		return fail(text, "", "RFC 5545 section 3.3.10: a part must not occur more than once.", "%s is given twice",
					parts[i].name);
	text->seen |= 1u << i;
	return parts[i].read(text, &parts[i], value);
}

static bool
read_frequency(RuleText *text, const PartFacts *part, char *value)
{
	int freq = find_name(rrule_frequencies, value);

	if (freq < 0)
		return fail(text, "", "FREQ takes SECONDLY, MINUTELY, HOURLY, DAILY, WEEKLY, MONTHLY or YEARLY.",
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
static bool
read_until(RuleText *text, const PartFacts *part, char *value)
{
	size_t digits = strspn(value, "0123456789");
	bool   is_date = digits == 8 && value[8] == '\0';

	if (!is_date)
	{
		const char *time = value + 9;

		if (digits != 8 || value[8] != 'T' || strspn(time, "0123456789") != 6 ||
			(time[6] != '\0' && strcmp(time + 6, "Z") != 0))
			return fail(text, "",
						"UNTIL takes a date (20261231), a local time (20261231T235959) or a time in UTC "
						"(20261231T235959Z).",
						"UNTIL value \"%.40s\" is not valid", value);
	}
	append_part(text, part, value);
	return true;
}

static bool
read_number(RuleText *text, const PartFacts *part, char *value)
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
		return fail(text, "", "It takes a whole number from 1 to 2147483647.", "%s value \"%.40s\" is not valid",
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
static bool
read_rscale(RuleText *text, const PartFacts *part, char *value)
{
	(void) part;
	if (strcmp(value, "GREGORIAN") == 0)
		return true;
	text->error->unsupported = true;
	return fail(text, "", "Only RSCALE=GREGORIAN is supported.", "RSCALE=%.40s", value);
}

static bool
read_skip(RuleText *text, const PartFacts *part, char *value)
{
	int skip = find_name(skip_names, value);

	(void) part;
	if (skip < 0)
		return fail(text, "", "SKIP takes OMIT, BACKWARD or FORWARD.", "SKIP value \"%.40s\" is not valid", value);
	text->rule->skip = (Skip) skip;
	return true;
}

/* Read INTERVAL, which libical keeps in a short: it does not get to see it. */
static bool
read_interval(RuleText *text, const PartFacts *part, char *value)
{
	return parse_positive(text, part, value, &text->rule->interval);
}

static bool
read_week_start(RuleText *text, const PartFacts *part, char *value)
{
	if (find_name(rrule_weekdays, value) < 0)
		return fail(text, "", "WKST takes MO, TU, WE, TH, FR, SA or SU.", "WKST value \"%.40s\" is not valid", value);
	append_part(text, part, value);
	return true;
}

static bool
read_list(RuleText *text, const PartFacts *part, char *value)
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
			weekday = find_name(rrule_weekdays, cursor);
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
	return fail(text, "", detail, "%s value \"%.40s\" is not valid", part->name, value);
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

static bool
read_weekdays(RuleText *text, const PartFacts *part, char *value)
{
	return read_values(text, part, value, true);
}

/* Refuse what may not stand together, RFC 5545 section 3.3.10 and RFC 7529 section 4.1. */
static bool
check_combination(RuleText *text)
{
	const Recurrence *rule = text->rule;

	if (!(text->seen & (1u << PART_FREQ)))
		return fail(text, "Add for example FREQ=DAILY.", "RFC 5545 section 3.3.10: FREQ is required.", "no FREQ");
	if ((text->seen & (1u << PART_UNTIL)) && (text->seen & (1u << PART_COUNT)))
		return fail(text, "Keep one of the two.",
					"RFC 5545 section 3.3.10: UNTIL and COUNT must not occur in the same rule.", "both UNTIL and COUNT");
	if ((text->seen & (1u << PART_SKIP)) && !(text->seen & (1u << PART_RSCALE)))
		return fail(text, "Add RSCALE=GREGORIAN.",
					"RFC 7529 section 4.1: SKIP must not be present unless RSCALE is.", "SKIP without RSCALE");
	for (int i = 0; i < N_PARTS; i++)
	{
		char detail[sizeof(text->error->detail)];

		if (!(text->seen & (1u << i)) || (parts[i].frequencies & FREQ_BIT(rule->freq)))
			continue;
		snprintf(detail, sizeof(detail), "RFC 5545 section 3.3.10 forbids %s here: %s.", parts[i].name,
				 parts[i].reason);
		return fail(text, "", detail, "%s with FREQ=%s", parts[i].name, rrule_frequencies[rule->freq]);
	}
	if (text->numbered_weekday && rule->freq < FREQ_MONTHLY)
		return fail(text, "Give the weekdays without numbers, or use MONTHLY or YEARLY.",
					"RFC 5545 section 3.3.10: a number counts weekdays within a month or a year.",
					"BYDAY with a number and FREQ=%s", rrule_frequencies[rule->freq]);
	if (text->numbered_weekday && (rule->by & BY_WEEKNO))
		return fail(text, "Give the weekdays without numbers.",
					"RFC 5545 section 3.3.10: BYDAY must not have a number when BYWEEKNO is given.",
					"BYDAY with a number and BYWEEKNO");
	if (rule->by == BY_SETPOS)
		return fail(text, "Add the BY part whose set it selects from, for example BYDAY.",
					"RFC 5545 section 3.3.10: BYSETPOS must be used with another BY part.", "BYSETPOS alone");
	return true;
}
