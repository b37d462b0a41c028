\i test/setup.psql
\i test/failure.psql
BEGIN;
SELECT plan(59);

-- dose_taken, put into partitions by partition_doses(): as it was, with all its rows, and rules that go on.  Months are counted from
-- now, because the function counts them so.
CREATE FUNCTION pg_temp.id(short text) RETURNS uuid LANGUAGE sql AS $$ SELECT lpad(short, 32, '0')::uuid $$;
-- 08:00 UTC on the first of a month, so many months from now, and so many days on.
CREATE FUNCTION pg_temp.at(months int, days int DEFAULT 0) RETURNS timestamptz LANGUAGE sql AS $$
  SELECT date_trunc('month', now(), 'UTC') + make_interval(months => months, days => days, hours => 8)
$$;

SELECT medsched.enable_history(), medsched.enable_reminders() \g /dev/null
SELECT medsched.create_medication(pg_temp.id('a'), 'Prednisone', jsonb_build_array(
  jsonb_build_object('id', pg_temp.id('a1'), 'starts_at', '2000-01-01T08:00:00', 'time_zone', 'UTC', 'rrule', 'FREQ=DAILY', 'dose_amount', 1, 'dose_unit', 'tablet'),
  jsonb_build_object('id', pg_temp.id('a2'), 'starts_at', '2000-01-01T08:00:00', 'time_zone', 'UTC', 'as_needed', true, 'min_interval', '4 hours'))) AS prednisone \gset
-- Every twelve weeks, the last of them years ago; and one on the same day that follows it.
SELECT medsched.create_medication(pg_temp.id('b'), 'Depot', jsonb_build_array(
  jsonb_build_object('id', pg_temp.id('b1'), 'starts_at', timezone('UTC', pg_temp.at(-40))::text, 'time_zone', 'UTC', 'after_last', '84 days'))) AS depot \gset
-- In stock, counted 30 months ago.
SELECT medsched.create_medication(pg_temp.id('c'), 'Metformin', jsonb_build_array(
  jsonb_build_object('id', pg_temp.id('c1'), 'starts_at', '2000-01-01T08:00:00', 'time_zone', 'UTC', 'rrule', 'FREQ=DAILY', 'dose_amount', 1, 'dose_unit', 'tablet'))) AS metformin \gset
-- Tables with pending events cannot be altered.
SET CONSTRAINTS ALL IMMEDIATE;
SELECT medsched.mark_dose_taken(pg_temp.id('a'), pg_temp.id('a1'), pg_temp.at(-n, d)) FROM generate_series(1, 40) AS n, generate_series(0, 2) AS d \g /dev/null
SELECT medsched.mark_dose_taken(pg_temp.id('a'), pg_temp.id('a1'), pg_temp.at(n)) FROM (VALUES (-150), (1), (14)) AS t (n) \g /dev/null
SELECT medsched.mark_dose_taken(pg_temp.id('b'), pg_temp.id('b1'), pg_temp.at(-40), pg_temp.at(-40)) \g /dev/null
SELECT medsched.mark_dose_taken(pg_temp.id('b'), pg_temp.id('b1'), pg_temp.at(-40, 84), pg_temp.at(-40, 85)) \g /dev/null
SELECT medsched.record_stock_entry(pg_temp.id('c'), :'metformin', 'dispensed', 100, 'tablet', pg_temp.at(-40)),
       medsched.record_stock_entry(pg_temp.id('c'), :'metformin', 'counted', 60, 'tablet', pg_temp.at(-30)) \g /dev/null
SELECT medsched.mark_dose_taken(pg_temp.id('c'), pg_temp.id('c1'), pg_temp.at(-n), pg_temp.at(-n)) FROM generate_series(26, 34) AS n \g /dev/null

-- What an application added.
CREATE FUNCTION pg_temp.note_recording() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.ward := coalesce(NEW.ward, 'east'); RETURN NEW; END $$;
ALTER TABLE medsched.dose_taken ADD COLUMN gone int, ADD COLUMN ward text DEFAULT 'west', ADD COLUMN ward_length int GENERATED ALWAYS AS (length(ward)) STORED,
  ADD CONSTRAINT ward_short CHECK (length(ward) < 100), ADD CONSTRAINT dose_once_more UNIQUE (scheduled_for, schedule_id);
