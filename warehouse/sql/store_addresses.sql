-- In: new_std_address; macro short_key. One line for each address text, as it was read last.
DELETE FROM std_address WHERE address_raw IN (SELECT address_raw FROM new_std_address);
INSERT INTO std_address BY NAME
SELECT * FROM new_std_address
QUALIFY row_number() OVER (PARTITION BY address_raw ORDER BY dwelling_key, place_key) = 1;

DELETE FROM address_key WHERE address IN (SELECT md5_number_upper(address_raw) FROM new_std_address);
INSERT INTO address_key
SELECT md5_number_upper(address_raw), short_key(dwelling_key), short_key(place_key)
FROM std_address SEMI JOIN new_std_address USING (address_raw)
WHERE dwelling_key IS NOT NULL OR place_key IS NOT NULL;
