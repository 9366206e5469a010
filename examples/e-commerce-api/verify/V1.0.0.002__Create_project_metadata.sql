SELECT count(*) = 1 AS project_has_a_version
FROM public.project_metadata
WHERE project_name = 'e-commerce-api';
