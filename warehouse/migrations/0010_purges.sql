-- What was erased because its time was over, in counts: the proof of a purge.
CREATE TABLE purge (
    purged_at TIMESTAMPTZ NOT NULL,
    purged_by VARCHAR NOT NULL,
    deliveries INTEGER NOT NULL,
    originals INTEGER NOT NULL,
    quarantined_rows BIGINT NOT NULL,
    mentions BIGINT NOT NULL,
    versions BIGINT NOT NULL
);
COMMENT ON COLUMN purge.originals IS 'files taken out of the archive';
COMMENT ON COLUMN purge.mentions IS 'records that later ones had replaced or ended';
COMMENT ON COLUMN purge.versions IS 'rows of history that ended too long ago';
ALTER TABLE delivery ADD COLUMN purged_at TIMESTAMPTZ;
COMMENT ON COLUMN delivery.purged_at IS 'when its original, its quarantined rows and its replaced records were erased';
