\i test/setup.psql
\i test/failure.psql
BEGIN;
SELECT plan(3);

-- An application may name its columns as it likes, also as ours name their arguments and variables: what everything answers
-- is the same before and after.
CREATE FUNCTION pg_temp.story() RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
  step text;
  answer text;
  ann CONSTANT text := '00000000-0000-0000-0000-00000000000a';
BEGIN
  FOREACH step IN ARRAY ARRAY[
    $q$SELECT count(medsched.create_medication('ANN', 'Metformin', '[{"id": "00000000-0000-0000-0000-0000000000a1", "starts_at": "2026-01-01T08:00:00",
         "time_zone": "UTC", "rrule": "FREQ=DAILY;BYHOUR=8,20", "exdates": ["2026-01-05T08:00:00"], "dose_amount": 2, "grace": "1 hour"}]', 'after eating'))$q$,
    $q$SELECT count(medsched.create_medication('ANN', 'Ibuprofen', '[{"id": "00000000-0000-0000-0000-0000000000a2", "starts_at": "2026-01-01T00:00:00",
         "time_zone": "UTC", "as_needed": true, "min_interval": "6 hours", "max_per_24h": 3}]'))$q$,
    $q$SELECT count(medsched.create_medication('ANN', 'Zinc', '[{"starts_at": "2026-01-01T08:00:00", "time_zone": "UTC", "dose_amount": 0}]'))$q$,
    $q$SELECT string_agg(format('%s %s', d.scheduled_for, d.status), ', ') FROM medsched.upcoming_doses('ANN', '2026-01-04Z', '2026-01-06Z') AS d$q$,
    $q$SELECT count(*) FROM medsched.upcoming_doses('ANN', '2026-01-04Z', '2029-01-06Z') AS d$q$,
    $q$SELECT count(*) FROM medsched.upcoming_doses('ANN', '2026-01-04Z', '2226-01-06Z') AS d$q$,
    $q$SELECT string_agg(d.scheduled_for::text, ', ') FROM medsched.next_doses('ANN', '2026-01-04Z', 5) AS d$q$,
    $q$SELECT r.taken_at FROM medsched.mark_dose_taken('ANN', '00000000-0000-0000-0000-0000000000a1', '2026-01-04 08:00Z', '2026-01-04 08:10Z', 'a nurse', 1) AS r$q$,
    $q$SELECT r.outcome FROM medsched.mark_dose_taken('ANN', '00000000-0000-0000-0000-0000000000a1', '2026-01-04 08:00Z', '2026-01-04 08:10Z') AS r$q$,
    $q$SELECT r.outcome FROM medsched.mark_dose_taken('ANN', '00000000-0000-0000-0000-0000000000a1', '2026-01-04 20:00Z', '2026-01-04 20:10Z', NULL, -1) AS r$q$,
    $q$SELECT r.outcome FROM medsched.mark_dose_taken('ANN', '00000000-0000-0000-0000-0000000000a1', '2026-01-05 08:00Z') AS r$q$,
    $q$SELECT r.outcome FROM medsched.mark_dose_taken('ANN', '00000000-0000-0000-0000-0000000000ff', '2026-01-05 08:00Z') AS r$q$,
    $q$SELECT r.outcome FROM medsched.skip_dose('ANN', '00000000-0000-0000-0000-0000000000a1', '2026-01-04 20:00Z', 'nausea') AS r$q$,
    $q$SELECT r.outcome FROM medsched.skip_dose('ANN', '00000000-0000-0000-0000-0000000000a1', '2026-01-04 08:00Z', 'nausea') AS r$q$,
    $q$SELECT r.outcome FROM medsched.undo_dose('ANN', '00000000-0000-0000-0000-0000000000a1', '2026-01-04 20:00Z') AS r$q$,
    $q$SELECT r.outcome FROM medsched.take_as_needed('ANN', '00000000-0000-0000-0000-0000000000a2', '2026-01-04 20:00Z') AS r$q$,
    $q$SELECT r.outcome FROM medsched.take_as_needed('ANN', '00000000-0000-0000-0000-0000000000a2', '2026-01-04 22:00Z') AS r$q$,
    $q$SELECT r.outcome FROM medsched.take_as_needed('ANN', '00000000-0000-0000-0000-0000000000a1', '2026-01-04 22:00Z') AS r$q$,
    $q$INSERT INTO medsched.dose_taken (user_id, schedule_id, scheduled_for, taken_at)
       SELECT 'ANN', '00000000-0000-0000-0000-0000000000a2', t, t FROM generate_series('2026-01-07Z', '2026-01-08Z', interval '8 hours') AS t RETURNING 1$q$,
    $q$INSERT INTO medsched.dose_taken (user_id, schedule_id, scheduled_for, taken_at)
       SELECT 'ANN', '00000000-0000-0000-0000-0000000000a2', t, t FROM generate_series('2026-01-09Z', '2026-01-10Z', interval '6 hours') AS t RETURNING 1$q$,
    $q$SELECT medsched.next_as_needed_at('ANN', '00000000-0000-0000-0000-0000000000a2', '2026-01-04 22:00Z')$q$,
    $q$SELECT medsched.describe_schedule('ANN', '00000000-0000-0000-0000-0000000000a1')$q$,
    $q$SELECT e FROM medsched.explain_dose('ANN', '00000000-0000-0000-0000-0000000000a1', '2026-01-05 08:00Z') AS e$q$,
    $q$SELECT string_agg(format('%s %s', d.scheduled_for, d.outcome), ', ' ORDER BY d.scheduled_for) FROM medsched.scheduled_doses('2026-01-04Z', '2026-01-06Z') AS d$q$,
    $q$SELECT string_agg(d.scheduled_for::text, ', ' ORDER BY d.scheduled_for) FROM medsched.due_doses('2026-01-04Z', '2026-01-06Z') AS d$q$,
    $q$SELECT a FROM medsched.adherence('ANN', '2026-01-04Z', '2026-01-06Z') AS a$q$,
    $q$SELECT string_agg(a::text, ', ' ORDER BY a::text) FROM medsched.adherence_of_all('2026-01-04Z', '2026-01-06Z') AS a$q$,
    $q$SELECT string_agg(a::text, ', ' ORDER BY a::text) FROM medsched.adherence_by_day('ANN', '2026-01-04Z', '2026-01-06Z') AS a$q$,
    $q$SELECT string_agg(concat(o.medication_name, o.state, o.description), ', ' ORDER BY o.medication_name) FROM medsched.schedule_overview('ANN') AS o$q$,
    $q$SELECT count(*) FROM medsched.check_integrity()$q$,
    $q$SELECT count(medsched.revise_schedule('ANN', '00000000-0000-0000-0000-0000000000a1', '2026-01-04Z', '{"dose_amount": 3}'))$q$,
    $q$SELECT count(medsched.revise_schedule('ANN', '00000000-0000-0000-0000-0000000000a1', '2026-01-06Z', '{"dose_amount": 3}'))$q$,
    $q$SELECT count(medsched.revise_schedule('ANN', '00000000-0000-0000-0000-0000000000a1', '2026-01-05Z', '{"dose_unit": "mg"}'))$q$,
    $q$SELECT count(*) FROM medsched.change_time_zone('ANN', 'America/New_York', '2026-02-01Z')$q$,
    $q$SELECT string_agg(concat(h.effective_from, h.ends_at, h.time_zone, h.exdates, h.revision), ', ' ORDER BY h.revision)
         FROM (SELECT h.*, s.exdates FROM medsched.medications AS m CROSS JOIN LATERAL medsched.schedule_history('ANN', m.id) AS h
                 JOIN medsched.schedules AS s ON s.id = h.schedule_id WHERE m.name = 'Metformin') AS h$q$,
    $q$SELECT medsched.inactivate_medication('ANN', m.id, '2026-03-01Z') FROM medsched.medications AS m WHERE m.name = 'Metformin'$q$,
    $q$SELECT medsched.inactivate_medication('ANN', m.id, '2026-01-04Z') FROM medsched.medications AS m WHERE m.name = 'Ibuprofen'$q$,
    $q$SELECT count(*) FROM medsched.medications AS m CROSS JOIN LATERAL medsched.reactivate_medication('ANN', m.id, '2026-04-01Z') WHERE m.name = 'Metformin'$q$,
    $q$UPDATE medsched.schedules SET ends_at = '2026-01-03Z' WHERE id = '00000000-0000-0000-0000-0000000000a1' RETURNING 1$q$,
    $q$UPDATE medsched.schedules SET starts_at = '2026-01-03 09:00' WHERE id = '00000000-0000-0000-0000-0000000000a1' RETURNING 1$q$,
    $q$UPDATE medsched.schedules SET rrule = 'FREQ=SECONDLY' WHERE as_needed IS FALSE AND ends_at IS NULL RETURNING 1$q$,
    $q$UPDATE medsched.schedules SET exdates = '{2026-01-01 08:00}', rrule = NULL WHERE as_needed IS FALSE AND ends_at IS NULL RETURNING 1$q$,
    $q$UPDATE medsched.schedules SET effective_from = '2026-01-06Z' WHERE replaces IS NOT NULL RETURNING 1$q$,
    $q$DELETE FROM medsched.medications RETURNING 1$q$,
    $q$INSERT INTO medsched.medications (user_id, name) VALUES ('ANN', 'Iron') RETURNING 1$q$,
    $q$SELECT e FROM medsched.erase_user('ANN') AS e$q$]
  LOOP
    BEGIN
      EXECUTE replace(step, 'ANN', ann) INTO answer;
      SET CONSTRAINTS ALL IMMEDIATE;
      SET CONSTRAINTS ALL DEFERRED;
    EXCEPTION WHEN OTHERS THEN
      answer := SQLERRM;
    END;
    RETURN NEXT regexp_replace(answer, '(?!0000)[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}', 'an id', 'g');
  END LOOP;
