"""Citizen numbers (GB 11643-1999) and the other documents that stand in their place.

`sql/citizen_ids.sql` judges them; tests hold it against python-stdnum.

How a number ending in 000 is judged: spreadsheets keep 15 digits, so 000 at its end is damage when the check digit
fails, and also when the sequence itself would be 000 (never assigned). One in eleven damaged numbers passes the
check by chance; so once more than 1 % of a delivery's numbers end in 000 and fail, those that pass count as
damaged too. Below that share they are believed: about 0.1 % of sound numbers end in 000.
"""

from typing import Final

import duckdb

from sources.standards.characters import text_table
from sources.standards.folding import fold_texts
from sources.standards.statements import run_statements

_DELIVERED: Final = """
CREATE OR REPLACE TEMP VIEW std_id_folded AS
WITH delivered AS (
    SELECT DISTINCT citizen_id_raw AS raw, coalesce(id_type_raw, '') AS id_type_raw FROM std_raw
    WHERE citizen_id_raw IS NOT NULL
)
SELECT delivered.raw, id_type_raw, coalesce(name, id_type_raw) AS id_type_name, text
FROM delivered JOIN std_id_text ON std_id_text.raw = delivered.raw
LEFT JOIN std_code ON attribute = 'id_type' AND std_code.raw = id_type_raw
"""


def standardise_citizen_ids(con: duckdb.DuckDBPyConnection) -> None:
    """Make the temporary table `std_id` for the view `std_raw`; `std_code` and the variable `night` must be there."""
    query = "SELECT DISTINCT citizen_id_raw AS raw FROM std_raw WHERE citizen_id_raw IS NOT NULL"
    fold_texts(con, query, "std_id_text", text_table(), plain="[0-9A-Z]*")
    con.execute(_DELIVERED)
    run_statements(con, "citizen_ids")
