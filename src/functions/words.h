/*-------------------------------------------------------------------------
 *
 * words.h
 *		English for numbers, dates and lists.
 *
 * Everything is palloc'd in CurrentMemoryContext.  Local times are wall-clock
 * seconds, as in recurrence.h.
 *
 *-------------------------------------------------------------------------
 */
#ifndef MEDSCHED_WORDS_H
#define MEDSCHED_WORDS_H

#include "datatype/timestamp.h"
#include "nodes/pg_list.h"

#include "recurrence/recurrence.h"

extern const char *const words_weekdays[7]; /* from 0 = Monday */
extern const char *const words_months[12];
extern const char *const words_units[]; /* of a Frequency: second to year */

/* Join as "a", "a and b", "a, b and c"; conjunction: "and" or "or".  Takes C strings. */
extern char *words_join(const List *items, const char *conjunction);

/* Say "1 dose", "2 doses". */
extern char *words_quantity(int64_t number, const char *unit);

/* Say "1st", "22nd". */
extern char *words_ordinal(int number);

/* Say "first" to "fifth", "6th"; from the end "last", "2nd-to-last". */
extern char *words_position(int number, bool from_last);

/* Say "1 March 2027"; "08:00", "08:00:30"; "1 March 2027 at 08:00". */
extern char *words_date(int64_t local);
extern char *words_time(int64_t local);
extern char *words_date_and_time(int64_t local);

/* Say "6 hours", "1 day and 30 minutes". */
extern char *words_interval(const Interval *interval);

/*
 * Add to a list the numbers whose bits are set, from the first of a run of
 * three or more to its last; each number put into words by name.
 */
extern List *words_runs(List *items, const uint64_t *bits, int n_words, char *(*name)(int number));

#endif /* MEDSCHED_WORDS_H */
