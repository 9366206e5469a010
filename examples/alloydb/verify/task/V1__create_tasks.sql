-- Nothing was made in the future: each row is a fault.
SELECT id FROM task_api.tasks WHERE created_at > now() + interval '1 minute';
