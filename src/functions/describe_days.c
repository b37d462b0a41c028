/*-------------------------------------------------------------------------
 *
 * describe_days.c
 *		The days of a recurrence rule in English.
 *
 * All BY parts for days hold at once: a day is the rule's where every one of
 * them has it (period.c).  The combinations that are in use have their own
 * wording, in a table; any other is "each day that is the 13th of the month
 * and also a Friday", which is always right.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "lib/stringinfo.h"

#include "recurrence/bits.h"
#include "recurrence/calendar.h"
#include "functions/describe_days.h"
#include "functions/words.h"

/* What a wording needs: the rule, and how it names month and year. */
typedef struct DayWords
{
	const Recurrence *rule;
	const char		 *of_month; /* " of each month" or " of the month" */
	const char		 *of_year;
} DayWords;

typedef struct DayWording
{
	unsigned parts; /* exactly these */
	char *(*say)(const DayWords *words);
} DayWording;

static char		  *month_name(int month);
static char		  *plural_weekday(int weekday);
static char		  *week_name(int week);
static char		  *months(const Recurrence *rule, const char *conjunction);
static List		  *lappend_positions(List *items, const uint64_t *from_first, const uint64_t *from_last, int n_words);
static char		  *monthdays(const Recurrence *rule, const char *conjunction);
static char		  *yeardays(const Recurrence *rule, const char *conjunction);
static char		  *weeks(const Recurrence *rule, const char *conjunction);
static List		  *numbered_weekdays(const Recurrence *rule);
static List		  *plural_weekdays(const Recurrence *rule);
static char		  *say_weekdays_of(const Recurrence *rule, const char *in_span, const char *of_span);
static char		  *say_weekdays(const DayWords *words);
static char		  *say_weekdays_in_months(const DayWords *words);
static char		  *say_weekdays_in_weeks(const DayWords *words);
static char		  *say_months(const DayWords *words);
static char		  *say_monthdays(const DayWords *words);
static char		  *say_monthdays_in_months(const DayWords *words);
static char		  *say_yeardays(const DayWords *words);
static char		  *say_conditions(const DayWords *words);
static int		   shortest_month(const Recurrence *rule);
static const char *remark_on_missing_days(const Recurrence *rule);

static const DayWording wordings[] = {
	{BY_DAY, say_weekdays},
	{BY_DAY | BY_MONTH, say_weekdays_in_months},
	{BY_DAY | BY_WEEKNO, say_weekdays_in_weeks},
	{BY_MONTH, say_months},
	{BY_MONTHDAY, say_monthdays},
	{BY_MONTHDAY | BY_MONTH, say_monthdays_in_months},
	{BY_YEARDAY, say_yeardays},
};

char *
describe_days(const Recurrence *rule, Frequency within)
{
	DayWords words = {
		.rule = rule,
		.of_month = within == FREQ_MONTHLY ? " of the month" : " of each month",
		.of_year = within == FREQ_YEARLY ? " of the year" : " of each year",
	};
	unsigned parts = rule->by & DAY_PARTS;
	char	*days = NULL;

	if (parts == 0)
		return NULL;
	for (size_t i = 0; i < lengthof(wordings); i++)
	{
		if (wordings[i].parts == parts)
		{
			days = wordings[i].say(&words);
			return days == NULL ? NULL : psprintf("%s%s", days, remark_on_missing_days(rule));
		}
	}
	return psprintf("%s%s", say_conditions(&words), remark_on_missing_days(rule));
}

static char *
say_weekdays(const DayWords *words)
{
	const Recurrence *rule = words->rule;

	if (rule->weekdays == low_bits(7))
		return NULL;
	return say_weekdays_of(rule, "", rule->freq == FREQ_MONTHLY ? words->of_month : words->of_year);
}

static char *
say_weekdays_of(const Recurrence *rule, const char *in_span, const char *of_span)
{
	List *numbered = numbered_weekdays(rule);
	List *items = NIL;

	if (rule->weekdays != 0)
		items = lappend(items, psprintf("on %s%s", words_join(plural_weekdays(rule), "and"), in_span));
	if (numbered != NIL)
		items = lappend(items, psprintf("on %s%s", words_join(numbered, "and"), of_span));
	return words_join(items, "and");
}

