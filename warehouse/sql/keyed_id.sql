-- keyed_id(prefix, text): the prefix and 125 bits of HMAC-SHA-256 of a text in Crockford's base 32 (no I, L, O, U).
-- In: variables wh_inner_pad, wh_outer_pad (the key of HMAC, padded).
CREATE OR REPLACE TEMP MACRO keyed_hex(text) AS
    sha256(getvariable('wh_outer_pad') || unhex(sha256(getvariable('wh_inner_pad') || encode(text))));
CREATE OR REPLACE TEMP MACRO hex_bits(hex) AS
    ('0x' || hex[1:16])::UBIGINT::UHUGEINT * 18446744073709551616::UHUGEINT + ('0x' || hex[17:32])::UBIGINT::UHUGEINT;
CREATE OR REPLACE TEMP MACRO base_32(bits) AS list_aggregate(
    list_transform(range(25), lambda i: '0123456789ABCDEFGHJKMNPQRSTVWXYZ'[((bits >> (123 - 5 * i)::UHUGEINT) & 31)::BIGINT + 1]),
    'string_agg', '');
-- entity_id: the same of 104 bits, in hexadecimal digits, which costs a tenth.
CREATE OR REPLACE TEMP MACRO entity_id(prefix, text) AS prefix || upper(keyed_hex(text)[1:26]);
CREATE OR REPLACE TEMP MACRO keyed_id(prefix, text) AS prefix || base_32(hex_bits(keyed_hex(text)));
