CREATE EXTENSION IF NOT EXISTS medsched;
--> statement-breakpoint
SELECT medsched.create_tables();
