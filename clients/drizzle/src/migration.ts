/**
 * The SQL of the migration that brings medsched into a database: for a custom
 * migration of drizzle-kit, or to run as it is.  It may be run again.
 */
export const installSql = `CREATE EXTENSION IF NOT EXISTS medsched;
--> statement-breakpoint
SELECT medsched.create_tables();
`;
