-- How many of each source are taken and refused, as lines of the table in doc/sources.md: the suite source runs it.
\i test/data/timings.sql
\i test/data/sigs.sql
\i test/data/calendars.sql
SELECT format('| %s, %s | %s | %s | 0 |', s.kind, s.source, count(*) FILTER (WHERE NOT s.refused), count(*) FILTER (WHERE s.refused))
  FROM (SELECT 1 AS place, t.nth, 'FHIR Timings' AS kind, t.source, t.gives LIKE 'refused: %' AS refused FROM timings AS t
        UNION ALL
        SELECT 2, g.nth, 'sigs', g.source, g.gives ~ '^(22023|0A000) ' FROM sigs AS g
        UNION ALL
        SELECT 3, c.nth, 'calendars', c.source, c.gives LIKE 'refused: %' FROM calendars AS c) AS s
 GROUP BY s.place, s.kind, s.source
 ORDER BY s.place, min(s.nth);
