"""Dates as departments write them (`sql/dates.sql`): every format, ages, years, and the defaults that say nothing."""

import duckdb

from sources.standards.characters import text_table
from sources.standards.folding import fold_texts
from sources.standards.statements import run_statements


def standardise_dates(con: duckdb.DuckDBPyConnection, texts_query: str) -> None:
    """Make the temporary table `std_date` (raw, date, first_day, last_date, year, age).

    Args:
        con: where the query runs; `prepare_statements` has been called on it.
        texts_query: SELECT of one column `raw`, distinct and without null.
    """
    fold_texts(con, texts_query, "std_date_folded", text_table(), plain="[0-9/.-]*")
    run_statements(con, "dates")
