-- Description: The table that V1.1.0.001 reads its upgrade path from
BEGIN;
CREATE TABLE IF NOT EXISTS project_metadata (
    project_name VARCHAR(100) PRIMARY KEY,
    project_version VARCHAR(50) NOT NULL,
    updated_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP
);
INSERT INTO project_metadata (project_name, project_version)
VALUES ('e-commerce-api', 'v1.0.0')
ON CONFLICT (project_name) DO NOTHING;
COMMIT;
