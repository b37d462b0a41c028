/*-------------------------------------------------------------------------
 *
 * dose_is_scheduled.c
 *		The trigger on doses recorded: only a dose that is scheduled is, or one
 *		within the limits of what is taken as needed.
 *
 *		recorded_dose_keeps.c says how it and the changes of schedules wait for each
 *		other.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/rel.h"
#include "utils/timestamp.h"

#include "base/message.h"
#include "schedule/schedule_search.h"
#include "tables/dose_limits.h"
#include "tables/schedule_row.h"
#include "triggers/doses_nearby.h"
#include "triggers/held_schedule.h"
#include "triggers/rule_queries.h"
#include "triggers/rule_trigger.h"

/* A dose, and what it is checked against. */
typedef struct DoseCheck
{
	TriggerData *trigger;
	Datum		 user_id;
	Datum		 schedule_id;
	TimestampTz	 at;
	bool		 skipped;
	bool		 extra;
	bool		 despite_limits;
	ScheduleRow	 row;
	Datum		 medication_id;
	TimestampTz	 inactivated_at;	/* DT_NOEND: active */
	bool		 has_amount_limits; /* limits that SQL judges */
	DoseLimit	 limits[NLIMITS];
	Datum		 min_interval; /* for messages */
	bool		 is_alone;	   /* no other dose matters to it: its schedule and medication are all there is to lock */
	RowVersion	 schedule_version;
	RowVersion	 medication_version;
} DoseCheck;

/* Why a schedule has no dose at an instant: the constraint's name, and what to say. */
typedef struct NoDose
{
	const char *rule;
	const char *detail;
	const char *hint;
} NoDose;

static const char *const in_effect = "Record it for a schedule in effect then: medsched.schedule_history() lists them.";

/* What errors say to who may not know more. */
static const NoDose no_dose = {"dose_is_scheduled", NULL, "Record a dose at the scheduled_for that medsched.upcoming_doses() gives."};

/* The places of lock_dose_schedule's columns, after SCHEDULE_COLUMNS. */
enum
{
	CHECK_MEDICATION_ID = SCHEDULE_NCOLUMNS,
	CHECK_LIMITS,
	CHECK_AMOUNT_LIMITS = CHECK_LIMITS + NLIMITS,
	CHECK_DOSE_AMOUNT,
	CHECK_RELATION,
	CHECK_PLACE,
	CHECK_NCOLUMNS
};

PG_FUNCTION_INFO_V1(medsched_dose_is_scheduled);

static void		   refuse_other_user(TriggerData *trigger);
static void		   lock_what_holds(DoseCheck *check);
static void		   hold_schedule(const DoseCheck *check);
static void		   check_extra(DoseCheck *check);
static bool		   has_no_dose(DoseCheck *check, NoDose *why);
static void		   when_it_ended(DoseCheck *check, NoDose *why);
static void		   nearest_doses(DoseCheck *check, NoDose *why);
static bool		   is_counted_dose(DoseCheck *check, NoDose *why);
static void		   keep_due_time(DoseCheck *check);
static bool		   lock_recorded(Datum user_id, Datum schedule_id, Datum scheduled_for);
static void		   where_as_needed(const DoseCheck *check, NoDose *why);
static void		   check_as_needed(DoseCheck *check, HeapTuple tuple);
static void		   check_amounts(DoseCheck *check);
static TimestampTz next_allowed_dose(DoseCheck *check);
static void		   refuse_dose(DoseCheck *check, LimitKind kind, const DosesTaken *doses, int first);

static SavedPlan lock_dose_schedule = {
	"SELECT " SCHEDULE_COLUMNS ", s.medication_id, " LIMIT_COLUMNS ", "
	"{limits?s.limits|NULL::pg_catalog.jsonb}, s.dose_amount, s.tableoid, s.ctid FROM medsched.schedules AS s "
	"WHERE s.user_id OPERATOR(pg_catalog.=) $1 AND s.id OPERATOR(pg_catalog.=) $2 "
	"FOR SHARE",
	2,
	{UUIDOID, UUIDOID},
	NULL,
	{SCHEDULE_COLUMN_LIST, SCHEDULES_MEDICATION_ID, LIMIT_COLUMN_LIST, SCHEDULES_LIMITS, SCHEDULES_DOSE_AMOUNT, COMPUTED_RELATION,
	 COMPUTED_PLACE}};

