/*-------------------------------------------------------------------------
 *
 * explain.c
 *		explain_dose: why an instant is, or is not, a dose of a schedule.
 *
 * Whether it is one is asked of the engine.  The words are then found from
 * what the schedule is made of, each reason one that holds by itself.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "funcapi.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "recurrence/calendar.h"
#include "functions/explain_rule.h"
#include "base/message.h"
#include "tables/saved_plan.h"
#include "schedule/engine.h"
#include "schedule/rule_cache.h"
#include "schedule/schedule_search.h"
#include "tables/schedule_row.h"
#include "base/arguments.h"
#include "functions/words.h"

PG_FUNCTION_INFO_V1(medsched_explain_dose);

/* The places of find_schedule's columns, after SCHEDULE_COLUMNS. */
enum
{
	ASKED_INACTIVATED_AT = SCHEDULE_NCOLUMNS,
	ASKED_REPLACES,
	ASKED_REPLACED_BY,
	ASKED_RECORDED,
	ASKED_NCOLUMNS
};

/* A schedule, and the instant asked about. */
typedef struct Asked
{
	ScheduleRow	   row;
	const Zone	  *zone;
	TimestampTz	   at;
	int64		   instant; /* at in seconds */
	int64		   local;	/* what the clock shows then */
	TimestampTz	   inactivated_at;
	Datum		   replaces; /* 0: none, as below */
	Datum		   replaced_by;
	bool		   recorded;
	StringInfoData words;
} Asked;

static void	 read_asked(Asked *asked, Datum *values);
static bool	 explain(Asked *asked);
static void	 explain_dose(Asked *asked);
static void	 explain_no_dose(Asked *asked);
static char *explain_bound(Asked *asked);
static void	 explain_unnamed(Asked *asked, const Recurrence *rule);
static void	 explain_named(Asked *asked, const Recurrence *rule, int64 local);
static bool	 pattern_names(const Asked *asked, int64 *local);
static bool	 without_rdates(const Asked *asked);
static bool	 has_date(const Asked *asked, ArrayType *dates);
static void	 append_nearest(Asked *asked);
static char *clock_text(const Asked *asked, int64 local);

static SavedPlan find_schedule = {
	"SELECT " SCHEDULE_COLUMNS ", m.inactivated_at, s.replaces, r.id, d.schedule_id IS NOT NULL "
	"FROM medsched.schedules AS s "
	"JOIN medsched.medications AS m "
	"ON m.user_id OPERATOR(pg_catalog.=) s.user_id AND m.id OPERATOR(pg_catalog.=) s.medication_id "
	"LEFT JOIN medsched.schedules AS r "
	"ON r.user_id OPERATOR(pg_catalog.=) s.user_id AND r.replaces OPERATOR(pg_catalog.=) s.id "
	"LEFT JOIN medsched.dose_taken AS d "
	"ON d.user_id OPERATOR(pg_catalog.=) s.user_id AND d.schedule_id OPERATOR(pg_catalog.=) s.id "
	"AND d.scheduled_for OPERATOR(pg_catalog.=) $3 "
	"WHERE s.user_id OPERATOR(pg_catalog.=) $1 AND s.id OPERATOR(pg_catalog.=) $2",
	3,
	{UUIDOID, UUIDOID, TIMESTAMPTZOID},
	NULL,
	/* The successor's id is the only one that may be NULL: where there is none. */
	{SCHEDULE_COLUMN_LIST, MEDICATIONS_INACTIVATED_AT, SCHEDULES_REPLACES, SCHEDULES_REPLACES, COMPUTED_BOOLEAN}};

/*
 * medsched_explain_dose tells whether an instant is a dose, and why.
 */
Datum
medsched_explain_dose(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	Asked		   asked = {0};
	Datum		   values[3];
	bool		   isnull[3] = {false};

	require_argument(fcinfo, 0, "user_id");
	require_argument(fcinfo, 1, "schedule_id");
	require_argument(fcinfo, 2, "at");
	require_finite(PG_GETARG_TIMESTAMPTZ(2), "at");
	InitMaterializedSRF(fcinfo, 0);

	SPI_connect();
	for (int i = 0; i < 3; i++)
		values[i] = PG_GETARG_DATUM(i);
	read_asked(&asked, values);
	values[0] = BoolGetDatum(explain(&asked));
	values[1] = CStringGetTextDatum(asked.words.data);
	tuplestore_putvalues(result->setResult, result->setDesc, values, isnull);
	SPI_finish();
	return (Datum) 0;
}

