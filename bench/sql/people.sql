-- People of several kinds, twenty of each and 400 of the usual: four schedules each, the doses of five weeks recorded until now.
-- Of "moved" four of the doses to come were moved; of "counted" one schedule is counted from the last dose; of "both" both hold;
-- of "following" one schedule follows the doses of another.
CREATE SCHEMA bench;
CREATE TABLE bench.people AS
SELECT kind, nth, md5(kind || nth)::uuid AS user_id
  FROM (VALUES ('usual', 400), ('moved', 20), ('counted', 20), ('both', 20), ('following', 20)) AS k (kind, most)
 CROSS JOIN LATERAL generate_series(1, most) AS nth;

SELECT set_config('bench.at', :'reference', false);
DO $$
DECLARE
  at CONSTANT timestamptz := current_setting('bench.at');
  person record;
  usual CONSTANT jsonb := '{"rrule": "FREQ=DAILY;BYHOUR=8,20", "time_zone": "Europe/Berlin"}';
  fourth jsonb;
  leader uuid;
  counted uuid;
BEGIN
  FOR person IN SELECT * FROM bench.people LOOP
    FOR nth IN 1..3 LOOP
      leader := gen_random_uuid();
      PERFORM medsched.create_medication(person.user_id, 'medication ' || nth,
        jsonb_build_array(usual || jsonb_build_object('id', leader, 'starts_at', (at - interval '60 days')::timestamp)));
    END LOOP;
    fourth := CASE WHEN person.kind IN ('counted', 'both') THEN '{"after_last": "1 day", "time_zone": "Europe/Berlin"}'
                   WHEN person.kind = 'following' THEN jsonb_build_object('follows', leader, 'follows_by', '30 minutes', 'time_zone', 'Europe/Berlin')
                   ELSE usual || '{"rrule": "FREQ=DAILY;BYHOUR=12"}' END;
    PERFORM medsched.create_medication(person.user_id, 'medication 4',
      jsonb_build_array(fourth || jsonb_build_object('starts_at', date_trunc('second', at - interval '35 days')::timestamp)));
    INSERT INTO medsched.dose_taken (user_id, schedule_id, scheduled_for, taken_at)
    SELECT person.user_id, d.schedule_id, d.scheduled_for, d.scheduled_for + interval '5 minutes'
      FROM medsched.upcoming_doses(person.user_id, at - interval '35 days', at) AS d
     WHERE d.schedule_id NOT IN (SELECT s.id FROM medsched.schedules AS s
                                  WHERE s.user_id = person.user_id AND (s.after_last IS NOT NULL OR s.follows IS NOT NULL));
    IF person.kind IN ('counted', 'both') THEN
      FOR nth IN 1..35 LOOP
        PERFORM medsched.mark_dose_taken(person.user_id, n.schedule_id, n.scheduled_for, n.due_at + interval '5 minutes')
          FROM medsched.upcoming_doses(person.user_id, at - interval '40 days', at) AS n
          JOIN medsched.schedules AS s ON s.user_id = person.user_id AND s.id = n.schedule_id
         WHERE s.after_last IS NOT NULL AND n.taken_at IS NULL;
      END LOOP;
    END IF;
    IF person.kind IN ('moved', 'both') THEN
      PERFORM medsched.move_dose(person.user_id, d.schedule_id, d.scheduled_for, d.scheduled_for + interval '1 hour')
         FROM (SELECT n.schedule_id, n.scheduled_for
                 FROM medsched.upcoming_doses(person.user_id, at, at + interval '4 days') AS n
                 JOIN medsched.schedules AS s ON s.user_id = person.user_id AND s.id = n.schedule_id
                WHERE s.after_last IS NULL ORDER BY n.scheduled_for, n.schedule_id LIMIT 4) AS d;
    END IF;
  END LOOP;
END
$$;
