/*-------------------------------------------------------------------------
 *
 * calendar_writer.h
 *		What the library medsched_ical does: an iCalendar object, RFC 5545, as text.
 *
 *-------------------------------------------------------------------------
 */
#ifndef MEDSCHED_CALENDAR_WRITER_H
#define MEDSCHED_CALENDAR_WRITER_H

#include "datatype/timestamp.h"

#include "ical/vevent.h"
#include "ical/vtimezone.h"

typedef struct Calendar Calendar;

/* An event: all texts in the server's encoding. */
typedef struct CalendarEvent
{
	const char		 *uid;
	const char		 *summary;
	const char		 *description; /* or NULL */
	TimestampTz		  modified;	   /* DTSTAMP and LAST-MODIFIED */
	int				  sequence;
	const char		 *time_zone;
	const EventTimes *times;
} CalendarEvent;

typedef struct CalendarWriter
{
	/* Make an empty calendar in CurrentMemoryContext; name may be NULL. */
	Calendar *(*create)(const char *name);

	/* Add the definition of a time zone. */
	void (*add_zone)(Calendar *calendar, const char *time_zone, const Observance *observances, int n);

	/*
	 * Add an event.  alarm: seconds before each occurrence at which to show it,
	 * or negative for no alarm.
	 */
	void (*add_event)(Calendar *calendar, const CalendarEvent *event, int64 alarm);

	/* Give the calendar as text in the server's encoding, palloc'd; nothing can be added after it. */
	char *(*text)(Calendar *calendar);
} CalendarWriter;

/* The library's one entry point. */
extern PGDLLEXPORT const CalendarWriter *medsched_calendar_writer(void);

#endif /* MEDSCHED_CALENDAR_WRITER_H */