/* What C does not know of limits, sql/46-limit-rules.sql does; both run as rule_query. */
static SavedPlan check_amount_limits = {
	"SELECT medsched._check_dose_limits($1, $2, $3, $4, $5)",
	5,
	{REGCLASSOID, UUIDOID, UUIDOID, TIMESTAMPTZOID, BOOLOID},
	NULL,
	{COMPUTED_BOOLEAN}};

static SavedPlan next_allowed = {
	"SELECT medsched._next_allowed_at($1, $2, (SELECT d.amount FROM medsched.dose_taken AS d "
	"WHERE d.user_id OPERATOR(pg_catalog.=) $1 AND d.schedule_id OPERATOR(pg_catalog.=) $2 AND d.scheduled_for OPERATOR(pg_catalog.=) $3), $3, $3)",
	3,
	{UUIDOID, UUIDOID, TIMESTAMPTZOID},
	NULL,
	{COMPUTED_INSTANT}};

/* The dose that sql/47-counted-doses.sql counts from the last one recorded before an instant, and that one. */
static SavedPlan counted_dose = {
	"SELECT c.scheduled_for, c.from_schedule, c.from_dose FROM medsched._counted_dose($1, $2, $3) AS c",
	3,
	{UUIDOID, UUIDOID, TIMESTAMPTZOID},
	NULL,
	{COMPUTED_INSTANT, COMPUTED_UUID, COMPUTED_INSTANT}};

static SavedPlan note_due_time = {
	"SELECT medsched._keep_due_time($1, $2, $3, $4) IS NULL",
	4,
	{UUIDOID, UUIDOID, TIMESTAMPTZOID, BOOLOID},
	NULL,
	{COMPUTED_BOOLEAN}};

static SavedPlan lock_dose = {
	"SELECT d.schedule_id FROM medsched.dose_taken AS d "
	"WHERE d.user_id OPERATOR(pg_catalog.=) $1 AND d.schedule_id OPERATOR(pg_catalog.=) $2 "
	"AND d.scheduled_for OPERATOR(pg_catalog.=) $3 FOR KEY SHARE",
	3,
	{UUIDOID, UUIDOID, TIMESTAMPTZOID},
	NULL,
	{DOSE_TAKEN_SCHEDULE_ID}};

/*
 * medsched_dose_is_scheduled refuses to record a dose that its schedule does
 * not have, or that lies after the schedule's end or the medication's
 * inactivation; and one as needed beyond the schedule's limits.
 *
 * It fires after the row went in, so that it judges what is stored whatever
 * other triggers did to it, and so that recording a dose again, which inserts
 * nothing, costs and locks nothing.  The foreign key has spoken before it.
 */
Datum
medsched_dose_is_scheduled(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = rule_trigger(fcinfo, "dose_is_scheduled", AFTER_ROW, ON_INSERT | ON_UPDATE);
	HeapTuple	 tuple = TRIGGER_FIRED_BY_UPDATE(trigger->tg_event) ? trigger->tg_newtuple : trigger->tg_trigtuple;
	DoseCheck	 check = {.trigger = trigger};
	char		*outcome;
	NoDose		 why = no_dose;
	bool		 is_moved = true;
	bool		 isnull;

	if (TRIGGER_FIRED_BY_UPDATE(trigger->tg_event))
	{
		refuse_other_user(trigger);
		is_moved = rule_column_changes(trigger, DOSE_TAKEN_SCHEDULE_ID) ||
				   rule_column_changes(trigger, DOSE_TAKEN_SCHEDULED_FOR) || rule_column_changes(trigger, DOSE_TAKEN_OUTCOME);
	}

	SPI_connect();
	check.user_id = rule_column(trigger, tuple, DOSE_TAKEN_USER_ID);
	check.schedule_id = rule_column(trigger, tuple, DOSE_TAKEN_SCHEDULE_ID);
	check.at = DatumGetTimestampTz(rule_column(trigger, tuple, DOSE_TAKEN_SCHEDULED_FOR));
	outcome = TextDatumGetCString(rule_column(trigger, tuple, DOSE_TAKEN_OUTCOME));
	check.skipped = strcmp(outcome, "skipped") == 0;
	check.extra = strcmp(outcome, "extra") == 0;
	lock_what_holds(&check);
	/* Most doses have no limit that a reason could be given against. */
	if ((check.row.as_needed || check.has_amount_limits) && tables_have_later_column("despite_limits"))
	{
		(void) column_value(DOSE_TAKEN_DESPITE_LIMITS, tuple, RelationGetDescr(trigger->tg_relation), &isnull);
		check.despite_limits = !isnull;
	}

	if (check.extra && is_moved)
		check_extra(&check);
	else if (!check.extra && is_moved && has_no_dose(&check, &why))
	{
		if (!rule_may_tell("schedules") || !rule_may_tell("medications"))
			why = no_dose;
		ereport(ERROR,
				(errcode_medsched(ERRCODE_CHECK_VIOLATION),
				 errmsg("schedule \"%s\" has no dose at %s", uuid_text(check.schedule_id), instant_text(check.at)),
				 why.detail != NULL ? errdetail("%s", why.detail) : 0,
				 errhint("%s", why.hint),
				 errrule(trigger->tg_relation, why.rule)));
	}
	if (check.row.is_counted && is_moved && !check.extra)
		keep_due_time(&check);
	if (check.row.as_needed)
		check_as_needed(&check, tuple);
	if (check.has_amount_limits && !check.skipped && !check.despite_limits)
		check_amounts(&check);
	if (check.is_alone && check.row.schedule != NULL)
		hold_schedule(&check);

	SPI_finish();
	return PointerGetDatum(NULL);
}