ALTER TABLE medsched.dose_taken DROP COLUMN gone;
COMMENT ON CONSTRAINT dose_once_more ON medsched.dose_taken IS 'Of the application''s';
CREATE INDEX dose_wards ON medsched.dose_taken (ward) WHERE ward IS NOT NULL;
COMMENT ON INDEX medsched.dose_wards IS 'By ward';
CREATE TRIGGER note_recording BEFORE INSERT ON medsched.dose_taken FOR EACH ROW EXECUTE FUNCTION pg_temp.note_recording();
CREATE TRIGGER off_duty AFTER INSERT ON medsched.dose_taken FOR EACH STATEMENT EXECUTE FUNCTION pg_temp.note_recording();
ALTER TABLE medsched.dose_taken DISABLE TRIGGER off_duty;
ALTER TABLE medsched.dose_taken ENABLE ROW LEVEL SECURITY;
CREATE POLICY all_rows ON medsched.dose_taken TO PUBLIC USING (user_id IS NOT NULL) WITH CHECK (schedule_id IS NOT NULL);
CREATE POLICY by_day ON medsched.dose_taken AS RESTRICTIVE FOR DELETE USING (outcome <> 'extra');
COMMENT ON POLICY by_day ON medsched.dose_taken IS 'Extra doses stay';
GRANT SELECT, INSERT, UPDATE, DELETE ON medsched.dose_taken TO PUBLIC;
GRANT REFERENCES (note) ON medsched.dose_taken TO PUBLIC;
ALTER TABLE medsched.dose_taken REPLICA IDENTITY USING INDEX dose_once_more;
ALTER TABLE medsched.dose_taken SET (fillfactor = 90);

-- What the catalog says of the table, one line for each thing.
CREATE FUNCTION pg_temp.described() RETURNS SETOF text LANGUAGE sql AS $$
  SELECT format('%s %s %s %s %s', a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attgenerated, pg_get_expr(d.adbin, d.adrelid)) || ' ' || coalesce(col_description(a.attrelid, a.attnum), '')
    FROM pg_attribute AS a LEFT JOIN pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum WHERE a.attrelid = 'medsched.dose_taken'::regclass AND a.attnum > 0 AND NOT a.attisdropped
  UNION ALL
  SELECT format('%s %s %s %s', conname, pg_get_constraintdef(oid), convalidated, obj_description(oid, 'pg_constraint')) FROM pg_constraint WHERE conrelid = 'medsched.dose_taken'::regclass
  UNION ALL
  SELECT replace(pg_get_indexdef(indexrelid), ' ON ONLY ', ' ON ') || ' ' || indisreplident || ' ' || coalesce(obj_description(indexrelid, 'pg_class'), '') FROM pg_index WHERE indrelid = 'medsched.dose_taken'::regclass
  UNION ALL
  SELECT format('%s %s %s', translate(pg_get_triggerdef(oid), '()', ''), tgenabled, obj_description(oid, 'pg_trigger')) FROM pg_trigger WHERE tgrelid = 'medsched.dose_taken'::regclass AND NOT tgisinternal
  UNION ALL
  SELECT format('%s %s %s %s %s %s %s', polname, polcmd, polpermissive, polroles, pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid), obj_description(oid, 'pg_policy'))
    FROM pg_policy WHERE polrelid = 'medsched.dose_taken'::regclass
  UNION ALL
  SELECT format('%s %s %s %s %s %s', c.relowner::regrole, c.relrowsecurity, c.relforcerowsecurity, c.relreplident, obj_description(c.oid, 'pg_class'), (SELECT string_agg(x::text, ' ' ORDER BY x::text) FROM aclexplode(c.relacl) AS x))
    FROM pg_class AS c WHERE c.oid = 'medsched.dose_taken'::regclass
  UNION ALL
  SELECT format('%s %s', attname, attacl) FROM pg_attribute WHERE attrelid = 'medsched.dose_taken'::regclass AND attacl IS NOT NULL
$$;
CREATE TEMP TABLE was AS SELECT * FROM pg_temp.described() AS t (line);
CREATE TEMP TABLE recorded AS SELECT d.* FROM medsched.dose_taken AS d;
CREATE TEMP TABLE noted AS SELECT (SELECT count(*) FROM medsched.change_history) AS changes, (SELECT count(*) FROM medsched.reminder_changes) AS reminders;
CREATE TEMP TABLE lists AS SELECT u.n, d.* FROM (VALUES ('a'), ('b'), ('c')) AS u (n), medsched.upcoming_doses(pg_temp.id(u.n), pg_temp.at(-2), pg_temp.at(2)) AS d;
CREATE TEMP TABLE to_come AS SELECT d.* FROM medsched._counted_dose(pg_temp.id('b'), pg_temp.id('b1'), NULL) AS d;
CREATE TEMP TABLE in_stock AS SELECT * FROM medsched.stock(pg_temp.id('c'));
SELECT is(due_at, pg_temp.at(-40, 169), 'the next depot is counted from the last, which was years ago') FROM to_come;
SELECT is(amount, 56::numeric, 'four tablets were taken since they were counted') FROM in_stock;

