/**
 * The database's errors, from either driver and however deep Drizzle wraps
 * them, narrowed by the name of the constraint.
 */

/** The rules of the domain, what calls require, and the constraints of the tables and domains: doc/errors.md describes each. */
export const constraints = [
	'medication_has_schedule',
	'medications_not_deleted',
	'medications_not_truncated',
	'schedules_not_truncated',
	'change_history_not_written',
	'change_history_not_changed',
	'change_history_not_truncated',
	'schedule_has_dose',
	'schedule_density',
	'schedule_exdates_are_doses',
	'schedule_rdates_in_bounds',
	'dose_is_scheduled',
	'dose_after_end',
	'dose_after_inactivation',
	'dose_before_start',
	'recorded_dose_keeps_schedule',
	'recorded_dose_holds_schedule',
	'recorded_dose_keeps_user',
	'schedule_replaces_schedule',
	'dose_already_taken',
	'dose_already_skipped',
	'dose_already_extra',
	'extra_dose_is_extra',
	'extra_dose_not_as_needed',
	'as_needed_min_interval',
	'as_needed_max_per_24h',
	'as_needed_limits',
	'substance_limits',
	'as_needed_not_skipped',
	'schedule_exists',
	'medication_exists',
	'schedule_not_replaced',
	'schedule_not_ended',
	'schedule_is_as_needed',
	'schedule_has_set_times',
	'schedule_fits_time_zone',
	'medication_is_active',
	'medication_is_inactive',
	'medication_has_dose',
	'regimen_exists',
	'regimen_has_one_medication',
	'regimen_in_force',
	'regimen_step_ends',
	'regimen_not_revised',
	'user_erased_whole',
	'document_of_user',
	'user_is_new',
	'user_imported_whole',
	'database_is_for_tests',
	'doses_can_be_partitioned',
	'rules_are_checked',
	'substance_has_limits',
	'stock_entry_already_recorded',
	'medication_has_stock',
	'units_convert',
	'schedule_has_dose_amount',
	'rrule_is_valid',
	'time_zone_is_known',
	'medications_pkey',
	'medications_id_key',
	'medications_name_not_blank',
	'medications_name_length',
	'medications_inactivated_at_finite',
	'medications_inactivated_at_in_range',
	'medications_created_at_in_range',
	'medications_changed_at_in_range',
	'medications_substance_not_blank',
	'medications_substance_has_amount',
	'medications_substance_amount_positive',
	'medications_substance_unit_not_blank',
	'medications_therapeutic_class_not_blank',
	'medications_refill_lead_time_in_range',
	'medications_refill_reserve_size',
	'medications_refill_reserve_unit_of_reserve',
	'medications_refill_reserve_unit_length',
	'schedules_pkey',
	'schedules_id_key',
	'schedules_user_id_replaces_key',
	'schedules_user_id_medication_id_fkey',
	'schedules_user_id_replaces_fkey',
	'schedules_starts_at_whole_second',
	'schedules_effective_from_finite',
	'schedules_effective_from_in_range',
	'schedules_ends_at_finite',
	'schedules_ends_at_in_range',
	'schedules_created_at_in_range',
	'schedules_changed_at_in_range',
	'schedules_dates_at_most_10000',
	'schedules_rdates_valid',
	'schedules_exdates_valid',
	'schedules_dose_amount_positive',
	'schedules_dose_amount_size',
	'schedules_dose_unit_length',
	'schedules_instructions_length',
	'schedules_cycle_days',
	'schedules_cycle_days_in_range',
	'schedules_as_needed_has_no_times',
	'schedules_limits_are_as_needed',
	'schedules_min_interval_in_range',
	'schedules_max_per_24h_positive',
	'schedules_limits_valid',
	'schedules_limits_have_dose_amount',
	'schedules_after_last_in_range',
	'schedules_after_last_has_no_times',
	'schedules_hours_are_after_last',
	'schedules_hours_valid',
	'schedules_max_per_day_in_range',
	'schedules_user_id_follows_fkey',
	'schedules_follows_by_in_range',
	'schedules_follows_by_of_follows',
	'schedules_follows_has_no_times',
	'schedule_follows_schedule',
	'schedule_follows_once',
	'followed_schedule_goes_on',
	'schedules_grace_in_range',
	'schedules_tolerance_before_in_range',
	'schedules_replaces_another',
	'dose_taken_pkey',
	'dose_taken_user_id_schedule_id_fkey',
	'dose_taken_scheduled_for_finite',
	'dose_taken_valid',
	'dose_taken_scheduled_for_in_range',
	'dose_taken_outcome',
	'dose_taken_taken_at_when_taken',
	'dose_taken_taken_at_finite',
	'dose_taken_taken_at_in_range',
	'dose_taken_recorded_at_in_range',
	'dose_taken_recorded_by_length',
	'dose_taken_amount_when_taken',
	'dose_taken_amount_positive',
	'dose_taken_amount_size',
	'dose_taken_reason_when_skipped',
	'person_settings_pkey',
	'person_settings_day_begins_at_in_range',
	'change_history_pkey',
	'change_history_changed_by_length',
	'dose_taken_despite_limits_valid',
	'stock_entries_pkey',
	'stock_entries_user_id_medication_id_occurred_at_id_key',
	'stock_entries_user_id_medication_id_fkey',
	'stock_entries_kind',
	'stock_entries_amount_of_kind',
	'stock_entries_amount_size',
	'stock_entries_unit_length',
	'stock_entries_days_supply_of_dispensed',
	'stock_entries_days_supply_in_range',
	'stock_entries_occurred_at_in_range',
	'stock_entries_recorded_at_in_range',
	'stock_entries_note_length',
	'stock_entries_recorded_by_length',
	'substance_limits_pkey',
	'substance_limits_substance_not_blank',
	'substance_limits_limits_valid',
	'substance_limits_not_empty',
	'substance_limits_min_interval_in_range',
	'substance_limits_set_at_in_range',
	'substance_limits_amounts_have_unit',
	'substance_limits_unit_not_blank',
	'substance_limits_days_have_time_zone',
	'moved_dose_is_scheduled',
	'moved_dose_not_recorded',
	'moved_dose_in_effect',
	'moved_dose_is_apart',
	'moved_doses_pkey',
	'moved_doses_user_id_due_at_schedule_id_key',
	'moved_doses_user_id_schedule_id_fkey',
	'moved_doses_due_at_is_another',
	'moved_doses_due_at_whole_second',
	'moved_doses_scheduled_for_in_range',
	'moved_doses_due_at_in_range',
	'moved_doses_moved_at_in_range',
	'moved_doses_reason_length',
	'moved_doses_moved_by_length',
	'snoozed_dose_is_scheduled',
	'snoozed_dose_not_recorded',
	'reminder_queue_pkey',
	'reminders_held_pkey',
	'reminder_changes_pkey',
	'reminder_fill_pkey',
	'reminders_dropped_pkey',
	'reminder_rules_user_id_schedule_id_key',
	'reminder_rules_user_id_schedule_id_fkey',
	'reminder_rules_ahead_by_in_range',
	'reminder_rules_again_every_has_at_most',
	'reminder_rules_again_every_in_range',
	'reminder_rules_again_at_most_in_range',
	'reminder_rules_escalate_after_has_to',
	'reminder_rules_escalate_after_in_range',
	'reminder_rules_escalate_to_not_blank',
	'reminder_rules_quiet_hours_valid',
	'reminder_rules_urgency',
	'reminder_rules_drop_after_in_range',
	'reminder_rules_set_at_in_range',
	'reminder_snoozes_pkey',
	'reminder_snoozes_user_id_schedule_id_fkey',
	'reminder_snoozes_scheduled_for_in_range',
	'reminder_snoozes_until_in_range',
	'reminder_snoozes_snoozed_at_in_range',
	'stock_reminder_queue_pkey',
	'stock_reminder_rules_user_id_medication_id_key',
	'stock_reminder_rules_user_id_medication_id_fkey',
	'stock_reminder_rules_refill_days_ahead_in_range',
	'stock_reminder_rules_low_doses_in_range',
	'stock_reminder_rules_time_of_day_valid',
	'stock_reminder_rules_again_every_days_in_range',
	'stock_reminder_rules_again_at_most_in_range',
	'stock_reminder_rules_set_at_in_range',
	'routines_pkey',
	'routines_event_known',
	'routines_day_of_week_in_range',
	'routines_effective_from_in_range',
	'routines_at_whole_second',
	'schedules_events_valid',
	'schedules_events_have_rule',
] as const;

