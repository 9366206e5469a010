-- Nothing was made in the future: each row is a fault.
SELECT id FROM asset_api.assets WHERE created_at > now() + interval '1 minute';
