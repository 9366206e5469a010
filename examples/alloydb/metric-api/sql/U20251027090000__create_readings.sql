DROP TABLE metric_api.readings;
DROP SCHEMA metric_api;
