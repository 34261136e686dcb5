-- With which record judgements go on that name one which is gone. Appended only: the newest row of a record counts.
CREATE {temp} TABLE IF NOT EXISTS match_stand_in (
    move_id BIGINT NOT NULL, record_id BIGINT NOT NULL, stand_in_id BIGINT NOT NULL, moved_at TIMESTAMPTZ NOT NULL
);
