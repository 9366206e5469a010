DROP TABLE metric_api.readings;