END
$$;

CREATE TEMPORARY TABLE before AS SELECT * FROM pg_temp.story() WITH ORDINALITY AS s (answer, step);
SELECT is((SELECT count(*) FROM before WHERE answer ~ 'does not exist|is ambiguous|syntax'), 0::bigint, 'the story is told');

-- A column of each table by each name that a function has: of a type that nothing takes for another.
SELECT count(pg_temp.failure(format('ALTER TABLE medsched.%I ADD COLUMN %I medsched.skipped_dose', t.name, n.name))) > 600 AS named
  FROM (SELECT DISTINCT u.name
          FROM pg_proc AS p
         CROSS JOIN LATERAL (
                SELECT unnest(p.proargnames)
                UNION
                SELECT m[1] FROM regexp_matches(substring(p.prosrc FROM 'DECLARE(.*?)\nBEGIN'), '(?:^|[\n;])\s*(\w+)', 'g') AS m
                UNION
                SELECT m[1] FROM regexp_matches(p.prosrc, '\mAS (\w+)', 'g') AS m) AS u (name)
         WHERE p.pronamespace = 'medsched'::regnamespace AND u.name ~ '^[a-z]') AS n
 CROSS JOIN (VALUES ('medications'), ('schedules'), ('dose_taken')) AS t (name)
 WHERE NOT EXISTS (SELECT FROM pg_attribute AS a WHERE a.attrelid = ('medsched.' || t.name)::regclass AND a.attname = n.name) \gset
SELECT ok(:'named', 'columns have the names of arguments and variables');

SELECT results_eq('SELECT step, answer FROM pg_temp.story() WITH ORDINALITY AS s (answer, step)', 'SELECT step, answer FROM before', 'nothing answers otherwise');

SELECT * FROM finish();
ROLLBACK;
