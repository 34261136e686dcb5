-- In: new_std_address.
-- One line for each address text; a text already known is replaced only when it is now read otherwise.
DELETE FROM std_address
WHERE address_raw IN (
    SELECT address_raw FROM (SELECT * FROM new_std_address EXCEPT SELECT * FROM std_address)
);
INSERT INTO std_address BY NAME
SELECT * FROM new_std_address
WHERE address_raw NOT IN (SELECT address_raw FROM std_address)
QUALIFY row_number() OVER (PARTITION BY address_raw ORDER BY dwelling_key, place_key) = 1;
