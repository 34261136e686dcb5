-- What the checks of the base said of a night, and after how many merges of it: without that nobody publishes it.
ALTER TABLE night ADD COLUMN verdict VARCHAR;
ALTER TABLE night ADD COLUMN verdict_merges INTEGER;
COMMENT ON COLUMN night.verdict IS 'passed; blocked: a check holds it back; overridden: it did, and somebody published it';
COMMENT ON COLUMN night.verdict_merges IS 'merges of the night when it was checked; the verdict holds while they are as many';
