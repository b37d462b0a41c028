/*-------------------------------------------------------------------------
 *
 * event_rules.c
 *		A recurrence rule taken apart into rules that calendar programs read alike.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "base/arguments.h"
#include "ical/event_rules.h"

#define TIME_PARTS (BY_HOUR | BY_MINUTE | BY_SECOND)

/* Rules in elapsed time that come to more events than this are odd. */
#define MAX_ELAPSED_RULES 96

/* The months that all have a day of this number. */
#define LAST_COMMON_MONTHDAY 28

/* What programs read: the parts about days, and the greatest INTERVAL that Outlook holds. */
static const struct
{
	Frequency freq;
	unsigned  by;
	int64	  max_interval;
} shapes[] = {
	{FREQ_DAILY, 0, 999},
	{FREQ_WEEKLY, BY_DAY, 99},
	{FREQ_MONTHLY, BY_MONTHDAY, 99},
	{FREQ_YEARLY, BY_MONTH | BY_MONTHDAY, 8},
};

static List		 *elapsed_rules(const Recurrence *rule, int64 start_instant);
static List		 *day_rules(const Recurrence *complete);
static List		 *nth_weekday_rules(const Recurrence *complete);
static List		 *monthday_rules(const Recurrence *complete, Recurrence part);
static List		 *add_rule(List *rules, const Recurrence *rule);
static Recurrence rule_of(Frequency freq, int64 interval);
static bool		  has_numbers(const Recurrence *rule);

List *
event_rules(const Recurrence *rule, int64 start, int64 start_instant)
{
	Recurrence complete = *rule;
	int64	   midnight = start - floor_mod(start, LOCAL_SECS_PER_DAY);
	List	  *days;
	List	  *rules = NIL;

	if (rule->freq < FREQ_DAILY)
		return elapsed_rules(rule, start_instant);

	rule_imply(&complete, start);
	days = day_rules(&complete);
	if (days == NIL)
		return NIL;
	for (int second = 0; second < LOCAL_SECS_PER_DAY; second++)
	{
		ListCell *day;

		if (!(complete.hours & BIT(second / 3600)) || !(complete.minutes & BIT(second / 60 % 60)) ||
			!(complete.seconds & BIT(second % 60)))
			continue;
		foreach (day, days)
		{
			EventRule *event = palloc0(sizeof(EventRule));

			event->rule = *(Recurrence *) lfirst(day);
			event->start = midnight + second;
			rules = lappend(rules, event);
			check_dose_count(list_length(rules));
		}
	}
	return rules;
}

/*
 * Take apart a rule that steps in elapsed time: its occurrences come at the same
 * times of day in UTC again after as many days as the least common multiple of a step and a day has.
 */
static List *
elapsed_rules(const Recurrence *rule, int64 start_instant)
{
	int64 unit = unit_seconds(rule->freq);
	int64 step;
	int64 common;
	List *rules = NIL;

	if (rule->by != 0 || rule->interval > shapes[0].max_interval * (LOCAL_SECS_PER_DAY / unit))
		return NIL;
	step = rule->interval * unit;
	common = greatest_common_divisor(step, LOCAL_SECS_PER_DAY);
	if (LOCAL_SECS_PER_DAY / common > MAX_ELAPSED_RULES || step / common > shapes[0].max_interval)
		return NIL;
	for (int i = 0; i < LOCAL_SECS_PER_DAY / common; i++)
	{
		EventRule *event = palloc0(sizeof(EventRule));

		event->rule = rule_of(FREQ_DAILY, step / common);
		event->start = start_instant + i * step;
		event->utc = true;
		rules = lappend(rules, event);
	}
	return rules;
}

