/*-------------------------------------------------------------------------
 *
 * libical.h
 *		What medsched's rules need of libical, the same for libical 3 and 4.
 *
 *-------------------------------------------------------------------------
 */
#ifndef MEDSCHED_LIBICAL_H
#define MEDSCHED_LIBICAL_H

#include "recurrence/recurrence.h"
#include "recurrence/rrule.h"

/*
 * Have libical read a rule that rrule.c found right, and add its values to
 * those in *rule.  False, with *error filled, for what libical rejects and for an UNTIL
 * that is no date of the calendar.
 */
extern bool libical_read_rule(const char *text, Recurrence *rule, RruleError *error);

#endif /* MEDSCHED_LIBICAL_H */
