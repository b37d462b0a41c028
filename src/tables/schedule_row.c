/*-------------------------------------------------------------------------
 *
 * schedule_row.c
 *		A row of medsched.schedules as the schedule it describes.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "tables/schedule_row.h"

/* Intervals count as this long at most: what is longer is out of every range. */
#define MAX_INTERVAL_DAYS INT64CONST(100000000)

static const TableColumn schedule_columns[SCHEDULE_NCOLUMNS] = {SCHEDULE_COLUMN_LIST};

static ArrayType *dates_or_null(Datum dates);

void
schedule_row_read(ScheduleRow *row, const Datum *values, const bool *isnull)
{
	memset(row, 0, sizeof(ScheduleRow));
	row->source.rrule = isnull[COLUMN_RRULE] ? NULL : TextDatumGetCString(values[COLUMN_RRULE]);
	row->source.starts_at = DatumGetTimestamp(values[COLUMN_STARTS_AT]);
	row->source.time_zone = TextDatumGetCString(values[COLUMN_TIME_ZONE]);
	row->source.rdates = dates_or_null(values[COLUMN_RDATES]);
	row->source.exdates = dates_or_null(values[COLUMN_EXDATES]);
	row->source.cycle_days_on = isnull[COLUMN_CYCLE_DAYS_ON] ? 0 : DatumGetInt32(values[COLUMN_CYCLE_DAYS_ON]);
	row->source.cycle_days_off = isnull[COLUMN_CYCLE_DAYS_OFF] ? 0 : DatumGetInt32(values[COLUMN_CYCLE_DAYS_OFF]);
	row->source.ends_at = DT_NOEND;
	row->effective_from = isnull[COLUMN_EFFECTIVE_FROM] ? DT_NOBEGIN : DatumGetTimestampTz(values[COLUMN_EFFECTIVE_FROM]);
	row->ends_at = isnull[COLUMN_ENDS_AT] ? DT_NOEND : DatumGetTimestampTz(values[COLUMN_ENDS_AT]);
	row->as_needed = DatumGetBool(values[COLUMN_AS_NEEDED]);
}

void
schedule_row_read_tuple(ScheduleRow *row, HeapTuple tuple, TupleDesc descriptor)
{
	Datum values[SCHEDULE_NCOLUMNS];
	bool  isnull[SCHEDULE_NCOLUMNS];

	for (int i = 0; i < SCHEDULE_NCOLUMNS; i++)
		values[i] = column_value(schedule_columns[i], tuple, descriptor, &isnull[i]);
	schedule_row_read(row, values, isnull);
}

const Schedule *
schedule_row_schedule(ScheduleRow *row)
{
	Assert(!row->as_needed);
	if (row->schedule == NULL)
		row->schedule = schedule_create_from(&row->source, row->effective_from);
	return row->schedule;
}

bool
schedule_row_allows(ScheduleRow *row, TimestampTz at)
{
	if (at % USECS_PER_SEC != 0)
		return false;
	if (row->as_needed)
		return at >= schedule_row_begin(row) && at < AS_NEEDED_END;
	return schedule_is_occurrence(schedule_row_schedule(row), at);
}

TimestampTz
schedule_row_begin(const ScheduleRow *row)
{
	int64 start = zone_to_instant(zone_find(row->source.time_zone), row->source.starts_at / USECS_PER_SEC);

	return Max(Max(start, LOCAL_MIN) * USECS_PER_SEC, ceil_to_second(row->effective_from));
}

TimestampTz
ceil_to_second(TimestampTz at)
{
	int64 fraction;

	if (TIMESTAMP_NOT_FINITE(at))
		return at;
	fraction = at % USECS_PER_SEC;
	if (fraction > 0)
		return at - fraction + USECS_PER_SEC;
	return at - fraction;
}

TimestampTz
floor_to_second(TimestampTz at)
{
	int64 fraction = at % USECS_PER_SEC;

	return fraction < 0 ? at - fraction - USECS_PER_SEC : at - fraction;
}

int64
interval_microseconds(const Interval *interval)
{
	int64 days = (int64) interval->month * DAYS_PER_MONTH + interval->day + interval->time / USECS_PER_DAY;

	days = Max(Min(days, MAX_INTERVAL_DAYS), -MAX_INTERVAL_DAYS);
	return days * USECS_PER_DAY + interval->time % USECS_PER_DAY;
}

/* Most schedules have no dates: spare them the engine's look at an array. */
static ArrayType *
dates_or_null(Datum dates)
{
	ArrayType *array = DatumGetArrayTypeP(dates);

	return ARR_NDIM(array) == 0 ? NULL : array;
}
