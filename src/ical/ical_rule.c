/*-------------------------------------------------------------------------
 *
 * ical_rule.c
 *		The text of an RRULE, RFC 5545 section 3.3.10, for an event's rule.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "lib/stringinfo.h"

#include "ical/ical_rule.h"
#include "recurrence/bits.h"
#include "recurrence/calendar.h"

static void append_numbers(StringInfo text, uint64_t bits, const char *sign, const char *name);
static void append_weekdays(StringInfo text, const Recurrence *rule);

char *
ical_rule_text(const Recurrence *rule, int count, int64_t until)
{
	StringInfoData text;

	initStringInfo(&text);
	appendStringInfo(&text, "FREQ=%s", rule_frequency_names[rule->freq]);
	if (count > 0)
		appendStringInfo(&text, ";COUNT=%d", count);
	else if (until != PG_INT64_MAX)
		appendStringInfo(&text, ";UNTIL=%s", ical_instant_text(until));
	if (rule->interval > 1)
		appendStringInfo(&text, ";INTERVAL=" INT64_FORMAT, (int64) rule->interval);
	if (rule->by & BY_DAY)
		append_weekdays(&text, rule);
	if (rule->by & BY_MONTHDAY)
	{
		appendStringInfoString(&text, ";BYMONTHDAY=");
		append_numbers(&text, rule->monthdays, "", "");
		append_numbers(&text, rule->last_monthdays, "-", "");
	}
	if (rule->by & BY_MONTH)
	{
		appendStringInfoString(&text, ";BYMONTH=");
		append_numbers(&text, rule->months, "", "");
	}
	if (rule->freq == FREQ_WEEKLY && rule->interval > 1 && rule->week_start != 0)
		appendStringInfo(&text, ";WKST=%s", rule_weekday_names[rule->week_start]);
	return text.data;
}

/* Append the numbers of a set, each after sign and before name, with commas. */
static void
append_numbers(StringInfo text, uint64_t bits, const char *sign, const char *name)
{
	for (; bits != 0; bits &= bits - 1)
		appendStringInfo(text, "%s%s%d%s", text->data[text->len - 1] == '=' ? "" : ",", sign, lowest_bit(bits), name);
}

static void
append_weekdays(StringInfo text, const Recurrence *rule)
{
	appendStringInfoString(text, ";BYDAY=");
	for (int weekday = 0; weekday < 7; weekday++)
	{
		if (rule->weekdays & BIT(weekday))
			appendStringInfo(text, "%s%s", text->data[text->len - 1] == '=' ? "" : ",", rule_weekday_names[weekday]);
		append_numbers(text, rule->nth_weekdays[weekday], "", rule_weekday_names[weekday]);
		append_numbers(text, rule->last_nth_weekdays[weekday], "-", rule_weekday_names[weekday]);
	}
}

char *
ical_instant_text(int64_t instant)
{
	Date date = date_from_day((int32_t) floor_div(instant, LOCAL_SECS_PER_DAY));
	int	 second = (int) floor_mod(instant, LOCAL_SECS_PER_DAY);

	return psprintf("%04d%02d%02dT%02d%02d%02dZ", date.year, date.month, date.day, second / 3600, second / 60 % 60,
					second % 60);
}
