/*-------------------------------------------------------------------------
 *
 * vcalendar.c
 *		An iCalendar object, RFC 5545, built with libical's components.
 *
 * A component or property is added to the calendar in the very expression or
 * line that makes it, with nothing of PostgreSQL's between that could raise
 * an error: all that libical holds hangs on the calendar.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <libical/ical.h>

#include "mb/pg_wchar.h"

#include "base/message.h"
#include "ical/vcalendar.h"
#include "ical/vtimezone.h"
#include "recurrence/calendar.h"
#include "recurrence/libical.h"

struct Calendar
{
	icalcomponent *component; /* libical's, or NULL */
	char		  *text;	  /* libical's, or NULL */
};

static void							 release_calendar(void *arg);
static void							 out_of_memory(void);
static icalcomponent				*add_component(icalcomponent *parent, icalcomponent_kind kind);
static icalproperty					*add_property(icalcomponent *component, icalproperty *property);
static char							*clean_text(const char *text);
static struct icaltimetype			 ical_time(int64 local, bool utc);
static struct icaldatetimeperiodtype ical_date(int64 local, bool utc);
static void							 add_text_property(icalcomponent *component, const char *line);
static void							 add_time_property(icalcomponent *component, icalproperty *property, const CalendarEvent *event);
static void							 add_alarm(icalcomponent *event, const char *summary, int64 seconds);

Calendar *
vcalendar_create(const char *name)
{
	Calendar			  *calendar = palloc0(sizeof(Calendar));
	MemoryContextCallback *callback = palloc(sizeof(MemoryContextCallback));
	char				  *clean = name == NULL ? NULL : clean_text(name);

	callback->func = release_calendar;
	callback->arg = calendar;
	MemoryContextRegisterResetCallback(CurrentMemoryContext, callback);

	icalerror_set_errors_are_fatal(0);
	calendar->component = icalcomponent_new(ICAL_VCALENDAR_COMPONENT);
	if (calendar->component == NULL)
		out_of_memory();
	add_property(calendar->component, icalproperty_new_version("2.0"));
	add_property(calendar->component, icalproperty_new_prodid("-//medsched//medsched//EN"));
	add_property(calendar->component, icalproperty_new_calscale("GREGORIAN"));
	if (clean != NULL)
	{
		/* RFC 7986, and what came before it. */
		icalproperty *property = add_property(calendar->component, icalproperty_new_x(clean));

		icalproperty_set_x_name(property, "X-WR-CALNAME");
		add_property(calendar->component, icalproperty_new_name(clean));
	}
	return calendar;
}

/*
 * Make a text one that iCalendar may hold: UTF-8, lines ending in LF alone, no other
 * control characters (RFC 5545 section 3.3.11), none of which a name needs.
 * libical escapes and folds.
 */
static char *
clean_text(const char *text)
{
	char *utf8 = pg_server_to_any(text, strlen(text), PG_UTF8);
	char *clean = palloc(strlen(utf8) + 1);
	char *end = clean;

	for (const unsigned char *c = (const unsigned char *) utf8; *c != '\0'; c++)
	{
		if (*c == '\r')
		{
			if (c[1] != '\n')
				*end++ = '\n';
		}
		else if (*c == '\t')
			*end++ = ' ';
		else if (*c == '\n' || (*c >= ' ' && *c != 0x7f))
			*end++ = (char) *c;
	}
	*end = '\0';
	return clean;
}

/* Give back what libical holds, as a memory context's callback. */
static void
release_calendar(void *arg)
{
	Calendar *calendar = arg;

	if (calendar->text != NULL)
		icalmemory_free_buffer(calendar->text);
	if (calendar->component != NULL)
		icalcomponent_free(calendar->component);
}

static void
out_of_memory(void)
{
	ereport(ERROR, (errcode_medsched(ERRCODE_OUT_OF_MEMORY), errmsg("out of memory"), errdetail("libical could not build the calendar.")));
}

static icalproperty *
add_property(icalcomponent *component, icalproperty *property)
{
	if (property == NULL)
		out_of_memory();
	icalcomponent_add_property(component, property);
	return property;
}

