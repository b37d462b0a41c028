/*-------------------------------------------------------------------------
 *
 * compare_libical.c
 *		Random rules through the engine, the model and libical's iterator.
 *
 *		compare_libical [--seed N] [--rules N] [--verbose]
 *
 * Goes on until N rules were compared on which libical must agree.
 *
 * The three run in a child with a bound on the time of each rule, because
 * libical does not return from some; what it gave until then is compared.  A
 * rule may differ from libical only where a predicate on the rule says so
 * beforehand (libical_classes); doc/correctness.md has the RFC's sentence for
 * each.  The engine must agree with the model everywhere.
 *
 * Exit status 0: no difference that is not explained.
 *
 *-------------------------------------------------------------------------
 */
#include <libical/ical.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ask_libical.h"
#include "libical_classes.h"

#define CHILD_STOPPED		 3
#define LIBICAL_MILLISECONDS 12
#define ENGINE_MILLISECONDS	 1000
#define SHOWN_MAX			 25

typedef enum Phase
{
	PHASE_MODEL,
	PHASE_ENGINE,
	PHASE_LIBICAL
} Phase;

/* What the parent and its children share. */
typedef struct Board
{
	volatile Phase phase;
	volatile long  rule; /* the next to be done */
	Case		   c;
	Answer		   engine;
	Answer		   model;
	Answer		   libical; /* grows while libical runs */
	long		   occurrences;
	long		   non_empty;
	long		   model_whole,
		model_part,
		model_wrong;
	long libical_whole,
		libical_part,
		libical_wrong;
	long libical_stopped;
	long libical_crashed;
	long refused;
	long class_rules[LIBICAL_CLASSES_MAX];
	long class_differ[LIBICAL_CLASSES_MAX];
	long shown;
} Board;

static Board *board;
static bool	  verbose;

static void
time_is_up(int signal_number)
{
	(void) signal_number;
	_exit(CHILD_STOPPED);
}

static void
limit_time(int milliseconds)
{
	struct itimerval timer;

	memset(&timer, 0, sizeof(timer));
	timer.it_value.tv_sec = milliseconds / 1000;
	timer.it_value.tv_usec = milliseconds % 1000 * 1000;
	setitimer(ITIMER_VIRTUAL, &timer, NULL);
}

/* The place of the first difference, -1 when there is none. */
static int
first_difference(const Answer *a, const Answer *b)
{
	int n = a->n < b->n ? a->n : b->n;
	int i;

	for (i = 0; i < n; i++)
		if (a->at[i] != b->at[i])
			return i;
	if (a->n == b->n || (a->n == n && !a->whole) || (b->n == n && !b->whole))
		return -1;
	return n;
}

static void
show(const Case *c, const char *what, const Answer *engine, const Answer *other, int at)
{
	char start[32],
		from[32],
		to[32],
		ours[32],
		theirs[32];

	if (board->shown++ >= SHOWN_MAX && !verbose)
		return;
	printf("%s\n  %s\n  DTSTART %s, window %s to %s\n", what, c->text,
		   format_time(c->start, start), format_time(c->from, from), format_time(c->to, to));
	if (at >= 0)
		printf("  occurrence %d: engine %s, other %s\n", at + 1,
			   at < engine->n ? format_time(engine->at[at], ours) : "none",
			   at < other->n ? format_time(other->at[at], theirs) : "none");
	fflush(stdout);
}

static void
compare_with_libical(bool accepted)
{
	const Case *c = &board->c;
	int class = libical_class(c);
	int at = accepted ? first_difference(&board->engine, &board->libical) : 0;

	if (class >= 0)
	{
		board->class_rules[class]++;
		board->class_differ[class] += at >= 0;
		if (verbose && at >= 0)
			show(c, libical_classes[class].name, &board->engine, &board->libical, accepted ? at : -1);
		return;
	}
	if (at >= 0)
	{
		board->libical_wrong++;
		show(c, accepted ? "differs from libical" : "libical refuses", &board->engine,
			 &board->libical, accepted ? at : -1);
	}
	else if (board->libical.whole && board->engine.whole)
		board->libical_whole++;
	else
		board->libical_part++;
}

