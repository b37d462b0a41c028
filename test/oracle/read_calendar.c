/*-------------------------------------------------------------------------
 *
 * read_calendar.c
 *		The instances of a calendar's events as libical expands them.
 *
 * Reads iCalendar objects, each with its number as X-CASE, and writes a line for
 * each instance in the window: the number and the instant.  libical gives the
 * instances of DTSTART, RRULE, RDATE and EXDATE; what RECURRENCE-ID changes is
 * done here, for libical leaves it to its caller.
 *
 *-------------------------------------------------------------------------
 */
#include <libical/ical.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_INSTANCES 100000

typedef struct Instances
{
	time_t at[MAX_INSTANCES];
	int	   n;
} Instances;

static Instances instances;

static void
add_instance(icalcomponent *event, struct icaltime_span *span, void *data)
{
	Instances *list = data;

	(void) event;
	if (list->n == MAX_INSTANCES)
		abort();
	list->at[list->n++] = span->start;
}

static time_t
instant_of(struct icaltimetype t)
{
	return icaltime_as_timet_with_zone(t, t.zone != NULL ? t.zone : icaltimezone_get_utc_timezone());
}

/* Take away the instance that an event stands for, and add its own. */
static void
change_instance(icalcomponent *event)
{
	time_t instead_of = instant_of(icalcomponent_get_recurrenceid(event));

	for (int i = 0; i < instances.n; i++)
		if (instances.at[i] == instead_of)
			instances.at[i--] = instances.at[--instances.n];
	if (icalcomponent_get_status(event) != ICAL_STATUS_CANCELLED)
		instances.at[instances.n++] = instant_of(icalcomponent_get_dtstart(event));
}

static bool
is_change(icalcomponent *event)
{
	return icalcomponent_get_first_property(event, ICAL_RECURRENCEID_PROPERTY) != NULL;
}

static const char *
case_of(icalcomponent *calendar)
{
	icalproperty *p = icalcomponent_get_first_property(calendar, ICAL_X_PROPERTY);

	while (p != NULL && strcmp(icalproperty_get_x_name(p), "X-CASE") != 0)
		p = icalcomponent_get_next_property(calendar, ICAL_X_PROPERTY);
	return p != NULL ? icalproperty_get_x(p) : "?";
}

static void
read_calendar(icalcomponent *calendar, struct icaltimetype from, struct icaltimetype to)
{
	icalcomponent *event;

	instances.n = 0;
	for (event = icalcomponent_get_first_component(calendar, ICAL_VEVENT_COMPONENT); event != NULL;
		 event = icalcomponent_get_next_component(calendar, ICAL_VEVENT_COMPONENT))
		if (!is_change(event))
			icalcomponent_foreach_recurrence(event, from, to, add_instance, &instances);
	for (event = icalcomponent_get_first_component(calendar, ICAL_VEVENT_COMPONENT); event != NULL;
		 event = icalcomponent_get_next_component(calendar, ICAL_VEVENT_COMPONENT))
		if (is_change(event))
			change_instance(event);
	for (int i = 0; i < instances.n; i++)
		printf("%s|%lld\n", case_of(calendar), (long long) instances.at[i]);
}

/* Each line of the text, which libical unfolds. */
static char *
next_line(char *line, size_t size, void *data)
{
	return fgets(line, (int) size, data);
}

int
main(int argc, char **argv)
{
	icalparser	  *parser = icalparser_new();
	icalcomponent *calendar;
	char		  *line;

	if (argc != 3)
	{
		fprintf(stderr, "usage: read_calendar FROM TO < CALENDARS\n");
		return 2;
	}
	icalparser_set_gen_data(parser, stdin);
	do
	{
		line = icalparser_get_line(parser, next_line);
		calendar = icalparser_add_line(parser, line);
		if (calendar != NULL)
		{
			read_calendar(calendar, icaltime_from_string(argv[1]), icaltime_from_string(argv[2]));
			icalcomponent_free(calendar);
		}
		if (line != NULL)
			icalmemory_free_buffer(line);
	} while (line != NULL);
	icalparser_free(parser);
	return 0;
}
