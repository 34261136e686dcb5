-- Mentions without a line, lines without a mention, mentions with several lines.
SELECT coalesce(m.mention_id, x.mention_id)
FROM (SELECT mention_id FROM std_mention) AS m
FULL JOIN (SELECT mention_id, count(*) AS lines FROM crosswalk GROUP BY ALL) AS x USING (mention_id)
WHERE m.mention_id IS NULL OR x.mention_id IS NULL OR x.lines > 1
