CREATE TABLE client_api.clients (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  name text NOT NULL,
  tax_number text,
  created_at timestamptz NOT NULL DEFAULT now()
);
