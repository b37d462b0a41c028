/**
 * A call of every function that callers may use, by its signature in the
 * catalog.  They run in this order, for one person whose medication it is.
 */
const user = "'00000000-0000-4000-8000-0000000000ee'";
const daily = "'00000000-0000-4000-8000-000000000ee1'";
const asNeeded = "'00000000-0000-4000-8000-000000000ee2'";
const extra = '00000000-0000-4000-8000-000000000ee3';
const medication = `(select medication_id from medsched.schedules where user_id = ${user} and id = ${daily})`;
const window = "'2026-03-01 00:00Z', '2026-03-08 00:00Z'";
const rule = "'FREQ=DAILY', '2026-03-01 08:00', 'Europe/Berlin'";
const dose = (day) => `${user}, ${daily}, '2026-03-0${day} 07:00Z'`;
const handle = (day) => `${user}, medsched.dose_id(${daily}, '2026-03-0${day} 07:00Z')`;
const calendar = `E'BEGIN:VCALENDAR\\nBEGIN:VEVENT\\nDTSTART:20260301T080000Z\\nRRULE:FREQ=DAILY\\nEND:VEVENT\\nEND:VCALENDAR'`;
const fhir = `'{"repeat": {"frequency": 2, "period": 1, "periodUnit": "d", "dayOfWeek": ["mon"], "timeOfDay": ["08:00:00", "20:00:00"],
	"boundsDuration": {"value": 10, "unit": "d", "system": "http://unitsofmeasure.org", "code": "d"}}}'`;

