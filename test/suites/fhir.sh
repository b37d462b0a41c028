#!/bin/bash
# What goes out as FHIR R4 and R5 is valid by HL7's JSON schemas: the sample regimens, schedules of every kind, doses of
# every outcome.
. test/suites/lib.bash
. test/suites/node.bash

node_packages test/fhir
load_regimens

person=00000000-0000-4000-8000-00000000fa00
psql -XAtq -v ON_ERROR_STOP=1 -v person=$person >/dev/null <<-'SQL'
	SELECT medsched.create_medication(:'person', m.name, m.schedules, m.notes, NULL, m.substance, m.amount, m.unit)
	  FROM (VALUES
	    ('plain', '[{"starts_at": "2026-03-01T08:00:00", "time_zone": "Asia/Kathmandu", "rrule": "FREQ=DAILY"}]'::jsonb, NULL, NULL, NULL::numeric, NULL),
	    ('every kind', '[
	       {"starts_at": "2026-03-01T08:00:00", "time_zone": "America/St_Johns", "rrule": "FREQ=DAILY;BYHOUR=8,20;BYSECOND=30", "dose_amount": 0.5, "dose_unit": "mL", "instructions": "shake\twell"},
	       {"starts_at": "2026-03-01T08:00:00", "time_zone": "UTC", "rrule": "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,FR", "dose_amount": 1},
	       {"starts_at": "2026-03-01T08:00:00", "time_zone": "UTC", "rrule": "FREQ=MONTHLY", "dose_amount": 1e-20, "dose_unit": "mg"},
	       {"starts_at": "2026-03-01T08:00:00", "time_zone": "UTC", "rrule": "FREQ=YEARLY;COUNT=9", "dose_amount": 12345678901234567890, "dose_unit": "mg"},
	       {"starts_at": "2026-03-01T08:00:00", "time_zone": "Europe/Berlin", "rrule": "FREQ=HOURLY;INTERVAL=8"},
	       {"starts_at": "2026-03-01T08:00:00", "time_zone": "Europe/Berlin", "rrule": "FREQ=MINUTELY;INTERVAL=90"},
	       {"starts_at": "2026-03-01T08:00:00", "time_zone": "Europe/Berlin", "rrule": "FREQ=DAILY", "cycle_days_on": 21, "cycle_days_off": 7},
	       {"starts_at": "2026-03-01T08:00:00", "time_zone": "Europe/Berlin", "rdates": ["2097-03-01T08:00:00", "2098-03-01T08:00:00"]},
	       {"starts_at": "9998-12-31T23:59:59", "time_zone": "Pacific/Kiritimati"}]', E'of\nseveral lines', NULL, NULL, NULL),
	    ('as needed', '[{"starts_at": "2026-03-01T08:00:00", "time_zone": "Europe/Berlin", "as_needed": true, "dose_amount": 500, "dose_unit": "mg", "min_interval": "90 minutes",
	       "max_per_24h": 4, "limits": [{"amount": 4000, "within": "24 hours"}, {"amount": 6000, "days": 3}, {"doses": 2, "days": 1}], "ends_at": "2099-01-01T00:00:00Z"}]',
	     NULL, 'paracetamol', 1, 'mg'),
	    ('over', '[{"starts_at": "2020-03-01T08:00:00", "time_zone": "UTC"}]', NULL, NULL, NULL, NULL),
	    ('stopped', '[{"starts_at": "2020-03-01T08:00:00", "time_zone": "UTC", "rrule": "FREQ=DAILY", "dose_amount": 1, "dose_unit": "g"}]', NULL, 'zinc', 0.25, 'g')) AS m (name, schedules, notes, substance, amount, unit);
	SELECT medsched.mark_dose_taken(:'person', d.schedule_id, d.scheduled_for, d.scheduled_for + '5 min', 'a nurse', 1, 'n')
	  FROM medsched.upcoming_doses(:'person', '2026-03-01Z', '2026-03-02Z') AS d WHERE d.medication_name = 'every kind';
	SELECT medsched.skip_dose(:'person', d.schedule_id, d.scheduled_for, 'nausea') FROM medsched.upcoming_doses(:'person', '2026-03-02Z', '2026-03-03Z') AS d;
	SELECT medsched.record_extra_dose(:'person', s.id, '2026-03-03 09:00Z', reason => 'pain') FROM medsched.schedules AS s WHERE s.user_id = :'person' AND s.dose_unit = 'g';
	SELECT medsched.take_as_needed(:'person', s.id, t.at::timestamptz, despite_limits => t.despite)
	  FROM medsched.schedules AS s, (VALUES ('2026-03-03 10:00Z', NULL), ('2026-03-03 10:30Z', 'it hurt')) AS t (at, despite) WHERE s.user_id = :'person' AND s.as_needed;
	SELECT medsched.inactivate_medication(:'person', m.id, '2026-04-01Z') FROM medsched.medications AS m WHERE m.user_id = :'person' AND m.name = 'stopped';
SQL

resources()
{
	psql -XAtq -v ON_ERROR_STOP=1 -F $'\t' <<-'SQL'
		SELECT r, 'valid', medsched.fhir_medication_statement(m.user_id, m.id, r) FROM medsched.medications AS m, unnest('{R4,R5}'::text[]) AS r ORDER BY m.id, r;
		SELECT r, 'valid', a FROM (SELECT DISTINCT m.user_id FROM medsched.medications AS m) AS u, unnest('{R4,R5}'::text[]) AS r,
		  LATERAL medsched.fhir_medication_administrations(u.user_id, '2026-02-01Z', '2026-04-01Z', release => r) AS a;
		-- The schemas find what is wrong.
		SELECT r, 'not valid', jsonb_set(medsched.fhir_medication_statement(m.user_id, m.id, r), b.path::text[], b.value::jsonb)
		  FROM medsched.medications AS m, unnest('{R4,R5}'::text[]) AS r,
		       (VALUES ('{status}', '"taken"'), ('{dosage,0,timing,repeat,periodUnit}', '"day"'), ('{dosage,0,timing,repeat,timeOfDay}', '"08:00:00"'),
		               ('{dosage,0,timing,repeat,boundsPeriod,start}', '"2026-03-01T08:00:00.+01"'), ('{dosage,0,doses}', '1'), ('{subject,reference}', '7')) AS b (path, value)
		 WHERE m.name = 'plain';
	SQL
}

while read -r line; do
	case $line in
		"ok - "*) passed=$((passed + 1)) ;;
		"not ok - "*) failed=$((failed + 1)); echo "$line" ;;
		*) echo "$line" ;;
	esac
done < <({ resources | node test/fhir/validate.mjs; } 2>&1 || echo "not ok - test/fhir/validate.mjs ended with status $?")
if [ "$passed" -ge 60 ]; then pass "there are that many resources"; else fail "there are $passed resources"; fi

finish
