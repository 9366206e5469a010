BEGIN;
DROP TABLE orders;
UPDATE project_metadata
SET project_version = 'v1.0.0', updated_at = CURRENT_TIMESTAMP
WHERE project_name = 'e-commerce-api';
COMMIT;