/* Refuse to make a dose another user's: what a person took stays theirs, though their schedule moved along. */
static void
refuse_other_user(TriggerData *trigger)
{
	Datum before = rule_column(trigger, trigger->tg_trigtuple, DOSE_TAKEN_USER_ID);
	Datum at = rule_column(trigger, trigger->tg_trigtuple, DOSE_TAKEN_SCHEDULED_FOR);

	if (!DatumGetBool(DirectFunctionCall2(uuid_ne, before, rule_column(trigger, trigger->tg_newtuple, DOSE_TAKEN_USER_ID))))
		return;
	ereport(ERROR,
			(errcode_medsched(ERRCODE_CHECK_VIOLATION),
			 errmsg("the dose at %s cannot become another user's", instant_text(DatumGetTimestampTz(at))),
			 errdetail("It was recorded of user \"%s\".", uuid_text(before)),
			 errhint("Delete the row, and record the dose of the other user."),
			 errrule(trigger->tg_relation, "recorded_dose_keeps_user")));
}

/*
 * Lock the dose's schedule and medication against change, and read them; or give what
 * this transaction has locked and read before.
 *
 * Doses within limits lock their medication against each other, too, and those of
 * one substance its limits: of two that are recorded at once, the second waits, and
 * counts the first.  They claim it at once: two sessions that both shared it could
 * not both go on to claim it.
 */
static void
lock_what_holds(DoseCheck *check)
{
	Datum key[2] = {check->user_id, check->schedule_id};
	Datum values[CHECK_NCOLUMNS];
	bool  isnull[CHECK_NCOLUMNS];
	bool  found;

	LockedMedication	medication;
	const HeldSchedule *held = held_schedule_find(check->user_id, check->schedule_id);

	if (held != NULL)
	{
		check->row = held->row;
		check->inactivated_at = held->inactivated_at;
		return;
	}
	if (!rule_lock_row(&lock_dose_schedule, TABLE_SCHEDULES, LockTupleShare, key, values, isnull))
		ereport(ERROR,
				(errcode_medsched(ERRCODE_FOREIGN_KEY_VIOLATION), errmsg("schedule \"%s\" is gone", uuid_text(check->schedule_id))));
	schedule_row_read(&check->row, values, isnull);
	dose_limits_read(check->limits, values + CHECK_LIMITS, isnull + CHECK_LIMITS);
	check->min_interval = values[CHECK_LIMITS + LIMIT_MIN_INTERVAL];
	check->medication_id = values[CHECK_MEDICATION_ID];
	check->has_amount_limits = check->row.as_needed && tables_have_later_column("limits") &&
							   (!isnull[CHECK_AMOUNT_LIMITS] || (check->limits[LIMIT_MAX_PER_24H].most > 0 && !isnull[CHECK_DOSE_AMOUNT]));

	found = dose_limits_reach(check->limits) > 0 || check->has_amount_limits
				? rule_claim_medication(check->user_id, check->medication_id, &medication)
				: rule_share_medication(check->user_id, check->medication_id, &medication);
	if (!found)
		ereport(ERROR,
				(errcode_medsched(ERRCODE_FOREIGN_KEY_VIOLATION),
				 errmsg("medication \"%s\" is gone", uuid_text(check->medication_id))));
	check->inactivated_at = medication.inactivated_at;
	if (medication.has_substance && rule_claim_substance(check->user_id, medication.substance))
		check->has_amount_limits = true;

	check->is_alone = schedule_row_has_times(&check->row) && dose_limits_reach(check->limits) == 0 && !check->has_amount_limits &&
					  !medication.has_substance;
	check->schedule_version.relation = DatumGetObjectId(values[CHECK_RELATION]);
	check->schedule_version.place = *(ItemPointer) DatumGetPointer(values[CHECK_PLACE]);
	check->medication_version = medication.version;
}

