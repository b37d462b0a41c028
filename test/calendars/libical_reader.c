/*-------------------------------------------------------------------------
 *
 * libical_reader.c
 *		Reads calendars as libical does (Evolution, GNOME Calendar, Cyrus).
 *
 * Each calendar on standard input comes after a line "BEGIN END LENGTH", seconds and
 * octets.  The output has a line "SECOND UID" for each occurrence in [begin, end), and
 * a line "." after each calendar.
 *
 *-------------------------------------------------------------------------
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libical/ical.h>

static void read_event(icalcomponent *calendar, icalcomponent *event, long begin, long end);
static int	show(icalcomponent *event, struct icaltimetype at, long begin, long end);

int
main(void)
{
	long   begin;
	long   end;
	size_t length;

	while (scanf("%ld %ld %zu", &begin, &end, &length) == 3)
	{
		char		  *text = malloc(length + 1);
		icalcomponent *calendar;
		icalcomponent *event;

		if (text == NULL || getchar() != '\n' || fread(text, 1, length, stdin) != length)
			return 1;
		text[length] = '\0';
		calendar = icalparser_parse_string(text);
		if (calendar == NULL)
			return 1;
		for (event = icalcomponent_get_first_component(calendar, ICAL_VEVENT_COMPONENT); event != NULL;
			 event = icalcomponent_get_next_component(calendar, ICAL_VEVENT_COMPONENT))
			read_event(calendar, event, begin, end);
		puts(".");
		fflush(stdout);
		icalcomponent_free(calendar);
		free(text);
	}
	return 0;
}

/* Tell whether another event overrides an occurrence. */
static int
is_overridden(icalcomponent *calendar, icalcomponent *event, struct icaltimetype at)
{
	icalcompiter other = icalcomponent_begin_component(calendar, ICAL_VEVENT_COMPONENT);

	for (; icalcompiter_deref(&other) != NULL; icalcompiter_next(&other))
	{
		icalcomponent *override = icalcompiter_deref(&other);

		if (icalcomponent_get_first_property(override, ICAL_RECURRENCEID_PROPERTY) != NULL &&
			strcmp(icalcomponent_get_uid(override), icalcomponent_get_uid(event)) == 0 &&
			icaltime_compare(icalcomponent_get_recurrenceid(override), at) == 0)
			return 1;
	}
	return 0;
}

static void
read_event(icalcomponent *calendar, icalcomponent *event, long begin, long end)
{
	struct icaltimetype start = icalcomponent_get_dtstart(event);
	icalproperty	   *rule = icalcomponent_get_first_property(event, ICAL_RRULE_PROPERTY);
	icalrecur_iterator *iterator;
	struct icaltimetype at;

	if (rule == NULL)
	{
		show(event, start, begin, end);
		return;
	}
	iterator = icalrecur_iterator_new(icalproperty_get_rrule(rule), start);
	for (at = icalrecur_iterator_next(iterator); !icaltime_is_null_time(at); at = icalrecur_iterator_next(iterator))
	{
		if (!icalproperty_recurrence_is_excluded(event, &start, &at) && !is_overridden(calendar, event, at) && !show(event, at, begin, end))
			break;
	}
	icalrecur_iterator_free(iterator);
}

/* Show an occurrence, if it is in the window; 0: it is after it. */
static int
show(icalcomponent *event, struct icaltimetype at, long begin, long end)
{
	long second = (long) icaltime_as_timet_with_zone(at, at.zone);

	if (second >= begin && second < end)
		printf("%ld %s\n", second, icalcomponent_get_uid(event));
	return second < end;
}