/* Say "the first Monday", "the last Friday". */
static List *
numbered_weekdays(const Recurrence *rule)
{
	List *items = NIL;

	for (int side = 0; side < 2; side++)
	{
		for (int n = 1; n <= 53; n++)
		{
			for (int weekday = 0; weekday < 7; weekday++)
			{
				uint64_t numbers = side == 0 ? rule->nth_weekdays[weekday] : rule->last_nth_weekdays[weekday];

				if (numbers & BIT(n))
					items = lappend(items, psprintf("the %s %s", words_position(n, side == 1), words_weekdays[weekday]));
			}
		}
	}
	return items;
}

static List *
plural_weekdays(const Recurrence *rule)
{
	uint64_t bits = rule->weekdays;

	return words_runs(NIL, &bits, 1, plural_weekday);
}

static char *
plural_weekday(int weekday)
{
	return psprintf("%ss", words_weekdays[weekday]);
}

static char *
say_weekdays_in_months(const DayWords *words)
{
	char *names = months(words->rule, "and");

	if (words->rule->weekdays == low_bits(7))
		return psprintf("in %s", names);
	return say_weekdays_of(words->rule, psprintf(" in %s", names), psprintf(" of %s", names));
}

static char *
months(const Recurrence *rule, const char *conjunction)
{
	uint64_t bits = rule->months;

	return words_join(words_runs(NIL, &bits, 1, month_name), conjunction);
}

static char *
month_name(int month)
{
	return pstrdup(words_months[month - 1]);
}

static char *
say_weekdays_in_weeks(const DayWords *words)
{
	return psprintf("on %s in %s%s", words_join(plural_weekdays(words->rule), "and"), weeks(words->rule, "and"),
					words->of_year);
}

/* Say "week 20 and the last week". */
static char *
weeks(const Recurrence *rule, const char *conjunction)
{
	List *items = words_runs(NIL, &rule->weeknos, 1, week_name);

	for (int n = 53; n > 0; n--)
	{
		if (rule->last_weeknos & BIT(n))
			items = lappend(items, psprintf("the %s week", words_position(n, true)));
	}
	return words_join(items, conjunction);
}

static char *
week_name(int week)
{
	return psprintf("week %d", week);
}

static char *
say_months(const DayWords *words)
{
	return psprintf("in %s", months(words->rule, "and"));
}

static char *
say_monthdays(const DayWords *words)
{
	return psprintf("on the %s%s", monthdays(words->rule, "and"), words->of_month);
}

static char *
monthdays(const Recurrence *rule, const char *conjunction)
{
	uint64_t from_first = rule->monthdays;
	uint64_t from_last = rule->last_monthdays;

	return words_join(lappend_positions(NIL, &from_first, &from_last, 1), conjunction);
}

/* Add "1st", "15th", "last day". */
static List *
lappend_positions(List *items, const uint64_t *from_first, const uint64_t *from_last, int n_words)
{
	items = words_runs(items, from_first, n_words, words_ordinal);
	for (int n = 64 * n_words - 1; n > 0; n--)
	{
		if (has_bit(from_last, n))
			items = lappend(items, psprintf("%s day", words_position(n, true)));
	}
	return items;
}

/* Say "on 1 March and 1 June", or "on the 1st and last day of March and June". */
static char *
say_monthdays_in_months(const DayWords *words)
{
	const Recurrence *rule = words->rule;
	List			 *dates = NIL;

	if (rule->last_monthdays != 0 || count_bits(rule->monthdays) > 1)
		return psprintf("on the %s of %s", monthdays(rule, "and"), months(rule, "and"));
	for (uint64_t rest = rule->months; rest != 0; rest &= rest - 1)
		dates = lappend(dates, psprintf("%d %s", lowest_bit(rule->monthdays), words_months[lowest_bit(rest) - 1]));
	return psprintf("on %s", words_join(dates, "and"));
}

