"""Organisations: codes by GB 32100-2015 (MOD 31) or the older 15-digit number, and one spelling of names."""

import duckdb

from sources.standards.characters import PLAIN, text_table
from sources.standards.folding import fold_texts
from sources.standards.statements import run_statements


def standardise_organisations(con: duckdb.DuckDBPyConnection, codes_query: str, names_query: str) -> None:
    """Make the temporary tables `std_organisation_code` (raw, code) and `std_organisation_name` (raw, name).

    Args:
        con: where the queries run; `prepare_statements` has been called on it.
        codes_query: SELECT of one column `raw`, distinct and without null.
        names_query: likewise.
    """
    fold_texts(con, codes_query, "std_organisation_code_folded", text_table(), PLAIN)
    fold_texts(con, names_query, "std_organisation_name_folded", text_table(), PLAIN)
    run_statements(con, "organisations")
