-- What the triggers add: medians of calls by turns, with and without them.
\set ON_ERROR_STOP 1
SET client_min_messages = warning;
SELECT medsched.create_tables(), medsched.enable_reminders() \g /dev/null
CREATE TABLE took (what text, reminders boolean, ms float8);
DO $$
DECLARE
  began timestamptz;
  person uuid;
  schedule uuid;
  enabled boolean;
BEGIN
  FOR i IN 1 .. 1200 LOOP
    enabled := i / 20 % 2 = 0;
    IF i % 20 = 0 THEN
      EXECUTE format('ALTER TABLE medsched.schedules %1$s TRIGGER reminder_change, %1$s TRIGGER reminder_change_changed;
                      ALTER TABLE medsched.dose_taken %1$s TRIGGER reminder_change', CASE WHEN enabled THEN 'ENABLE' ELSE 'DISABLE' END);
      COMMIT;
    END IF;
    person := md5('person ' || i)::uuid;
    schedule := md5('schedule ' || i)::uuid;
    began := clock_timestamp();
    PERFORM medsched.create_medication(person, 'Metformin', jsonb_build_array(jsonb_build_object('id', schedule, 'starts_at', '2026-01-01 08:00',
      'time_zone', 'Europe/Berlin', 'rrule', 'FREQ=DAILY;BYHOUR=8,20', 'dose_amount', 1, 'dose_unit', 'tablet')));
    SET CONSTRAINTS ALL IMMEDIATE;
    INSERT INTO took VALUES ('creating', enabled, 1000 * date_part('epoch', clock_timestamp() - began));
    COMMIT;
    began := clock_timestamp();
    PERFORM medsched.mark_dose_taken(person, schedule, '2026-01-05 07:00Z', '2026-01-05 07:00Z');
    INSERT INTO took VALUES ('recording', enabled, 1000 * date_part('epoch', clock_timestamp() - began));
    COMMIT;
    began := clock_timestamp();
    PERFORM medsched.revise_schedule(person, schedule, '2026-02-01Z', '{"dose_amount": 2}');
    SET CONSTRAINTS ALL IMMEDIATE;
    INSERT INTO took VALUES ('revising', enabled, 1000 * date_part('epoch', clock_timestamp() - began));
    COMMIT;
  END LOOP;
END
$$;
SELECT format('%s: %s ms without the triggers, %s ms with them, %s %% more (target: at most 15)', what, round(off::numeric, 3), round("on"::numeric, 3), round((100 * ("on" / off - 1))::numeric))
  FROM (SELECT what, percentile_cont(0.5) WITHIN GROUP (ORDER BY ms) FILTER (WHERE NOT reminders) AS off,
               percentile_cont(0.5) WITHIN GROUP (ORDER BY ms) FILTER (WHERE reminders) AS "on"
          FROM took GROUP BY what) AS t ORDER BY what;
