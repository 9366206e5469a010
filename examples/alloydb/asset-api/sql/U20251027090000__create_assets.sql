DROP TABLE asset_api.assets;
DROP SCHEMA asset_api;
