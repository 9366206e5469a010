-- Nothing was made in the future: each row is a fault.
SELECT id FROM client_api.clients WHERE created_at > now() + interval '1 minute';
