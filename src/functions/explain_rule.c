/*-------------------------------------------------------------------------
 *
 * explain_rule.c
 *		Why a recurrence rule does not name a wall-clock time, in English.
 *
 * Each check is of a condition that every time the rule names fulfils, so
 * what fails is a reason by itself.  What no check finds (the position in a
 * month, a date that SKIP has moved) is told as a whole, never guessed.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "lib/stringinfo.h"

#include "recurrence/calendar.h"
#include "functions/explain_rule.h"
#include "recurrence/timeset.h"
#include "schedule/engine.h"
#include "functions/words.h"

/* Times of day are listed up to so many. */
#define MOST_TIMES_EXPLAINED 8

/* A local time, and the rule that does not name it. */
typedef struct Question
{
	const Recurrence *rule; /* with what starts_at implies */
	int64_t			  start;
	int64_t			  local;
	int32_t			  day;
	Date			  date;
	int				  second; /* of the day */
} Question;

/* A condition; part is what the rule calls it. */
typedef struct Check
{
	ByPart		part;
	const char *name;
	bool (*holds)(const Question *question);
	char *(*value)(const Question *question);
} Check;

static char	   *clauses(const List *reasons);
static Question question_at(const Recurrence *completed, int64_t start, int64_t local);
static bool		weekday_holds(const Question *question);
static char	   *weekday_value(const Question *question);
static bool		month_holds(const Question *question);
static char	   *month_value(const Question *question);
static bool		monthday_holds(const Question *question);
static char	   *monthday_value(const Question *question);
static bool		yearday_holds(const Question *question);
static char	   *yearday_value(const Question *question);
static bool		weekno_holds(const Question *question);
static char	   *weekno_value(const Question *question);
static int		week_number(const Question *question, int *from_last);
static char	   *explain_interval(const Question *question);
static char	   *explain_time(const Question *question);

static const Check day_checks[] = {
	{BY_DAY, "BYDAY", weekday_holds, weekday_value},
	{BY_MONTH, "BYMONTH", month_holds, month_value},
	{BY_MONTHDAY, "BYMONTHDAY", monthday_holds, monthday_value},
	{BY_YEARDAY, "BYYEARDAY", yearday_holds, yearday_value},
	{BY_WEEKNO, "BYWEEKNO", weekno_holds, weekno_value}};

char *
explain_rule(const Recurrence *rule, int64_t start, int64_t local)
{
	Recurrence completed = *rule;
	Question   question;
	Question   at_start;
	List	  *reasons = NIL;
	char	  *reason;

	rule_imply(&completed, start);
	question = question_at(&completed, start, local);
	at_start = question_at(&completed, start, start);

	/* SKIP moves dates out of the months and days that the parts name. */
	for (size_t i = 0; i < lengthof(day_checks) && rule->skip == SKIP_OMIT; i++)
	{
		const Check *check = &day_checks[i];

		if (!(completed.by & check->part) || check->holds(&question))
			continue;
		if (rule->by & check->part)
			reason = psprintf("%s does not include %s", check->name, check->value(&question));
		else
			reason = psprintf("without %s the rule takes that of starts_at, %s", check->name, check->value(&at_start));
		reasons = lappend(reasons, reason);
	}
	if (rule->skip == SKIP_OMIT && (reason = explain_interval(&question)) != NULL)
		reasons = lappend(reasons, reason);
	if ((reason = explain_time(&question)) != NULL)
		reasons = lappend(reasons, reason);

	if (reasons == NIL && (rule->by & BY_SETPOS))
	{
		Recurrence all = *rule;

		all.by &= ~BY_SETPOS;
		if (engine_finds(&all, start, local))
			reasons = lappend(reasons, "BYSETPOS does not select it");
	}
	if (reasons == NIL)
		reasons = lappend(reasons, "its rule does not name this day");
	return clauses(reasons);
}

static Question
question_at(const Recurrence *completed, int64_t start, int64_t local)
{
	Question question = {.rule = completed, .start = start, .local = local};

	question.day = (int32_t) floor_div(local, LOCAL_SECS_PER_DAY);
	question.date = date_from_day(question.day);
	question.second = (int) floor_mod(local, LOCAL_SECS_PER_DAY);
	return question;
}

static bool
weekday_holds(const Question *question)
{
	int weekday = weekday_of_day(question->day);

	return (question->rule->weekdays & BIT(weekday)) != 0 || question->rule->nth_weekdays[weekday] != 0 ||
		   question->rule->last_nth_weekdays[weekday] != 0;
}

