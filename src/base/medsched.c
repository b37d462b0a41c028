/*-------------------------------------------------------------------------
 *
 * medsched.c
 *		Loading the module: its magic block and its settings.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "datatype/timestamp.h"
#include "fmgr.h"
#include "utils/guc.h"

#include "base/medsched.h"

PG_MODULE_MAGIC;

#define GRACE_DEFAULT (60 * 60)
#define GRACE_MAX	  (7 * 24 * 60 * 60)

int medsched_max_doses = 100000;
int medsched_max_doses_per_day = MINS_PER_HOUR * HOURS_PER_DAY;
int medsched_grace = GRACE_DEFAULT;

/* Read by the function that writes the history of changes, which is in PL/pgSQL. */
static char *changed_by = NULL;

void _PG_init(void);

/*
 * Define the settings.  All but one are the session's to set: they bound and label its
 * own answers and changes, and reach nobody else's.  How dense a schedule may be is not: what
 * one person writes, everybody's answers walk through.
 */
void
_PG_init(void)
{
	DefineCustomIntVariable("medsched.max_doses",
							"Most doses that one call may compute.",
							"A call that would compute more fails with program_limit_exceeded.",
							&medsched_max_doses,
							100000, 1, 10000000,
							PGC_USERSET, 0,
							NULL, NULL, NULL);

	DefineCustomIntVariable("medsched.max_doses_per_day",
							"Most doses that a schedule may have in 24 hours.",
							"A schedule that could have more is refused when it is written.",
							&medsched_max_doses_per_day,
							MINS_PER_HOUR * HOURS_PER_DAY, 1, SECS_PER_DAY,
							PGC_SUSET, 0,
							NULL, NULL, NULL);

	DefineCustomIntVariable("medsched.grace",
							"How long after its time a dose not yet taken is due rather than missed.",
							"A schedule may set its own in its column grace.",
							&medsched_grace,
							GRACE_DEFAULT, 0, GRACE_MAX,
							PGC_USERSET, GUC_UNIT_S,
							NULL, NULL, NULL);

	DefineCustomStringVariable("medsched.changed_by",
							   "Who changes rows from now on, as the application names them.",
							   "The history of changes keeps it with each.",
							   &changed_by,
							   "",
							   PGC_USERSET, 0,
							   NULL, NULL, NULL);

	MarkGUCPrefixReserved("medsched");
}