static void
read_asked(Asked *asked, Datum *values)
{
	Datum columns[ASKED_NCOLUMNS];
	bool  isnull[ASKED_NCOLUMNS];

	run_plan(&find_schedule, values, NULL, true, SPI_OK_SELECT, 0);
	if (SPI_processed == 0)
		refuse_unknown("schedule", values[1], values[0]);
	read_row(&find_schedule, 0, columns, isnull);
	schedule_row_read(&asked->row, columns, isnull);
	asked->inactivated_at = isnull[ASKED_INACTIVATED_AT] ? DT_NOEND : DatumGetTimestampTz(columns[ASKED_INACTIVATED_AT]);
	asked->replaces = isnull[ASKED_REPLACES] ? 0 : columns[ASKED_REPLACES];
	asked->replaced_by = isnull[ASKED_REPLACED_BY] ? 0 : columns[ASKED_REPLACED_BY];
	asked->recorded = DatumGetBool(columns[ASKED_RECORDED]);
	asked->zone = zone_find(asked->row.source.time_zone);
	asked->at = DatumGetTimestampTz(values[2]);
	asked->instant = second_of(asked->at);
	asked->local = zone_to_local(asked->zone, asked->instant);
	initStringInfo(&asked->words);
}

static bool
explain(Asked *asked)
{
	bool is_dose = asked->at < asked->row.ends_at && asked->at < asked->inactivated_at &&
				   schedule_row_allows(&asked->row, asked->at) && (!asked->row.as_needed || asked->recorded);

	if (is_dose)
		explain_dose(asked);
	else
		explain_no_dose(asked);
	if (!asked->row.as_needed)
		append_nearest(asked);
	return is_dose;
}

static void
explain_dose(Asked *asked)
{
	const ScheduleSource *source = &asked->row.source;
	int64				  local;

	appendStringInfoString(&asked->words, "A dose: ");
	if (asked->row.as_needed)
		appendStringInfoString(&asked->words, "it is recorded, and as needed that is all it takes.");
	else if (without_rdates(asked) && pattern_names(asked, &local))
	{
		appendStringInfo(&asked->words, source->rrule != NULL ? "the rule names %s" : "starts_at is %s",
						 clock_text(asked, local));
		if (local != asked->local)
			appendStringInfo(&asked->words, ", which the clocks jump over: it comes at %s", words_time(asked->local));
		appendStringInfoChar(&asked->words, '.');
	}
	else
		appendStringInfo(&asked->words, "rdates add %s.", clock_text(asked, asked->local));
}

static void
explain_no_dose(Asked *asked)
{
	const ScheduleSource *source = &asked->row.source;
	char				 *bound = explain_bound(asked);

	appendStringInfoString(&asked->words, "No dose: ");
	if (bound != NULL)
		appendStringInfo(&asked->words, "%s.", bound);
	else if (has_date(asked, source->exdates))
		appendStringInfo(&asked->words, "exdates leave out %s.", clock_text(asked, asked->local));
	else if (source->rrule == NULL)
		appendStringInfo(&asked->words, "without a rule it is at starts_at, %s%s.",
						 clock_text(asked, second_of(source->starts_at)),
						 source->rdates != NULL ? ", and at its rdates" : "");
	else
	{
		Recurrence rule = *rule_cache_find(source->rrule);
		int64	   local;

		if (pattern_names(asked, &local))
			explain_named(asked, &rule, local);
		else
			explain_unnamed(asked, &rule);
	}
}

/* What bounds the doses of every schedule, or NULL. */
static char *
explain_bound(Asked *asked)
{
	const ScheduleRow *row = &asked->row;
	int64			   start = second_of(row->source.starts_at);
	TimestampTz		   begin = schedule_begin(&row->source, row->effective_from);
	char			  *replaced = asked->replaced_by == 0 ? "" : psprintf(", replaced by %s", uuid_text(asked->replaced_by));

	if (asked->at % USECS_PER_SEC != 0)
		return "doses are at whole seconds";
	if (asked->at >= asked->inactivated_at)
		return psprintf("the medication is inactive from %s", instant_text(asked->inactivated_at));
	if (row->ends_at <= begin)
		return psprintf("the schedule is in effect at no time: to begin at %s, it ends at %s%s", instant_text(begin),
						instant_text(row->ends_at), replaced);
	if (asked->at >= row->ends_at)
		return psprintf("the schedule ends at %s%s", instant_text(row->ends_at), replaced);
	if (asked->at < row->effective_from)
		return psprintf("the schedule takes effect at %s%s%s", instant_text(row->effective_from),
						asked->replaces != 0 ? ", replacing " : "",
						asked->replaces != 0 ? uuid_text(asked->replaces) : "");
	if (asked->instant < zone_to_instant(asked->zone, start))
		return psprintf("the schedule starts at %s", clock_text(asked, start));
	if (row->as_needed)
		return "as needed there is one where it is recorded, and none is recorded then";
	return NULL;
}

