-- What departments say of a delivery beforehand, and which of its columns came.
ALTER TABLE delivery ADD COLUMN rows_promised BIGINT;
ALTER TABLE delivery ADD COLUMN headers VARCHAR[];
COMMENT ON COLUMN delivery.rows_promised IS 'records of data, as the manifest beside the file says';
COMMENT ON COLUMN delivery.headers IS 'names of the columns of the contract that came, and headers that nobody knows';