export type Constraint = (typeof constraints)[number];

/** A schedule has no such dose: by its rule, because it ended, because its medication is inactive, because it has not begun. */
export const noSuchDose = ['dose_is_scheduled', 'dose_after_end', 'dose_after_inactivation', 'dose_before_start'] as const;

/** The errors whose detail names another row, unless the caller may not know of it. */
const NAMING: Partial<Record<Constraint, readonly ('schedule' | 'dose')[]>> = {
	schedule_not_replaced: ['schedule'],
	dose_after_end: ['schedule'],
	schedule_replaces_schedule: ['schedule'],
	recorded_dose_keeps_schedule: ['dose'],
};

/** SQLSTATEs of the errors of calls that break no constraint.  Others are the installation's, as a missing privilege is, or are retried. */
const CALL_CODES = new RegExp(
	[
		'^(22...', // an argument is NULL, malformed, out of range, or not valid
		'P0002', // no such schedule or medication of this person
		'54000', // more than medsched.max_doses
		'0A000', // a rule uses what is not supported
		'55000)$', // not in the state the call needs
	].join('|'),
);

/** SQLSTATEs of PostgreSQL's own errors about the text of a value: a malformed uuid, a date that is none, a number too large, a zero byte. */
const VALUE_CODES = /^22(P02|P05|003|007|008|021|015)$/;

