-- Phase 1: the running release knows nothing of the column, and writes the old one while the new release is rolled out.

ALTER TABLE customers ADD COLUMN phone_number VARCHAR(20);

COMMENT ON COLUMN customers.phone_number IS
'Customer phone number - Added in V10';

-- What V12 will accept; nothing when no such number can be made of it.
CREATE FUNCTION phone_of(written text) RETURNS text LANGUAGE sql IMMUTABLE
RETURN (SELECT number FROM regexp_replace(written, '[^0-9+]', '', 'g') AS number WHERE number ~ '^\+?[1-9]\d{1,14}$');

CREATE FUNCTION take_contact_phone() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        NEW.phone_number := coalesce(NEW.phone_number, phone_of(NEW.contact_phone));
    ELSIF NEW.contact_phone IS DISTINCT FROM OLD.contact_phone
        AND NEW.phone_number IS NOT DISTINCT FROM OLD.phone_number THEN
        NEW.phone_number := phone_of(NEW.contact_phone);
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER take_contact_phone BEFORE INSERT OR UPDATE OF contact_phone ON customers
    FOR EACH ROW EXECUTE FUNCTION take_contact_phone();
