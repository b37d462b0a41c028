/*-------------------------------------------------------------------------
 *
 * schedule_row.c
 *		A row of medsched.schedules as the schedule it describes.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/timestamp.h"

#include "schedule/schedule_search.h"
#include "tables/schedule_row.h"

/* Intervals count as this long at most: what is longer is out of every range. */
#define MAX_INTERVAL_DAYS INT64CONST(100000000)

static const TableColumn schedule_columns[SCHEDULE_NCOLUMNS] = {SCHEDULE_COLUMN_LIST};

StaticAssertDecl((int) COLUMN_EFFECTIVE_FROM == SCHEDULE_NFIELDS, "the columns must begin with the fields of ScheduleField");

static TimestampTz first_second(const ScheduleRow *row);

void
schedule_row_read(ScheduleRow *row, const Datum *values, const bool *isnull)
{
	memset(row, 0, sizeof(ScheduleRow));
	row->source = schedule_source_read(values, isnull);
	row->effective_from = isnull[COLUMN_EFFECTIVE_FROM] ? DT_NOBEGIN : DatumGetTimestampTz(values[COLUMN_EFFECTIVE_FROM]);
	row->ends_at = isnull[COLUMN_ENDS_AT] ? DT_NOEND : DatumGetTimestampTz(values[COLUMN_ENDS_AT]);
	row->as_needed = DatumGetBool(values[COLUMN_AS_NEEDED]);
	row->follows = !isnull[COLUMN_FOLLOWS_BY];
	row->is_counted = row->follows || !isnull[COLUMN_AFTER_LAST];
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

bool
schedule_row_has_times(const ScheduleRow *row)
{
	return !row->as_needed && !row->is_counted;
}

const Schedule *
schedule_row_schedule(ScheduleRow *row)
{
	Assert(schedule_row_has_times(row));
	if (row->schedule == NULL)
		row->schedule = schedule_create_from(&row->source, row->effective_from);
	return row->schedule;
}

bool
schedule_row_allows(ScheduleRow *row, TimestampTz at)
{
	if (at % USECS_PER_SEC != 0)
		return false;
	if (!schedule_row_has_times(row))
		return at >= first_second(row) && at < AS_NEEDED_END;
	return schedule_is_occurrence(schedule_row_schedule(row), at);
}

/* Give the first whole second at which a row without occurrences can have a dose. */
static TimestampTz
first_second(const ScheduleRow *row)
{
	TimestampTz begin = schedule_begin(&row->source, row->effective_from);

	return Max(ceil_to_second(begin), LOCAL_MIN * USECS_PER_SEC);
}

TimestampTz
ceil_to_second(TimestampTz at)
{
	if (TIMESTAMP_NOT_FINITE(at))
		return at;
	return -second_of(-at) * USECS_PER_SEC;
}

int64
interval_microseconds(const Interval *interval)
{
	int64 days = (int64) interval->month * DAYS_PER_MONTH + interval->day + interval->time / USECS_PER_DAY;

	days = Max(Min(days, MAX_INTERVAL_DAYS), -MAX_INTERVAL_DAYS);
	return days * USECS_PER_DAY + interval->time % USECS_PER_DAY;
}
