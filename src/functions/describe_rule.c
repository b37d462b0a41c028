/*-------------------------------------------------------------------------
 *
 * describe_rule.c
 *		A recurrence rule in English.
 *
 * Rules of days and more are days and times of day: "every 2 weeks on Mondays
 * at 08:00".  Rules of hours and less are steps and limits: "every 8 hours
 * from 1 March 2027 at 06:00, but only on Mondays".
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "recurrence/bits.h"
#include "functions/describe_days.h"
#include "functions/describe_rule.h"
#include "functions/words.h"

/* Times of day are told one by one up to so many. */
#define MOST_TIMES_DESCRIBED 12

/* The day parts that leave out days of the period rather than say which (RFC 5545 section 3.3.10, the table). */
static const unsigned limiting_day_parts[] = {
	[FREQ_DAILY] = DAY_PARTS,
	[FREQ_WEEKLY] = BY_MONTH,
	[FREQ_MONTHLY] = BY_MONTH,
	[FREQ_YEARLY] = 0,
};

static char *plain_number(int number);
static void	 append_every(StringInfo text, const Recurrence *rule);
static char *numbers(uint64_t bits);
static void	 append_minutes_and_seconds(StringInfo text, const Recurrence *rule, bool with_minutes);
static void	 append_times_of_day(StringInfo text, const Recurrence *rule);
static void	 append_positions(StringInfo text, const Recurrence *rule);
static bool	 many_in_period(const Recurrence *rule);
static char *days_of(const Recurrence *rule, Frequency within);
static void	 append_days(StringInfo text, const Recurrence *rule);
static void	 append_week_start(StringInfo text, const Recurrence *rule);
static List *hour_ranges(uint32_t hours);
static void	 append_limits(StringInfo text, const Recurrence *rule);

int
describe_first_time(const Recurrence *rule)
{
	return 3600 * lowest_bit(rule->hours) + 60 * lowest_bit(rule->minutes) + lowest_bit(rule->seconds);
}

void
describe_rule(StringInfo text, const Recurrence *rule, const char *span, const char *time_zone)
{
	bool several_times = (rule->freq == FREQ_HOURLY && (rule->by & (BY_MINUTE | BY_SECOND))) ||
						 (rule->freq == FREQ_MINUTELY && (rule->by & BY_SECOND));

	if (rule->freq >= FREQ_DAILY)
	{
		append_days(text, rule);
		append_times_of_day(text, rule);
		append_week_start(text, rule);
		appendStringInfo(text, ", %s", time_zone);
		if (span != NULL)
			appendStringInfo(text, ", %s", span);
		return;
	}

	append_every(text, rule);
	/* Without several times in a step, the first and the last are the one there is. */
	if ((rule->by & BY_SETPOS) && (several_times || !(has_bit(rule->positions, 1) || has_bit(rule->last_positions, 1))))
		append_positions(text, rule);
	if (several_times && (rule->by & BY_SETPOS))
		appendStringInfoChar(text, ':');
	if (several_times)
		append_minutes_and_seconds(text, rule, rule->freq == FREQ_HOURLY);
	if (span != NULL)
		appendStringInfo(text, " %s", span);
	append_limits(text, rule);
	appendStringInfo(text, ", %s", time_zone);
}

static void
append_days(StringInfo text, const Recurrence *rule)
{
	char *days = describe_days(rule, rule->interval == 1 ? FREQ_SECONDLY : rule->freq);

	if (rule->by & BY_SETPOS)
	{
		append_every(text, rule);
		append_positions(text, rule);
		appendStringInfo(text, ": %s", days_of(rule, rule->freq));
	}
	else if (rule->interval == 1)
	{
		if (days == NULL)
			appendStringInfoString(text, "every day");
		else if (strncmp(days, "in ", 3) == 0)
			appendStringInfo(text, "every day %s", days);
		else
			appendStringInfo(text, "%s%s", (rule->by & BY_MONTH) ? "every year " : "", days);
	}
	else
	{
		if (many_in_period(rule))
			appendStringInfo(text, "in every %s %s", words_ordinal((int) rule->interval), words_units[rule->freq]);
		else
			append_every(text, rule);
		if (days != NULL && (rule->by & limiting_day_parts[rule->freq]))
			appendStringInfoString(text, ", but only");
		if (rule->freq > FREQ_DAILY)
			appendStringInfo(text, " %s", days_of(rule, rule->freq));
		else if (days != NULL)
			appendStringInfo(text, " %s", days);
	}
}

/* Append "every day", "every 2 weeks". */
static void
append_every(StringInfo text, const Recurrence *rule)
{
	if (rule->interval == 1)
		appendStringInfo(text, "every %s", words_units[rule->freq]);
	else
		appendStringInfo(text, "every %s", words_quantity(rule->interval, words_units[rule->freq]));
}

/* Append ", only the first and last of these". */
static void
append_positions(StringInfo text, const Recurrence *rule)
{
	List *items = NIL;

	for (int side = 0; side < 2; side++)
	{
		const uint64_t *positions = side == 0 ? rule->positions : rule->last_positions;

		for (int n = 1; n <= 366; n++)
		{
			if (has_bit(positions, n))
				items = lappend(items, words_position(n, side == 1));
		}
	}
	appendStringInfo(text, ", only the %s of these", words_join(items, "and"));
}

