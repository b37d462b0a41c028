/*-------------------------------------------------------------------------
 *
 * describe_days.h
 *		The days of a recurrence rule in English.
 *
 *-------------------------------------------------------------------------
 */
#ifndef MEDSCHED_DESCRIBE_DAYS_H
#define MEDSCHED_DESCRIBE_DAYS_H

#include "recurrence/recurrence.h"

#define DAY_PARTS (BY_MONTH | BY_WEEKNO | BY_YEARDAY | BY_MONTHDAY | BY_DAY)

/*
 * Say "on Mondays", "on the last day of each month", "in March" for every day of
 * that month, or NULL for every day.
 * within: the period that the sentence has already named, so that its days are
 * those "of the month", not "of each month"; FREQ_SECONDLY for none.
 */
extern char *describe_days(const Recurrence *rule, Frequency within);

#endif /* MEDSCHED_DESCRIBE_DAYS_H */
