/*-------------------------------------------------------------------------
 *
 * row_doses.c
 *		The doses of a schedule that is a row among those of many people.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/timestamp.h"

#include "base/arguments.h"
#include "base/message.h"
#include "functions/row_doses.h"

/* Where the arguments of a function have a schedule. */
typedef struct Arguments
{
	FunctionCallInfo fcinfo;
	int				 first;
} Arguments;

static Schedule	 *make_of_arguments(const void *arguments);
static Schedule	 *make_of_source(const void *source);
static ErrorData *try_making(Schedule *(*make)(const void *), const void *of, Schedule **schedule);
static void		  sort_recorded(RecordedAt *recorded, int n);
static int		  compare_recorded(const void *a, const void *b);

/*
 * A window that ends before it starts is empty: the bounds of schedules lie as
 * they lie, and the planner is free to try a row before it tests whether the row
 * is in the window.
 */
bool
row_doses_open(FunctionCallInfo fcinfo, RecordedAt *recorded, int nrecorded, RowDoses *doses)
{
	int			rule = PG_NARGS() - ROW_NARGS;
	TimestampTz window_start;
	TimestampTz window_end;
	Schedule   *schedule;
	ErrorData  *problem;

	require_argument(fcinfo, rule + ROW_WINDOW_START, "window_start");
	require_argument(fcinfo, rule + ROW_WINDOW_END, "window_end");
	window_start = PG_GETARG_TIMESTAMPTZ(rule + ROW_WINDOW_START);
	window_end = PG_GETARG_TIMESTAMPTZ(rule + ROW_WINDOW_END);
	check_window_for_all(window_start, Max(window_start, window_end));
	if (window_end <= window_start && nrecorded == 0)
		return false;

	problem = find_schedule_problem(fcinfo, rule, &schedule);
	if (problem != NULL)
	{
		warn_of_schedule(PG_ARGISNULL(0) ? NULL : PG_GETARG_UUID_P(0), problem);
		return false;
	}
	row_doses_start(schedule, window_start, window_end, recorded, nrecorded, doses);
	return true;
}

void
row_doses_start(const Schedule *schedule, TimestampTz window_start, TimestampTz window_end, RecordedAt *recorded, int nrecorded,
				RowDoses *doses)
{
	sort_recorded(recorded, nrecorded);
	doses->iterator = NULL;
	doses->occurrence = DT_NOEND;
	doses->recorded = recorded;
	doses->nrecorded = nrecorded;
	if (window_start < window_end)
	{
		doses->iterator = schedule_open(schedule, window_start, window_end);
		if (!schedule_next(doses->iterator, &doses->occurrence))
			doses->occurrence = DT_NOEND;
	}
}

void
warn_of_schedule(const pg_uuid_t *id, const ErrorData *problem)
{
	ereport(WARNING,
			(errcode_medsched(problem->sqlerrcode),
			 id == NULL ? errmsg("a schedule is left out: %s", problem->message)
						: errmsg("schedule \"%s\" is left out: %s", uuid_text(UUIDPGetDatum(id)), problem->message),
			 errhint("medsched.check_integrity() lists the schedules that cannot be read.")));
}

/* Sort what is recorded, which mostly comes in order from its index. */
static void
sort_recorded(RecordedAt *recorded, int n)
{
	for (int i = 1; i < n; i++)
	{
		if (recorded[i - 1].at > recorded[i].at)
		{
			qsort(recorded, n, sizeof(RecordedAt), compare_recorded);
			return;
		}
	}
}

static int
compare_recorded(const void *a, const void *b)
{
	TimestampTz left = ((const RecordedAt *) a)->at;
	TimestampTz right = ((const RecordedAt *) b)->at;

	return (left > right) - (left < right);
}

Schedule *
schedule_from_arguments(FunctionCallInfo fcinfo, int first)
{
	static const char *const required[SCHEDULE_NFIELDS] = {
		[FIELD_STARTS_AT] = "starts_at",
		[FIELD_TIME_ZONE] = "time_zone",
		[FIELD_RDATES] = "rdates",
		[FIELD_EXDATES] = "exdates",
	};

	ScheduleSource source;
	Datum		   values[SCHEDULE_NFIELDS];
	bool		   isnull[SCHEDULE_NFIELDS];

	for (int field = 0; field < SCHEDULE_NFIELDS; field++)
	{
		int argument = field <= FIELD_TIME_ZONE ? first + field : PG_NARGS() - SCHEDULE_NFIELDS + field;

		if (required[field] != NULL)
			require_argument(fcinfo, argument, required[field]);
		values[field] = fcinfo->args[argument].value;
		isnull[field] = fcinfo->args[argument].isnull;
	}
	source = schedule_source_read(values, isnull);
	return schedule_create(&source);
}

ErrorData *
find_schedule_problem(FunctionCallInfo fcinfo, int first, Schedule **schedule)
{
	Arguments arguments = {fcinfo, first};

	return try_making(make_of_arguments, &arguments, schedule);
}

static Schedule *
make_of_arguments(const void *arguments)
{
	const Arguments *at = arguments;

	return schedule_from_arguments(at->fcinfo, at->first);
}

ErrorData *
find_source_problem(const ScheduleSource *source, Schedule **schedule)
{
	return try_making(make_of_source, source, schedule);
}

static Schedule *
make_of_source(const void *source)
{
	return schedule_create(source);
}

/* Make a schedule, or give the error, which is of its values. */
static ErrorData *
try_making(Schedule *(*make)(const void *), const void *of, Schedule **schedule)
{
	MemoryContext context = CurrentMemoryContext;
	ErrorData *volatile error = NULL;

	PG_TRY();
	{
		*schedule = make(of);
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(context);
		error = CopyErrorData();
		if (ERRCODE_TO_CATEGORY(error->sqlerrcode) != ERRCODE_DATA_EXCEPTION &&
			error->sqlerrcode != ERRCODE_FEATURE_NOT_SUPPORTED)
			PG_RE_THROW();
		FlushErrorState();
	}
	PG_END_TRY();
	return error;
}
