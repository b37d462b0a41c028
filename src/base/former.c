/*-------------------------------------------------------------------------
 *
 * former.c
 *		Functions that the SQL of released versions declares in C, and that are
 *		written in SQL now.
 *
 *		pg_upgrade and CREATE EXTENSION ... VERSION run that SQL, and look for the
 *		symbols.  Until the extension is updated there is no function to call.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/lsyscache.h"

#include "base/compat.h"
#include "base/message.h"

PG_FUNCTION_INFO_V1(medsched_create_medication);
PG_FUNCTION_INFO_V1(medsched_describe_schedule);
PG_FUNCTION_INFO_V1(medsched_explain_dose);
PG_FUNCTION_INFO_V1(medsched_inactivate_medication);
PG_FUNCTION_INFO_V1(medsched_schedule_history);
PG_FUNCTION_INFO_V1(medsched_take_as_needed);
PG_FUNCTION_INFO_V1(medsched_next_as_needed_at);
PG_FUNCTION_INFO_V1(medsched_revise_schedule);
PG_FUNCTION_INFO_V1(medsched_change_time_zone);
PG_FUNCTION_INFO_V1(medsched_reactivate_medication);

pg_noreturn static void refuse_former(FunctionCallInfo fcinfo);

/* A function that only raises the error. */
#define FORMER(name)             \
	Datum name(PG_FUNCTION_ARGS) \
	{                            \
		refuse_former(fcinfo);   \
	}

FORMER(medsched_create_medication)
FORMER(medsched_describe_schedule)
FORMER(medsched_explain_dose)
FORMER(medsched_inactivate_medication)
FORMER(medsched_schedule_history)
FORMER(medsched_take_as_needed)
FORMER(medsched_next_as_needed_at)
FORMER(medsched_revise_schedule)
FORMER(medsched_change_time_zone)
FORMER(medsched_reactivate_medication)

static void
refuse_former(FunctionCallInfo fcinfo)
{
	ereport(ERROR,
			(errcode_medsched(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
			 errmsg("function \"%s\" is of an earlier version of medsched", get_func_name(fcinfo->flinfo->fn_oid)),
			 errhint("Run ALTER EXTENSION medsched UPDATE.")));
}
