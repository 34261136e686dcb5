-- One judgement more, with what the linkage says of the pair now. In: variables record_id_l, record_id_r, judgement,
-- decided_by, reason, decided_at; match_pair, match_record, match_sample, match_parameters. Out: match_judgement.
CREATE OR REPLACE TEMP TABLE _judged_unit AS
SELECT least(l.unit_id, r.unit_id) AS unit_l, greatest(l.unit_id, r.unit_id) AS unit_r
FROM match_record l, match_record r
WHERE l.record_id = getvariable('record_id_l') AND r.record_id = getvariable('record_id_r');

INSERT INTO match_judgement
SELECT
    (SELECT coalesce(max(judgement_id), 0) + 1 FROM match_judgement),
    getvariable('record_id_l'), getvariable('record_id_r'), getvariable('judgement'),
    getvariable('decided_by'), getvariable('reason'), getvariable('decided_at'),
    (SELECT max(probability) FROM match_pair JOIN _judged_unit USING (unit_l, unit_r)),
    (
        SELECT arg_max(s.sampling_rate, s.sample_id) FROM match_sample s
        JOIN match_record l ON l.record_id = s.record_id_l JOIN match_record r ON r.record_id = s.record_id_r
        JOIN _judged_unit u ON u.unit_l = least(l.unit_id, r.unit_id) AND u.unit_r = greatest(l.unit_id, r.unit_id)
    ),
    (SELECT max(version) FROM match_parameters);
