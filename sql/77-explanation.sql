-- explain_dose: why an instant is, or is not, a dose of a schedule.
--
-- Whether it is one is asked of the engine.  The words are then found from what
-- the schedule is made of, each reason one that holds by itself.

-- "Tuesday, 10 March 2026 at 08:00 in Europe/Berlin"
CREATE OR REPLACE FUNCTION medsched._clock_words(local timestamp, time_zone text)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN medsched._weekday_name('en', date_part('isodow', local)::int - 1) || ', ' || medsched._date_and_time_words('en', local) || ' in ' || time_zone;

COMMENT ON FUNCTION medsched._clock_words(timestamp, text) IS
  'Internal: a wall-clock time and its zone in words';

-- The wall-clock time, if any, that a rule or starts_at names and that comes at an instant; COUNT, UNTIL and cycle aside.
-- It is what the clock shows, or what it jumped over shortly before.  A rule below a day steps in elapsed time: it is asked
-- about on a clock that has always gone as it goes then.
CREATE OR REPLACE FUNCTION medsched._named_local(rrule text, starts_at timestamp, time_zone text, at timestamptz)
RETURNS timestamp
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  shown CONSTANT timestamp := medsched._to_local(at, time_zone);
  local timestamp;
BEGIN
  IF (medsched._rule_parts(rrule)).freq < 3 THEN
    RETURN CASE WHEN medsched._names(rrule, shown - (at - medsched._to_instant(starts_at, time_zone)), shown) THEN shown END;
  END IF;
  -- A gap is no wider than a day.
  FOREACH local IN ARRAY ARRAY[shown, medsched._to_local(at - interval '24 hours', time_zone) + interval '24 hours'] LOOP
    CONTINUE WHEN medsched._to_instant(local, time_zone) <> at;
    IF rrule IS NULL AND local = starts_at OR medsched._names(rrule, starts_at, local) THEN
      RETURN local;
    END IF;
  END LOOP;
  RETURN NULL;
END
$$;

COMMENT ON FUNCTION medsched._named_local(text, timestamp, text, timestamptz) IS
  'Internal: the wall-clock time that a rule names and that comes at an instant; COUNT, UNTIL and cycle aside';

-- Why a rule that names a wall-clock time has no dose then: it is over, or in its days off.
CREATE OR REPLACE FUNCTION medsched._over_or_off(rrule text, starts_at timestamp, time_zone text, cycle_days_on int, cycle_days_off int,
  at timestamptz, local timestamp)
RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  r CONSTANT medsched._recurrence := medsched._rule_parts(rrule);
  length CONSTANT int := cycle_days_on + cycle_days_off;
  day int;
  reasons text[] := '{}';
BEGIN
  IF (CASE WHEN r.until_utc THEN at > timezone('UTC', r.until)
           WHEN r.freq < 3 THEN at > medsched._to_instant(r.until, time_zone)
           ELSE local > r.until END) THEN
    reasons := reasons || text 'UNTIL is over';
  END IF;
  IF cycle_days_on > 0 THEN
    day := (local::date - starts_at::date) % length;
    day := (day + length) % length + 1;    -- a rule below a day may name a time of the day before
    IF day > cycle_days_on THEN
      reasons := reasons || format('day %s of its cycle of %s days on and %s off is off', day, cycle_days_on, cycle_days_off);
    END IF;
  END IF;
  IF reasons = '{}' AND r.count IS NOT NULL THEN
    reasons := reasons || format('its COUNT of %s is used up', r.count);
  ELSIF reasons = '{}' THEN
    RAISE EXCEPTION USING ERRCODE = 'XX000', MESSAGE = format('cannot tell why %s is no dose', at);
  END IF;
  RETURN medsched._joined('en', reasons, 'and');
END
$$;

COMMENT ON FUNCTION medsched._over_or_off(text, timestamp, text, int, int, timestamptz, timestamp) IS
  'Internal: why a rule has no dose at a time that it names';

-- Whether one of the dates comes at an instant.
CREATE OR REPLACE FUNCTION medsched._has_date(dates timestamp[], time_zone text, at timestamptz)
RETURNS boolean
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  RETURN EXISTS (SELECT FROM unnest(dates) AS d WHERE medsched._to_instant(d, time_zone) = at);
END
$$;

