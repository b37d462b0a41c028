/*-------------------------------------------------------------------------
 *
 * rrule.c
 *		Rule text to a Recurrence: what RFC 5545 and RFC 7529 allow.
 *
 * Every part is checked against a table while it is read, so that an error says
 * what is wrong and what would be right.
 *
 *-------------------------------------------------------------------------
 */
#include <stdio.h>
#include <string.h>

#include "recurrence/rrule.h"
#include "recurrence/rrule_parts.h"

#define FREQ_BIT(freq)	(1u << (freq))
#define ALL_FREQUENCIES (FREQ_BIT(FREQ_YEARLY + 1) - 1)
#define FREQ_BELOW_DAY	(FREQ_BIT(FREQ_SECONDLY) | FREQ_BIT(FREQ_MINUTELY) | FREQ_BIT(FREQ_HOURLY))

/* The parts that are told from the others, first in the table. */
enum
{
	PART_FREQ,
	PART_UNTIL,
	PART_COUNT,
	PART_RSCALE,
	PART_SKIP
};

/* RFC 5545 section 3.3.10: the values of each part, and the table of what it may stand with. */
static const PartFacts part_facts[] = {
	[PART_FREQ] = {"FREQ", rrule_read_frequency, 0, 0, 0, false, ALL_FREQUENCIES, NULL},
	[PART_UNTIL] = {"UNTIL", rrule_read_until, 0, 0, 0, false, ALL_FREQUENCIES, NULL},
	[PART_COUNT] = {"COUNT", rrule_read_count, 0, 0, 0, false, ALL_FREQUENCIES, NULL},
	[PART_RSCALE] = {"RSCALE", rrule_read_rscale, 0, 0, 0, false, ALL_FREQUENCIES, NULL},
	[PART_SKIP] = {"SKIP", rrule_read_skip, 0, 0, 0, false, ALL_FREQUENCIES, NULL},
	{"INTERVAL", rrule_read_interval, 0, 0, 0, false, ALL_FREQUENCIES, NULL},
	{"WKST", rrule_read_week_start, 0, 0, 0, false, ALL_FREQUENCIES, NULL},
	{"BYSECOND", rrule_read_list, BY_SECOND, 0, 60, false, ALL_FREQUENCIES, NULL},
	{"BYMINUTE", rrule_read_list, BY_MINUTE, 0, 59, false, ALL_FREQUENCIES, NULL},
	{"BYHOUR", rrule_read_list, BY_HOUR, 0, 23, false, ALL_FREQUENCIES, NULL},
	{"BYDAY", rrule_read_weekdays, BY_DAY, 1, 53, true, ALL_FREQUENCIES, NULL},
	{"BYMONTHDAY", rrule_read_list, BY_MONTHDAY, 1, 31, true, ALL_FREQUENCIES & ~FREQ_BIT(FREQ_WEEKLY),
	 "a week has no days of the month of its own"},
	{"BYYEARDAY", rrule_read_list, BY_YEARDAY, 1, 366, true, FREQ_BELOW_DAY | FREQ_BIT(FREQ_YEARLY),
	 "it is only for YEARLY and for frequencies below a day"},
	{"BYWEEKNO", rrule_read_list, BY_WEEKNO, 1, 53, true, FREQ_BIT(FREQ_YEARLY), "it is only for YEARLY"},
	{"BYMONTH", rrule_read_list, BY_MONTH, 1, 12, false, ALL_FREQUENCIES, NULL},
	{"BYSETPOS", rrule_read_list, BY_SETPOS, 1, 366, true, ALL_FREQUENCIES, NULL},
};

#define N_PARTS ((int) (sizeof(part_facts) / sizeof(part_facts[0])))

static bool read_part(RuleText *text, char *item);
static bool check_combination(RuleText *text);

