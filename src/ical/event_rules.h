/*-------------------------------------------------------------------------
 *
 * event_rules.h
 *		A recurrence rule taken apart into rules that calendar programs read alike.
 *
 * The programs that people use read less than RFC 5545, section 3.3.10, allows
 * (doc/calendars.md).  What they read alike comes once a day at most, at the time
 * of day of DTSTART: every so many days; on weekdays of every so many weeks; on
 * one day of the month of every so many months; on one day of the year.
 *
 *-------------------------------------------------------------------------
 */
#ifndef MEDSCHED_EVENT_RULES_H
#define MEDSCHED_EVENT_RULES_H

#include "nodes/pg_list.h"

#include "recurrence/parsed_rule.h"

/* One of them.  rule has all day parts that a start would imply, no time of day, no end. */
typedef struct EventRule
{
	Recurrence rule;
	int64	   start; /* what INTERVAL counts from: wall clock, or an instant in UTC */
	bool	   utc;	  /* it steps in elapsed time: read it in UTC */
} EventRule;

/*
 * List rules, palloc'd, that together have the occurrences of one, each once.  start and
 * start_instant are where it began.  NIL: there are none, or more than a day has quarters of an hour.
 */
extern List *event_rules(const Recurrence *rule, int64 start, int64 start_instant);

#endif /* MEDSCHED_EVENT_RULES_H */
