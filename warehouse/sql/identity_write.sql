UPDATE person_key SET founding_mention_id = r.founding_mention_id FROM _wh_revived AS r WHERE r.person_id = person_key.person_id;
INSERT INTO person_key
SELECT person_id, founding_mention_id, getvariable('wh_night'), name_hash FROM _wh_minted ORDER BY ALL;

INSERT INTO person_alias_event
SELECT (SELECT coalesce(max(event_id), 0) FROM person_alias_event) + row_number() OVER (ORDER BY retired_person_id),
    retired_person_id, person_id, getvariable('wh_night'), cause
FROM _wh_alias ORDER BY retired_person_id;
