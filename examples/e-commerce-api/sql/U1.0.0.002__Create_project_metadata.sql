DROP TABLE project_metadata;