/* Keep what was locked and read, for the next dose of the schedule. */
static void
hold_schedule(const DoseCheck *check)
{
	HeldSchedule held = {.user_id = *DatumGetUUIDP(check->user_id),
						 .schedule_id = *DatumGetUUIDP(check->schedule_id),
						 .row = check->row,
						 .inactivated_at = check->inactivated_at,
						 .schedule = check->schedule_version,
						 .medication = check->medication_version};

	held_schedule_keep(&held);
}

/*
 * Refuse an extra dose that is one of its schedule's, or of a schedule that has none
 * at set times.  No bound of the schedule holds for it: it was taken.
 */
static void
check_extra(DoseCheck *check)
{
	NoDose why = no_dose;

	if (check->row.as_needed)
		ereport(ERROR,
				(errcode_medsched(ERRCODE_CHECK_VIOLATION),
				 errmsg("a dose as needed cannot be extra"),
				 errdetail("Schedule \"%s\" has no set times that a dose could be beside.", uuid_text(check->schedule_id)),
				 errhint("Call medsched.take_as_needed()."),
				 errrule(check->trigger->tg_relation, "extra_dose_not_as_needed")));
	if (check->at % USECS_PER_SEC != 0)
		ereport(ERROR,
				(errcode_medsched(ERRCODE_CHECK_VIOLATION),
				 errmsg("schedule \"%s\" has no dose at %s", uuid_text(check->schedule_id), instant_text(check->at)),
				 errdetail("An extra dose is at a whole second."),
				 errhint("Call medsched.record_extra_dose(), which leaves out the fraction of the second."),
				 errrule(check->trigger->tg_relation, "dose_is_scheduled")));
	/* The schedule may have got a dose there since. */
	if (!has_no_dose(check, &why) && !rule_is_importing(check->user_id))
		ereport(ERROR,
				(errcode_medsched(ERRCODE_CHECK_VIOLATION),
				 errmsg("schedule \"%s\" has a dose at %s", uuid_text(check->schedule_id), instant_text(check->at)),
				 errdetail("An extra dose is at none of its schedule's."),
				 errhint("To record the schedule's dose, call medsched.mark_dose_taken()."),
				 errrule(check->trigger->tg_relation, "extra_dose_is_extra")));
}

/* Tell whether the schedule has no such dose, and why. */
static bool
has_no_dose(DoseCheck *check, NoDose *why)
{
	if (check->at >= check->inactivated_at)
	{
		why->rule = "dose_after_inactivation";
		why->detail = psprintf("The medication was inactivated at %s.", instant_text(check->inactivated_at));
		why->hint = "Record a dose before that, or take the medication up again: call medsched.reactivate_medication().";
	}
	else if (check->at >= check->row.ends_at)
		when_it_ended(check, why);
	else if (check->row.is_counted)
		return !is_counted_dose(check, why);
	else if (schedule_row_allows(&check->row, check->at))
		return false;
	else if (check->row.as_needed)
		where_as_needed(check, why);
	else
		nearest_doses(check, why);
	return true;
}

