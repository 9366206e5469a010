SELECT id FROM "${flyway:defaultSchema}".entries WHERE amount IS NULL;