bool
rrule_parse(const char *string, Recurrence *rule, RruleError *error)
{
	RuleText text = {.rule = rule, .error = error};
	char	 copy[RRULE_MAX_LENGTH + 1];
	size_t	 length = strlen(string);
	char	*next = copy;
	char	*item;

	memset(rule, 0, sizeof(*rule));
	memset(error, 0, sizeof(*error));
	rule->interval = 1;

	if (length > RRULE_MAX_LENGTH)
		return rrule_fail(&text, "", "A rule has at most 8192 bytes.", "the text has %zu bytes", length);
	for (size_t i = 0; i <= length; i++)
		copy[i] = string[i] >= 'a' && string[i] <= 'z' ? string[i] - 'a' + 'A' : string[i];
	if (strncmp(copy, "RRULE:", 6) == 0)
		next += 6;
	if (*next == '\0')
		return rrule_fail(&text, "Write for example FREQ=DAILY;BYHOUR=8.", "", "the text is empty");

	while ((item = strsep(&next, ";")) != NULL)
	{
		/* Old programs end a rule with a semicolon. */
		if (*item == '\0' && next == NULL && text.seen != 0)
			break;
		if (!read_part(&text, item))
			return false;
	}
	return check_combination(&text) && rrule_add_until(&text);
}

static bool
read_part(RuleText *text, char *item)
{
	char *value = strchr(item, '=');
	int	  i;

	if (value == NULL)
		return rrule_fail(text, "Write parts as NAME=value, separated by single semicolons.", "",
						  *item == '\0' ? "a part is empty" : "part \"%.40s\" has no value", item);
	*value++ = '\0';

	for (i = 0; i < N_PARTS && strcmp(part_facts[i].name, item) != 0; i++)
		;
	if (i == N_PARTS)
		return rrule_fail(text, "", "The parts are those of RFC 5545 section 3.3.10, and RSCALE and SKIP of RFC 7529.",
						  "unknown part \"%.40s\"", item);
	if (text->seen & (1u << i))
		return rrule_fail(text, "", "RFC 5545 section 3.3.10: a part must not occur more than once.", "%s is given twice",
						  part_facts[i].name);
	text->seen |= 1u << i;
	return part_facts[i].read(text, &part_facts[i], value);
}

/* Refuse what may not stand together, RFC 5545 section 3.3.10 and RFC 7529 section 4.1. */
static bool
check_combination(RuleText *text)
{
	const Recurrence *rule = text->rule;

	if (!(text->seen & (1u << PART_FREQ)))
		return rrule_fail(text, "Add for example FREQ=DAILY.", "RFC 5545 section 3.3.10: FREQ is required.", "no FREQ");
	if ((text->seen & (1u << PART_UNTIL)) && (text->seen & (1u << PART_COUNT)))
		return rrule_fail(text, "Keep one of the two.",
						  "RFC 5545 section 3.3.10: UNTIL and COUNT must not occur in the same rule.", "both UNTIL and COUNT");
	if ((text->seen & (1u << PART_SKIP)) && !(text->seen & (1u << PART_RSCALE)))
		return rrule_fail(text, "Add RSCALE=GREGORIAN.",
						  "RFC 7529 section 4.1: SKIP must not be present unless RSCALE is.", "SKIP without RSCALE");
	for (int i = 0; i < N_PARTS; i++)
	{
		char detail[sizeof(text->error->detail)];

		if (!(text->seen & (1u << i)) || (part_facts[i].frequencies & FREQ_BIT(rule->freq)))
			continue;
		snprintf(detail, sizeof(detail), "RFC 5545 section 3.3.10 forbids %s here: %s.", part_facts[i].name,
				 part_facts[i].reason);
		return rrule_fail(text, "", detail, "%s with FREQ=%s", part_facts[i].name, rule_frequency_names[rule->freq]);
	}
	if (text->numbered_weekday && rule->freq < FREQ_MONTHLY)
		return rrule_fail(text, "Give the weekdays without numbers, or use MONTHLY or YEARLY.",
						  "RFC 5545 section 3.3.10: a number counts weekdays within a month or a year.",
						  "BYDAY with a number and FREQ=%s", rule_frequency_names[rule->freq]);
	if (text->numbered_weekday && (rule->by & BY_WEEKNO))
		return rrule_fail(text, "Give the weekdays without numbers.",
						  "RFC 5545 section 3.3.10: BYDAY must not have a number when BYWEEKNO is given.",
						  "BYDAY with a number and BYWEEKNO");
	if (rule->by == BY_SETPOS)
		return rrule_fail(text, "Add the BY part whose set it selects from, for example BYDAY.",
						  "RFC 5545 section 3.3.10: BYSETPOS must be used with another BY part.", "BYSETPOS alone");
	return true;
}