static char *
weekday_value(const Question *question)
{
	return pstrdup(words_weekdays[weekday_of_day(question->day)]);
}

static bool
month_holds(const Question *question)
{
	return (question->rule->months & BIT(question->date.month)) != 0;
}

static char *
month_value(const Question *question)
{
	return pstrdup(words_months[question->date.month - 1]);
}

static bool
monthday_holds(const Question *question)
{
	int from_last = days_in_month(question->date.year, question->date.month) - question->date.day + 1;

	return (question->rule->monthdays & BIT(question->date.day)) != 0 ||
		   (question->rule->last_monthdays & BIT(from_last)) != 0;
}

static char *
monthday_value(const Question *question)
{
	return psprintf("the %s", words_ordinal(question->date.day));
}

static bool
yearday_holds(const Question *question)
{
	int from_last = days_in_year(question->date.year) - question->date.yearday + 1;

	return has_bit(question->rule->yeardays, question->date.yearday) || has_bit(question->rule->last_yeardays, from_last);
}

static char *
yearday_value(const Question *question)
{
	return psprintf("day %d of the year", question->date.yearday);
}

static bool
weekno_holds(const Question *question)
{
	int from_last;
	int number = week_number(question, &from_last);

	return (question->rule->weeknos & BIT(number)) != 0 || (question->rule->last_weeknos & BIT(from_last)) != 0;
}

/* Give the number of the week in its year, and counted from the last. */
static int
week_number(const Question *question, int *from_last)
{
	int		week_start = question->rule->week_start;
	int		year = week_year_of_day(question->day, week_start);
	int32_t first = first_week_of_year(year, week_start);
	int		number = (question->day - first) / 7 + 1;

	*from_last = (first_week_of_year(year + 1, week_start) - first) / 7 - number + 1;
	return number;
}

static char *
weekno_value(const Question *question)
{
	int from_last;

	return psprintf("week %d", week_number(question, &from_last));
}

/* Say why not in this period, or give NULL.  INTERVAL counts whole hours, days, weeks of the calendar, whatever the time in them. */
static char *
explain_interval(const Question *question)
{
	const Recurrence *rule = question->rule;
	int64_t			  distance = rule_unit(rule, question->local) - rule_unit(rule, question->start);

	if (distance % rule->interval == 0)
		return NULL;
	return psprintf("the %s is %s after that of starts_at, which is no multiple of INTERVAL=" INT64_FORMAT,
					words_units[rule->freq], words_quantity(distance, words_units[rule->freq]), (int64) rule->interval);
}

/* Say why not at this time of day, or give NULL. */
static char *
explain_time(const Question *question)
{
	const Recurrence *rule = question->rule;
	uint64_t		  hours = rule->hours != 0 ? rule->hours : low_bits(24);
	uint64_t		  minutes = rule->minutes != 0 ? rule->minutes : low_bits(60);
	uint64_t		  seconds = rule->seconds != 0 ? rule->seconds : low_bits(60);
	TimeSet			  times;
	List			 *listed = NIL;

	if ((hours & BIT(question->second / 3600)) && (minutes & BIT(question->second / 60 % 60)) &&
		(seconds & BIT(question->second % 60)))
		return NULL;

	timeset_init(&times, hours, minutes, seconds);
	if (times.count <= MOST_TIMES_EXPLAINED)
	{
		for (int i = 0; i < times.count; i++)
			listed = lappend(listed, words_time(timeset_nth(&times, i)));
		return psprintf("its %s %s", times.count == 1 ? "time of day is" : "times of day are", words_join(listed, "and"));
	}
	if (!(hours & BIT(question->second / 3600)))
		listed = lappend(listed, psprintf("hour %d", question->second / 3600));
	if (!(minutes & BIT(question->second / 60 % 60)))
		listed = lappend(listed, psprintf("minute %d", question->second / 60 % 60));
	if (!(seconds & BIT(question->second % 60)))
		listed = lappend(listed, psprintf("second %d", question->second % 60));
	return psprintf("its times of day have no %s", words_join(listed, "or"));
}

/* Join as "a, and b, and c": the reasons have commas and an "and" of their own. */
static char *
clauses(const List *reasons)
{
	StringInfoData text;
	ListCell	  *cell;

	initStringInfo(&text);
	foreach (cell, reasons)
		appendStringInfo(&text, "%s%s", foreach_current_index(cell) == 0 ? "" : ", and ", (const char *) lfirst(cell));
	return text.data;
}
