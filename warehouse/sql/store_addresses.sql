-- In: new_std_address. One line for each address text, as it was read last.
DELETE FROM std_address WHERE address_raw IN (SELECT address_raw FROM new_std_address);
INSERT INTO std_address BY NAME
SELECT * FROM new_std_address
QUALIFY row_number() OVER (PARTITION BY address_raw ORDER BY dwelling_key, place_key) = 1;
