CREATE SCHEMA metric_api;
CREATE TABLE metric_api.readings (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  name text NOT NULL,
  reading double precision NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);
