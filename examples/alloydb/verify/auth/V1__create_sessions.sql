-- Nothing was made in the future: each row is a fault.
SELECT id FROM auth_api.sessions WHERE created_at > now() + interval '1 minute';
