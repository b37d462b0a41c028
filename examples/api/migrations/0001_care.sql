CREATE SCHEMA "care";
--> statement-breakpoint
CREATE TABLE "care"."answers" (
	"caller_id" uuid NOT NULL,
	"key" text NOT NULL,
	"request_hash" text NOT NULL,
	"status" integer,
	"body" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "answers_caller_id_key_pk" PRIMARY KEY("caller_id","key")
);
--> statement-breakpoint
CREATE TABLE "care"."caregivers" (
	"person_id" uuid NOT NULL,
	"caregiver_id" uuid NOT NULL,
	"person_name" text NOT NULL,
	"granted_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "caregivers_person_id_caregiver_id_pk" PRIMARY KEY("person_id","caregiver_id")
);
--> statement-breakpoint
CREATE INDEX "answers_created_at_idx" ON "care"."answers" USING btree ("created_at");--> statement-breakpoint
CREATE INDEX "caregivers_caregiver_id_idx" ON "care"."caregivers" USING btree ("caregiver_id");