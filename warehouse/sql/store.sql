-- One delivery's standard tables, replaced. In: new_std_mention, new_std_address, new_std_relation; wh_delivery_id.
-- A mention_id is delivery_id * 2**34 + ..., so a delivery's relations are a range of ids.
DELETE FROM std_relation
WHERE from_mention_id >= getvariable('wh_delivery_id')::BIGINT << 34
    AND from_mention_id < (getvariable('wh_delivery_id')::BIGINT + 1) << 34;
DELETE FROM std_mention WHERE delivery_id = getvariable('wh_delivery_id');
