-- keyed_id(prefix, text): the prefix and 125 bits of HMAC-SHA-256 of a text in Crockford's base 32 (no I, L, O, U).
-- In: variables wh_inner_pad, wh_outer_pad (the key of HMAC, padded).
CREATE OR REPLACE TEMP MACRO keyed_hex(text) AS
    sha256(getvariable('wh_outer_pad') || unhex(sha256(getvariable('wh_inner_pad') || encode(text))));
-- The first 64 of those bits, and the next 64, of which the last 3 are left out.
CREATE OR REPLACE TEMP MACRO word(hex, first) AS ('0x' || substr(hex, first, 16))::UBIGINT;
CREATE OR REPLACE TEMP MACRO base_32(digit) AS '0123456789ABCDEFGHJKMNPQRSTVWXYZ'[digit::BIGINT + 1];
CREATE OR REPLACE TEMP MACRO base_32_of(high, low) AS
    base_32((high >> 59) & 31) || base_32((high >> 54) & 31) || base_32((high >> 49) & 31) ||
    base_32((high >> 44) & 31) || base_32((high >> 39) & 31) || base_32((high >> 34) & 31) ||
    base_32((high >> 29) & 31) || base_32((high >> 24) & 31) || base_32((high >> 19) & 31) ||
    base_32((high >> 14) & 31) || base_32((high >> 9) & 31) || base_32((high >> 4) & 31) ||
    base_32(((high & 15) << 1) | (low >> 63)) || base_32((low >> 58) & 31) || base_32((low >> 53) & 31) ||
    base_32((low >> 48) & 31) || base_32((low >> 43) & 31) || base_32((low >> 38) & 31) ||
    base_32((low >> 33) & 31) || base_32((low >> 28) & 31) || base_32((low >> 23) & 31) ||
    base_32((low >> 18) & 31) || base_32((low >> 13) & 31) || base_32((low >> 8) & 31) || base_32((low >> 3) & 31);
-- entity_id: the same of 104 bits, in hexadecimal digits.
CREATE OR REPLACE TEMP MACRO entity_id(prefix, text) AS prefix || upper(keyed_hex(text)[1:26]);
CREATE OR REPLACE TEMP MACRO keyed_id(prefix, text) AS
    prefix || base_32_of(word(keyed_hex(text), 1), word(keyed_hex(text), 17));
-- An entry of a department as a text; and of a name in it what may be kept for longer than the name: its first 64 bits.
CREATE OR REPLACE TEMP MACRO entry_text(m) AS concat_ws('|', m.department, m.extract, m.record_key, m.role);
CREATE OR REPLACE TEMP MACRO name_hash(entry, name) AS
    word(keyed_hex('name|' || entry || '|' || coalesce(name, '')), 1);
