-- Types of columns: a rule and a time zone, valid wherever they are stored.

-- Take over a domain that was created by an earlier version of these files.
-- One that somebody else put there is not ours: CREATE DOMAIN refuses it.
DO $domains$
DECLARE
  definition record;
BEGIN
  FOR definition IN
    SELECT d.name, d.statement
      FROM (VALUES
        ('rrule',
         'CREATE DOMAIN medsched.rrule AS text
            CONSTRAINT rrule_is_valid CHECK (medsched.check_rrule(VALUE))'),
        ('time_zone',
         'CREATE DOMAIN medsched.time_zone AS text
            CONSTRAINT time_zone_is_known CHECK (medsched.check_time_zone(VALUE))')
      ) AS d (name, statement)
     WHERE NOT EXISTS (
             SELECT FROM pg_type AS t
              WHERE t.typnamespace = 'medsched'::regnamespace
                AND t.typname = d.name
                AND CASE
                      -- Installed as an extension, it is ours as a member.
                      WHEN EXISTS (SELECT FROM pg_extension AS e WHERE e.extname = 'medsched')
                      THEN EXISTS (SELECT FROM pg_depend AS m
                                     JOIN pg_extension AS e ON e.oid = m.refobjid AND e.extname = 'medsched'
                                    WHERE m.classid = 'pg_type'::regclass AND m.objid = t.oid
                                      AND m.refclassid = 'pg_extension'::regclass AND m.deptype = 'e')
                      ELSE pg_has_role(current_user, t.typowner, 'USAGE')
                    END)
  LOOP
    EXECUTE definition.statement;
  END LOOP;
END
$domains$;

COMMENT ON DOMAIN medsched.rrule IS
'a recurrence rule of RFC 5545 section 3.3.10, such as FREQ=DAILY;BYHOUR=8,20;BYMINUTE=0';

COMMENT ON DOMAIN medsched.time_zone IS
'the IANA name of a time zone, such as Europe/Berlin';
