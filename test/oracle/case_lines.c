/*-------------------------------------------------------------------------
 *
 * case_lines.c
 *		Cases and answers as lines of text, for the scripts that ask others.
 *
 *		case_lines generate [--seed N] [--rules N]
 *			prints cases: rule, start, near start, from, to, separated by tabs
 *		case_lines engine
 *			reads such lines, prints the engine's occurrences of each on one
 *			line, separated by blanks; "+" at the end: there are more
 *
 * Times are written 20260131T090000.
 *
 *-------------------------------------------------------------------------
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "case.h"

static int
generate(long seed, long rules)
{
	static Case c;
	char		start[32],
		near_start[32],
		from[32],
		to[32];
	long i;

	for (i = 0; i < rules; i++)
	{
		case_generate(&c, (uint64_t) (seed + i));
		printf("%s\t%s\t%s\t%s\t%s\n", c.text, format_time(c.start, start),
			   format_time(c.near_start, near_start), format_time(c.from, from), format_time(c.to, to));
	}
	return 0;
}

static int
answer_lines(void)
{
	static char	  line[TEXT_MAX + 256];
	static Answer answer;
	char		 *field[5];
	char		  why[512];
	char		  time[32];
	int64_t		  start,
		from,
		to;
	int i;

	while (fgets(line, sizeof(line), stdin) != NULL)
	{
		field[0] = line;
		for (i = 1; i < 5; i++)
			if ((field[i] = strchr(field[i - 1], '\t')) != NULL)
				*field[i]++ = '\0';
			else
				break;
		if (i < 5 || !parse_time(field[1], &start) || !parse_time(field[3], &from) || !parse_time(field[4], &to))
		{
			fprintf(stderr, "case_lines: not a case: %s\n", line);
			return 2;
		}
		if (!engine_answer(field[0], start, from, to, &answer, why, sizeof(why)))
			printf("! %s\n", why);
		else
		{
			for (i = 0; i < answer.n; i++)
				printf("%s%s", i > 0 ? " " : "", format_time(answer.at[i], time));
			printf("%s\n", answer.whole ? "" : " +");
		}
	}
	return 0;
}

int
main(int argc, char **argv)
{
	long seed = 1;
	long rules = 5000;
	int	 i;

	for (i = 2; i + 1 < argc; i += 2)
		if (strcmp(argv[i], "--seed") == 0)
			seed = atol(argv[i + 1]);
		else if (strcmp(argv[i], "--rules") == 0)
			rules = atol(argv[i + 1]);
	if (argc > 1 && strcmp(argv[1], "generate") == 0)
		return generate(seed, rules);
	if (argc > 1 && strcmp(argv[1], "engine") == 0)
		return answer_lines();
	fprintf(stderr, "usage: case_lines generate [--seed N] [--rules N] | case_lines engine\n");
	return 2;
}
