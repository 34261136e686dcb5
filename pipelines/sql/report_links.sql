-- Mentions by the rule that put them where they are: all of the base, and those of a night. Parameters: night.
SELECT match_rule, count(*) AS mentions, count(*) FILTER (night = $night) AS mentions_tonight
FROM crosswalk
GROUP BY match_rule
ORDER BY mentions DESC, match_rule
