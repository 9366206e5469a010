DROP TABLE asset_api.assets;
