-- Arithmetic of the calendar.  A day is a count of days since 2000-01-01; years from -398 on.

CREATE OR REPLACE FUNCTION medsched._weekday(day int)
RETURNS int
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (day + 5 + 7 * 200000) % 7;

COMMENT ON FUNCTION medsched._weekday(int) IS
  'Internal: the weekday of a day, from 0 = Monday';

CREATE OR REPLACE FUNCTION medsched._year_size(year int)
RETURNS int
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN year % 4 = 0 AND (year % 100 <> 0 OR year % 400 = 0) THEN 366 ELSE 365 END;

COMMENT ON FUNCTION medsched._year_size(int) IS
  'Internal: the days of a year';

CREATE OR REPLACE FUNCTION medsched._month_size(year int, month int)
RETURNS int
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN month = 2 THEN medsched._year_size(year) - 337 ELSE 30 + (month + month / 8) % 2 END;

COMMENT ON FUNCTION medsched._month_size(int, int) IS
  'Internal: the days of a month';

CREATE OR REPLACE FUNCTION medsched._year_first(year int)
RETURNS int
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN 365 * (year + 399) + (year + 399) / 4 - (year + 399) / 100 + (year + 399) / 400 - 730119 - 146097;

COMMENT ON FUNCTION medsched._year_first(int) IS
  'Internal: the first day of a year';

CREATE OR REPLACE FUNCTION medsched._week(day int, week_start int)
RETURNS int
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (day + 5 - week_start + 7 * 200000) / 7 - 200000;

COMMENT ON FUNCTION medsched._week(int, int) IS
  'Internal: the number of the week that holds a day; it begins on day week * 7 - 5 + week_start';

-- The week with at least four days in the year, RFC 5545 section 3.3.10, BYWEEKNO.
CREATE OR REPLACE FUNCTION medsched._week_one(year int, week_start int)
RETURNS int
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN medsched._year_first(year) + 3 - (medsched._weekday(medsched._year_first(year) + 3) - week_start + 7) % 7;

COMMENT ON FUNCTION medsched._week_one(int, int) IS
  'Internal: the first day of week 1 of a year';

CREATE OR REPLACE FUNCTION medsched._month(day int)
RETURNS int
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN date_part('year', date '2000-01-01' + day)::int * 12 + date_part('month', date '2000-01-01' + day)::int - 1;

COMMENT ON FUNCTION medsched._month(int) IS
  'Internal: the number of the month that holds a day';