COMMENT ON FUNCTION medsched._has_date(timestamp[], text, timestamptz) IS
  'Internal: whether one of the dates comes at an instant';

-- Why the pattern of a schedule, its bounds aside, has no dose at an instant.
CREATE OR REPLACE FUNCTION medsched._no_dose_words(rrule text, starts_at timestamp, time_zone text, rdates timestamp[], exdates timestamp[],
  cycle_days_on int, cycle_days_off int, at timestamptz)
RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  shown CONSTANT timestamp := medsched._to_local(at, time_zone);
  start timestamp := starts_at;
  local timestamp;
BEGIN
  IF medsched._has_date(exdates, time_zone, at) THEN
    RETURN format('exdates leave out %s', medsched._clock_words(shown, time_zone));
  ELSIF rrule IS NULL THEN
    RETURN format('without a rule it is at starts_at, %s%s', medsched._clock_words(starts_at, time_zone),
                  CASE WHEN rdates = '{}' THEN '' ELSE ', and at its rdates' END);
  END IF;
  local := medsched._named_local(rrule, starts_at, time_zone, at);
  IF local IS NOT NULL THEN
    RETURN format('the rule names %s, but %s', medsched._clock_words(local, time_zone),
                  medsched._over_or_off(rrule, starts_at, time_zone, cycle_days_on, cycle_days_off, at, local));
  ELSIF (medsched._rule_parts(rrule)).freq < 3 THEN
    start := shown - (at - medsched._to_instant(starts_at, time_zone));
  ELSIF medsched._to_instant(shown, time_zone) <> at THEN
    RETURN format('the clock shows %s a second time; what is at that time comes at the first, %s',
                  medsched._clock_words(shown, time_zone), medsched._to_instant(shown, time_zone));
  END IF;
  RETURN format('at %s %s', medsched._clock_words(shown, time_zone), medsched._reasons(rrule, start, shown));
END
$$;

COMMENT ON FUNCTION medsched._no_dose_words(text, timestamp, text, timestamp[], timestamp[], int, int, timestamptz) IS
  'Internal: why the pattern of a schedule has no dose at an instant';

-- Why the pattern of a schedule has a dose at an instant.
CREATE OR REPLACE FUNCTION medsched._dose_words(rrule text, starts_at timestamp, time_zone text, exdates timestamp[],
  cycle_days_on int, cycle_days_off int, at timestamptz)
RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  shown CONSTANT timestamp := medsched._to_local(at, time_zone);
  local timestamp;
BEGIN
  IF medsched.is_occurrence(rrule, starts_at, time_zone, at, '{}'::timestamp[], exdates, cycle_days_on, cycle_days_off) THEN
    local := medsched._named_local(rrule, starts_at, time_zone, at);
  END IF;
  IF local IS NULL THEN
    RETURN 'rdates add ' || medsched._clock_words(shown, time_zone);
  END IF;
  RETURN CASE WHEN rrule IS NULL THEN 'starts_at is ' ELSE 'the rule names ' END || medsched._clock_words(local, time_zone)
         || CASE WHEN local = shown THEN ''
                 ELSE ', which the clocks jump over: it comes at ' || medsched._time_words(medsched._second_of_day(shown)) END;
END
$$;

COMMENT ON FUNCTION medsched._dose_words(text, timestamp, text, timestamp[], int, int, timestamptz) IS
  'Internal: why the pattern of a schedule has a dose at an instant';

CREATE OR REPLACE FUNCTION medsched.explain_dose(user_id uuid, schedule_id uuid, at timestamptz)
RETURNS TABLE (is_dose boolean, explanation text)
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 1
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET jit = off
AS $$
#variable_conflict use_variable
DECLARE
  s record;
  counted timestamptz;
  counted_at timestamptz;
  counted_from timestamptz;
  missing text;
  begins timestamptz;
  ends timestamptz;
  pattern boolean;
  before timestamptz;
  after timestamptz;
  due_at timestamptz;
