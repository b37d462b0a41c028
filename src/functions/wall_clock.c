/*-------------------------------------------------------------------------
 *
 * wall_clock.c
 *		_to_instant and _to_local: wall clock to instant and back.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "base/message.h"
#include "schedule/seconds.h"
#include "schedule/zone.h"

PG_FUNCTION_INFO_V1(medsched_to_instant);
PG_FUNCTION_INFO_V1(medsched_to_local);

static int64 check_range(int64 timestamp);

Datum
medsched_to_instant(PG_FUNCTION_ARGS)
{
	Timestamp	local = PG_GETARG_TIMESTAMP(0);
	const Zone *zone = zone_find(text_to_cstring(PG_GETARG_TEXT_PP(1)));

	if (TIMESTAMP_NOT_FINITE(local))
		PG_RETURN_TIMESTAMPTZ(local);
	PG_RETURN_TIMESTAMPTZ(check_range(local + (zone_to_instant(zone, second_of(local)) - second_of(local)) * USECS_PER_SEC));
}

Datum
medsched_to_local(PG_FUNCTION_ARGS)
{
	TimestampTz at = PG_GETARG_TIMESTAMPTZ(0);
	const Zone *zone = zone_find(text_to_cstring(PG_GETARG_TEXT_PP(1)));

	if (TIMESTAMP_NOT_FINITE(at))
		PG_RETURN_TIMESTAMP(at);
	PG_RETURN_TIMESTAMP(check_range(at + (zone_to_local(zone, second_of(at)) - second_of(at)) * USECS_PER_SEC));
}

static int64
check_range(int64 timestamp)
{
	if (!IS_VALID_TIMESTAMP(timestamp))
		ereport(ERROR, (errcode_medsched(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE), errmsg("timestamp out of range")));
	return timestamp;
}
