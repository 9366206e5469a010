CREATE TABLE "shared"."enrollments" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"program_id" uuid NOT NULL,
	"status" varchar(20) DEFAULT 'active' NOT NULL
);
--> statement-breakpoint
ALTER TABLE "shared"."enrollments" ADD CONSTRAINT "enrollments_program_id_fk"
	FOREIGN KEY ("program_id") REFERENCES "shared"."programs"("id") ON DELETE cascade ON UPDATE no action;
--> statement-breakpoint
CREATE INDEX "enrollments_program_idx" ON "shared"."enrollments" USING btree ("program_id");
