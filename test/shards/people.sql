-- Sixty people with a medication each, of which some doses are recorded and a pack was bought.
SET TimeZone = 'UTC';
CREATE TEMPORARY TABLE people AS
SELECT format('00000000-0000-4000-8000-%s', lpad(n::text, 12, '0'))::uuid AS person, format('00000000-0000-4000-9000-%s', lpad(n::text, 12, '0'))::uuid AS schedule, n
  FROM generate_series(1, 60) AS n;
SELECT medsched.create_medication(person, format('Medication %s', n % 7), jsonb_build_array(jsonb_build_object('id', schedule,
         'starts_at', '2026-01-01T08:00:00', 'time_zone', 'UTC', 'rrule', 'FREQ=DAILY', 'dose_amount', 1)))
  FROM people;
SELECT medsched.update_medication(person, c.medication_id, '{"therapeutic_class": "statins", "refill_lead_time": "7 days"}')
  FROM people, medsched.current_schedules(person) AS c;
SELECT medsched.record_stock_entry(person, c.medication_id, 'dispensed', 20 + n % 11, occurred_at => '2026-01-01Z', days_supply => 20 + n % 11, entry_id => schedule)
  FROM people, medsched.current_schedules(person) AS c;
SELECT medsched.mark_dose_taken(person, schedule, '2026-01-02 08:00Z', '2026-01-02 08:05Z') FROM people WHERE n % 3 = 0;
SELECT medsched.skip_dose(person, schedule, '2026-01-03 08:00Z', 'nausea') FROM people WHERE n % 5 = 0;
