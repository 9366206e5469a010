-- Nothing was made in the future: each row is a fault.
SELECT id FROM partner_api.partners WHERE created_at > now() + interval '1 minute';
