/*-------------------------------------------------------------------------
 *
 * fuzz_rrule.c
 *		libFuzzer target: the rule parser and the engine, with what must hold
 *		of every rule whatever it is.
 *
 * Input: a rule, then on a second line, if it is there, DTSTART, the window's
 * start and its length, in local seconds (recurrence.h).  dev/fuzz runs it.
 *
 *-------------------------------------------------------------------------
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "recurrence/recurrence.h"
#include "recurrence/rrule.h"

#define MOST 256
/* Calls that may pause before a rule is left alone: each is bounded itself. */
#define PAUSES 8

#define DAY	 INT64_C(86400)
#define YEAR (366 * DAY)

/* Not assert: these must hold whatever NDEBUG says. */
#define MUST(condition)                                                     \
	do                                                                      \
	{                                                                       \
		if (!(condition))                                                   \
		{                                                                   \
			fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition); \
			abort();                                                        \
		}                                                                   \
	} while (0)

typedef struct Found
{
	int		n;
	bool	whole; /* the window was searched to its end */
	int64_t at[MOST];
} Found;

static void
search(const Recurrence *rule, int64_t start, int64_t from, int64_t to, Found *found)
{
	RecurrenceIterator iterator;
	RecurrenceStep	   step;
	int				   pauses = 0;
	int64_t			   at;

	found->n = 0;
	found->whole = false;
	recurrence_open(&iterator, rule, start, from, to);
	while ((step = recurrence_next(&iterator, &at)) != RECURRENCE_DONE)
	{
		if (step == RECURRENCE_PAUSED)
		{
			if (++pauses == PAUSES)
				return;
			continue;
		}
		if (found->n == MOST)
			return;
		MUST(at >= from && at >= start && at < to && at < LOCAL_END);
		MUST(found->n == 0 || at > found->at[found->n - 1]);
		found->at[found->n++] = at;
	}
	found->whole = true;
	/* What is done stays done. */
	MUST(recurrence_next(&iterator, &at) == RECURRENCE_DONE);
}

/* A window holds what its halves hold. */
static void
check_halves(const Recurrence *rule, int64_t start, int64_t from, int64_t to, const Found *found)
{
	int64_t middle = from + (to - from) / 2;
	Found	first;
	Found	second;

	/* A half that ends on an occurrence is where mistakes by one show. */
	if (found->n > 1)
		middle = found->at[found->n / 2];
	search(rule, start, from, middle, &first);
	search(rule, start, middle, to, &second);
	if (!found->whole || !first.whole || !second.whole)
		return;
	MUST(first.n + second.n == found->n);
	MUST(memcmp(found->at, first.at, first.n * sizeof(int64_t)) == 0);
	MUST(memcmp(found->at + first.n, second.at, second.n * sizeof(int64_t)) == 0);
}

/* Passing over n occurrences comes to the n-th. */
static void
check_skip(const Recurrence *rule, int64_t start, int64_t from, int64_t to, const Found *found)
{
	RecurrenceIterator iterator;
	RecurrenceStep	   step;
	int64_t			   count = found->n / 2 + 1;
	int64_t			   at;
	int				   pauses = 0;

	recurrence_open(&iterator, rule, start, from, to);
	while ((step = recurrence_skip(&iterator, &count, &at)) == RECURRENCE_PAUSED)
	{
		if (++pauses == 16 * PAUSES)
			return;
	}
	if (found->n > 0)
	{
		MUST(step == RECURRENCE_FOUND && count == 0 && at == found->at[found->n / 2]);
		if (found->n / 2 + 1 < found->n)
		{
			while ((step = recurrence_next(&iterator, &at)) == RECURRENCE_PAUSED)
				;
			MUST(step == RECURRENCE_FOUND && at == found->at[found->n / 2 + 1]);
		}
	}
	else if (found->whole)
		MUST(step == RECURRENCE_DONE && count == 1);
}

/* Case, the "RRULE:" before a rule and a semicolon after it mean nothing. */
static void
check_spelling(const char *text, const Recurrence *rule)
{
	char	   other[RRULE_MAX_LENGTH + 16];
	Recurrence again;
	RruleError error;
	bool	   prefixed = strncasecmp(text, "RRULE:", 6) == 0;

	bool	   ended = text[strlen(text) - 1] == ';';

	if (strlen(text) > RRULE_MAX_LENGTH - 7)
		return;
	snprintf(other, sizeof(other), "%s%s%s", prefixed ? "" : "rrule:", text, ended ? "" : ";");
	for (char *p = other; *p != '\0'; p++)
		*p = (char) (*p >= 'A' && *p <= 'Z' ? *p - 'A' + 'a' : *p);
	MUST(rrule_parse(other, &again, &error));
	MUST(memcmp(rule, &again, sizeof(again)) == 0);
}

static void
check_rule(const char *text, const Recurrence *rule)
{
	MUST(rule->interval >= 1 && rule->count >= 0);
	MUST(rule->count == 0 || rule->until_form == UNTIL_NONE);
	MUST(rule->until_form == UNTIL_NONE || (rule->until >= LOCAL_MIN && rule->until < LOCAL_END));
	MUST(rule->week_start >= 0 && rule->week_start < 7);
	check_spelling(text, rule);
}

static void
check_error(const RruleError *error)
{
	size_t length = strlen(error->message);

	MUST(length > 0 && length < sizeof(error->message) - 1);
	MUST(error->detail[0] == '\0' || strlen(error->detail) < sizeof(error->detail) - 1);
}

static int64_t
clamp(int64_t value, int64_t low, int64_t high)
{
	return value < low ? low : value > high ? high
											: value;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char	   text[RRULE_MAX_LENGTH + 64];
	char	  *numbers;
	char	  *end;
	Recurrence rule;
	RruleError error;
	Found	   found;
	int64_t	   start = 0;
	int64_t	   from = 0;
	int64_t	   length = YEAR;

	if (size >= sizeof(text))
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	numbers = strchr(text, '\n');
	if (numbers != NULL)
	{
		*numbers++ = '\0';
		start = strtoll(numbers, &end, 10);
		from = strtoll(end, &end, 10);
		length = strtoll(end, &end, 10);
	}
	start = clamp(start, LOCAL_MIN, LOCAL_END - 1);
	from = clamp(from, LOCAL_MIN, LOCAL_END - 1);
	length = clamp(length, 0, LOCAL_END - from);

	if (!rrule_parse(text, &rule, &error))
	{
		check_error(&error);
		return 0;
	}
	check_rule(text, &rule);
	search(&rule, start, from, from + length, &found);
	check_halves(&rule, start, from, from + length, &found);
	check_skip(&rule, start, from, from + length, &found);
	return 0;
}
