/*-------------------------------------------------------------------------
 *
 * engine.c
 *		The recurrence engine against libical's iterator, without a database.
 *
 * For each shape of rule: both expand the same window from the same start, the
 * answers are compared, then each is timed, opening included.  One line for a
 * shape, separated by tabs: the rule, "daily" or "other", nanoseconds for an
 * occurrence here, and in libical.
 *
 *-------------------------------------------------------------------------
 */
#include <libical/ical.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "recurrence/recurrence.h"
#include "recurrence/rrule.h"

#define START_TEXT "20240102T080000"
#define START INT64_C(757497600)	/* the same, in local seconds since 2000 */
#define MAX_OCCURRENCES 20000
#define MEASURE_SECONDS 0.03

typedef struct Shape
{
	const char *rule;
	bool		daily;
	int			days;			/* the window's length */
} Shape;

/*
 * The start is itself an occurrence wherever the frequency is below a day:
 * from 08:00 libical 3.0.16 leaves out the first of FREQ=HOURLY;BYHOUR=9.
 */
static const Shape shapes[] = {
	{"FREQ=DAILY", true, 365},
	{"FREQ=DAILY;BYHOUR=8,20", true, 365},
	{"FREQ=DAILY;BYHOUR=8,14,20", true, 365},
	{"FREQ=DAILY;BYHOUR=8,12,16,20;BYMINUTE=0,30", true, 365},
	{"FREQ=DAILY;INTERVAL=2", true, 365},
	{"FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR", true, 365},
	{"FREQ=DAILY;BYMONTH=1,7", true, 2 * 365},
	{"FREQ=WEEKLY;BYDAY=MO,WE,FR", false, 365},
	{"FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,TH", false, 365},
	{"FREQ=MONTHLY", false, 5 * 365},
	{"FREQ=MONTHLY;BYDAY=1MO", false, 5 * 365},
	{"FREQ=MONTHLY;BYMONTHDAY=-1", false, 5 * 365},
	{"FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", false, 5 * 365},
	{"FREQ=YEARLY", false, 30 * 365},
	{"FREQ=YEARLY;BYMONTH=3,10;BYDAY=-1SU", false, 20 * 365},
	{"FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO", false, 20 * 365},
	{"FREQ=YEARLY;BYYEARDAY=1,100,-1", false, 20 * 365},
	{"FREQ=HOURLY;INTERVAL=8", false, 365},
	{"FREQ=HOURLY;BYHOUR=8,9,10,11", false, 100},
	{"FREQ=MINUTELY;INTERVAL=5", false, 7},
	{"FREQ=MINUTELY;BYHOUR=8;BYMINUTE=0,10,20", false, 30},
	{"FREQ=SECONDLY;INTERVAL=30", false, 1},
};

static int64_t ours[MAX_OCCURRENCES];
static int64_t theirs[MAX_OCCURRENCES];

static double
seconds_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec + now.tv_nsec * 1e-9;
}

static void
fail(const Shape *shape, const char *why)
{
	fprintf(stderr, "engine: %s: %s\n", shape->rule, why);
	exit(1);
}

static int
expand_ours(const Recurrence *rule, int64_t to)
{
	RecurrenceIterator iterator;
	RecurrenceStep step;
	int			n = 0;

	recurrence_open(&iterator, rule, START, START, to);
	while (n < MAX_OCCURRENCES && (step = recurrence_next(&iterator, &ours[n])) != RECURRENCE_DONE)
		if (step == RECURRENCE_FOUND)
			n++;
	return n;
}

static int
expand_libical(struct icalrecurrencetype rule, struct icaltimetype start, int64_t to)
{
	icalrecur_iterator *iterator = icalrecur_iterator_new(rule, start);
	struct icaltimetype next;
	int			n = 0;

	while (n < MAX_OCCURRENCES && !icaltime_is_null_time(next = icalrecur_iterator_next(iterator)))
	{
		/* 946684800: 2000-01-01 in Unix time */
		theirs[n] = (int64_t) icaltime_as_timet(next) - 946684800;
		if (theirs[n] >= to)
			break;
		n++;
	}
	icalrecur_iterator_free(iterator);
	return n;
}

static void
measure(const Shape *shape)
{
	struct icalrecurrencetype libical_rule = icalrecurrencetype_from_string(shape->rule);
	struct icaltimetype start = icaltime_from_string(START_TEXT);
	int64_t		to = START + shape->days * LOCAL_SECS_PER_DAY;
	Recurrence	rule;
	RruleError	error;
	double		began;
	double		our_ns;
	double		libical_ns;
	int			repeats;
	int			n;

	if (!rrule_parse(shape->rule, &rule, &error))
		fail(shape, error.message);
	n = expand_ours(&rule, to);
	if (n == 0 || n == MAX_OCCURRENCES)
		fail(shape, "a window that does not suit");
	if (expand_libical(libical_rule, start, to) != n)
		fail(shape, "libical has another number of occurrences");
	for (int i = 0; i < n; i++)
		if (ours[i] != theirs[i])
			fail(shape, "libical has other occurrences");

	began = seconds_now();
	for (repeats = 0; seconds_now() - began < MEASURE_SECONDS; repeats++)
		expand_ours(&rule, to);
	our_ns = (seconds_now() - began) * 1e9 / repeats / n;

	began = seconds_now();
	for (repeats = 0; seconds_now() - began < MEASURE_SECONDS; repeats++)
		expand_libical(libical_rule, start, to);
	libical_ns = (seconds_now() - began) * 1e9 / repeats / n;

	printf("%s\t%s\t%.2f\t%.2f\n", shape->rule, shape->daily ? "daily" : "other", our_ns, libical_ns);
}

int
main(void)
{
	for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++)
		measure(&shapes[i]);
	return 0;
}
