-- What the text of a calendar says: content lines, and the components that they make (RFC 5545, sections 3.1 to 3.4).
-- Functions whose names begin with _ical serve those of 79-schedule-from-ical.sql.

CREATE OR REPLACE FUNCTION medsched._ical_refuse(code text, line int, message text, detail text, hint text)
RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  PERFORM medsched._refuse(code, format('calendar line %s: %s', line, message), detail, hint);
END
$$;
COMMENT ON FUNCTION medsched._ical_refuse(text, int, text, text, text) IS
  'Internal: raises an error about a line of a calendar';

-- A line that begins with a space or a tab goes on where the one before it ended.  A byte order mark is no part of the first.
-- line: the number of its first line, as an editor counts them.  For speed, the places of folds become a character that
-- no calendar may have.
CREATE OR REPLACE FUNCTION medsched._ical_lines(calendar text)
RETURNS TABLE (line int, content text)
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT (c.nth + coalesce(sum(length(c.written) - length(c.content)) OVER (ORDER BY c.nth ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0))::int,
         c.content
    FROM (SELECT t.nth, t.written, replace(t.written, chr(1), '') AS content
            FROM (SELECT replace(replace(replace(substr(calendar, CASE ascii(calendar) WHEN 65279 THEN 2 ELSE 1 END),
                                                 chr(1), ''), chr(13) || chr(10), chr(10)), chr(13), chr(10)) AS written OFFSET 0) AS w
           CROSS JOIN LATERAL string_to_table(replace(replace(w.written, chr(10) || ' ', chr(1)), chr(10) || chr(9), chr(1)), chr(10))
                              WITH ORDINALITY AS t (written, nth)) AS c
$$;
COMMENT ON FUNCTION medsched._ical_lines(text) IS
  'Internal: the content lines of a calendar, unfolded';

-- The parameters of a property by their names in capitals: what stands between its name and the colon, as ;TZID="Europe/Berlin".
CREATE OR REPLACE FUNCTION medsched._ical_parameters(written text)
RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT coalesce(jsonb_object_agg(upper(p.part[1] COLLATE "C"), btrim(p.part[2], '"')), '{}')
    FROM regexp_matches(written, ';([^=;"]+)=((?:"[^"]*"|[^;"])*)', 'g') AS p (part)
$$;
COMMENT ON FUNCTION medsched._ical_parameters(text) IS
  'Internal: the parameters of a property of a calendar';

-- The properties that are read.  A row BEGIN for each component, with its type as the value.  component: its number, in the
-- order of the text; parent: that of the component it is in.
CREATE OR REPLACE FUNCTION medsched._ical_properties(calendar text)
RETURNS TABLE (component int, parent int, line int, name text, parameters jsonb, value text)
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  -- Deeper than any component of a calendar's is.
  max_depth CONSTANT int := 8;
  item record;
  components int := 0;
  depth int := 0;
  types text[];
  opened int[];
  numbers int[];
BEGIN
  FOR item IN
    SELECT l.line, upper(h.head[1] COLLATE "C") AS name, h.head[2] AS parameters,
           substr(l.content, length(h.head[1]) + length(h.head[2]) + 2) AS value, l.content
      FROM medsched._ical_lines(calendar) AS l
     CROSS JOIN LATERAL regexp_match(l.content, '^([A-Za-z0-9_.-]+)(;[^:"]*(?:"[^"]*"[^:"]*)*)?:') AS m (head)
     CROSS JOIN LATERAL (SELECT ARRAY[m.head[1], coalesce(m.head[2], '')] AS head) AS h
     WHERE l.content <> '' AND (m.head IS NULL
        OR upper(m.head[1] COLLATE "C") = ANY ('{BEGIN,END,VERSION,METHOD,X-WR-TIMEZONE,UID,SEQUENCE,DTSTAMP,STATUS,SUMMARY,DESCRIPTION,
             DTSTART,DTEND,DURATION,DUE,RRULE,EXRULE,RDATE,EXDATE,RECURRENCE-ID,TRIGGER,X-MICROSOFT-CDO-ALLDAYEVENT,
             TZID,TZID-ALIAS-OF,X-LIC-LOCATION,TZOFFSETFROM,TZOFFSETTO}'::text[]))
     ORDER BY l.line
  LOOP
    line := item.line;
    IF item.name IS NULL THEN
      PERFORM medsched._ical_refuse('22023'::text, line, format('"%s" is not a property', medsched._shortened(item.content)), NULL::text,
        'A line is a name, parameters and a value, such as DTSTART;TZID=Europe/Berlin:20270301T080000, or begins with a space where it goes on with the line before it.'::text);
    ELSIF item.name = 'BEGIN' THEN
      components := components + 1;
      depth := depth + 1;
      value := upper(btrim(item.value) COLLATE "C");
      IF depth > max_depth THEN
        PERFORM medsched._ical_refuse('22023'::text, line, 'components lie too deep in each other'::text,
          format('The component is within %s others.', max_depth), NULL::text);
      ELSIF depth = 1 AND value <> 'VCALENDAR' THEN
        PERFORM medsched._ical_refuse('22023'::text, line, format('"%s" is outside of a calendar', medsched._shortened(value)), NULL::text,
          'An iCalendar text begins with BEGIN:VCALENDAR.'::text);
      END IF;
      component := components;
      parent := CASE WHEN depth > 1 THEN numbers[depth - 1] END;
      types[depth] := value;
      opened[depth] := line;
      numbers[depth] := component;
      name := 'BEGIN';
      parameters := '{}';
      RETURN NEXT;
    ELSIF depth = 0 THEN
      PERFORM medsched._ical_refuse('22023'::text, line, format('"%s" is outside of a calendar', item.name), NULL::text,
        'An iCalendar text begins with BEGIN:VCALENDAR.'::text);
    ELSIF item.name = 'END' THEN
      IF upper(btrim(item.value) COLLATE "C") <> types[depth] THEN
        PERFORM medsched._ical_refuse('22023'::text, line, format('END:%s does not end what began last', medsched._shortened(item.value)),
          format('The last is the %s of line %s.', types[depth], opened[depth]), NULL::text);
      END IF;
      depth := depth - 1;
    ELSE
      component := numbers[depth];
      parent := NULL;
      name := item.name;
      parameters := CASE WHEN item.parameters = '' THEN '{}' ELSE medsched._ical_parameters(item.parameters) END;
      value := item.value;
      RETURN NEXT;
    END IF;
  END LOOP;
  IF components = 0 THEN
    RAISE 'calendar is empty' USING ERRCODE = 'invalid_parameter_value',
      HINT = 'An iCalendar text begins with BEGIN:VCALENDAR.';
  ELSIF depth > 0 THEN
    PERFORM medsched._ical_refuse('22023'::text, opened[depth], format('%s has no end', types[depth]), NULL::text,
      format('The text must have END:%s; a part of it may be missing.', types[depth]));
  END IF;
END
$$;
COMMENT ON FUNCTION medsched._ical_properties(text) IS
  'Internal: the properties of a calendar, with the components that they are in';

-- One object for each component: its number and its parent's, its type, the line it begins in, and its properties, an array
-- for each name.
CREATE OR REPLACE FUNCTION medsched._ical_components(calendar text)
RETURNS SETOF jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT jsonb_build_object('component', c.component, 'parent', max(c.parent), 'type', max(c.type), 'line', min(c.line),
           'properties', coalesce(jsonb_object_agg(c.name, c.properties) FILTER (WHERE c.name <> 'BEGIN'), '{}'))
    FROM (SELECT p.component, p.name, max(p.parent) AS parent, min(p.line) AS line,
                 max(p.value) FILTER (WHERE p.name = 'BEGIN') AS type,
                 jsonb_agg(jsonb_build_object('line', p.line, 'name', p.name, 'parameters', p.parameters, 'value', p.value) ORDER BY p.line) AS properties
            FROM medsched._ical_properties(calendar) AS p
           GROUP BY p.component, p.name) AS c
   GROUP BY c.component
   ORDER BY c.component
$$;
COMMENT ON FUNCTION medsched._ical_components(text) IS
  'Internal: the components of a calendar, with their properties';

-- The property of a name, which may be there once; NULL where it is not.
CREATE OR REPLACE FUNCTION medsched._ical_property(component jsonb, name text)
RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  properties CONSTANT jsonb := component -> 'properties' -> name;
BEGIN
  IF jsonb_array_length(properties) > 1 THEN
    PERFORM medsched._ical_refuse('22023'::text, (properties #>> '{1,line}')::int, format('a second %s', name),
      format('The first is in line %s.', properties #>> '{0,line}'), NULL::text);
  END IF;
  RETURN properties -> 0;
END
$$;
COMMENT ON FUNCTION medsched._ical_property(jsonb, text) IS
  'Internal: a property of a component of a calendar, which may be there once';

-- A value of type TEXT (section 3.3.11), without what its escapes stand for; NULL for a blank one.
CREATE OR REPLACE FUNCTION medsched._ical_text(value text)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
  -- Between two backslashes in a row, one that is left escapes what comes after it.
  SELECT nullif(btrim(string_agg(
           replace(replace(replace(replace(p.part, chr(92) || 'n', chr(10)), chr(92) || 'N', chr(10)), chr(92) || ',', ','), chr(92) || ';', ';'),
           chr(92) ORDER BY p.nth), ' ' || chr(9) || chr(10)), '')
    FROM string_to_table(value, chr(92) || chr(92)) WITH ORDINALITY AS p (part, nth)
$$;
COMMENT ON FUNCTION medsched._ical_text(text) IS
  'Internal: a text of a calendar, unescaped';

-- A duration (section 3.3.6); NULL for what is none.
CREATE OR REPLACE FUNCTION medsched._ical_duration(value text)
RETURNS interval
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT CASE WHEN d.part IS NOT NULL THEN
           make_interval(weeks => coalesce(d.part[2], '0')::int, days => coalesce(d.part[3], '0')::int, hours => coalesce(d.part[4], '0')::int,
                         mins => coalesce(d.part[5], '0')::int, secs => coalesce(d.part[6], '0')::int) * CASE d.part[1] WHEN '-' THEN -1 ELSE 1 END END
    FROM regexp_match(upper(btrim(value) COLLATE "C"),
           '^([+-]?)P(?=.)(?:([0-9]{1,5})W)?(?:([0-9]{1,6})D)?(?:T(?=.)(?:([0-9]{1,6})H)?(?:([0-9]{1,6})M)?(?:([0-9]{1,8})S)?)?$') AS d (part)
$$;
COMMENT ON FUNCTION medsched._ical_duration(text) IS
  'Internal: a duration of a calendar';

-- A DATE or a DATE-TIME (sections 3.3.4 and 3.3.5).  A leap second is the second before it.
CREATE OR REPLACE FUNCTION medsched._ical_time(written text, property jsonb, OUT at timestamp, OUT all_day boolean, OUT utc boolean)
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  part CONSTANT text[] := regexp_match(upper(btrim(written) COLLATE "C"),
    '^(?!0000)([0-9]{4})(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])(?:T([01][0-9]|2[0-3])([0-5][0-9])([0-5][0-9]|60)(Z?))?$');
  first CONSTANT date := make_date(part[1]::int, part[2]::int, 1);
BEGIN
  IF part IS NULL OR part[3]::int > date_part('day', first + '1 month -1 day'::interval) THEN
    PERFORM medsched._ical_refuse('22023'::text, (property ->> 'line')::int,
      format('%s "%s" is not a date or a time', property ->> 'name', medsched._shortened(written)), NULL::text,
      'A date is 20270301, a time 20270301T080000, and in UTC 20270301T080000Z.'::text);
  END IF;
  all_day := part[4] IS NULL;
  utc := part[7] = 'Z';
  at := first + (part[3]::int - 1) + make_interval(hours => part[4]::int, mins => part[5]::int, secs => least(part[6]::int, 59));
  IF all_day THEN
    at := first + (part[3]::int - 1);
  END IF;
END
$$;
COMMENT ON FUNCTION medsched._ical_time(text, jsonb) IS
  'Internal: a date or a time of a calendar';
