-- V1.1.0.001__Add_orders_table.sql
-- Description: Add orders functionality - upgrade from v1.0.0 to v1.1.0

BEGIN;

-- Validate upgrade path
DO $$
DECLARE
    current_version TEXT;
BEGIN
    SELECT project_version INTO current_version 
    FROM project_metadata 
    WHERE project_name = 'e-commerce-api';
    
    IF current_version NOT IN ('v1.0.0', 'v1.0.1') THEN
        RAISE EXCEPTION 'Cannot upgrade from % to v1.1.0', current_version;
    END IF;
END $$;

-- Create orders table (idempotent)
CREATE TABLE IF NOT EXISTS orders (
    id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id UUID NOT NULL,
    order_number VARCHAR(50) NOT NULL UNIQUE,
    status VARCHAR(20) NOT NULL DEFAULT 'pending',
    total_amount DECIMAL(10,2) NOT NULL,
    created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT orders_status_check CHECK (status IN ('pending', 'confirmed', 'shipped', 'delivered'))
);

-- Update metadata
UPDATE project_metadata 
SET project_version = 'v1.1.0', updated_at = CURRENT_TIMESTAMP 
WHERE project_name = 'e-commerce-api';

COMMIT;
