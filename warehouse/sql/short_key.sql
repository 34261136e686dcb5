-- Doors and places are long texts of which matching asks only whether they are equal: it gets 62 bits of their MD5, in the
-- twelve characters that DuckDB keeps in place. Its own `hash` is the same for 53 pairs of 2.9 million addresses.
-- They are kept (address_key): to make them otherwise takes a migration that makes those anew.
CREATE OR REPLACE TEMP MACRO short_key(text) AS to_base((md5_number_upper(text) >> 2)::BIGINT, 36, 12);
