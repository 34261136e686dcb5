-- One delivery's standard tables, replaced. In: new_std_mention, new_std_address, new_std_relation; wh_delivery_id.
-- A mention_id is delivery_id * 2**34 + ..., so a delivery's relations are a range of ids.
-- Row groups stay as they are written: merging them at each checkpoint would write every large table many times a
-- night. Later steps' checkpoints merge them once.
SET max_vacuum_tasks = 0;
DELETE FROM std_relation
WHERE from_mention_id >= getvariable('wh_delivery_id')::BIGINT << 34
    AND from_mention_id < (getvariable('wh_delivery_id')::BIGINT + 1) << 34;
DELETE FROM std_mention WHERE delivery_id = getvariable('wh_delivery_id');