/* Say when the schedule ended, and which one replaced it. */
static void
when_it_ended(DoseCheck *check, NoDose *why)
{
	char	 *ended = psprintf("The schedule ended at %s.", instant_text(check->row.ends_at));
	Successor successor;

	why->rule = "dose_after_end";
	if (rule_find_successor(check->user_id, check->schedule_id, &successor))
	{
		why->detail = psprintf("%s Schedule \"%s\" replaced it.", ended, uuid_text(successor.id));
		why->hint = "Record the dose of the schedule that replaced it: medsched.upcoming_doses() gives it.";
	}
	else
		why->detail = ended;
	if (check->row.as_needed)
		why->hint = in_effect;
}

/* Say where a dose as needed could be recorded. */
static void
where_as_needed(const DoseCheck *check, NoDose *why)
{
	const ScheduleRow *row = &check->row;

	why->hint = in_effect;
	if (check->at < row->effective_from)
	{
		why->rule = "dose_before_start";
		why->detail = psprintf("The schedule is in effect from %s on.", instant_text(row->effective_from));
		return;
	}
	why->detail = psprintf("As needed, a dose is at a whole second from %s in %s on, until the end of the year 9999.",
						   wall_clock_text(row->source.starts_at), row->source.time_zone);
	if (check->at % USECS_PER_SEC != 0)
		why->hint = "Call medsched.take_as_needed(), which leaves out the fraction of the second.";
	else
		why->rule = "dose_before_start";
}

/* Name the doses before and after an instant that is none. */
static void
nearest_doses(DoseCheck *check, NoDose *why)
{
	ScheduleRow *row = &check->row;
	TimestampTz	 before;
	TimestampTz	 after;
	bool		 has_before = schedule_previous_occurrence(schedule_row_schedule(row), check->at, &before);
	bool		 has_after = schedule_next_occurrence(schedule_row_schedule(row), check->at, &after) &&
					 after < row->ends_at && after < check->inactivated_at;

	if (has_before && has_after)
		why->detail = psprintf("The nearest doses are at %s and at %s.", instant_text(before), instant_text(after));
	else if (has_before)
		why->detail = psprintf("The last dose is at %s.", instant_text(before));
	else if (has_after)
	{
		why->rule = "dose_before_start";
		why->detail = psprintf("The first dose is at %s.", instant_text(after));
	}
	else
		why->detail = "The schedule has no dose before its end.";
}

/*
 * Tell whether a dose is the one that is counted from the last one recorded before it,
 * or which one is.  That one is locked: whoever takes it back at the same time is waited
 * for, and then the dose is counted from the one before.
 */
static bool
is_counted_dose(DoseCheck *check, NoDose *why)
{
	Datum key[3] = {check->user_id, check->schedule_id, TimestampTzGetDatum(check->at)};
	Datum values[3];
	bool  isnull[3];

	do
	{
		CHECK_FOR_INTERRUPTS();
		(void) rule_query(&counted_dose, key, NULL, 1);
		read_row(&counted_dose, 0, values, isnull);
	} while (!isnull[1] && !lock_recorded(check->user_id, values[1], values[2]));

	if (!isnull[0] && DatumGetTimestampTz(values[0]) == check->at)
		return true;
	/* The dose before it may have been taken back since, or its time corrected. */
	if (schedule_row_allows(&check->row, check->at) && rule_is_importing(check->user_id))
		return true;
	if (check->row.follows)
		why->detail = "It has one after each dose of the schedule that it follows, and that one has none so long before.";
	else if (isnull[0])
		why->detail = "The schedule has no dose before the year 10000.";
	else if (isnull[1])
	{
		why->rule = check->at < DatumGetTimestampTz(values[0]) ? "dose_before_start" : why->rule;
		why->detail = psprintf("The first dose is at %s.", instant_text(DatumGetTimestampTz(values[0])));
	}
	else
		why->detail = psprintf("Counted from the dose at %s, the next is at %s.", instant_text(DatumGetTimestampTz(values[2])),
							   instant_text(DatumGetTimestampTz(values[0])));
	return false;
}

/* Note when a dose is due that is recorded now, so that it does not change any more. */
static void
keep_due_time(DoseCheck *check)
{
	Datum values[4] = {check->user_id, check->schedule_id, TimestampTzGetDatum(check->at),
					   BoolGetDatum(TRIGGER_FIRED_BY_INSERT(check->trigger->tg_event))};

	(void) rule_query(&note_due_time, values, NULL, 0);
}

