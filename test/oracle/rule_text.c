/*-------------------------------------------------------------------------
 *
 * rule_text.c
 *		The rule of a case as text.
 *
 *-------------------------------------------------------------------------
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "case.h"
#include "generate.h"

#define DAY INT64_C(86400)

static const char *const freq_names[] = {
	"SECONDLY", "MINUTELY", "HOURLY", "DAILY", "WEEKLY", "MONTHLY", "YEARLY"};
static const char *const weekday_names[] = {"MO", "TU", "WE", "TH", "FR", "SA", "SU"};
static const char *const part_names[PARTS] = {
	"BYSECOND", "BYMINUTE", "BYHOUR", "BYDAY", "BYMONTHDAY",
	"BYYEARDAY", "BYWEEKNO", "BYMONTH", "BYSETPOS"};

/* One BY part's list: "1,-2" or, of BYDAY, "MO,-1TU". */
static char *
write_list(char *p, int part, const IntList *list)
{
	int i;

	for (i = 0; i < list->n; i++)
	{
		int value = list->value[i];
		int weekday = ((value % 8) + 8) % 8;

		p += sprintf(p, "%s", i > 0 ? "," : "");
		if (part != PART_DAY)
			p += sprintf(p, "%d", value);
		else if (value == weekday)
			p += sprintf(p, "%s", weekday_names[weekday]);
		else
			p += sprintf(p, "%d%s", (value - weekday) / 8, weekday_names[weekday]);
	}
	return p;
}

/* The parts of a rule, each as text.  Returns how many. */
static int
write_parts(const Case *c, char parts[PARTS + 8][TEXT_MAX / 4])
{
	int	 n = 0;
	int	 i;
	char time[32];

	sprintf(parts[n++], "FREQ=%s", freq_names[c->freq]);
	if (c->interval != 1 || percent(10))
		sprintf(parts[n++], "INTERVAL=%d", c->interval);
	if (c->count > 0)
		sprintf(parts[n++], "COUNT=%d", c->count);
	if (c->has_until)
	{
		int64_t of_day = ((c->until % DAY) + DAY) % DAY;

		format_time(c->until, time);
		if (of_day == DAY - 1 && percent(70))
			sprintf(parts[n++], "UNTIL=%.8s", time);
		else
			sprintf(parts[n++], "UNTIL=%s%s", time, percent(60) ? "Z" : "");
	}
	if (c->week_start != 0 || percent(5))
		sprintf(parts[n++], "WKST=%s", weekday_names[c->week_start]);
	if (c->skip != S_OMIT)
	{
		strcpy(parts[n++], "RSCALE=GREGORIAN");
		sprintf(parts[n++], "SKIP=%s", c->skip == S_BACKWARD ? "BACKWARD" : "FORWARD");
	}
	for (i = 0; i < PARTS; i++)
		if (c->by[i].n > 0)
			write_list(parts[n] + sprintf(parts[n], "%s=", part_names[i]), i, &c->by[i]), n++;
	return n;
}

void
case_write_rule(Case *c)
{
	char parts[PARTS + 8][TEXT_MAX / 4];
	int	 n = write_parts(c, parts);
	int	 i,
		j;
	char *p;

	if (percent(40))
		for (i = n - 1; i > 0; i--)
		{
			char swap[TEXT_MAX / 4];

			j = (int) between(0, i);
			strcpy(swap, parts[i]);
			strcpy(parts[i], parts[j]);
			strcpy(parts[j], swap);
		}
	p = c->text;
	p += sprintf(p, "%s", percent(4) ? "RRULE:" : "");
	for (i = 0; i < n; i++)
		p += sprintf(p, "%s%s", i ? ";" : "", parts[i]);
	if (percent(4))
		for (p = c->text; *p; p++)
			if (*p >= 'A' && *p <= 'Z')
				*p += 'a' - 'A';
}

static int
compare_values(const void *a, const void *b)
{
	return *(const int *) a - *(const int *) b;
}

void
case_sorted_rule(const Case *c, char *text)
{
	char parts[PARTS + 8][TEXT_MAX / 4];
	Case sorted = *c;
	int	 n,
		i;

	for (i = 0; i < PARTS; i++)
		qsort(sorted.by[i].value, sorted.by[i].n, sizeof(int), compare_values);
	n = write_parts(&sorted, parts);
	for (i = 0; i < n; i++)
		text += sprintf(text, "%s%s", i ? ";" : "", parts[i]);
}
