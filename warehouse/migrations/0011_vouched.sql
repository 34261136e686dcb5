-- Deliveries that look wrong and are right, on somebody's word: checks of arrivals leave them alone.
ALTER TABLE delivery ADD COLUMN vouched_at TIMESTAMPTZ;
ALTER TABLE delivery ADD COLUMN vouched_by VARCHAR;
ALTER TABLE delivery ADD COLUMN vouched_because VARCHAR;
COMMENT ON COLUMN delivery.vouched_because IS 'why this delivery is right although checks of arrivals doubt it';
