DROP TABLE partner_api.partners;
DROP SCHEMA partner_api;
