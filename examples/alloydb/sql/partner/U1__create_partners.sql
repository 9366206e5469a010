DROP TABLE partner_api.partners;
