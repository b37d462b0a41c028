/*-------------------------------------------------------------------------
 *
 * vcalendar.h
 *		An iCalendar object, RFC 5545, written line by line.
 *
 *-------------------------------------------------------------------------
 */
#ifndef MEDSCHED_VCALENDAR_H
#define MEDSCHED_VCALENDAR_H

#include "datatype/timestamp.h"

#include "ical/vevent.h"

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

/* Make an empty calendar in CurrentMemoryContext; name may be NULL. */
extern Calendar *vcalendar_create(const char *name);

/* Add the definition of a time zone, for all instants from from on. */
extern void vcalendar_add_zone(Calendar *calendar, const char *time_zone, int64 from, int64 horizon);

/*
 * Add an event.  alarm: seconds before each occurrence at which to show it,
 * or negative for no alarm.
 */
extern void vcalendar_add_event(Calendar *calendar, const CalendarEvent *event, int64 alarm);

/* Give the calendar as text in the server's encoding, palloc'd; nothing can be added after it. */
extern char *vcalendar_text(Calendar *calendar);

#endif /* MEDSCHED_VCALENDAR_H */
