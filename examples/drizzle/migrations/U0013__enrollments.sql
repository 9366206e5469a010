DROP TABLE "shared"."enrollments";
