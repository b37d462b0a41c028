-- Functions of former versions that an update set aside under another name, as
-- NAME_of_VERSION, because the result or the arguments have changed. The new one
-- takes over the grants of the old. The old one goes, unless something still
-- uses it, a view for one: then it stays, and answers what the new one does,
-- until an update finds it unused.
DO $former$
DECLARE
  former record;
  privilege record;
BEGIN
  FOR former IN
    SELECT p.*,
           n.oid AS successor, n.proname AS successor_name,
           pg_get_function_arguments(p.oid) AS arguments,
           pg_get_function_result(p.oid) AS result,
           ARRAY(SELECT pg_describe_object(d.classid, d.objid, 0)
                   FROM pg_depend AS d
                  WHERE d.refclassid = 'pg_proc'::regclass AND d.refobjid = p.oid AND d.deptype <> 'e') AS users
      FROM pg_proc AS p
      JOIN pg_proc AS n
        ON n.pronamespace = p.pronamespace
       AND n.proname = regexp_replace(p.proname, '_of_[0-9]+_[0-9]+_[0-9]+$', '')
       -- The new one may have more arguments.
       AND starts_with(concat(n.proargtypes, ' '), concat(p.proargtypes, ' '))
     WHERE p.pronamespace = 'medsched'::regnamespace
       AND p.proname ~ '_of_[0-9]+_[0-9]+_[0-9]+$'
       AND CASE
             -- Installed as an extension, it is ours as a member.
             WHEN EXISTS (SELECT FROM pg_extension AS e WHERE e.extname = 'medsched')
             THEN EXISTS (SELECT FROM pg_depend AS m
                            JOIN pg_extension AS e ON e.oid = m.refobjid AND e.extname = 'medsched'
                           WHERE m.classid = 'pg_proc'::regclass AND m.objid = p.oid
                             AND m.refclassid = 'pg_extension'::regclass AND m.deptype = 'e')
             ELSE pg_has_role(current_user, p.proowner, 'USAGE')
           END
  LOOP
    -- Set aside by this update, and not by one before.
    IF coalesce(obj_description(former.oid, 'pg_proc'), '') NOT LIKE 'Former %' THEN
      IF former.proacl IS NOT NULL THEN
        EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', former.successor::regprocedure);
        FOR privilege IN
          SELECT a.grantee, a.is_grantable FROM aclexplode(former.proacl) AS a WHERE a.grantee <> former.proowner
        LOOP
          EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO %s%s', former.successor::regprocedure,
            CASE privilege.grantee WHEN 0 THEN 'PUBLIC' ELSE privilege.grantee::regrole::text END,
            CASE WHEN privilege.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END);
          EXECUTE format('REVOKE ALL ON FUNCTION %s FROM %s CASCADE', former.oid::regprocedure,
            CASE privilege.grantee WHEN 0 THEN 'PUBLIC' ELSE privilege.grantee::regrole::text END);
        END LOOP;
        -- The old one calls the new with the rights of whoever calls it.
        EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO PUBLIC', former.oid::regprocedure);

        -- They are the application's grants, which a dump carries, and not the
        -- extension's, for which a script's own are taken.  Only a superuser can say so,
        -- which an extension's script is, but for one of pg_tle's.
        IF (SELECT r.rolsuper FROM pg_roles AS r WHERE r.rolname = current_user) THEN
          DELETE FROM pg_init_privs AS i WHERE i.classoid = 'pg_proc'::regclass AND i.objoid IN (former.oid, former.successor);
          DELETE FROM pg_shdepend AS s
           WHERE s.dbid = (SELECT d.oid FROM pg_database AS d WHERE d.datname = current_database())
             AND s.classid = 'pg_proc'::regclass AND s.objid IN (former.oid, former.successor) AND s.deptype = 'i';
        END IF;
      END IF;

      IF former.users <> '{}' THEN
        EXECUTE format('CREATE OR REPLACE FUNCTION medsched.%I(%s) RETURNS %s LANGUAGE sql %s PARALLEL %s AS %L',
          former.proname, former.arguments, former.result,
          CASE former.provolatile WHEN 'i' THEN 'IMMUTABLE' WHEN 's' THEN 'STABLE' ELSE 'VOLATILE' END,
          CASE former.proparallel WHEN 's' THEN 'SAFE' WHEN 'r' THEN 'RESTRICTED' ELSE 'UNSAFE' END,
          format('SELECT %s FROM medsched.%I(%s) AS f',
            coalesce((SELECT string_agg(format('f.%I', a.name), ', ' ORDER BY a.nth)
                        FROM unnest(former.proargnames, former.proargmodes) WITH ORDINALITY AS a (name, mode, nth)
                       WHERE a.mode IN ('b', 'o', 't')), 'f'),
            former.successor_name,
            (SELECT string_agg(format('$%s', n), ', ' ORDER BY n) FROM generate_series(1, former.pronargs) AS n)));
        EXECUTE format('COMMENT ON FUNCTION %s IS %L', former.oid::regprocedure,
          format('Former %s, which something still uses; gone when nothing does', former.successor::regprocedure));
      END IF;
    END IF;

    IF former.users = '{}' THEN
      EXECUTE format('DROP FUNCTION %s', former.oid::regprocedure);
    ELSE
      RAISE WARNING '% is a former version of %, and still used', former.oid::regprocedure, former.successor::regprocedure
        USING DETAIL = format('It is used by %s.', array_to_string(former.users, ', ')),
        HINT = 'medsched.create_tables() has your views use the new one.';
    END IF;
  END LOOP;
END
$former$;