/* The rule does not name the time: because of its parts, or the clock shows it again. */
static void
explain_unnamed(Asked *asked, const Recurrence *rule)
{
	int64 start = second_of(asked->row.source.starts_at);
	int64 first_coming = zone_to_instant(asked->zone, asked->local);

	if (rule->freq < FREQ_DAILY)
	{
		int64 offset = asked->local - asked->instant;

		appendStringInfo(&asked->words, "at %s %s.", clock_text(asked, asked->local),
						 explain_rule(rule, zone_to_instant(asked->zone, start) + offset, asked->local));
	}
	else if (first_coming != asked->instant)
		appendStringInfo(&asked->words, "the clock shows %s a second time; what is at that time comes at the first, %s.",
						 clock_text(asked, asked->local), instant_text(first_coming * USECS_PER_SEC));
	else
		appendStringInfo(&asked->words, "at %s %s.", clock_text(asked, asked->local),
						 explain_rule(rule, start, asked->local));
}

/* The rule names the time, but is over by then, or in its days off. */
static void
explain_named(Asked *asked, const Recurrence *rule, int64 local)
{
	const ScheduleSource *source = &asked->row.source;
	List				 *reasons = NIL;
	bool				  past_until = (rule->until_form == UNTIL_INSTANT && asked->instant > rule->until) ||
					  (rule->until_form == UNTIL_LOCAL && rule->freq < FREQ_DAILY &&
					   asked->instant > zone_to_instant(asked->zone, rule->until)) ||
					  (rule->until_form == UNTIL_LOCAL && rule->freq >= FREQ_DAILY && local > rule->until);

	if (past_until)
		reasons = lappend(reasons, "UNTIL is over");
	if (source->cycle_days_on > 0)
	{
		int day = day_of_cycle(second_of(source->starts_at), source->cycle_days_on + source->cycle_days_off, local);

		if (day >= source->cycle_days_on)
			reasons = lappend(reasons, psprintf("day %d of its cycle of %d days on and %d off is off", day + 1,
												source->cycle_days_on, source->cycle_days_off));
	}
	if (reasons == NIL && rule->count > 0)
		reasons = lappend(reasons, psprintf("its COUNT of " INT64_FORMAT " is used up", (int64) rule->count));
	if (reasons == NIL)
		elog(ERROR, "cannot tell why %s is no dose", instant_text(asked->at));
	appendStringInfo(&asked->words, "the rule names %s, but %s.", clock_text(asked, local), words_join(reasons, "and"));
}

/*
 * The local time, if any, that rule or starts_at name and that comes at the
 * instant; COUNT, UNTIL and cycle aside.  It is what the clock shows, or what it
 * jumped over shortly before.
 */
static bool
pattern_names(const Asked *asked, int64 *local)
{
	const ScheduleSource *source = &asked->row.source;
	int64				  start = second_of(source->starts_at);
	ZoneStretch			  before;

	*local = asked->local;
	if (source->rrule != NULL && rule_cache_find(source->rrule)->freq < FREQ_DAILY)
	{
		Recurrence rule = *rule_cache_find(source->rrule);

		return engine_finds(&rule, zone_to_instant(asked->zone, start) + asked->local - asked->instant, asked->local);
	}

	/* A gap is no wider than a day. */
	zone_stretch_at(asked->zone, asked->instant - LOCAL_SECS_PER_DAY, &before);
	for (int i = 0; i < 2; i++)
	{
		*local = i == 0 ? asked->local : asked->instant + before.offset;
		if (zone_to_instant(asked->zone, *local) != asked->instant)
			continue;
		if (source->rrule == NULL ? *local == start : engine_finds(rule_cache_find(source->rrule), start, *local))
			return true;
	}
	return false;
}

/* Whether a dose would be one if it were not for the rdates. */
static bool
without_rdates(const Asked *asked)
{
	ScheduleSource source = asked->row.source;

	source.rdates = NULL;
	return schedule_is_occurrence(schedule_create(&source), asked->at);
}

/* Whether one of the dates comes at the instant. */
static bool
has_date(const Asked *asked, ArrayType *dates)
{
	Seconds locals = seconds_of_array(dates);

	for (int i = 0; i < locals.n; i++)
	{
		if (zone_to_instant(asked->zone, locals.values[i]) == asked->instant)
			return true;
	}
	return false;
}

static void
append_nearest(Asked *asked)
{
	const Schedule *schedule = schedule_row_schedule(&asked->row);
	TimestampTz		end = Min(asked->row.ends_at, asked->inactivated_at);
	TimestampTz		before;
	TimestampTz		after;
	bool			has_before = schedule_previous_occurrence(schedule, Min(asked->at, end), &before);
	bool			has_after = schedule_next_occurrence(schedule, asked->at, &after) && after < end;

	appendStringInfo(&asked->words, " Before: %s. After: %s.", has_before ? instant_text(before) : "none",
					 has_after ? instant_text(after) : "none");
}

/* "Tuesday, 10 March 2026 at 08:00 in Europe/Berlin" */
static char *
clock_text(const Asked *asked, int64 local)
{
	return psprintf("%s, %s in %s", words_weekdays[weekday_of_day((int32_t) floor_div(local, LOCAL_SECS_PER_DAY))],
					words_date_and_time(local), asked->row.source.time_zone);
}
