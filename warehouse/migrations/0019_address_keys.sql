-- What linking asks of addresses, which are millions of long texts: whether two are in one place. Addresses go by MD5,
-- doors and places by the short keys of sql/short_key.sql.
CREATE TABLE address_key (address UBIGINT NOT NULL, dwelling_key VARCHAR, place_key VARCHAR);
COMMENT ON TABLE address_key IS 'md5_number_upper of each address_raw of std_address that tells a door or a place; and these, shortened';
CREATE TEMP MACRO short_key(text) AS to_base((md5_number_upper(text) >> 2)::BIGINT, 36, 12);
INSERT INTO address_key
SELECT md5_number_upper(address_raw), short_key(dwelling_key), short_key(place_key)
FROM std_address WHERE dwelling_key IS NOT NULL OR place_key IS NOT NULL;
DROP MACRO short_key;
