/*-------------------------------------------------------------------------
 *
 * words.c
 *		English for numbers, dates and lists.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "lib/stringinfo.h"

#include "recurrence/bits.h"
#include "recurrence/calendar.h"
#include "functions/words.h"

const char *const words_weekdays[7] = {"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"};

const char *const words_units[] = {
	[FREQ_SECONDLY] = "second",
	[FREQ_MINUTELY] = "minute",
	[FREQ_HOURLY] = "hour",
	[FREQ_DAILY] = "day",
	[FREQ_WEEKLY] = "week",
	[FREQ_MONTHLY] = "month",
	[FREQ_YEARLY] = "year",
};

const char *const words_months[12] = {"January", "February", "March", "April", "May", "June",
									  "July", "August", "September", "October", "November", "December"};

char *
words_join(const List *items, const char *conjunction)
{
	StringInfoData text;
	ListCell	  *cell;

	initStringInfo(&text);
	foreach (cell, items)
	{
		int index = foreach_current_index(cell);

		if (index > 0)
		{
			if (index == list_length(items) - 1)
				appendStringInfo(&text, " %s ", conjunction);
			else
				appendStringInfoString(&text, ", ");
		}
		appendStringInfoString(&text, (const char *) lfirst(cell));
	}
	return text.data;
}

char *
words_quantity(int64_t number, const char *unit)
{
	return psprintf(INT64_FORMAT " %s%s", (int64) number, unit, number == 1 ? "" : "s");
}

char *
words_ordinal(int number)
{
	static const char *const endings[] = {"th", "st", "nd", "rd"};
	int						 last = number % 10;
	bool					 teen = number / 10 % 10 == 1;

	return psprintf("%d%s", number, endings[teen || last > 3 ? 0 : last]);
}

char *
words_position(int number, bool from_last)
{
	static const char *const words[] = {"first", "second", "third", "fourth", "fifth"};

	if (from_last)
		return number == 1 ? pstrdup("last") : psprintf("%s-to-last", words_ordinal(number));
	return number <= (int) lengthof(words) ? pstrdup(words[number - 1]) : words_ordinal(number);
}

char *
words_date(int64_t local)
{
	Date date = date_from_day((int32_t) floor_div(local, LOCAL_SECS_PER_DAY));

	return psprintf("%d %s %d", date.day, words_months[date.month - 1], date.year);
}

char *
words_time(int64_t local)
{
	int second = (int) floor_mod(local, LOCAL_SECS_PER_DAY);

	if (second % 60 != 0)
		return psprintf("%02d:%02d:%02d", second / 3600, second / 60 % 60, second % 60);
	return psprintf("%02d:%02d", second / 3600, second / 60 % 60);
}

char *
words_date_and_time(int64_t local)
{
	return psprintf("%s at %s", words_date(local), words_time(local));
}

char *
words_interval(const Interval *interval)
{
	int64 seconds = interval->time / USECS_PER_SEC;
	List *items = NIL;

	if (interval->month != 0)
		items = lappend(items, words_quantity(interval->month, "month"));
	if (interval->day != 0)
		items = lappend(items, words_quantity(interval->day, "day"));
	if (seconds / 3600 != 0)
		items = lappend(items, words_quantity(seconds / 3600, "hour"));
	if (seconds / 60 % 60 != 0)
		items = lappend(items, words_quantity(seconds / 60 % 60, "minute"));
	if (seconds % 60 != 0 || items == NIL)
		items = lappend(items, words_quantity(seconds % 60, "second"));
	return words_join(items, "and");
}

List *
words_runs(List *items, const uint64_t *bits, int n_words, char *(*name)(int number))
{
	int end = 64 * n_words;

	for (int first = 0; first < end; first++)
	{
		int last = first;

		if (!has_bit(bits, first))
			continue;
		while (last + 1 < end && has_bit(bits, last + 1))
			last++;
		if (last - first >= 2)
		{
			items = lappend(items, psprintf("%s to %s", name(first), name(last)));
			first = last;
		}
		else
			items = lappend(items, name(first));
	}
	return items;
}