/** The columns of medsched's tables that must have a value; others are the application's own. */
export const requiredColumns: Readonly<Record<string, readonly string[]>> = {
	change_history: ['user_id', 'changed_at', 'id', 'table_name', 'operation', 'changed_role', 'transaction_id'],
	dose_taken: ['user_id', 'scheduled_for', 'schedule_id', 'outcome', 'recorded_at'],
	medications: ['user_id', 'id', 'name', 'created_at'],
	moved_doses: ['user_id', 'schedule_id', 'scheduled_for', 'due_at', 'moved_at', 'computed'],
	person_settings: ['user_id', 'day_begins_at'],
	reminder_changes: ['since', 'id', 'user_id', 'schedule_id', 'texts_only'],
	reminder_fill: ['user_id', 'schedule_id'],
	reminder_queue: ['user_id', 'schedule_id', 'event', 'look_at', 'attempt', 'unfinished'],
	reminder_rules: ['user_id', 'at_time', 'urgency', 'drop_after', 'set_at'],
	reminder_snoozes: ['user_id', 'schedule_id', 'scheduled_for', 'until', 'snoozed_at'],
	reminders_dropped: ['id', 'user_id', 'dropped_at', 'doses', 'reason'],
	reminders_held: ['token', 'user_id', 'schedule_id', 'event', 'lease_ends_at', 'said_at', 'said_dose', 'kind', 'nth', 'attempt', 'own_lease'],
	routines: ['user_id', 'event', 'day_of_week', 'effective_from', 'at'],
	schedules: ['user_id', 'id', 'medication_id', 'starts_at', 'time_zone', 'time_zone_pinned', 'rdates', 'exdates', 'as_needed', 'missed_when_next', 'created_at'],
	stock_entries: ['user_id', 'id', 'medication_id', 'kind', 'occurred_at', 'amount', 'recorded_at'],
	stock_reminder_queue: ['user_id', 'medication_id', 'look_at', 'attempt'],
	stock_reminder_rules: ['user_id', 'time_of_day', 'again_every_days', 'again_at_most', 'set_at'],
	substance_limits: ['user_id', 'substance', 'limits', 'set_at'],
};