export const calls = {
	'create_tables()': `select medsched.create_tables()`,
	'enable_history()': `select medsched.enable_history()`,
	'enable_reminders()': `select medsched.enable_reminders()`,
	'create_medication(uuid,text,jsonb,text,jsonb,text,numeric,text)': `select medsched.create_medication(${user}, 'metformin',
		jsonb_build_array(
			jsonb_build_object('id', ${daily}::text, 'starts_at', '2026-03-01T08:00:00', 'time_zone', 'Europe/Berlin', 'rrule', 'FREQ=DAILY', 'dose_amount', 1),
			jsonb_build_object('id', ${asNeeded}::text, 'starts_at', '2026-03-01T00:00:00', 'time_zone', 'Europe/Berlin', 'as_needed', true, 'dose_amount', 1)))`,
	'upcoming_doses(uuid,timestamptz,timestamptz)': `select * from medsched.upcoming_doses(${user}, ${window})`,
	'next_doses(uuid,timestamptz,integer)': `select * from medsched.next_doses(${user})`,
	'upcoming_doses_of(uuid[],timestamptz,timestamptz)': `select * from medsched.upcoming_doses_of(array[${user}]::uuid[], ${window})`,
	'next_doses_of(uuid[],timestamptz,integer)': `select * from medsched.next_doses_of(array[${user}]::uuid[])`,
	'due_doses(timestamptz,timestamptz)': `select * from medsched.due_doses(${window})`,
	'scheduled_doses(timestamptz,timestamptz)': `select * from medsched.scheduled_doses(${window})`,
	'dose_status(timestamptz,text,interval,timestamptz)': `select medsched.dose_status('2026-03-01 07:00Z', null, null, null)`,
	'dose_status(timestamptz,text,interval)': `select medsched.dose_status('2026-03-01 07:00Z', null, null)`,
	'grace_ended_before(interval)': `select medsched.grace_ended_before(null)`,
	'is_on_time(timestamptz,timestamptz,interval,interval)': `select medsched.is_on_time('2026-03-01 07:00Z', '2026-03-01 07:30Z', '1 hour', '5 minutes')`,
	'is_on_time(timestamptz,timestamptz,interval)': `select medsched.is_on_time('2026-03-01 07:00Z', '2026-03-01 07:30Z', '1 hour')`,
	'dose_id(uuid,timestamptz)': `select medsched.dose_id(${daily}, '2026-03-01 07:00Z')`,
	'mark_dose_taken(uuid,uuid,timestamptz,timestamptz,text,numeric,text,text)': `select * from medsched.mark_dose_taken(${dose(1)})`,
	'mark_dose_taken_by_id(uuid,text,timestamptz,text,numeric,text,text)': `select * from medsched.mark_dose_taken_by_id(${handle(2)})`,
	'skip_dose(uuid,uuid,timestamptz,text,text,text)': `select * from medsched.skip_dose(${dose(3)}, 'nausea')`,
	'skip_dose_by_id(uuid,text,text,text,text)': `select * from medsched.skip_dose_by_id(${handle(4)})`,
	'undo_dose(uuid,uuid,timestamptz)': `select * from medsched.undo_dose(${dose(3)})`,
	'undo_dose_by_id(uuid,text)': `select * from medsched.undo_dose_by_id(${handle(4)})`,
	'mark_doses_taken(uuid,text[],timestamptz,text,text,text)': `select * from medsched.mark_doses_taken(${user}, array[medsched.dose_id(${daily}, '2026-03-06 07:00Z'), 'x'])`,
	'skip_doses(uuid,text[],text,text,text)': `select * from medsched.skip_doses(${user}, array[medsched.dose_id(${daily}, '2026-03-07 07:00Z'), 'x'])`,
	'record_reports(uuid,jsonb,text)': `select * from medsched.record_reports(${user}, jsonb_build_array(
		jsonb_build_object('schedule_id', ${daily}::text, 'scheduled_for', '2026-03-08T07:00:00Z', 'outcome', 'taken', 'taken_at', '2026-03-08T07:00:00Z'),
		jsonb_build_object('schedule_id', ${daily}::text, 'scheduled_for', '2026-03-08T07:00:00Z', 'outcome', 'none')))`,
	'move_dose(uuid,uuid,timestamptz,timestamptz,text,text,timestamp)': `select * from medsched.move_dose(${dose(4)}, local_time => '2026-03-05 10:00')`,
	'move_dose_by_id(uuid,text,timestamptz,text,text,timestamp)': `select * from medsched.move_dose_by_id(${handle(4)}, local_time => '2026-03-05 11:00')`,
	'move_doses(uuid,timestamptz,timestamptz,interval,text,text)': `select * from medsched.move_doses(${user}, ${window}, '20 minutes')`,
	'dose_history(uuid,uuid,timestamptz)': `update medsched.dose_taken set taken_at = '2026-03-01 07:05Z' where user_id = ${user} and scheduled_for = '2026-03-01 07:00Z';
		select * from medsched.dose_history(${dose(3)})`,
	'take_as_needed(uuid,uuid,timestamptz,text,numeric,text,text)': `select * from medsched.take_as_needed(${user}, ${asNeeded}, '2026-03-05 10:00Z')`,
	'record_extra_dose(uuid,uuid,timestamptz,text,numeric,text,text,text)': `select * from medsched.record_extra_dose(${user}, ${daily}, '2026-03-05 10:00Z')`,
	'next_as_needed_at(uuid,uuid,timestamptz)': `select medsched.next_as_needed_at(${user}, ${asNeeded})`,
	'set_substance_limits(uuid,text,jsonb,text,interval,text)': `select medsched.set_substance_limits(${user}, 'metformin', min_interval => '1 hour')`,
	'allowance(uuid,text,timestamptz)': `select * from medsched.allowance(${user}, 'metformin')`,
	'remove_substance_limits(uuid,text)': `select medsched.remove_substance_limits(${user}, 'metformin')`,
	'set_routine(uuid,jsonb,integer[],timestamptz)': `select medsched.set_routine(${user}, '{"CM": "07:00"}', null, '2026-01-01Z');
		select medsched.create_medication(${user}, 'statin', '[{"starts_at": "2026-03-01 00:00", "time_zone": "UTC", "events": ["CM"]}]');
		select * from medsched.set_routine(${user}, '{"CM": "07:30"}', '{6,7}', '2026-03-02Z')`,
	'routine(uuid,timestamptz)': `select * from medsched.routine(${user})`,
	'routine_times(uuid,timestamptz)': `select medsched.routine_times(${user})`,
	'record_stock_entry(uuid,uuid,text,numeric,text,timestamptz,integer,text,text,uuid)':
		`select * from medsched.record_stock_entry(${user}, ${medication}, 'dispensed', 60, occurred_at => '2026-03-01Z', days_supply => 30, entry_id => '00000000-0000-4000-8000-000000000ee4')`,
	'stock_entries_of(uuid,uuid)': `select * from medsched.stock_entries_of(${user}, ${medication})`,
	'stock(uuid,timestamptz)': `select * from medsched.stock(${user})`,
	'stock_forecast(uuid,timestamptz)': `select * from medsched.stock_forecast(${user})`,
	'runs_out_at(uuid,uuid,timestamptz)': `select medsched.runs_out_at(${user}, ${medication})`,
	'refill_by(uuid,uuid,timestamptz)': `select medsched.refill_by(${user}, ${medication})`,
	'due_refills(timestamptz,timestamptz,timestamptz)': `select * from medsched.due_refills('2026-03-01 00:00Z', '2026-06-01 00:00Z', '2026-03-08 00:00Z')`,
	'proportion_of_days_covered(uuid,date,date)': `select * from medsched.proportion_of_days_covered(${user}, '2026-03-01', '2026-04-01')`,
	'medication_possession_ratio(uuid,date,date)': `select * from medsched.medication_possession_ratio(${user}, '2026-03-01', '2026-04-01')`,
	'covered_days_of_all(date,date)': `select * from medsched.covered_days_of_all('2026-03-01', '2026-04-01')`,
	'delete_stock_entry(uuid,uuid)': `select medsched.delete_stock_entry(${user}, '00000000-0000-4000-8000-000000000ee4')`,
	'set_reminder_rules(uuid,uuid,interval,boolean,interval,integer,interval,text,time,time,text,text,interval)':
		`select medsched.set_reminder_rules(${user}, again_every => '10 minutes', again_at_most => 2, quiet_from => '22:00', quiet_until => '07:00')`,
	'set_stock_reminder_rules(uuid,uuid,integer,integer,time,integer,integer,text)':
		`select medsched.set_stock_reminder_rules(${user}, refill_days_ahead => 5, time_of_day => '08:30')`,
	'fill_reminders(integer)': `select medsched.fill_reminders()`,
	'snooze_dose(uuid,text,timestamptz)': `select medsched.snooze_dose(${user}, medsched.dose_id(${daily}, medsched.next_occurrence(${rule}, now())), now() + interval '1 hour')`,
	'claim_reminders(integer,interval,text)': `update medsched.reminder_changes set since = '2026-03-05 06:00Z';
		select count(*) from medsched.claim_reminders(worker => 'one')`,
	'next_reminder_at()': `select medsched.next_reminder_at()`,
	'extend_lease(uuid,interval)': `select medsched.extend_lease(gen_random_uuid())`,
	'fail_reminder(uuid,interval,text)': `select medsched.fail_reminder(gen_random_uuid(), '1 minute', 'no network')`,
	'complete_reminder(uuid)': `select medsched.complete_reminder(gen_random_uuid())`,
	'complete_reminders(uuid[])': `select count(*) from medsched.complete_reminders(array[gen_random_uuid()])`,
	'stock_reminder_rules_of(uuid)': `select * from medsched.stock_reminder_rules_of(${user})`,
	'remove_stock_reminder_rules(uuid,uuid)': `select medsched.remove_stock_reminder_rules(${user})`,
	'reminder_rules_of(uuid)': `select * from medsched.reminder_rules_of(${user})`,
	'remove_reminder_rules(uuid,uuid)': `select medsched.remove_reminder_rules(${user})`,
	'set_person_settings(uuid,time)': `select medsched.set_person_settings(${user}, '04:00')`,
	'person_settings_of(uuid)': `select * from medsched.person_settings_of(${user})`,
	'adherence(uuid,timestamptz,timestamptz)': `select * from medsched.adherence(${user}, ${window})`,
	'adherence_by_day(uuid,timestamptz,timestamptz,time)': `select * from medsched.adherence_by_day(${user}, ${window}, '04:00')`,
	'adherence_of_all(timestamptz,timestamptz)': `select * from medsched.adherence_of_all(${window})`,
	'percentage_taken(bigint,bigint,bigint)': `select medsched.percentage_taken(2, 0, 1)`,
	'calendar_feed(uuid,text,interval,timestamptz,timestamptz)': `select medsched.calendar_feed(${user}, 'doses', '10 minutes', null, '2027-01-01Z')`,
	'explain_dose(uuid,uuid,timestamptz)': `select * from medsched.explain_dose(${dose(5)})`,
	'schedule_overview(uuid)': `select * from medsched.schedule_overview(${user})`,
	'check_integrity()': `select count(*) from medsched.check_integrity()`,
	'move_recorded_doses(text,interval,timestamptz,timestamptz)': `select count(*) from medsched.move_recorded_doses('Europe/Berlin', '2 hours', ${window})`,
	'describe_schedule(uuid,uuid)': `select medsched.describe_schedule(${user}, ${daily})`,
	'describe_schedule(text,timestamp,text,timestamp[],timestamp[],timestamptz,integer,integer,boolean,interval,integer,timestamptz,jsonb,text,numeric,text,text,boolean,interval,time,time,integer,interval,text,jsonb)':
		`select medsched.describe_schedule(${rule})`,
	'occurrences(text,timestamp,text,timestamptz,timestamptz,timestamp[],timestamp[],integer,integer)': `select * from medsched.occurrences(${rule}, ${window})`,
	'count_occurrences(text,timestamp,text,timestamptz,timestamptz,timestamp[],timestamp[],integer,integer)':
		`select medsched.count_occurrences(${rule}, ${window})`,
	'is_occurrence(text,timestamp,text,timestamptz,timestamp[],timestamp[],integer,integer)': `select medsched.is_occurrence(${rule}, '2026-03-02 07:00Z')`,
	'next_occurrence(text,timestamp,text,timestamptz,timestamp[],timestamp[],integer,integer)': `select medsched.next_occurrence(${rule}, '2026-03-02 07:00Z')`,
	'previous_occurrence(text,timestamp,text,timestamptz,timestamp[],timestamp[],integer,integer)': `select medsched.previous_occurrence(${rule}, '2026-03-02 07:00Z')`,
	'check_rrule(text)': `select medsched.check_rrule('FREQ=DAILY')`,
	'check_time_zone(text)': `select medsched.check_time_zone('Europe/Berlin')`,
	'check_user(uuid)': `select medsched.check_user(${user})`,
	'check_window(timestamptz,timestamptz)': `select medsched.check_window(${window})`,
	'check_window_for_all(timestamptz,timestamptz)': `select medsched.check_window_for_all(${window})`,
	'check_dates(text,timestamp[])': `select medsched.check_dates('rdates', '{2026-03-01 08:00}')`,
	'schedule_occurrences(uuid,text,timestamp,text,timestamptz,timestamptz,timestamp[],timestamp[],integer,integer)':
		`select * from medsched.schedule_occurrences(${daily}, ${rule}, ${window}, '{}', '{}', null, null)`,
	'count_schedule_occurrences(uuid,text,timestamp,text,timestamptz,timestamptz,timestamp[],timestamp[],integer,integer)':
		`select medsched.count_schedule_occurrences(${daily}, ${rule}, ${window}, '{}', '{}', null, null)`,
	'schedule_density_problem(text,timestamp,text,timestamp[],timestamp[],integer,integer)':
		`select medsched.schedule_density_problem(${rule}, '{}', '{}', null, null)`,
	'schedule_from_times(time[],date,text,integer[],date,integer,integer,integer,timestamptz)':
		`select medsched.schedule_from_times('{08:00,20:00}', '2026-03-01', 'UTC', '{1,3}')`,
	'schedule_from_taper(jsonb,date,text,time[],text,text,uuid)': `select medsched.create_medication(${user}, 'taper',
		medsched.schedule_from_taper('[{"amount": 40, "days": 5}, {"amount": 20}]', '2026-03-01', 'UTC', regimen_id => '00000000-0000-4000-8000-000000000ef1'))`,
	'describe_regimen(uuid,uuid,text)': `select medsched.describe_regimen(${user}, '00000000-0000-4000-8000-000000000ef1', 'de')`,
	'shift_regimen(uuid,uuid,date)': `select * from medsched.shift_regimen(${user}, '00000000-0000-4000-8000-000000000ef1', '2026-03-02')`,
	'extend_regimen(uuid,uuid,date,timestamptz)': `select * from medsched.extend_regimen(${user}, '00000000-0000-4000-8000-000000000ef1', '2026-03-09', '2026-03-03Z')`,
	'end_regimen(uuid,uuid,timestamptz)': `select medsched.end_regimen(${user}, '00000000-0000-4000-8000-000000000ef1', '2026-03-04Z')`,
	'times_of_schedule(jsonb)': `select medsched.times_of_schedule(medsched.schedule_from_times('{08:00,20:30}', '2026-03-01', 'UTC'))`,
	'times_of_schedule(uuid,uuid[])': `select medsched.times_of_schedule(${user}, array[${daily}]::uuid[])`,
	'schedule_from_sig(text,date,text,jsonb,timestamptz)': `select medsched.schedule_from_sig('BID', '2026-03-01', 'UTC')`,
	'schedule_from_fhir(jsonb,date,text,jsonb,timestamptz,boolean)': `select medsched.schedule_from_fhir(${fhir}, '2026-03-01', 'UTC')`,
	'medication_from_fhir(jsonb,text,date,jsonb,timestamptz)':
		`select * from medsched.medication_from_fhir('[{"timing": {"repeat": {"when": ["MORN"]}}}]', 'UTC', '2026-03-01')`,
	'fhir_medication_statement(uuid,uuid,text)': `select medsched.fhir_medication_statement(${user}, ${medication})`,
	'fhir_medication_administrations(uuid,timestamptz,timestamptz,uuid,text)': `select medsched.fhir_medication_administrations(${user}, ${window})`,
	'schedule_from_ical(text,text,time,timestamptz)': `select medsched.schedule_from_ical(${calendar})`,
	'medications_from_ical(text,text,time,timestamptz)': `select * from medsched.medications_from_ical(${calendar})`,
	'timing_codes()': `select * from medsched.timing_codes()`,
	'timing_events()': `select * from medsched.timing_events()`,
	'inactivate_medication(uuid,uuid,timestamptz)': `select medsched.inactivate_medication(${user}, ${medication}, '2026-03-10 00:00Z')`,
	'reactivate_medication(uuid,uuid,timestamptz)': `select * from medsched.reactivate_medication(${user}, ${medication}, '2026-03-12 00:00Z')`,
	'revise_schedule(uuid,uuid,timestamptz,jsonb)': `select medsched.revise_schedule(${user},
		(select id from medsched.schedules where user_id = ${user} and replaces = ${daily}), '2026-03-20 00:00Z', '{"dose_amount": 850}')`,
	'create_medication_returning(uuid,text,jsonb,text,jsonb,text,numeric,text)': `select * from medsched.create_medication_returning(${user}, 'added', '[{"starts_at": "2026-03-01T08:00:00", "time_zone": "UTC"}]')`,
	'current_schedules(uuid,uuid)': `select * from medsched.current_schedules(${user})`,
	'schedules_of(uuid,uuid)': `select * from medsched.schedules_of(${user}, ${medication})`,
	'medications_of(uuid)': `select * from medsched.medications_of(${user})`,
	'add_schedule(uuid,uuid,jsonb)': `select * from medsched.add_schedule(${user}, ${medication}, '{"id": "${extra}", "starts_at": "2026-03-01T13:00:00", "time_zone": "UTC", "rrule": "FREQ=DAILY"}')`,
	'correct_schedule(uuid,uuid,jsonb)': `select * from medsched.correct_schedule(${user}, '${extra}', '{"starts_at": "2026-03-02T13:00:00"}')`,
	'end_schedule(uuid,uuid,timestamptz)': `select medsched.end_schedule(${user}, '${extra}', '2026-03-05 00:00Z')`,
	'rename_medication(uuid,uuid,text)': `select * from medsched.rename_medication(${user}, ${medication}, 'renamed')`,
	'update_medication(uuid,uuid,jsonb)': `select * from medsched.update_medication(${user}, ${medication}, '{"notes": "n"}')`,
	'schedule_history(uuid,uuid)': `select * from medsched.schedule_history(${user}, ${medication})`,
	'change_time_zone(uuid,text,timestamptz)': `select * from medsched.change_time_zone(${user}, 'Asia/Tokyo', '2026-04-01 00:00Z')`,
	'version()': `select medsched.version()`,
	'partition_doses(interval,interval,integer,integer)': `select medsched.partition_doses(keep => '3 years')`,
	'plproxy_functions(text)': `select length(medsched.plproxy_functions('medsched'))`,
	'reset_for_tests()': `insert into medsched.person_settings (user_id) values (gen_random_uuid()); select medsched.reset_for_tests()`,
	'export_user(uuid)': `select medsched.export_user(${user})`,
	'import_user(jsonb)': `select * from medsched.import_user(jsonb_set(medsched.export_user('00000000-0000-4000-8000-0000000000fe'), '{person_settings}', '[{"day_begins_at": "04:00:00"}]'))`,
	'erase_user(uuid)': `select * from medsched.erase_user(${user})`,
};