-- What it refuses ----------------------------------------------------------------------

SELECT is(pg_temp.failure(sql), error, sql)
FROM (VALUES
  ('SELECT medsched.partition_doses(NULL)', '22004: by must not be null'),
  ('SELECT medsched.partition_doses(ahead => NULL)', '22004: ahead must not be null'),
  ('SELECT medsched.partition_doses(most => NULL)', '22004: most must not be null'),
  ($$SELECT medsched.partition_doses('5 months')$$, '22023: by must be 1, 2, 3, 4, 6 or 12 months | It is 5 mons.'),
  ($$SELECT medsched.partition_doses('30 days')$$, '22023: by must be 1, 2, 3, 4, 6 or 12 months | It is 30 days.'),
  ($$SELECT medsched.partition_doses('1 month 1 microsecond')$$, '22023: by must be 1, 2, 3, 4, 6 or 12 months | It is 1 mon 00:00:00.000001.'),
  ($$SELECT medsched.partition_doses(keep => '13 months')$$, '22023: keep must be from 14 months to 1000 years | It is 1 year 1 mon. | Limits of doses as needed look back for up to 366 days.'),
  ($$SELECT medsched.partition_doses(keep => '1001 years')$$, '22023: keep must be from 14 months to 1000 years | It is 1001 years. | Limits of doses as needed look back for up to 366 days.'),
  ('SELECT medsched.partition_doses(ahead => 0)', '22023: ahead must be from 1 to 60 | It is 0.'),
  ('SELECT medsched.partition_doses(ahead => 61)', '22023: ahead must be from 1 to 60 | It is 61.'),
  ('SELECT medsched.partition_doses(most => 0)', '22023: most must be positive | It is 0.')) AS t (sql, error);

