-- Expand: pods of the former release write plan, those of the new one tier; the trigger keeps both.
ALTER TABLE app.accounts ADD COLUMN tier text;

CREATE FUNCTION app.tier_and_plan() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        NEW.tier := coalesce(NEW.tier, NEW.plan);
        NEW.plan := NEW.tier;
    ELSIF NEW.plan IS DISTINCT FROM OLD.plan THEN
        NEW.tier := NEW.plan;
    ELSE
        NEW.plan := coalesce(NEW.tier, NEW.plan);
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER tier_and_plan BEFORE INSERT OR UPDATE ON app.accounts
    FOR EACH ROW EXECUTE FUNCTION app.tier_and_plan();

UPDATE app.accounts SET tier = plan;
