-- Each row is a project that is not at the version of its schema.
SELECT project_name, project_version
FROM public.project_metadata
WHERE project_name = 'e-commerce-api' AND project_version <> 'v1.1.0';