BEGIN
  PERFORM medsched._require_id(user_id, 'user_id');
  PERFORM medsched._require_id(schedule_id, 'schedule_id');
  PERFORM medsched._require(at, 'at');
  -- Timestamps end soon after.
  IF at >= '293000-01-01 00:00Z' THEN
    PERFORM medsched._require_instant(at, 'at');
  END IF;
  SELECT t.rrule::text, t.starts_at, t.time_zone::text, t.rdates, t.exdates, t.cycle_days_on, t.cycle_days_off, t.effective_from,
         coalesce(t.ends_at, 'infinity') AS ends_at, t.as_needed, coalesce(t.after_last, t.follows_by) AS after_last, t.follows_by, coalesce(m.inactivated_at, 'infinity') AS inactivated_at,
         t.replaces, r.id AS replaced_by, d.schedule_id IS NOT NULL AS recorded, d.outcome
    INTO s
    FROM medsched.schedules AS t
    JOIN medsched.medications AS m ON m.user_id = t.user_id AND m.id = t.medication_id
    LEFT JOIN medsched.schedules AS r ON r.user_id = t.user_id AND r.replaces = t.id
    LEFT JOIN medsched.dose_taken AS d ON d.user_id = t.user_id AND d.schedule_id = t.id AND d.scheduled_for = explain_dose.at
   WHERE t.user_id = explain_dose.user_id AND t.id = explain_dose.schedule_id;
  IF NOT FOUND THEN
    PERFORM medsched._refuse_unknown(user_id, 'schedule', schedule_id);
  END IF;
  missing := CASE WHEN s.starts_at IS NULL THEN 'starts_at' WHEN s.time_zone IS NULL THEN 'time_zone' WHEN s.rdates IS NULL THEN 'rdates'
                  WHEN s.exdates IS NULL THEN 'exdates' WHEN s.as_needed IS NULL THEN 'as_needed' END;
  IF missing IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = '23502', MESSAGE = format('column "%s" of table "medsched.schedules" must not be null', missing),
      DETAIL = 'A row has no value there.', HINT = 'Give the rows a value, and the column its NOT NULL back.',
      TABLE = 'schedules', COLUMN = missing;
  END IF;

  begins := greatest(medsched._to_instant(s.starts_at, s.time_zone), s.effective_from);
  ends := least(s.ends_at, s.inactivated_at);
  -- A dose is at a whole second.
  IF date_trunc('second', at) <> at THEN
    pattern := false;
  ELSIF s.after_last IS NOT NULL THEN
    SELECT c.scheduled_for, c.counted_at, c.from_dose INTO counted, counted_at, counted_from FROM medsched._counted_dose(user_id, schedule_id, at) AS c;
    pattern := coalesce(counted = at, false) OR coalesce(s.outcome <> 'extra', false);
  ELSIF s.as_needed THEN
    pattern := at >= greatest(begins, '0001-01-01 00:00Z') AND at < '10000-01-01 00:00Z';
  ELSE
    pattern := at >= begins
      AND medsched.is_occurrence(s.rrule, s.starts_at, s.time_zone, at, s.rdates, s.exdates, s.cycle_days_on, s.cycle_days_off);
  END IF;
  is_dose := pattern AND at < ends AND (NOT s.as_needed OR s.recorded);

  explanation := CASE
    WHEN is_dose AND s.as_needed THEN 'it is recorded, and as needed that is all it takes'
    WHEN is_dose AND s.follows_by IS NOT NULL AND counted IS DISTINCT FROM at THEN 'it is recorded, and the dose that it followed is none any more'
    WHEN is_dose AND s.follows_by IS NOT NULL THEN format('it follows the dose at %s of another schedule', at - medsched._elapsed(s.follows_by))
    WHEN is_dose AND s.after_last IS NOT NULL AND counted IS DISTINCT FROM at THEN 'it is recorded, and was counted from a dose that is recorded no more'
    WHEN is_dose AND s.after_last IS NOT NULL AND counted_from IS NULL THEN 'it is the first of the schedule'
    WHEN is_dose AND s.after_last IS NOT NULL THEN
      format('it is counted from the dose at %s', counted_from)
    WHEN is_dose THEN medsched._dose_words(s.rrule, s.starts_at, s.time_zone, s.exdates, s.cycle_days_on, s.cycle_days_off, at)
    WHEN date_trunc('second', at) <> at THEN 'doses are at whole seconds'
    WHEN at >= s.inactivated_at THEN format('the medication is inactive from %s', s.inactivated_at)
    WHEN s.ends_at <= begins OR at >= s.ends_at THEN
      CASE WHEN s.ends_at <= begins THEN format('the schedule is in effect at no time: to begin at %s, it ends at %s', begins, s.ends_at)
           ELSE format('the schedule ends at %s', s.ends_at) END
      || coalesce(', replaced by ' || s.replaced_by, '')
    WHEN at < s.effective_from THEN
      format('the schedule takes effect at %s', s.effective_from) || coalesce(', replacing ' || s.replaces, '')
    WHEN at < begins THEN format('the schedule starts at %s', medsched._clock_words(s.starts_at, s.time_zone))
    WHEN s.follows_by IS NOT NULL THEN format('the schedule that it follows has none at %s', at - medsched._elapsed(s.follows_by))
    WHEN s.after_last IS NOT NULL AND counted IS NULL THEN 'the next dose would be after the year 9999'
    WHEN s.after_last IS NOT NULL AND counted_from IS NULL THEN format('the first dose of the schedule is at %s', counted)
    WHEN s.after_last IS NOT NULL THEN format('counted from the dose at %s, the next is at %s', counted_from, counted)
    WHEN s.as_needed THEN 'as needed there is one where it is recorded, and none is recorded then'
    ELSE medsched._no_dose_words(s.rrule, s.starts_at, s.time_zone, s.rdates, s.exdates, s.cycle_days_on, s.cycle_days_off, at) END;
  explanation := CASE WHEN is_dose THEN 'A dose: ' ELSE 'No dose: ' END || explanation || '.';

  due_at := CASE WHEN is_dose AND to_regclass('medsched.moved_doses') IS NOT NULL
                 THEN (SELECT v.due_at FROM medsched.moved_doses AS v
                        WHERE v.user_id = explain_dose.user_id AND v.schedule_id = explain_dose.schedule_id AND v.scheduled_for = at
                          AND (s.recorded OR coalesce(s.after_last, s.follows_by) IS NULL OR NOT v.computed)) END;
  IF due_at >= ends AND NOT s.recorded THEN
    explanation := format('No dose: it was moved to %s, when the schedule is over.', due_at);
    is_dose := false;
  ELSIF s.recorded AND (due_at = counted_at OR due_at IS NOT NULL AND s.follows_by IS NOT NULL) THEN
    explanation := explanation || format(' It was due at %s.', due_at);
  ELSIF is_dose AND NOT s.recorded AND due_at IS NULL AND counted_at <> at THEN
    explanation := explanation || format(' It is due at %s.', counted_at);
  ELSIF due_at IS NOT NULL THEN
    explanation := explanation || format(' It was moved, and is due at %s.', due_at);
  END IF;
  IF s.outcome = 'extra' THEN
    explanation := explanation || ' An extra dose is recorded then.';
  END IF;
  IF NOT s.as_needed AND s.after_last IS NULL THEN
    before := medsched.previous_occurrence(s.rrule, s.starts_at, s.time_zone, least(at, ends), s.rdates, s.exdates, s.cycle_days_on, s.cycle_days_off);
    after := medsched.next_occurrence(s.rrule, s.starts_at, s.time_zone, greatest(at, greatest(s.effective_from, '0001-01-01 00:00Z BC') - interval '1 microsecond'),
                                      s.rdates, s.exdates, s.cycle_days_on, s.cycle_days_off);
    explanation := explanation || format(' Before: %s. After: %s.', coalesce(CASE WHEN before >= begins THEN before END::text, 'none'),
                                         coalesce(CASE WHEN after < ends THEN after END::text, 'none'));
  END IF;
  RETURN NEXT;
END
$$;

COMMENT ON FUNCTION medsched.explain_dose(uuid, uuid, timestamptz) IS
  'Whether an instant is a dose of a schedule, and why, in English, with the doses before and after';
