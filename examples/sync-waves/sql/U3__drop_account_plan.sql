-- Both columns are made, so that they stand in their former order.
ALTER TABLE app.accounts RENAME COLUMN tier TO kept;
ALTER TABLE app.accounts ADD COLUMN plan text NOT NULL DEFAULT 'free', ADD COLUMN tier text;
UPDATE app.accounts SET plan = coalesce(kept, plan), tier = kept;
ALTER TABLE app.accounts DROP COLUMN kept;

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