void
vcalendar_add_zone(Calendar *calendar, const char *time_zone, int64 from, int64 horizon)
{
	Observance	  *observances;
	int			   n = vtimezone_observances(zone_find(time_zone), from, horizon, &observances);
	icalcomponent *zone = add_component(calendar->component, ICAL_VTIMEZONE_COMPONENT);

	add_property(zone, icalproperty_new_tzid(time_zone));
	for (int i = 0; i < n; i++)
	{
		const Observance *observance = &observances[i];
		icalcomponent	 *component = add_component(zone, observance->daylight ? ICAL_XDAYLIGHT_COMPONENT
																			   : ICAL_XSTANDARD_COMPONENT);

		add_property(component, icalproperty_new_dtstart(ical_time(observance->first, false)));
		add_property(component, icalproperty_new_tzoffsetfrom((int) observance->offset_from));
		add_property(component, icalproperty_new_tzoffsetto((int) observance->offset_to));
		if (observance->name[0] != '\0')
			add_property(component, icalproperty_new_tzname(observance->name));
		if (observance->rrule != NULL)
			add_text_property(component, psprintf("RRULE:%s", observance->rrule));
		for (int other = 0; other < observance->n_others; other++)
			add_property(component, icalproperty_new_rdate(ical_date(observance->others[other], false)));
	}
}

/* Add a new component to another. */
static icalcomponent *
add_component(icalcomponent *parent, icalcomponent_kind kind)
{
	icalcomponent *component = icalcomponent_new(kind);

	if (component == NULL)
		out_of_memory();
	icalcomponent_add_component(parent, component);
	return component;
}

static struct icaltimetype
ical_time(int64 local, bool utc)
{
	Date				date = date_from_day((int32_t) floor_div(local, LOCAL_SECS_PER_DAY));
	int					second = (int) floor_mod(local, LOCAL_SECS_PER_DAY);
	struct icaltimetype time = icaltime_null_time();

	time.year = date.year;
	time.month = date.month;
	time.day = date.day;
	time.hour = second / 3600;
	time.minute = second / 60 % 60;
	time.second = second % 60;
	time.is_date = 0;
	time.zone = utc ? icaltimezone_get_utc_timezone() : NULL;
	return time;
}

/* Add a property by its text: what has no constructor of its own in every libical. */
static void
add_text_property(icalcomponent *component, const char *line)
{
	icalproperty *property = icalproperty_new_from_string(line);

	if (property == NULL)
		elog(ERROR, "libical does not read \"%s\"", line);
	icalcomponent_add_property(component, property);
}

static struct icaldatetimeperiodtype
ical_date(int64 local, bool utc)
{
	struct icaldatetimeperiodtype date = {.time = ical_time(local, utc), .period = icalperiodtype_null_period()};

	return date;
}

void
vcalendar_add_event(Calendar *calendar, const CalendarEvent *event, int64 alarm)
{
	const EventTimes *times = &event->times;
	char			 *summary = clean_text(event->summary);
	char			 *description = event->description == NULL ? NULL : clean_text(event->description);
	icalcomponent	 *component = add_component(calendar->component, ICAL_VEVENT_COMPONENT);

	add_property(component, icalproperty_new_uid(event->uid));
	add_property(component, icalproperty_new_dtstamp(ical_time(second_of(event->stamp), true)));
	add_time_property(component, icalproperty_new_dtstart(ical_time(times->start, times->utc)), event);
	if (times->rrule != NULL)
		add_text_property(component, psprintf("RRULE:%s", times->rrule));
	for (int i = 0; i < times->n_rdates; i++)
		add_time_property(component, icalproperty_new_rdate(ical_date(times->rdates[i], times->utc)), event);
	for (int i = 0; i < times->n_exdates; i++)
		add_time_property(component, icalproperty_new_exdate(ical_time(times->exdates[i], times->utc)), event);
	add_property(component, icalproperty_new_summary(summary));
	if (description != NULL)
		add_property(component, icalproperty_new_description(description));
	add_property(component, icalproperty_new_class(ICAL_CLASS_PRIVATE));
	add_property(component, icalproperty_new_transp(ICAL_TRANSP_TRANSPARENT));
	if (alarm >= 0)
		add_alarm(component, summary, alarm);
}

/* Add a time's property, with the name of its zone where it is a wall-clock time. */
static void
add_time_property(icalcomponent *component, icalproperty *property, const CalendarEvent *event)
{
	add_property(component, property);
	if (!event->times.utc)
		icalproperty_add_parameter(property, icalparameter_new_tzid(event->time_zone));
}

static void
add_alarm(icalcomponent *event, const char *summary, int64 seconds)
{
	icalcomponent		  *alarm = add_component(event, ICAL_VALARM_COMPONENT);
	struct icaltriggertype trigger = {.time = icaltime_null_time(), .duration = libical_duration((int) -seconds)};

	add_property(alarm, icalproperty_new_action(ICAL_ACTION_DISPLAY));
	add_property(alarm, icalproperty_new_trigger(trigger));
	add_property(alarm, icalproperty_new_description(summary));
}

char *
vcalendar_text(Calendar *calendar)
{
	calendar->text = icalcomponent_as_ical_string_r(calendar->component);
	if (calendar->text == NULL)
		out_of_memory();
	return pstrdup(pg_any_to_server(calendar->text, strlen(calendar->text), PG_UTF8));
}
