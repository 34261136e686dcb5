-- A sample: of each stratum the pairs with the smallest hashes. The hash knows the whole state of the linkage: in one
-- state a larger sample of the same seed holds the smaller one; in another state, where judgements may have mended what
-- an earlier sample found, it is another sample. In: _review_stratum (unit_l, unit_r, probability, is_linked, band_low,
-- band_high), _review_share (band_low, is_linked, pairs, drawn), match_record; variables seed, drawn_at. Out: match_sample.
SET VARIABLE review_state = (SELECT bit_xor(hash(unit_l, unit_r, probability, is_linked)) FROM _review_stratum);

INSERT INTO match_sample
WITH drawn AS (
    SELECT s.*, a.pairs, a.drawn FROM _review_stratum s JOIN _review_share a USING (band_low, is_linked)
    QUALIFY row_number() OVER (
        PARTITION BY band_low, is_linked
        ORDER BY hash(concat_ws('|', getvariable('seed'), getvariable('review_state'), unit_l, unit_r)), unit_l, unit_r
    ) <= a.drawn
), named AS (
    SELECT unit_id, min(record_id) AS record_id FROM match_record
    WHERE unit_id IN (SELECT unit_l FROM drawn UNION ALL SELECT unit_r FROM drawn) GROUP BY unit_id
)
SELECT (SELECT coalesce(max(sample_id), 0) + 1 FROM match_sample), least(l.record_id, r.record_id),
       greatest(l.record_id, r.record_id), band_low, band_high, is_linked, pairs, drawn / pairs, probability,
       getvariable('seed'), getvariable('drawn_at')
FROM drawn JOIN named l ON l.unit_id = unit_l JOIN named r ON r.unit_id = unit_r
ORDER BY 2, 3;