/** The columns that the error of one of several doses is in. */
interface ErrorOfDose {
	errorCode: string | null;
	errorConstraint: string | null;
	errorMessage: string | null;
	errorDetail: string | null;
	errorHint: string | null;
}

/** An error of medsched's.  `from` makes one of what a query threw. */
export class MedschedError<C extends Constraint | undefined = Constraint | undefined> extends Error {
	override readonly name = 'MedschedError';
	/** The SQLSTATE. */
	readonly code: string;
	/** The rule that was broken. */
	readonly constraint: C;
	readonly table: string | undefined;
	readonly detail: string | undefined;
	readonly hint: string | undefined;
	/** The schedule that the detail names: the one that replaced the schedule in question. */
	readonly scheduleId: string | undefined;
	/** The recorded dose in the way, as `markDoseTakenById` takes it. */
	readonly doseId: string | undefined;

	private constructor(message: string, fields: DatabaseErrorFields, constraint: C, cause: unknown) {
		super(message, cause === undefined ? {} : { cause });
		this.code = fields.code;
		this.constraint = constraint;
		this.table = fields.table;
		this.detail = fields.detail;
		this.hint = fields.hint;
		this.scheduleId = named('schedule', fields.detail, constraint);
		this.doseId = named('dose', fields.detail, constraint);
	}

	/** Whether it is this constraint, or one of these, that was broken. */
	is<K extends Constraint>(...some: readonly K[]): this is MedschedError<K> {
		return (some as readonly (Constraint | undefined)[]).includes(this.constraint);
	}

	/**
	 * The error of medsched's in what was thrown, or undefined: a rule broken,
	 * an argument refused, a row not found.  What tells it from the
	 * application's is the schema in its fields; and of the constraints and
	 * columns that the application added to medsched's tables, the name.
	 */
	static from(thrown: unknown): MedschedError | undefined {
		for (const error of causesOf(thrown)) {
			if (error instanceof MedschedError) return error;
		}
		const found = databaseErrorIn(thrown);
		if (found?.fields.schema !== 'medsched') return undefined;
		const { fields, error } = found;
		const constraint = constraints.find((name) => name === fields.constraint);
		const isOurs = fields.constraint
			? constraint !== undefined
			: fields.code === '23502'
				? requiredColumns[fields.table ?? '']?.includes(fields.column ?? '')
				: CALL_CODES.test(fields.code);
		return isOurs ? new MedschedError(error.message, fields, constraint, thrown) : undefined;
	}

	/** The error of an argument that is refused before the database is asked. */
	static ofArgument(message: string, code: '22004' | '22023', cause?: unknown): MedschedError {
		return new MedschedError(message, { code }, undefined, cause);
	}

	/** The error of one of several doses, as `markDosesTaken` gives it; undefined where the dose is recorded. */
	static ofResult({ errorCode, errorConstraint, errorMessage, errorDetail, errorHint }: ErrorOfDose): MedschedError | undefined {
		if (errorCode === null) return undefined;
		const fields = { code: errorCode, detail: errorDetail ?? undefined, hint: errorHint ?? undefined };
		return new MedschedError(errorMessage ?? '', fields, constraints.find((name) => name === errorConstraint), undefined);
	}

