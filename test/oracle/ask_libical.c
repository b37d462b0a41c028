/*-------------------------------------------------------------------------
 *
 * ask_libical.c
 *		A case through libical's parser and iterator.
 *
 *-------------------------------------------------------------------------
 */
#include <libical/ical.h>
#include <stdatomic.h>
#include <string.h>

#include "ask_libical.h"
#include "libical_classes.h"

/*
 * libical's calendar is Julian before 1582 and its iterator refuses years
 * after 2582.  The Gregorian calendar repeats, weekdays and all, every 400
 * years, so libical is asked about the same rule in the years it serves.
 */
#define FOUR_CENTURIES (INT64_C(146097) * 86400)
#define LIBICAL_FIRST  INT64_C(-12622780800) /* 1600-01-01 */
#define LIBICAL_END	   INT64_C(18303062400)	 /* 2580-01-01 */

static struct icaltimetype
to_icaltime(int64_t at)
{
	char text[33];

	format_time(at, text);
	strcat(text, "Z");
	return icaltime_from_string(text);
}

static int64_t
from_icaltime(struct icaltimetype t)
{
	return days_from_civil(t.year, t.month, t.day) * 86400 + t.hour * 3600 + t.minute * 60 + t.second;
}

bool
ask_libical(const Case *c, Answer *answer)
{
	char					  text[TEXT_MAX];
	struct icalrecurrencetype rule;
	icalrecur_iterator		 *iterator;
	struct icaltimetype		  t;
	int64_t					  last = c->has_until && c->until < c->to ? c->until : c->to - 1;
	int64_t					  start = libical_start(c);
	int64_t					  shift = 0;
	bool					  cut;

	while (start + shift < LIBICAL_FIRST)
		shift += FOUR_CENTURIES;
	while (start + shift >= LIBICAL_FIRST + FOUR_CENTURIES)
		shift -= FOUR_CENTURIES;
	cut = last + shift >= LIBICAL_END;
	if (cut)
		last = LIBICAL_END - 1 - shift;

	/* libical 3.0.16 wants its lists in order: doc/correctness.md */
	case_sorted_rule(c, text);
	rule = icalrecurrencetype_from_string(text);
	answer->n = 0;
	answer->whole = false;
	if (rule.freq == ICAL_NO_RECURRENCE)
		return false;
	if (last < start)
	{
		answer->whole = true;
		return true;
	}
	rule.until = to_icaltime(last + shift);
	iterator = icalrecur_iterator_new(rule, to_icaltime(start + shift));
	if (iterator == NULL) /* it found no first occurrence */
	{
		icalerror_clear_errno();
		answer->whole = !cut;
		return true;
	}
	for (;;)
	{
		int64_t at;

		t = icalrecur_iterator_next(iterator);
		if (icaltime_is_null_time(t) || (at = from_icaltime(t) - shift) > last)
		{
			answer->whole = !cut;
			break;
		}
		if (at < c->from || at < c->start)
			continue;
		if (answer->n == OCCURRENCES_MAX)
			break;
		/* Count it when it is there: it may be stopped in between. */
		answer->at[answer->n] = at;
		atomic_signal_fence(memory_order_release);
		answer->n++;
	}
	icalrecur_iterator_free(iterator);
	return true;
}
