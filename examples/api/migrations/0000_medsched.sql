-- The managed edition is there already: src/migrate.ts applies it.
DO $$
BEGIN
  IF to_regprocedure('medsched.version()') IS NULL THEN
    CREATE EXTENSION IF NOT EXISTS medsched;
  END IF;
END
$$;
--> statement-breakpoint
SELECT medsched.create_tables();
