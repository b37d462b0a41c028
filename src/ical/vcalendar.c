/*-------------------------------------------------------------------------
 *
 * vcalendar.c
 *		An iCalendar object, RFC 5545, written line by line.
 *
 * Five rules of the RFC are all that its text needs: the folding of lines (section
 * 3.1), and the values of texts (3.3.11), times (3.3.5), durations (3.3.6) and offsets
 * (3.3.14).
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"

#include "ical/ical_rule.h"
#include "ical/vcalendar.h"
#include "ical/vtimezone.h"
#include "recurrence/calendar.h"

/* Octets of a line, but for the space that a folded one begins with. */
#define MAX_LINE 74

struct Calendar
{
	StringInfoData text; /* in UTF-8 */
};

static void	 append_line(Calendar *calendar, const char *format, ...) pg_attribute_printf(2, 3);
static char *text_value(const char *text);
static char *offset_value(int64 offset);
static void	 append_time(Calendar *calendar, const char *name, int64 time, const char *time_zone, const EventTimes *times);
static void	 append_alarm(Calendar *calendar, const char *summary, int64 seconds);

Calendar *
vcalendar_create(const char *name)
{
	Calendar *calendar = palloc(sizeof(Calendar));

	initStringInfo(&calendar->text);
	append_line(calendar, "BEGIN:VCALENDAR");
	append_line(calendar, "VERSION:2.0");
	append_line(calendar, "PRODID:-//medsched//medsched//EN");
	append_line(calendar, "CALSCALE:GREGORIAN");
	if (name != NULL)
	{
		char *value = text_value(name);

		append_line(calendar, "NAME:%s", value);
		/* What came before the NAME of RFC 7986. */
		append_line(calendar, "X-WR-CALNAME:%s", value);
	}
	return calendar;
}

/* Append a line of UTF-8, folded. */
static void
append_line(Calendar *calendar, const char *format, ...)
{
	StringInfoData line;
	const char	  *rest;
	int			   needed;

	initStringInfo(&line);
	do
	{
		va_list args;

		va_start(args, format);
		needed = appendStringInfoVA(&line, format, args);
		va_end(args);
		if (needed > 0)
			enlargeStringInfo(&line, needed);
	} while (needed > 0);

	for (rest = line.data; line.data + line.len - rest > MAX_LINE;)
	{
		int length = pg_encoding_mbcliplen(PG_UTF8, rest, MAX_LINE + 1, MAX_LINE);

		appendBinaryStringInfo(&calendar->text, rest, length);
		appendStringInfoString(&calendar->text, "\r\n ");
		rest += length;
	}
	appendStringInfoString(&calendar->text, rest);
	appendStringInfoString(&calendar->text, "\r\n");
	pfree(line.data);
}

/*
 * Give a text as iCalendar writes it: UTF-8, lines ending in "\n", no control characters,
 * of which a name needs none.
 */
static char *
text_value(const char *text)
{
	StringInfoData value;

	initStringInfo(&value);
	for (const char *c = pg_server_to_any(text, strlen(text), PG_UTF8); *c != '\0'; c++)
	{
		if (*c == '\n' || (*c == '\r' && c[1] != '\n'))
			appendStringInfoString(&value, "\\n");
		else if (*c == '\t')
			appendStringInfoChar(&value, ' ');
		else if ((unsigned char) *c >= ' ' && *c != 0x7f)
		{
			if (strchr("\\;,", *c) != NULL)
				appendStringInfoChar(&value, '\\');
			appendStringInfoChar(&value, *c);
		}
	}
	return value.data;
}

void
vcalendar_add_zone(Calendar *calendar, const char *time_zone, int64 from, int64 horizon)
{
	Observance *observances;
	int			n = vtimezone_observances(zone_find(time_zone), from, horizon, &observances);

	append_line(calendar, "BEGIN:VTIMEZONE");
	append_line(calendar, "TZID:%s", time_zone);
	for (int i = 0; i < n; i++)
	{
		const Observance *observance = &observances[i];
		const char		 *kind = observance->daylight ? "DAYLIGHT" : "STANDARD";

		append_line(calendar, "BEGIN:%s", kind);
		append_line(calendar, "DTSTART:%s", ical_time_text(observance->first));
		append_line(calendar, "TZOFFSETFROM:%s", offset_value(observance->offset_from));
		append_line(calendar, "TZOFFSETTO:%s", offset_value(observance->offset_to));
		if (observance->name[0] != '\0')
			append_line(calendar, "TZNAME:%s", observance->name);
		if (observance->rrule != NULL)
			append_line(calendar, "RRULE:%s", observance->rrule);
		for (int date = 0; date < observance->n_dates; date++)
			append_line(calendar, "RDATE:%s", ical_time_text(observance->dates[date]));
		append_line(calendar, "END:%s", kind);
	}
	append_line(calendar, "END:VTIMEZONE");
}

