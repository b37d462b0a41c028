/*-------------------------------------------------------------------------
 *
 * ical_rule.c
 *		A parsed rule to the text of an RRULE, RFC 5545 section 3.3.10.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "lib/stringinfo.h"

#include "ical/ical_rule.h"
#include "recurrence/bits.h"
#include "recurrence/calendar.h"
#include "recurrence/parsed_rule.h"

static void		  append_numbers(StringInfo text, const uint64_t *bits, int n_words, const char *sign, const char *name);
static void		  append_list(StringInfo text, const char *part, const uint64_t *from_first, const uint64_t *from_last, int n_words);
static void		  append_short_list(StringInfo text, const char *part, uint64_t from_first, uint64_t from_last);
static void		  append_weekdays(StringInfo text, const Recurrence *rule);
static Recurrence completed(const Recurrence *rule, int64_t start);
static bool		  means_the_same(const Recurrence *a, const Recurrence *b);
static int		  count_all(const uint64_t *words, int n_words);

bool
ical_rule_fits(const Recurrence *rule)
{
	int weekdays = count_bits(rule->weekdays) + count_all(rule->nth_weekdays, 7) + count_all(rule->last_nth_weekdays, 7);

	return weekdays <= 366 &&
		   count_bits(rule->monthdays) + count_bits(rule->last_monthdays) <= 31 &&
		   count_bits(rule->weeknos) + count_bits(rule->last_weeknos) <= 53 &&
		   count_all(rule->yeardays, WORDS_FOR_YEAR) + count_all(rule->last_yeardays, WORDS_FOR_YEAR) <= 366 &&
		   count_all(rule->positions, WORDS_FOR_YEAR) + count_all(rule->last_positions, WORDS_FOR_YEAR) <= 366;
}

static int
count_all(const uint64_t *words, int n_words)
{
	int count = 0;

	for (int w = 0; w < n_words; w++)
		count += count_bits(words[w]);
	return count;
}

char *
ical_rule_text(const Recurrence *rule, int64_t starts_at, int64_t event_start, const char *ending)
{
	Recurrence	   meant = completed(rule, starts_at);
	Recurrence	   implied = completed(rule, event_start);
	StringInfoData text;

	if (means_the_same(&meant, &implied))
		meant = *rule;

	initStringInfo(&text);
	appendStringInfo(&text, "FREQ=%s", rule_frequency_names[meant.freq]);
	if (meant.interval > 1)
		appendStringInfo(&text, ";INTERVAL=" INT64_FORMAT, (int64) meant.interval);
	if (meant.by & BY_MONTH)
		append_short_list(&text, "BYMONTH", meant.months, 0);
	if (meant.by & BY_WEEKNO)
		append_short_list(&text, "BYWEEKNO", meant.weeknos, meant.last_weeknos);
	if (meant.by & BY_YEARDAY)
		append_list(&text, "BYYEARDAY", meant.yeardays, meant.last_yeardays, WORDS_FOR_YEAR);
	if (meant.by & BY_MONTHDAY)
		append_short_list(&text, "BYMONTHDAY", meant.monthdays, meant.last_monthdays);
	if (meant.by & BY_DAY)
		append_weekdays(&text, &meant);
	if (meant.by & BY_HOUR)
		append_short_list(&text, "BYHOUR", meant.hours, 0);
	if (meant.by & BY_MINUTE)
		append_short_list(&text, "BYMINUTE", meant.minutes, 0);
	if (meant.by & BY_SECOND)
		append_short_list(&text, "BYSECOND", meant.seconds, 0);
	if (meant.by & BY_SETPOS)
		append_list(&text, "BYSETPOS", meant.positions, meant.last_positions, WORDS_FOR_YEAR);
	if (meant.week_start != 0)
		appendStringInfo(&text, ";WKST=%s", rule_weekday_names[meant.week_start]);
	if (ending != NULL)
		appendStringInfo(&text, ";%s", ending);
	return text.data;
}

/* Complete a rule with all that a start implies, the times of day in by too. */
static Recurrence
completed(const Recurrence *rule, int64_t start)
{
	Recurrence complete = *rule;

	rule_imply(&complete, start);
	if (complete.freq >= FREQ_DAILY)
		complete.by |= BY_HOUR | BY_MINUTE | BY_SECOND;
	return complete;
}

static bool
means_the_same(const Recurrence *a, const Recurrence *b)
{
	return a->by == b->by && a->months == b->months && a->monthdays == b->monthdays && a->weekdays == b->weekdays &&
		   a->hours == b->hours && a->minutes == b->minutes && a->seconds == b->seconds;
}

static void
append_short_list(StringInfo text, const char *part, uint64_t from_first, uint64_t from_last)
{
	append_list(text, part, &from_first, &from_last, 1);
}

static void
append_list(StringInfo text, const char *part, const uint64_t *from_first, const uint64_t *from_last, int n_words)
{
	appendStringInfo(text, ";%s=", part);
	append_numbers(text, from_first, n_words, "", "");
	append_numbers(text, from_last, n_words, "-", "");
}

/* Append the numbers of a set, each after sign and before name, with commas. */
static void
append_numbers(StringInfo text, const uint64_t *bits, int n_words, const char *sign, const char *name)
{
	for (int n = 0; n < 64 * n_words; n++)
	{
		if (has_bit(bits, n))
			appendStringInfo(text, "%s%s%d%s", text->data[text->len - 1] == '=' ? "" : ",", sign, n, name);
	}
}

static void
append_weekdays(StringInfo text, const Recurrence *rule)
{
	appendStringInfoString(text, ";BYDAY=");
	for (int weekday = 0; weekday < 7; weekday++)
	{
		if (rule->weekdays & BIT(weekday))
			appendStringInfo(text, "%s%s", text->data[text->len - 1] == '=' ? "" : ",", rule_weekday_names[weekday]);
	}
	for (int weekday = 0; weekday < 7; weekday++)
	{
		append_numbers(text, &rule->nth_weekdays[weekday], 1, "", rule_weekday_names[weekday]);
		append_numbers(text, &rule->last_nth_weekdays[weekday], 1, "-", rule_weekday_names[weekday]);
	}
}

char *
ical_rule_instant(int64_t instant)
{
	Date date = date_from_day((int32_t) floor_div(instant, LOCAL_SECS_PER_DAY));
	int	 second = (int) floor_mod(instant, LOCAL_SECS_PER_DAY);

	return psprintf("%04d%02d%02dT%02d%02d%02dZ", date.year, date.month, date.day, second / 3600, second / 60 % 60,
					second % 60);
}