static char *
say_yeardays(const DayWords *words)
{
	return psprintf("on the %s%s", yeardays(words->rule, "and"), words->of_year);
}

static char *
yeardays(const Recurrence *rule, const char *conjunction)
{
	List *items = lappend_positions(NIL, rule->yeardays, rule->last_yeardays, WORDS_FOR_YEAR);
	bool  ends_in_day = (rule->last_yeardays[0] | rule->last_yeardays[1] | rule->last_yeardays[2] |
						 rule->last_yeardays[3] | rule->last_yeardays[4] | rule->last_yeardays[5]) != 0;

	return psprintf("%s%s", words_join(items, conjunction), ends_in_day ? "" : " day");
}

/* Remark on days that some months or years lack, or give "". */
static const char *
remark_on_missing_days(const Recurrence *rule)
{
	static const char *const remarks[] = {
		[SKIP_OMIT] = " (no such day, no dose)",
		[SKIP_BACKWARD] = " (no such day: the last one before it)",
		[SKIP_FORWARD] = " (no such day: the first one after it)",
	};
	uint64_t long_months = ~low_bits(shortest_month(rule) + 1);

	if (((rule->monthdays | rule->last_monthdays) & long_months) ||
		has_bit(rule->yeardays, 366) || has_bit(rule->last_yeardays, 366))
		return remarks[rule->skip];
	for (int weekday = 0; weekday < 7; weekday++)
	{
		uint64_t numbers = rule->nth_weekdays[weekday] | rule->last_nth_weekdays[weekday];

		if (numbers & (rule->freq == FREQ_MONTHLY || (rule->by & BY_MONTH) ? ~low_bits(5) : BIT(53)))
			return remarks[SKIP_OMIT];
	}
	return ((rule->weeknos | rule->last_weeknos) & BIT(53)) ? remarks[SKIP_OMIT] : "";
}

/* Count the days of the shortest month that a rule has. */
static int
shortest_month(const Recurrence *rule)
{
	int shortest = 31;

	for (int month = 1; month <= 12; month++)
	{
		if (!(rule->by & BY_MONTH) || (rule->months & BIT(month)))
			shortest = Min(shortest, days_in_month(2001, month));
	}
	return shortest;
}

/* Say any combination that has no wording of its own. */
static char *
say_conditions(const DayWords *words)
{
	const Recurrence *rule = words->rule;
	List			 *conditions = NIL;
	ListCell		 *cell;
	StringInfoData	  text;

	if (rule->by & BY_MONTHDAY)
		conditions = lappend(conditions, psprintf("the %s of the month", monthdays(rule, "or")));
	if (rule->by & BY_YEARDAY)
		conditions = lappend(conditions, psprintf("the %s of the year", yeardays(rule, "or")));
	if (rule->by & BY_DAY)
	{
		const char *span = rule->freq == FREQ_MONTHLY || (rule->by & BY_MONTH) ? "month" : "year";
		List	   *days = NIL;

		for (uint64_t rest = rule->weekdays; rest != 0; rest &= rest - 1)
			days = lappend(days, psprintf("a %s", words_weekdays[lowest_bit(rest)]));
		foreach (cell, numbered_weekdays(rule))
			days = lappend(days, psprintf("%s of the %s", (char *) lfirst(cell), span));
		conditions = lappend(conditions, words_join(days, "or"));
	}
	if (rule->by & BY_WEEKNO)
		conditions = lappend(conditions, psprintf("in %s of a year", weeks(rule, "or")));
	if (rule->by & BY_MONTH)
		conditions = lappend(conditions, psprintf("in %s", months(rule, "or")));

	/* "and also", because a condition may have "or" in it. */
	initStringInfo(&text);
	foreach (cell, conditions)
		appendStringInfo(&text, "%s%s", cell == list_head(conditions) ? "on each day that is " : " and also ",
						 (char *) lfirst(cell));
	return text.data;
}
