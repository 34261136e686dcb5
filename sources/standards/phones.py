"""Telephone numbers: digits alone, landlines with their area code, none that is no one's."""

from typing import Final

import duckdb

from sources.standards.characters import text_table
from sources.standards.folding import fold_texts
from sources.standards.statements import run_statements

_SAME_DIGITS = "|".join(f"{digit}{{8}}" for digit in range(10))

PLACEHOLDERS: Final = (
    rf"^(?:13800000[0-9]{{3}}|13800138000|1[0-9]{{2}}(?:{_SAME_DIGITS})|1[0-9]{{2}}(?:12345678|87654321|00001111))$"
)
"""Mobile numbers made up to fill a field: 13800000…, the operator's 13800138000, eight equal or running digits."""


def standardise_phones(con: duckdb.DuckDBPyConnection, texts_query: str) -> None:
    """Make the temporary table `std_phone` (raw, phone, phone_2).

    Args:
        con: where the query runs; `prepare_statements` has been called on it.
        texts_query: SELECT of one column `raw`, distinct and without null.
    """
    fold_texts(con, texts_query, "std_phone_folded", text_table(), plain="[0-9]*")
    con.execute("SET VARIABLE phone_placeholder_pattern = $1", [PLACEHOLDERS])
    run_statements(con, "phones")
