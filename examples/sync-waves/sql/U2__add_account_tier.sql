DROP TRIGGER tier_and_plan ON app.accounts;
DROP FUNCTION app.tier_and_plan();
ALTER TABLE app.accounts DROP COLUMN tier;