	/**
	 * The error of medsched's in what a call of one of its functions threw.
	 * PostgreSQL's own are the call's where they are of the text of an
	 * argument: their context is the argument, or there is none.  That of a
	 * trigger's error is its function, in the statement that fired it.
	 * Prisma drops the names of schemas and constraints: what it tells of is
	 * the call's, with the constraint where the message names it.
	 */
	static ofCall(functionName: string, thrown: unknown): MedschedError | undefined {
		const found = databaseErrorIn(thrown);
		const { schema, context = '', code = '' } = found?.fields ?? {};
		if (found && !schema && VALUE_CODES.test(code) && !/\n|PL\//.test(context)) {
			return new MedschedError(`medsched.${functionName}: ${found.error.message}`, found.fields, undefined, thrown);
		}
		if (found && PRISMAS in found.error && /^23|^(22...|P0002|54000|0A000|55000)$/.test(code)) {
			const named = /constraint "([^"]+)"/.exec(found.error.message)?.[1];
			const constraint = constraints.find((name) => name === named);
			if (named === undefined || constraint) return new MedschedError(found.error.message, found.fields, constraint, thrown);
		}
		return MedschedError.from(thrown);
	}
}

/** A detail writes an id after what it is of, in double quotes: Schedule "…" replaced it. */
function named(kind: 'schedule' | 'dose', detail: string | undefined, constraint: Constraint | undefined): string | undefined {
	if (constraint === undefined || !NAMING[constraint]?.includes(kind)) return undefined;
	const id = kind === 'schedule' ? '[0-9a-f-]{36}' : 'v1:[\\w-]+';
	return new RegExp(`\\b${kind} "(${id})"`, 'i').exec(detail ?? '')?.[1];
}

/**
 * Whether what was thrown may succeed when the whole transaction is run again:
 * the connection was lost, or transactions got into each other's way.  All of
 * medsched's functions that record may be called again.
 */
export function isRetryable(thrown: unknown): boolean {
	for (const error of causesOf(thrown)) {
		const { code } = error as { code?: unknown };
		if (typeof code === 'string' && RETRYABLE.test(code)) return true;
		if (/^Connection terminated|^timeout exceeded when trying to connect|^Client has encountered a connection error/.test(error.message)) return true;
	}
	return false;
}

// SQLSTATEs: connection lost, serialization failure, deadlock, shutdown and
// too many connections; then Node's codes and those of postgres.js.
const RETRYABLE =
	/^(08...|40001|40P01|57P0[1-3]|53300|ECONNRESET|ECONNREFUSED|EPIPE|ETIMEDOUT|ENOENT|CONNECTION_(CLOSED|ENDED|DESTROYED)|CONNECT_TIMEOUT)$/;

interface DatabaseErrorFields {
	code: string;
	schema?: string | undefined;
	table?: string | undefined;
	column?: string | undefined;
	constraint?: string | undefined;
	detail?: string | undefined;
	hint?: string | undefined;
	context?: string | undefined;
}

/** node-postgres says `constraint` where postgres.js says `constraint_name`. */
function databaseErrorIn(thrown: unknown): { fields: DatabaseErrorFields; error: Error } | undefined {
	for (const error of causesOf(thrown)) {
		const raw = error as unknown as Record<string, string | undefined>;
		if (typeof raw['code'] === 'string' && /^[0-9A-Z]{5}$/.test(raw['code']) && 'severity' in raw) {
			const fields = {
				code: raw['code'],
				schema: raw['schema_name'] ?? raw['schema'],
				table: raw['table_name'] ?? raw['table'],
				column: raw['column_name'] ?? raw['column'],
				constraint: raw['constraint_name'] ?? raw['constraint'],
				detail: raw['detail'],
				hint: raw['hint'],
				context: raw['where'],
			};
			return { fields, error };
		}
	}
	return undefined;
}

const PRISMAS = Symbol('what Prisma tells of an error of PostgreSQL');

function* causesOf(thrown: unknown): Generator<Error> {
	for (let error = thrown; error instanceof Error; error = error.cause) {
		yield error;
		// Where Prisma's driver adapters keep it.
		const { meta } = error as { meta?: { driverAdapterError?: { cause?: Record<string, string | undefined> } } };
		const told = meta?.driverAdapterError?.cause;
		if (told?.['originalCode'] !== undefined) {
			const { originalCode: code, originalMessage: message, severity = 'ERROR', detail, hint } = told;
			yield Object.assign(new Error(message), { [PRISMAS]: true, code, severity, detail, hint });
		}
	}
}
