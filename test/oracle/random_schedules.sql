-- Random schedules, the same in every database, in the temporary table cases.  Included
-- where seed and rules, the number of them, are set; and perhaps freqs, and years, in
-- which they begin from 1990 on.
\set ON_ERROR_STOP on
\set QUIET on
\if :{?freqs}
\else
\set freqs 'SECONDLY MINUTELY HOURLY HOURLY DAILY DAILY DAILY WEEKLY WEEKLY MONTHLY MONTHLY YEARLY YEARLY'
\endif
\if :{?years}
\else
\set years 40
\endif
\pset format unaligned
\pset tuples_only on
\pset pager off
SET TimeZone = 'UTC';
SET DateStyle = 'ISO, YMD';
SET client_min_messages = warning;
SET jit = off;

-- A number below one, from the seed, the number of the case and what it is for.
CREATE FUNCTION pg_temp.chance(n int, what text) RETURNS float8 LANGUAGE sql IMMUTABLE AS $$
  SELECT (('x' || substr(md5(n || '|' || what), 1, 7))::bit(28)::int)::float8 / 268435456
$$;

CREATE FUNCTION pg_temp.pick(n int, what text, choices text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT nullif(list[1 + floor(pg_temp.chance(n, what) * cardinality(list))::int], '-')
  FROM string_to_array(choices, ' ') AS list
$$;

-- A list of numbers for a BY part.
CREATE FUNCTION pg_temp.numbers(n int, what text, low int, high int, most int, signed boolean) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT string_agg(CASE WHEN signed AND pg_temp.chance(n, what || i || 's') < 0.3 THEN '-' ELSE '' END
                    || (low + floor(pg_temp.chance(n, what || i) * (high - low + 1))::int), ',')
  FROM generate_series(1, 1 + floor(pg_temp.chance(n, what || 'n') * most)::int) AS i
$$;

CREATE FUNCTION pg_temp.part(n int, name text, often float8, value text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE WHEN pg_temp.chance(n, name || '?') < often THEN name || '=' || value END
$$;

-- Once, for the view reads the files of all zones.
CREATE TEMP TABLE zones AS
SELECT name, row_number() OVER (ORDER BY name) AS k, count(*) OVER () AS size FROM pg_timezone_names;

CREATE TEMP TABLE cases AS
SELECT n, zone, starts_at, freq,
  concat_ws(';', 'RSCALE=GREGORIAN;FREQ=' || freq,
    pg_temp.part(n, 'INTERVAL', 0.5, pg_temp.pick(n, 'interval', '1 2 2 3 4 5 6 7 8 12 13 24 28 36 60 90 365 1000')),
    pg_temp.part(n, 'WKST', 0.3, pg_temp.pick(n, 'wkst', 'MO TU WE TH FR SA SU')),
    pg_temp.part(n, 'SKIP', 0.3, pg_temp.pick(n, 'skip', 'OMIT BACKWARD FORWARD')),
    pg_temp.part(n, 'BYDAY', 0.35,
      (SELECT string_agg(CASE WHEN freq IN ('MONTHLY', 'YEARLY') AND NOT weeks AND pg_temp.chance(n, 'nth' || i) < 0.4
                              THEN pg_temp.pick(n, 'number' || i, '1 2 3 4 5 -1 -2 -5 20 -53 53') ELSE '' END
                         || pg_temp.pick(n, 'day' || i, 'MO TU WE TH FR SA SU'), ',')
         FROM generate_series(1, 1 + floor(pg_temp.chance(n, 'days') * 4)::int) AS i)),
    CASE WHEN freq <> 'WEEKLY' THEN pg_temp.part(n, 'BYMONTHDAY', 0.25, pg_temp.numbers(n, 'monthday', 1, 31, 4, true)) END,
    pg_temp.part(n, 'BYMONTH', 0.2, pg_temp.numbers(n, 'month', 1, 12, 4, false)),
    CASE WHEN freq NOT IN ('DAILY', 'WEEKLY', 'MONTHLY') THEN pg_temp.part(n, 'BYYEARDAY', 0.15, pg_temp.numbers(n, 'yearday', 1, 366, 5, true)) END,
    CASE WHEN weeks THEN 'BYWEEKNO=' || pg_temp.numbers(n, 'weekno', 1, 53, 3, true) END,
    pg_temp.part(n, 'BYHOUR', 0.35, pg_temp.numbers(n, 'hour', 0, 23, 4, false)),
    pg_temp.part(n, 'BYMINUTE', 0.25, pg_temp.numbers(n, 'minute', 0, 59, 3, false)),
    pg_temp.part(n, 'BYSECOND', 0.1, pg_temp.numbers(n, 'second', 0, 60, 3, false)),
    pg_temp.part(n, 'BYSETPOS', 0.12, pg_temp.numbers(n, 'setpos', 1, 5, 3, true)),
    CASE WHEN pg_temp.chance(n, 'end') < 0.2 THEN 'COUNT=' || (1 + floor(pg_temp.chance(n, 'count') ^ 3 * 3000)::int)
         WHEN pg_temp.chance(n, 'end') < 0.4 THEN 'UNTIL=' || to_char(starts_at + pg_temp.chance(n, 'until') * interval '3 years',
                'YYYYMMDD' || coalesce(pg_temp.pick(n, 'form', '- "T"HH24MISS "T"HH24MISS"Z"'), '')) END) AS rrule,
  starts_at::timestamptz + CASE floor(pg_temp.chance(n, 'where') * 3) WHEN 0 THEN interval '-3 days' WHEN 1 THEN interval '40 days'
                                ELSE pg_temp.chance(n, 'years') * interval '40 years' END AS window_start,
  CASE freq WHEN 'SECONDLY' THEN interval '20 minutes' WHEN 'MINUTELY' THEN interval '1 day' WHEN 'HOURLY' THEN interval '20 days'
            WHEN 'DAILY' THEN interval '90 days' WHEN 'WEEKLY' THEN interval '1 year' WHEN 'MONTHLY' THEN interval '3 years'
            ELSE interval '15 years' END * (0.2 + 2 * pg_temp.chance(n, 'long')) AS length
FROM (SELECT n, weeks_drawn AND freq = 'YEARLY' AS weeks, freq, zone, starts_at
      FROM (SELECT ((:seed)::bigint * 100003 % 1000000007)::int + i AS n FROM generate_series(1, :rules) AS i) AS numbered
      CROSS JOIN LATERAL (SELECT
        pg_temp.pick(n, 'freq', :'freqs') AS freq,
        pg_temp.chance(n, 'weeks') < 0.3 AS weeks_drawn,
        CASE WHEN pg_temp.chance(n, 'any zone') < 0.5
          THEN pg_temp.pick(n, 'zone', 'UTC America/New_York Europe/Berlin Australia/Lord_Howe Pacific/Apia America/Caracas Africa/Casablanca Pacific/Kiritimati Europe/Dublin Asia/Kathmandu America/St_Johns Asia/Tehran Asia/Gaza America/Juneau Antarctica/Troll CET EET')
          ELSE (SELECT name FROM zones WHERE k = 1 + floor(pg_temp.chance(n, 'zone') * size)) END AS zone,
        date_trunc('second', timestamp '1990-01-01' + pg_temp.chance(n, 'start') * interval '1 year' * :years) AS any_start,
        pg_temp.pick(n, 'date', '2011-12-28 2024-02-29 2024-03-09 2024-03-30 2024-11-02 2016-04-30 2000-12-31 1999-01-01 2024-10-05 1970-01-31')::date
          + pg_temp.pick(n, 'time', '08:00 02:30 00:00 23:45 01:45:30')::time AS hard_start) AS drawn
      CROSS JOIN LATERAL (SELECT CASE WHEN pg_temp.chance(n, 'hard') < 0.5 THEN hard_start ELSE any_start END AS starts_at) AS s) AS drawn;

ALTER TABLE cases ADD rdates timestamp[] DEFAULT '{}', ADD exdates timestamp[] DEFAULT '{}', ADD days_on int, ADD days_off int;
UPDATE cases SET rdates = ARRAY(SELECT date_trunc('minute', window_start::timestamp + pg_temp.chance(n, 'r' || i) * length)
                                FROM generate_series(1, 1 + (n % 4)) AS i) WHERE pg_temp.chance(n, 'rdates') < 0.2;
UPDATE cases SET exdates = ARRAY(SELECT CASE i % 2 WHEN 0 THEN starts_at + i * interval '1 day' ELSE date_trunc('day', window_start::timestamp) + starts_at::time + i * interval '1 day' END
                                 FROM generate_series(0, n % 9) AS i) || rdates[1:1] WHERE pg_temp.chance(n, 'exdates') < 0.2;
UPDATE cases SET days_on = 1 + floor(pg_temp.chance(n, 'on') * 30)::int, days_off = 1 + floor(pg_temp.chance(n, 'off') * 30)::int WHERE pg_temp.chance(n, 'cycle') < 0.15;
-- Some without a rule, and some texts that are none.
UPDATE cases SET rrule = NULL WHERE n % 50 = 0;
UPDATE cases SET rrule = overlay(rrule PLACING coalesce(pg_temp.pick(n, 'junk', '- ; = , 0 X 99 -1 BYDAY=MO; COUNT=1;'), '') FROM 18 + floor(pg_temp.chance(n, 'at') * (length(rrule) - 18))::int FOR n % 3)
  WHERE n % 10 = 1;

CREATE INDEX ON cases (n);
ANALYZE cases;

-- From here on, for drawing many takes long.
SET statement_timeout = '60s';
