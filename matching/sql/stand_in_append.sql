-- In: _stand_in (record_id, stand_in_id), _judged_record; variable moved_at. Out: more of match_stand_in.
INSERT INTO match_stand_in
SELECT (SELECT coalesce(max(move_id), 0) + 1 FROM match_stand_in), j.record_id, s.stand_in_id, getvariable('moved_at')
FROM _stand_in s JOIN _judged_record j ON j.now_id = s.record_id
ORDER BY j.record_id;
