-- Probabilities after rivals, of pairs in the part that was placed anew. In: _shared (unit_l, unit_r, p), _region.
UPDATE match_pair SET probability = s.p FROM _shared s
WHERE s.unit_l = match_pair.unit_l AND s.unit_r = match_pair.unit_r
  AND (s.unit_l IN (SELECT unit_id FROM _region) OR s.unit_r IN (SELECT unit_id FROM _region));