/* Say the days after a word that requires some: "on each day in March". */
static char *
days_of(const Recurrence *rule, Frequency within)
{
	char *days = describe_days(rule, within);

	if (days == NULL)
		return "on each day";
	return strncmp(days, "in ", 3) == 0 ? psprintf("on each day %s", days) : days;
}

/*
 * Tell whether a month or year may have several of the days, so that "every 2
 * months on Mondays" could be taken for one Monday.
 */
static bool
many_in_period(const Recurrence *rule)
{
	unsigned parts = rule->by & DAY_PARTS;

	return rule->freq >= FREQ_MONTHLY &&
		   (((parts & BY_DAY) && rule->weekdays != 0) || !(parts & (BY_DAY | BY_MONTHDAY | BY_YEARDAY)) ||
			(rule->freq == FREQ_YEARLY && (parts & (BY_MONTHDAY | BY_MONTH)) == BY_MONTHDAY));
}

/* Append " at 08:00 and 20:00". */
static void
append_times_of_day(StringInfo text, const Recurrence *rule)
{
	List *times = NIL;

	if (count_bits(rule->hours) * count_bits(rule->minutes) * count_bits(rule->seconds) > MOST_TIMES_DESCRIBED)
	{
		append_minutes_and_seconds(text, rule, true);
		appendStringInfo(text, " of hour%s %s", count_bits(rule->hours) == 1 ? "" : "s", numbers(rule->hours));
		return;
	}
	for (uint64_t hours = rule->hours; hours != 0; hours &= hours - 1)
	{
		for (uint64_t minutes = rule->minutes; minutes != 0; minutes &= minutes - 1)
		{
			for (uint64_t seconds = rule->seconds; seconds != 0; seconds &= seconds - 1)
				times = lappend(times, words_time(3600 * lowest_bit(hours) + 60 * lowest_bit(minutes) +
												  lowest_bit(seconds)));
		}
	}
	appendStringInfo(text, " at %s", words_join(times, "and"));
}

/* Append " at the minutes 0 and 30 and the seconds 15"; the latter unless they are 0. */
static void
append_minutes_and_seconds(StringInfo text, const Recurrence *rule, bool with_minutes)
{
	if (with_minutes)
		appendStringInfo(text, " at minute%s %s", count_bits(rule->minutes) == 1 ? "" : "s", numbers(rule->minutes));
	if (!with_minutes || rule->seconds != BIT(0))
		appendStringInfo(text, " %s second%s %s", with_minutes ? "and" : "at",
						 count_bits(rule->seconds) == 1 ? "" : "s", numbers(rule->seconds));
}

static char *
numbers(uint64_t bits)
{
	return words_join(words_runs(NIL, &bits, 1, plain_number), "and");
}

static char *
plain_number(int number)
{
	return psprintf("%d", number);
}

/* Append where weeks begin where it makes a difference, unless that is Monday. */
static void
append_week_start(StringInfo text, const Recurrence *rule)
{
	bool matters = (rule->by & BY_WEEKNO) ||
				   (rule->freq == FREQ_WEEKLY && (rule->interval > 1 || (rule->by & BY_SETPOS)));

	if (matters && rule->week_start != 0)
		appendStringInfo(text, ", weeks beginning on %s", words_weekdays[rule->week_start]);
}

/* Append ", but only on Mondays, from 08:00 to 17:59": what a rule below days leaves out. */
static void
append_limits(StringInfo text, const Recurrence *rule)
{
	List *limits = NIL;
	char *days = describe_days(rule, FREQ_SECONDLY);

	if (days != NULL)
		limits = lappend(limits, days);
	if (rule->by & BY_HOUR)
		limits = lappend(limits, words_join(hour_ranges(rule->hours), "and"));
	if ((rule->by & BY_MINUTE) && rule->freq <= FREQ_MINUTELY)
		limits = lappend(limits, psprintf("in minute%s %s of the hour", count_bits(rule->minutes) == 1 ? "" : "s",
										  numbers(rule->minutes)));
	if ((rule->by & BY_SECOND) && rule->freq == FREQ_SECONDLY)
		limits = lappend(limits, psprintf("in second%s %s of the minute", count_bits(rule->seconds) == 1 ? "" : "s",
										  numbers(rule->seconds)));
	for (int i = 0; i < list_length(limits); i++)
		appendStringInfo(text, "%s%s", i == 0 ? ", but only " : ", ", (char *) list_nth(limits, i));
}

/* List runs of hours: "from 08:00 to 17:59". */
static List *
hour_ranges(uint32_t hours)
{
	List *ranges = NIL;

	for (int first = 0; first < 24; first++)
	{
		int last = first;

		if (!(hours & BIT(first)))
			continue;
		while (last < 23 && (hours & BIT(last + 1)))
			last++;
		ranges = lappend(ranges, psprintf("from %02d:00 to %02d:59", first, last));
		first = last;
	}
	return ranges;
}
