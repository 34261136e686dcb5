-- What reviewers said. Appended only, never updated: the newest row of a pair counts, and `withdrawn` is a row too.
-- Judgements are about two records, record_id_l < record_id_r, so that they outlive units, clusters and parameters.
CREATE {temp} TABLE IF NOT EXISTS match_judgement (
    judgement_id BIGINT NOT NULL, record_id_l BIGINT NOT NULL, record_id_r BIGINT NOT NULL, judgement VARCHAR NOT NULL,
    decided_by VARCHAR NOT NULL, reason VARCHAR NOT NULL, decided_at TIMESTAMPTZ NOT NULL, probability DOUBLE,
    sampling_rate DOUBLE, parameters_version INTEGER
);

-- Random samples of the scored pairs, with what the linkage said of each pair when it was drawn. stratum_pairs: scored
-- pairs of the pair's stratum (band of probability, linked or not), of which sampling_rate were drawn.
CREATE {temp} TABLE IF NOT EXISTS match_sample (
    sample_id INTEGER NOT NULL, record_id_l BIGINT NOT NULL, record_id_r BIGINT NOT NULL, band_low DOUBLE NOT NULL,
    band_high DOUBLE NOT NULL, is_linked BOOLEAN NOT NULL, stratum_pairs BIGINT NOT NULL, sampling_rate DOUBLE NOT NULL,
    probability DOUBLE NOT NULL, seed BIGINT NOT NULL, drawn_at TIMESTAMPTZ NOT NULL
);