/* List rules that name the days of a rule, as Recurrence; NIL: there are none. */
static List *
day_rules(const Recurrence *complete)
{
	unsigned by = complete->by & ~TIME_PARTS;

	if (has_numbers(complete))
		return complete->freq == FREQ_MONTHLY && by == BY_DAY ? nth_weekday_rules(complete) : NIL;

	for (int i = 0; i < (int) lengthof(shapes); i++)
	{
		Recurrence part = rule_of(shapes[i].freq, complete->interval);

		/* Of every day, week, month or year, what the parts say is the same. */
		if (by != shapes[i].by || (complete->interval > 1 && complete->freq != shapes[i].freq) ||
			complete->interval > shapes[i].max_interval)
			continue;
		part.by = by;
		part.week_start = complete->week_start;
		part.weekdays = complete->weekdays;
		return (by & BY_MONTHDAY) ? monthday_rules(complete, part) : add_rule(NIL, &part);
	}
	return NIL;
}

/* Tell whether BYDAY has numbers. */
static bool
has_numbers(const Recurrence *rule)
{
	for (int weekday = 0; weekday < 7; weekday++)
	{
		if ((rule->nth_weekdays[weekday] | rule->last_nth_weekdays[weekday]) != 0)
			return true;
	}
	return false;
}

/*
 * List a rule for each first to fourth, or last, weekday of the month.  The last is
 * the fourth in some months: both of a weekday would be one day twice.
 */
static List *
nth_weekday_rules(const Recurrence *complete)
{
	static const uint64 first_to_fourth = BIT(1) | BIT(2) | BIT(3) | BIT(4);
	List			   *rules = NIL;

	if (complete->weekdays != 0 || complete->interval > 99)
		return NIL;
	for (int weekday = 0; weekday < 7; weekday++)
	{
		uint64 nth = complete->nth_weekdays[weekday];
		uint64 last = complete->last_nth_weekdays[weekday];

		if ((nth & ~first_to_fourth) != 0 || (last & ~BIT(1)) != 0 || (last != 0 && (nth & BIT(4)) != 0))
			return NIL;
		for (int n = 1; n <= 4; n++)
		{
			Recurrence part = rule_of(FREQ_MONTHLY, complete->interval);

			part.by = BY_DAY;
			part.nth_weekdays[weekday] = BIT(n);
			if (nth & BIT(n))
				rules = add_rule(rules, &part);
		}
		if (last != 0)
		{
			Recurrence part = rule_of(FREQ_MONTHLY, complete->interval);

			part.by = BY_DAY;
			part.last_nth_weekdays[weekday] = last;
			rules = add_rule(rules, &part);
		}
	}
	return rules;
}

/*
 * List a rule for each day of the month, of each month where the rule names months.
 * A day that some months do not have is none: Outlook moves it to their last.
 */
static List *
monthday_rules(const Recurrence *complete, Recurrence part)
{
	static const uint64 common = (BIT(LAST_COMMON_MONTHDAY + 1) - 1) & ~BIT(0);
	List			   *rules = NIL;

	if ((complete->monthdays & ~common) != 0 || (complete->last_monthdays & ~BIT(1)) != 0 ||
		((complete->monthdays & BIT(LAST_COMMON_MONTHDAY)) != 0 && complete->last_monthdays != 0))
		return NIL;
	for (int month = 1; month <= 12; month++)
	{
		if (part.freq == FREQ_YEARLY && !(complete->months & BIT(month)))
			continue;
		part.months = part.freq == FREQ_YEARLY ? BIT(month) : 0;
		for (int day = 1; day <= LAST_COMMON_MONTHDAY; day++)
		{
			part.monthdays = BIT(day);
			if (complete->monthdays & BIT(day))
				rules = add_rule(rules, &part);
		}
		part.monthdays = 0;
		part.last_monthdays = complete->last_monthdays;
		if (part.last_monthdays != 0)
			rules = add_rule(rules, &part);
		part.last_monthdays = 0;
		if (part.freq == FREQ_MONTHLY)
			break;
	}
	return rules;
}

static Recurrence
rule_of(Frequency freq, int64 interval)
{
	Recurrence rule = {.freq = freq, .interval = interval};

	return rule;
}

static List *
add_rule(List *rules, const Recurrence *rule)
{
	Recurrence *copy = palloc(sizeof(Recurrence));

	*copy = *rule;
	return lappend(rules, copy);
}
