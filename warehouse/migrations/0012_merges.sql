-- How often a night was merged: the published base of a night goes on from the one before only if that is still so.
ALTER TABLE night ADD COLUMN merges INTEGER;
