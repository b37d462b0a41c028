/*-------------------------------------------------------------------------
 *
 * calendar_writer.c
 *		An iCalendar object, RFC 5545, built with libical's components.
 *
 * The whole of the library medsched_ical, so that libical is loaded by the first
 * calendar of a session, and by nothing else.
 *
 * libical allocates with malloc.  What it holds for a calendar goes when the memory
 * context does that the calendar was created in, and is one component at a time: a
 * component is written out and given back as soon as it is complete, for libical
 * takes kilobytes for each.  A part is added to the component in hand in the very
 * expression or line that makes it, with nothing of PostgreSQL's between that could
 * raise an error: all that libical holds hangs on the calendar.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <libical/ical.h>

#include "fmgr.h"
#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"

#include "ical/calendar_writer.h"
#include "recurrence/calendar.h"
#include "schedule/seconds.h"

PG_MODULE_MAGIC;

/* Octets of a line, but for the space that a folded one begins with. */
#define MAX_LINE 74

/* libical 4 renamed it. */
#if ICAL_MAJOR_VERSION >= 4
#define duration_from_int(seconds) icaldurationtype_from_seconds(seconds)
#else
#define duration_from_int(seconds) icaldurationtype_from_int(seconds)
#endif

#define END_OF_CALENDAR "END:VCALENDAR\r\n"

struct Calendar
{
	StringInfoData text;	  /* in UTF-8: what is complete */
	icalcomponent *component; /* libical's: the one in hand, or NULL */
	char		  *words;	  /* libical's: its text, or NULL */
};

static Calendar						*create_calendar(const char *name);
static void							 write_zone(Calendar *calendar, const char *time_zone, const Observance *observances, int n);
static void							 write_event(Calendar *calendar, const CalendarEvent *event, int64 alarm);
static char							*calendar_text(Calendar *calendar);
static void							 release_calendar(void *arg);
static void							 out_of_memory(void);
static icalcomponent				*begin_component(Calendar *calendar, icalcomponent_kind kind);
static void							 end_component(Calendar *calendar);
static icalcomponent				*add_component(icalcomponent *parent, icalcomponent_kind kind);
static icalproperty					*add_property(icalcomponent *component, icalproperty *property);
static char							*clean_text(const char *text);
static void							 append_text_line(Calendar *calendar, const char *name, const char *text);
static struct icaltimetype			 ical_time(int64 local, bool utc);
static struct icaldatetimeperiodtype ical_date(int64 local);
static void							 add_text_property(icalcomponent *component, const char *line);
static void							 add_time_property(icalcomponent *component, icalproperty *property, const char *time_zone, const EventTimes *times);
static void							 add_alarm(icalcomponent *event, const char *summary, int64 seconds);

const CalendarWriter *
medsched_calendar_writer(void)
{
	static const CalendarWriter writer = {create_calendar, write_zone, write_event, calendar_text};

	return &writer;
}

static Calendar *
create_calendar(const char *name)
{
	Calendar			  *calendar = palloc0(sizeof(Calendar));
	MemoryContextCallback *callback = palloc(sizeof(MemoryContextCallback));
	char				  *clean = name == NULL ? NULL : clean_text(name);
	icalcomponent		  *component;

	initStringInfo(&calendar->text);
	callback->func = release_calendar;
	callback->arg = calendar;
	MemoryContextRegisterResetCallback(CurrentMemoryContext, callback);

	icalerror_set_errors_are_fatal(0);
	component = begin_component(calendar, ICAL_VCALENDAR_COMPONENT);
	add_property(component, icalproperty_new_version("2.0"));
	add_property(component, icalproperty_new_prodid("-//medsched//medsched//EN"));
	add_property(component, icalproperty_new_calscale("GREGORIAN"));
	if (name != NULL)
		add_property(component, icalproperty_new_name(clean));
	end_component(calendar);

	/* What is added comes before its end. */
	calendar->text.len -= strlen(END_OF_CALENDAR);
	Assert(strcmp(calendar->text.data + calendar->text.len, END_OF_CALENDAR) == 0);
	calendar->text.data[calendar->text.len] = '\0';
	/* What came before the NAME of RFC 7986. */
	if (name != NULL)
		append_text_line(calendar, "X-WR-CALNAME:", clean);
	return calendar;
}

/* Begin a component of the calendar, which is then the one in hand. */
static icalcomponent *
begin_component(Calendar *calendar, icalcomponent_kind kind)
{
	CHECK_FOR_INTERRUPTS();
	calendar->component = icalcomponent_new(kind);
	if (calendar->component == NULL)
		out_of_memory();
	return calendar->component;
}