-- Refused, with what was done before in the same statement, which is undone.
CREATE FUNCTION pg_temp.refused(prepare text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE prepare;
  PERFORM medsched.partition_doses();
  RAISE 'it was not refused';
EXCEPTION WHEN OTHERS THEN
  DECLARE rule text; detail text; hint text;
  BEGIN
    GET STACKED DIAGNOSTICS rule = CONSTRAINT_NAME, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
    RETURN concat_ws(' | ', SQLSTATE || ' ' || rule || ': ' || SQLERRM, detail, hint);
  END;
END
$$;
SELECT is(pg_temp.refused(prepare), error, prepare)
FROM (VALUES
  ('CREATE VIEW medsched.wards AS SELECT ward FROM medsched.dose_taken', '2BP01 doses_can_be_partitioned: table "medsched.dose_taken" cannot be partitioned'
   ' | View medsched.wards would see the rows that are in it now, and no others. | Drop it, call medsched.partition_doses(), then create it anew.'),
  ('CREATE TABLE medsched.receipts (at timestamptz, schedule uuid, FOREIGN KEY (at, schedule) REFERENCES medsched.dose_taken (scheduled_for, schedule_id))',
   '2BP01 doses_can_be_partitioned: table "medsched.dose_taken" cannot be partitioned'
   ' | Constraint receipts_at_schedule_fkey on table medsched.receipts would see the rows that are in it now, and no others. | Drop it, call medsched.partition_doses(), then create it anew.'),
  ('CREATE UNIQUE INDEX one_note ON medsched.dose_taken (user_id, note)', '0A000 doses_can_be_partitioned: table "medsched.dose_taken" cannot be partitioned'
   ' | Unique index "one_note" lacks the column "scheduled_for", by which the table is partitioned. | Drop it.'),
  ('ALTER TABLE medsched.dose_taken ADD CONSTRAINT noted CHECK (note IS NOT NULL) NOT VALID', '55000 doses_can_be_partitioned: table "medsched.dose_taken" cannot be partitioned'
   ' | Constraint "noted" is not validated. | ALTER TABLE medsched.dose_taken VALIDATE CONSTRAINT noted;'),
  ('ALTER TABLE medsched.dose_taken ADD COLUMN n int GENERATED ALWAYS AS IDENTITY', '0A000 doses_can_be_partitioned: table "medsched.dose_taken" cannot be partitioned'
   ' | Column "n" is an identity column. | Give it a default from a sequence instead.'),
  ('CREATE TABLE medsched.more () INHERITS (medsched.dose_taken)', '0A000 doses_can_be_partitioned: table "medsched.dose_taken" cannot be partitioned | Other tables inherit from it, or it from others. | '),
  ('CREATE RULE quiet AS ON DELETE TO medsched.dose_taken WHERE false DO NOTHING', '0A000 doses_can_be_partitioned: table "medsched.dose_taken" cannot be partitioned | It has rules. | '),
  ('ALTER TABLE medsched.dose_taken RENAME TO former; CREATE TABLE medsched.dose_taken (LIKE medsched.former INCLUDING ALL) PARTITION BY LIST (schedule_id)',
   '55000 doses_can_be_partitioned: table "medsched.dose_taken" is partitioned in another way | It is partitioned by LIST (schedule_id).'
   ' | medsched.partition_doses() is for a table in one piece, or one partitioned by RANGE (scheduled_for).')) AS t (prepare, error);

-- In one piece no more -----------------------------------------------------------------

SELECT is(medsched.partition_doses(), true, 'there is more to do');
SELECT set_eq('SELECT * FROM pg_temp.described()', 'SELECT line FROM was', 'the table is as it was');
SELECT is((SELECT count(*) FROM medsched._dose_partitions()), 1::bigint, 'in one partition, the default one');
SELECT set_eq('SELECT d::text FROM medsched.dose_taken AS d', 'SELECT r::text FROM recorded AS r', 'with all its rows');
SELECT is((medsched.mark_dose_taken(pg_temp.id('a'), pg_temp.id('a1'), pg_temp.at(-1))).newly_taken, false, 'what was recorded is');

-- One period at a time, or as many as have no more doses than that.
SELECT is(medsched.partition_doses(ahead => 2, most => 1), true, 'the periods to come, and the newest that has doses');
SELECT results_eq('SELECT p.first, p.after, (SELECT count(*) FROM medsched.dose_taken AS d WHERE d.tableoid = p.relation) FROM medsched._dose_partitions() AS p WHERE p.first IS NOT NULL',
  $$VALUES (pg_temp.at(0) - interval '8 hours', pg_temp.at(1) - interval '8 hours', 0::bigint), (pg_temp.at(1) - interval '8 hours', pg_temp.at(2) - interval '8 hours', 1),
           (pg_temp.at(2) - interval '8 hours', pg_temp.at(3) - interval '8 hours', 0)$$, 'have what was recorded for them');
SELECT is(medsched.partition_doses(ahead => 2, most => 7), true, 'earlier ones');
SELECT is((SELECT min(p.first) FROM medsched._dose_partitions() AS p), pg_temp.at(-2) - interval '8 hours', 'two of three doses each, for a third would be two too many');
SELECT is(medsched.partition_doses(ahead => 2), true, 'all others');
SELECT is(medsched.partition_doses(ahead => 2), false, 'and there is nothing more to do');
SELECT is((SELECT min(p.first) FROM medsched._dose_partitions() AS p), pg_temp.at(-40) - interval '8 hours', 'to the first');
SELECT results_eq($$SELECT d.scheduled_for FROM medsched.dose_taken AS d JOIN medsched._dose_partitions() AS p ON p.relation = d.tableoid WHERE p.first IS NULL ORDER BY 1$$,
  'VALUES (pg_temp.at(-150)), (pg_temp.at(14))', 'but for what is more than ten years ago, or further ahead');
SELECT set_eq('SELECT * FROM pg_temp.described()', 'SELECT line FROM was', 'the table is still as it was');
SELECT set_eq('SELECT d::text FROM medsched.dose_taken AS d', 'SELECT r::text FROM recorded AS r', 'with all its rows');
SELECT is_empty($$SELECT p.relation FROM medsched._dose_partitions() AS p JOIN pg_class AS c ON c.oid = p.relation CROSS JOIN LATERAL aclexplode(c.relacl) AS a WHERE a.grantee <> c.relowner$$,
  'nobody reaches a row past the table''s policies');
SELECT is_empty($$SELECT p.relation FROM medsched._dose_partitions() AS p JOIN pg_class AS c ON c.oid = p.relation
  WHERE c.relreplident <> 'i' OR c.reloptions IS DISTINCT FROM '{fillfactor=90}'$$, 'each partition is told apart and stored as the table was');
SELECT results_eq('SELECT (SELECT count(*) FROM medsched.change_history), (SELECT count(*) FROM medsched.reminder_changes)', 'TABLE noted', 'nothing was recorded or taken back by it');
SELECT set_eq($$SELECT u.n, d.* FROM (VALUES ('a'), ('b'), ('c')) AS u (n), medsched.upcoming_doses(pg_temp.id(u.n), pg_temp.at(-2), pg_temp.at(2)) AS d$$, 'TABLE lists', 'lists are the same');
SELECT is_empty('SELECT * FROM medsched.check_integrity()', 'and every rule holds');

-- Recording goes on --------------------------------------------------------------------

SELECT is((medsched.mark_dose_taken(pg_temp.id('a'), pg_temp.id('a1'), pg_temp.at(n))).newly_taken, true, format('a dose %s months from now', n))
FROM (VALUES (0), (30)) AS t (n);
SELECT is((SELECT d.ward FROM medsched.dose_taken AS d WHERE d.user_id = pg_temp.id('a') AND d.scheduled_for = pg_temp.at(0)), 'west', 'by the application''s trigger, too');
SELECT is((SELECT count(*) FROM medsched.change_history) - changes, 2::bigint, 'each is noted once') FROM noted;
SELECT is((medsched.undo_dose(pg_temp.id('a'), pg_temp.id('a1'), pg_temp.at(30))).outcome, 'taken', 'undone');
SELECT is((medsched.take_as_needed(pg_temp.id('a'), pg_temp.id('a2'), pg_temp.at(-5) - interval '9 hours')).newly_taken, true, 'as needed, at the end of a month');
SELECT matches(pg_temp.failure(format('SELECT medsched.take_as_needed(%L, %L, %L)', pg_temp.id('a'), pg_temp.id('a2'), pg_temp.at(-5) - interval '7 hours')),
  '^23514 medsched.dose_taken_p[0-9_]+.as_needed_min_interval: ', 'and too soon after it, in the next');
SELECT is((SELECT count(*) FROM medsched.reminder_changes) - reminders > 0, true, 'and reminders learn of what was undone') FROM noted;

-- What is kept -------------------------------------------------------------------------

SELECT is(medsched.partition_doses(keep => '24 months', ahead => 2), true, 'what is older is dropped');
SELECT is(medsched.partition_doses(keep => '24 months', ahead => 2), false, 'at once');
SELECT is((SELECT min(p.first) FROM medsched._dose_partitions() AS p), pg_temp.at(-24) - interval '8 hours', 'with its partitions');
SELECT results_eq($$SELECT d.schedule_id, d.scheduled_for FROM medsched.dose_taken AS d WHERE d.scheduled_for < pg_temp.at(-24) - interval '8 hours' ORDER BY 1, 2$$,
  $$SELECT pg_temp.id('b1'), pg_temp.at(-40, 84) UNION ALL SELECT pg_temp.id('c1'), pg_temp.at(-n) FROM (VALUES (31), (30), (29), (28), (27), (26)) AS t (n) WHERE pg_temp.at(-n) >= pg_temp.at(-30) - interval '31 days'$$,
  'but for the dose from which the next is counted, and those since the stock was counted');
SELECT results_eq($$SELECT d.* FROM medsched._counted_dose(pg_temp.id('b'), pg_temp.id('b1'), NULL) AS d$$, 'TABLE to_come', 'so the next is due when it was');
SELECT results_eq($$SELECT * FROM medsched.stock(pg_temp.id('c'))$$, 'TABLE in_stock', 'and as much is left');
SELECT set_eq('SELECT * FROM pg_temp.described()', 'SELECT line FROM was', 'the table is as it was');
SELECT is((medsched.erase_user(pg_temp.id('c'))).doses > 0, true, 'a person is erased from all partitions');

-- In quarters from now on: what there is of one stays.
SELECT is(medsched.partition_doses('3 months', ahead => 2), true, 'other periods from now on');
SELECT is(bool_and(p.first = lag_after OR lag_after IS NULL), true, 'leave no gap') FROM (SELECT p.first, lag(p.after) OVER (ORDER BY p.first) AS lag_after FROM medsched._dose_partitions() AS p WHERE p.first >= pg_temp.at(0) - interval '8 hours') AS p;

SELECT * FROM finish();
ROLLBACK;