/* Lock a dose that is recorded until the transaction ends; false: it is recorded no more. */
static bool
lock_recorded(Datum user_id, Datum schedule_id, Datum scheduled_for)
{
	Datum key[3] = {user_id, schedule_id, scheduled_for};

	return rule_query(&lock_dose, key, NULL, 1) > 0;
}

/* Check a dose as needed against the others that its medication has. */
static void
check_as_needed(DoseCheck *check, HeapTuple tuple)
{
	int64	   reach = dose_limits_reach(check->limits);
	DosesTaken doses;

	if (check->skipped)
		ereport(ERROR,
				(errcode_medsched(ERRCODE_CHECK_VIOLATION),
				 errmsg("a dose as needed cannot be skipped"),
				 errdetail("Schedule \"%s\" has no doses but those taken.", uuid_text(check->schedule_id)),
				 errrule(check->trigger->tg_relation, "as_needed_not_skipped")));
	if (reach == 0 || check->despite_limits)
		return;

	read_doses_nearby(tuple, check->user_id, check->medication_id, check->at, reach, &doses);
	for (LimitKind kind = 0; kind < NLIMITS; kind++)
	{
		int first = 0;

		if (dose_limit_breaks(&check->limits[kind], &doses, check->at, &first) && !rule_is_importing(check->user_id))
			refuse_dose(check, kind, &doses, first);
	}
}

/* Check a dose against the limits that are not C's. */
static void
check_amounts(DoseCheck *check)
{
	bool tell = rule_may_tell("medications") && rule_may_tell("schedules") && rule_may_tell("dose_taken") &&
				rule_may_tell("substance_limits");
	Datum values[5] = {ObjectIdGetDatum(RelationGetRelid(check->trigger->tg_relation)), check->user_id, check->schedule_id,
					   TimestampTzGetDatum(check->at), BoolGetDatum(tell)};

	(void) rule_query(&check_amount_limits, values, NULL, 0);
}

/* Find when the next dose is allowed, by all limits. */
static TimestampTz
next_allowed_dose(DoseCheck *check)
{
	Datum values[3] = {check->user_id, check->schedule_id, TimestampTzGetDatum(check->at)};

	(void) rule_query(&next_allowed, values, NULL, 0);
	return DatumGetTimestampTz(read_single(&next_allowed, 0, NULL));
}

/* Say which doses are in the way, and when the next is allowed. */
static void
refuse_dose(DoseCheck *check, LimitKind kind, const DosesTaken *doses, int first)
{
	int			most = check->limits[kind].most;
	TimestampTz next = next_allowed_dose(check);
	char	   *others;
	char	   *allowed;

	if (next < Min(Min(check->row.ends_at, check->inactivated_at), AS_NEEDED_END))
		allowed = psprintf("The next is allowed at %s.", instant_text(next));
	else
		allowed = pstrdup("No later one is allowed before the schedule ends.");
	if (kind == LIMIT_MIN_INTERVAL)
		others = psprintf("Doses are at least %s apart, and one was taken at %s.",
						  DatumGetCString(DirectFunctionCall1(interval_out, check->min_interval)),
						  instant_text(doses->at[first]));
	else if (most == 1)
		others = psprintf("At most 1 dose is taken in any 24 hours, and one was taken at %s.", instant_text(doses->at[first]));
	else
		others = psprintf("At most %d doses are taken in any 24 hours, and %d were taken from %s to %s.",
						  most, most, instant_text(doses->at[first]), instant_text(doses->at[first + most - 1]));

	ereport(ERROR,
			(errcode_medsched(ERRCODE_CHECK_VIOLATION),
			 kind == LIMIT_MIN_INTERVAL ? errmsg("the dose at %s is too close to another", instant_text(check->at))
										: errmsg("the dose at %s is one too many in 24 hours", instant_text(check->at)),
			 rule_may_tell("schedules") && rule_may_tell("dose_taken") ? errdetail("%s %s", others, allowed) : 0,
			 errhint("Call medsched.next_as_needed_at() to learn when a dose is allowed; if it was taken all the same, record it with despite_limits."),
			 errrule(check->trigger->tg_relation,
					 kind == LIMIT_MIN_INTERVAL ? "as_needed_min_interval" : "as_needed_max_per_24h")));
}
