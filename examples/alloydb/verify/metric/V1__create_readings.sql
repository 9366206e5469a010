-- Nothing was made in the future: each row is a fault.
SELECT id FROM metric_api.readings WHERE created_at > now() + interval '1 minute';
