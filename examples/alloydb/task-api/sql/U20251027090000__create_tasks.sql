DROP TABLE task_api.tasks;
DROP SCHEMA task_api;
