/*-------------------------------------------------------------------------
 *
 * parsed_rule.c
 *		What a rule's start implies, the numbering of its periods, and its names.
 *
 *-------------------------------------------------------------------------
 */
#include <stddef.h>

#include "recurrence/parsed_rule.h"

const char *const rule_frequency_names[] = {
	[FREQ_SECONDLY] = "SECONDLY",
	[FREQ_MINUTELY] = "MINUTELY",
	[FREQ_HOURLY] = "HOURLY",
	[FREQ_DAILY] = "DAILY",
	[FREQ_WEEKLY] = "WEEKLY",
	[FREQ_MONTHLY] = "MONTHLY",
	[FREQ_YEARLY] = "YEARLY",
	NULL};

const char *const rule_weekday_names[] = {"MO", "TU", "WE", "TH", "FR", "SA", "SU", NULL};

int64_t
rule_unit(const Recurrence *rule, int64_t local)
{
	int32_t day = (int32_t) floor_div(local, LOCAL_SECS_PER_DAY);
	Date	date;

	switch (rule->freq)
	{
		case FREQ_YEARLY:
			return (rule->by & BY_WEEKNO) ? week_year_of_day(day, rule->week_start) : year_of_day(day);
		case FREQ_MONTHLY:
			date = date_from_day(day);
			return 12 * date.year + date.month - 1;
		case FREQ_WEEKLY:
			return floor_div(day + 5 - rule->week_start, 7);
		default:
			return floor_div(local, unit_seconds(rule->freq));
	}
}

/*
 * Add the parts that DTSTART implies: "Information, not contained in the rule,
 * necessary to determine the various recurrence instance start time and dates
 * are derived from the Start Time (DTSTART)" (RFC 5545 section 3.3.10).
 */
void
rule_imply(Recurrence *rule, int64_t start)
{
	int32_t	 day = (int32_t) floor_div(start, LOCAL_SECS_PER_DAY);
	int		 second = (int) floor_mod(start, LOCAL_SECS_PER_DAY);
	unsigned day_parts = rule->by & (BY_DAY | BY_MONTHDAY | BY_YEARDAY | BY_WEEKNO);
	Date	 date = date_from_day(day);

	if (rule->freq > FREQ_HOURLY && !(rule->by & BY_HOUR))
		rule->hours = BIT(second / 3600);
	if (rule->freq > FREQ_MINUTELY && !(rule->by & BY_MINUTE))
		rule->minutes = BIT(second / 60 % 60);
	if (rule->freq > FREQ_SECONDLY && !(rule->by & BY_SECOND))
		rule->seconds = BIT(second % 60);

	if ((rule->freq == FREQ_WEEKLY && day_parts == 0) || day_parts == BY_WEEKNO)
	{
		rule->weekdays = BIT(weekday_of_day(day));
		rule->by |= BY_DAY;
	}
	else if (rule->freq >= FREQ_MONTHLY && day_parts == 0)
	{
		if (rule->freq == FREQ_YEARLY && !(rule->by & BY_MONTH))
		{
			rule->months = BIT(date.month);
			rule->by |= BY_MONTH;
		}
		rule->monthdays = BIT(date.day);
		rule->by |= BY_MONTHDAY;
	}
}
