/*-------------------------------------------------------------------------
 *
 * engine.c
 *		The engine under test, as its callers use it: UNTIL narrows the window,
 *		COUNT is counted from the start.
 *
 *-------------------------------------------------------------------------
 */
#include <stdio.h>
#include <string.h>

#include "case.h"
#include "recurrence/recurrence.h"
#include "recurrence/rrule.h"

bool
engine_answer(const char *text, int64_t start, int64_t from, int64_t to,
			  Answer *answer, char *why, size_t why_size)
{
	Recurrence		   rule;
	RruleError		   error;
	RecurrenceIterator iterator;
	RecurrenceStep	   step;
	int64_t			   at;
	int64_t			   counted = 0;

	memset(&error, 0, sizeof(error));
	if (!rrule_parse(text, &rule, &error))
	{
		snprintf(why, why_size, "%s: %s", error.message, error.detail);
		return false;
	}
	answer->n = 0;
	answer->whole = true;
	if (rule.until_form != UNTIL_NONE && rule.until < to)
		to = rule.until + 1;
	if (to <= from)
		return true;
	recurrence_open(&iterator, &rule, start, rule.count > 0 ? start : from, to);
	while ((step = recurrence_next(&iterator, &at)) != RECURRENCE_DONE)
	{
		if (step == RECURRENCE_PAUSED)
			continue;
		if (at >= from)
		{
			if (answer->n == OCCURRENCES_MAX)
			{
				answer->whole = false;
				break;
			}
			answer->at[answer->n++] = at;
		}
		if (++counted == rule.count)
			break;
	}
	return true;
}
