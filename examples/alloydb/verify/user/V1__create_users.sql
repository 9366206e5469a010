-- Nothing was made in the future: each row is a fault.
SELECT id FROM user_api.users WHERE created_at > now() + interval '1 minute';
