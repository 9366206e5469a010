-- A status that no service knows: each row is a fault.
SELECT id, status FROM shared.enrollments WHERE status NOT IN ('active', 'paused', 'ended');
