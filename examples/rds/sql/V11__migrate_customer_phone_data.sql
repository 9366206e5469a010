-- Phase 2: a thousand customers at a time, in the order of their key, with a pause. Each batch commits by itself, so
-- nobody waits for longer than one takes. It may be run again from the beginning at any time: after a run that was
-- killed, answer `windlass-hook repair --confirm not-applied:V11__migrate_customer_phone_data.sql`.
DO $$
DECLARE
    batch_size INTEGER := 1000;
    done TEXT := '';
    upto TEXT;
BEGIN
    LOOP
        SELECT max(customer_id) INTO upto
        FROM (SELECT customer_id FROM customers WHERE customer_id > done ORDER BY customer_id LIMIT batch_size) batch;
        EXIT WHEN upto IS NULL;

        UPDATE customers
        SET phone_number = phone_of(contact_phone)
        WHERE customer_id > done AND customer_id <= upto
          AND phone_number IS NULL
          AND phone_of(contact_phone) IS NOT NULL;

        done := upto;
        COMMIT;
        PERFORM pg_sleep(0.1);
    END LOOP;
END $$;
