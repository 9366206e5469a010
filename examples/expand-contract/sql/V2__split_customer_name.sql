-- Pods of the former release write name alone, those of the new one both parts: the trigger keeps all three.
ALTER TABLE crm.customers ADD COLUMN given_name text, ADD COLUMN family_name text;

CREATE FUNCTION crm.both_names() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.family_name IS NULL THEN
        NEW.given_name := split_part(NEW.name, ' ', 1);
        NEW.family_name := split_part(NEW.name, ' ', 2);
    ELSE
        NEW.name := concat_ws(' ', NEW.given_name, NEW.family_name);
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER both_names BEFORE INSERT OR UPDATE ON crm.customers
    FOR EACH ROW EXECUTE FUNCTION crm.both_names();

UPDATE crm.customers SET family_name = NULL;
