/*-------------------------------------------------------------------------
 *
 * libical.h
 *		What differs between libical 3 and 4.
 *
 *-------------------------------------------------------------------------
 */
#ifndef MEDSCHED_LIBICAL_H
#define MEDSCHED_LIBICAL_H

#include <libical/ical.h>

#include "recurrence/parsed_rule.h"

/*
 * Have libical read a rule that rrule.c found right, and add its values to
 * those in *rule.  False, with *error filled, for what libical rejects and for an UNTIL
 * that is no date of the calendar.
 */
extern bool libical_read_rule(const char *text, Recurrence *rule, RruleError *error);

/* Make a length of time, backwards if seconds are below zero. */
extern struct icaldurationtype libical_duration(int seconds);

#endif /* MEDSCHED_LIBICAL_H */