/* Give an offset from UTC as "+0130", with seconds where it has some. */
static char *
offset_value(int64 offset)
{
	int	  seconds = abs((int) offset);
	char *value = psprintf("%c%02d%02d", offset < 0 ? '-' : '+', seconds / 3600, seconds / 60 % 60);

	return seconds % 60 == 0 ? value : psprintf("%s%02d", value, seconds % 60);
}

void
vcalendar_add_event(Calendar *calendar, const CalendarEvent *event, int64 alarm)
{
	const EventTimes *times = event->times;
	char			 *summary = text_value(event->summary);
	char			 *modified = ical_instant_text(second_of(event->modified));

	CHECK_FOR_INTERRUPTS();
	append_line(calendar, "BEGIN:VEVENT");
	append_line(calendar, "UID:%s", event->uid);
	append_line(calendar, "DTSTAMP:%s", modified);
	append_line(calendar, "LAST-MODIFIED:%s", modified);
	append_line(calendar, "SEQUENCE:%d", event->sequence);
	if (times->of != NULL)
		append_time(calendar, "RECURRENCE-ID", times->recurrence_id, event->time_zone, times->of);
	append_time(calendar, "DTSTART", times->start, event->time_zone, times);
	if (times->rrule != NULL)
		append_line(calendar, "RRULE:%s", times->rrule);
	for (int i = 0; i < times->exdates.n; i++)
		append_time(calendar, "EXDATE", times->exdates.values[i], event->time_zone, times);
	append_line(calendar, "SUMMARY:%s", summary);
	if (event->description != NULL)
		append_line(calendar, "DESCRIPTION:%s", text_value(event->description));
	append_line(calendar, "CLASS:PRIVATE");
	append_line(calendar, "TRANSP:TRANSPARENT");
	if (alarm >= 0)
		append_alarm(calendar, summary, alarm);
	append_line(calendar, "END:VEVENT");
	pfree(summary);
	pfree(modified);
}

/* Append a time, with the name of its zone where it is a wall-clock time. */
static void
append_time(Calendar *calendar, const char *name, int64 time, const char *time_zone, const EventTimes *times)
{
	if (times->utc)
		append_line(calendar, "%s:%s", name, ical_instant_text(time));
	else
		append_line(calendar, "%s;TZID=%s:%s", name, time_zone, ical_time_text(time));
}

/* Append a reminder so many seconds before each occurrence. */
static void
append_alarm(Calendar *calendar, const char *summary, int64 seconds)
{
	int			   days = (int) (seconds / SECS_PER_DAY);
	int			   hours = (int) (seconds % SECS_PER_DAY / SECS_PER_HOUR);
	int			   minutes = (int) (seconds % SECS_PER_HOUR / SECS_PER_MINUTE);
	int			   rest = (int) (seconds % SECS_PER_MINUTE);
	StringInfoData before;

	initStringInfo(&before);
	if (days > 0)
		appendStringInfo(&before, "%dD", days);
	if (seconds == 0 || seconds % SECS_PER_DAY > 0)
		appendStringInfoChar(&before, 'T');
	if (hours > 0)
		appendStringInfo(&before, "%dH", hours);
	if (minutes > 0 || (hours > 0 && rest > 0))
		appendStringInfo(&before, "%dM", minutes);
	if (seconds == 0 || rest > 0)
		appendStringInfo(&before, "%dS", rest);

	append_line(calendar, "BEGIN:VALARM");
	append_line(calendar, "ACTION:DISPLAY");
	append_line(calendar, "TRIGGER:%sP%s", seconds > 0 ? "-" : "", before.data);
	append_line(calendar, "DESCRIPTION:%s", summary);
	append_line(calendar, "END:VALARM");
}

char *
vcalendar_text(Calendar *calendar)
{
	append_line(calendar, "END:VCALENDAR");
	return pg_any_to_server(calendar->text.data, calendar->text.len, PG_UTF8);
}
