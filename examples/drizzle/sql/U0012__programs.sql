DROP TABLE "shared"."programs";
