DROP TABLE task_api.tasks;