static void
compare_rule(uint64_t seed)
{
	char why[512] = "";
	int	 at;
	bool accepted;

	case_generate(&board->c, seed);

	board->phase = PHASE_MODEL;
	limit_time(10 * ENGINE_MILLISECONDS);
	model_answer(&board->c, &board->model);

	board->phase = PHASE_ENGINE;
	limit_time(ENGINE_MILLISECONDS);
	if (!engine_answer(board->c.text, board->c.start, board->c.from, board->c.to,
					   &board->engine, why, sizeof(why)))
	{
		board->refused++;
		show(&board->c, why, &board->engine, &board->model, -1);
		return;
	}
	board->occurrences += board->engine.n;
	board->non_empty += board->engine.n > 0;
	at = first_difference(&board->engine, &board->model);
	if (at >= 0)
	{
		board->model_wrong++;
		show(&board->c, "differs from the model", &board->engine, &board->model, at);
	}
	else if (board->model.whole && board->engine.whole)
		board->model_whole++;
	else
		board->model_part++;

	board->phase = PHASE_LIBICAL;
	limit_time(LIBICAL_MILLISECONDS);
	accepted = ask_libical(&board->c, &board->libical);
	limit_time(0);
	compare_with_libical(accepted);
}

/* How many rules libical had to agree on. */
static long
libical_compared(void)
{
	return board->libical_whole + board->libical_part + board->libical_wrong;
}

/* Run on from board->rule in a child; true when all is done. */
static bool
run_child(long seed, long rules)
{
	pid_t child;
	int	  status;

	fflush(stdout);
	child = fork();
	if (child == 0)
	{
		signal(SIGVTALRM, time_is_up);
		if (freopen("/dev/null", "w", stderr) == NULL) /* libical's failed assertions */
			_exit(2);
		icalerror_set_errors_are_fatal(0);
		for (; libical_compared() < rules; board->rule++)
			compare_rule((uint64_t) (seed + board->rule));
		_exit(0);
	}
	if (child < 0 || waitpid(child, &status, 0) != child)
	{
		perror("compare_libical");
		exit(2);
	}
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return true;
	if (!WIFEXITED(status) || WEXITSTATUS(status) != CHILD_STOPPED || board->phase != PHASE_LIBICAL)
	{
		if (board->phase != PHASE_LIBICAL)
		{
			show(&board->c, WIFEXITED(status) ? "took too long" : "crashed", NULL, NULL, -1);
			board->model_wrong++;
			board->rule++;
			return false;
		}
		board->libical_crashed++;
	}
	else
		board->libical_stopped++;
	/* libical did not come back: compare what it had given until then */
	board->libical.whole = false;
	compare_with_libical(true);
	board->rule++;
	return false;
}

int
main(int argc, char **argv)
{
	long seed = 1;
	long rules = 20000;
	long in_classes = 0;
	int	 i;

	for (i = 1; i < argc; i++)
		if (strcmp(argv[i], "--seed") == 0 && i + 1 < argc)
			seed = atol(argv[++i]);
		else if (strcmp(argv[i], "--rules") == 0 && i + 1 < argc)
			rules = atol(argv[++i]);
		else if (strcmp(argv[i], "--verbose") == 0)
			verbose = true;
		else
		{
			fprintf(stderr, "usage: compare_libical [--seed N] [--rules N] [--verbose]\n");
			return 2;
		}

	board = mmap(NULL, sizeof(Board), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (board == MAP_FAILED)
	{
		perror("compare_libical");
		return 2;
	}
	while (!run_child(seed, rules))
		;

	printf("%ld rules from seed %ld: %ld with occurrences, %ld occurrences in all\n",
		   board->rule, seed, board->non_empty, board->occurrences);
	printf("model:   %ld equal, %ld equal as far as bounded, %ld differ, %ld refused by the parser\n",
		   board->model_whole, board->model_part, board->model_wrong, board->refused);
	for (i = 0; i < libical_class_count; i++)
		in_classes += board->class_rules[i];
	printf("libical: %ld equal, %ld equal as far as bounded, %ld differ, %ld in the classes below; "
		   "%ld did not return and were stopped, %ld crashed\n",
		   board->libical_whole, board->libical_part, board->libical_wrong, in_classes,
		   board->libical_stopped, board->libical_crashed);
	for (i = 0; i < libical_class_count; i++)
		printf("  %-28s %6ld rules, %ld differ\n", libical_classes[i].name,
			   board->class_rules[i], board->class_differ[i]);
	return board->model_wrong + board->libical_wrong + board->refused > 0;
}