/* Write the component in hand out, and give it back. */
static void
end_component(Calendar *calendar)
{
	calendar->words = icalcomponent_as_ical_string_r(calendar->component);
	if (calendar->words == NULL)
		out_of_memory();
	appendStringInfoString(&calendar->text, calendar->words);
	release_calendar(calendar);
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

/*
 * Append a line whose value is a clean text, escaped and folded as RFC 5545 sections
 * 3.3.11 and 3.1 say.  libical does not escape the values of properties that it does not know.
 */
static void
append_text_line(Calendar *calendar, const char *name, const char *text)
{
	StringInfoData line;
	const char	  *rest;

	initStringInfo(&line);
	appendStringInfoString(&line, name);
	for (const char *c = text; *c != '\0'; c++)
	{
		if (strchr("\\;,\n", *c) != NULL)
			appendStringInfoChar(&line, '\\');
		appendStringInfoChar(&line, *c == '\n' ? 'n' : *c);
	}
	for (rest = line.data; strlen(rest) > MAX_LINE;)
	{
		int length = pg_encoding_mbcliplen(PG_UTF8, rest, strlen(rest), MAX_LINE);

		appendBinaryStringInfo(&calendar->text, rest, length);
		appendStringInfoString(&calendar->text, "\r\n ");
		rest += length;
	}
	appendStringInfo(&calendar->text, "%s\r\n", rest);
}

/* Give back what libical holds, also as a memory context's callback. */
static void
release_calendar(void *arg)
{
	Calendar *calendar = arg;

	if (calendar->words != NULL)
		icalmemory_free_buffer(calendar->words);
	calendar->words = NULL;
	if (calendar->component != NULL)
		icalcomponent_free(calendar->component);
	calendar->component = NULL;
}

static void
out_of_memory(void)
{
	ereport(ERROR, (errcode(ERRCODE_OUT_OF_MEMORY), errmsg("out of memory"), errdetail("libical could not build the calendar.")));
}

static icalproperty *
add_property(icalcomponent *component, icalproperty *property)
{
	if (property == NULL)
		out_of_memory();
	icalcomponent_add_property(component, property);
	return property;
}

static void
write_zone(Calendar *calendar, const char *time_zone, const Observance *observances, int n)
{
	icalcomponent *zone = begin_component(calendar, ICAL_VTIMEZONE_COMPONENT);

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
		for (int date = 0; date < observance->n_dates; date++)
			add_property(component, icalproperty_new_rdate(ical_date(observance->dates[date])));
	}
	end_component(calendar);
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
ical_date(int64 local)
{
	struct icaldatetimeperiodtype date = {.time = ical_time(local, false), .period = icalperiodtype_null_period()};

	return date;
}

static void
write_event(Calendar *calendar, const CalendarEvent *event, int64 alarm)
{
	const EventTimes *times = event->times;
	char			 *summary = clean_text(event->summary);
	char			 *description = event->description == NULL ? NULL : clean_text(event->description);
	icalcomponent	 *component = begin_component(calendar, ICAL_VEVENT_COMPONENT);
	int64			  modified = second_of(event->modified);

	add_property(component, icalproperty_new_uid(event->uid));
	add_property(component, icalproperty_new_dtstamp(ical_time(modified, true)));
	add_property(component, icalproperty_new_lastmodified(ical_time(modified, true)));
	add_property(component, icalproperty_new_sequence(event->sequence));
	if (times->of != NULL)
		add_time_property(component, icalproperty_new_recurrenceid(ical_time(times->recurrence_id, times->of->utc)), event->time_zone, times->of);
	add_time_property(component, icalproperty_new_dtstart(ical_time(times->start, times->utc)), event->time_zone, times);
	if (times->rrule != NULL)
		add_text_property(component, psprintf("RRULE:%s", times->rrule));
	for (int i = 0; i < times->exdates.n; i++)
		add_time_property(component, icalproperty_new_exdate(ical_time(times->exdates.values[i], times->utc)), event->time_zone, times);
	add_property(component, icalproperty_new_summary(summary));
	if (description != NULL)
		add_property(component, icalproperty_new_description(description));
	add_property(component, icalproperty_new_class(ICAL_CLASS_PRIVATE));
	add_property(component, icalproperty_new_transp(ICAL_TRANSP_TRANSPARENT));
	if (alarm >= 0)
		add_alarm(component, summary, alarm);
	end_component(calendar);
	pfree(summary);
	if (description != NULL)
		pfree(description);
}

/* Add a time's property, with the name of its zone where it is a wall-clock time. */
static void
add_time_property(icalcomponent *component, icalproperty *property, const char *time_zone, const EventTimes *times)
{
	add_property(component, property);
	if (!times->utc)
		icalproperty_add_parameter(property, icalparameter_new_tzid(time_zone));
}

static void
add_alarm(icalcomponent *event, const char *summary, int64 seconds)
{
	icalcomponent		  *alarm = add_component(event, ICAL_VALARM_COMPONENT);
	struct icaltriggertype trigger = {.time = icaltime_null_time(), .duration = duration_from_int((int) -seconds)};

	/* libical would write 1 hour and 5 seconds without the minutes that RFC 5545 section 3.3.6 wants between. */
	if (trigger.duration.hours > 0 && trigger.duration.minutes == 0 && trigger.duration.seconds > 0)
	{
		trigger.duration.minutes = trigger.duration.hours * 60;
		trigger.duration.hours = 0;
	}
	add_property(alarm, icalproperty_new_action(ICAL_ACTION_DISPLAY));
	add_property(alarm, icalproperty_new_trigger(trigger));
	add_property(alarm, icalproperty_new_description(summary));
}

static char *
calendar_text(Calendar *calendar)
{
	appendStringInfoString(&calendar->text, END_OF_CALENDAR);
	return pg_any_to_server(calendar->text.data, calendar->text.len, PG_UTF8);
}
