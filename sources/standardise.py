"""RAW_MENTION of one delivery → STD_MENTION and STD_ADDRESS.

Here: which attribute is read by which standard, in what order. Not here: the standards themselves
(`sources.standards`, `sources/sql`), who is named in a row (`sources.mentions`), storage (`warehouse`).

Everything works on the distinct values of a delivery. Raw values stay beside the standard ones.
"""

from collections.abc import Sequence
from datetime import date

import duckdb

from sources.standards.addresses import standardise_addresses
from sources.standards.citizen_ids import standardise_citizen_ids
from sources.standards.code_lists import CODED_ATTRIBUTES, standardise_codes
from sources.standards.dates import standardise_dates
from sources.standards.names import standardise_names
from sources.standards.organisations import standardise_organisations
from sources.standards.phones import standardise_phones
from sources.standards.statements import prepare_statements, run_statements

_DATES = ("record_date", "birth_date", "status_date", "death_date", "event_date", "valid_from", "valid_to")
_ADDRESSES = ("residence_address", "registered_address", "dwelling_address")


def standardise_mentions(
    con: duckdb.DuckDBPyConnection,
    *,
    raw_relation: str,
    delivery_id: int,
    department: str,
    extract: str,
    roles: Sequence[str],
    night: date,
    home_division: str | None = None,
    known_addresses_relation: str | None = None,
) -> None:
    """Replace the temporary tables `new_std_mention` (STD_MENTION) and `new_std_address` (STD_ADDRESS).

    Args:
        con: any connection; other temporary tables named `std_…` are replaced too.
        raw_relation: a table (or registered Arrow table) of RAW_MENTION; read several times.
        delivery_id: of the delivery in the ledger.
        department: by contract.
        extract: by contract.
        roles: all roles of the extract, in the order that numbers them.
        night: dates after it are errors, and it is the record date where a row has none.
        home_division: the county that this base is kept for (GB/T 2260; former codes are the same county);
            without one, only addresses that name no division are local.
        known_addresses_relation: a table with `address_raw`; those texts are not parsed again.
    """
    con.execute(f"CREATE OR REPLACE TEMP VIEW std_raw AS SELECT * FROM {raw_relation}")  # noqa: S608 - a relation, no value
    prepare_statements(con, night)
    _set_variables(con, delivery_id=delivery_id, department=department, extract=extract, roles=list(roles))
    _standardise_values(con)
    standardise_addresses(con, _unknown_addresses(known_addresses_relation), home_division)
    run_statements(con, "mentions")
    _drop_intermediates(con)


def reparse_addresses(con: duckdb.DuckDBPyConnection, relation: str, home_division: str, night: date) -> None:
    """Replace the temporary table `new_std_address` by the addresses of a relation, read for another county.

    Args:
        con: any connection.
        relation: STD_ADDRESS; only `address_raw` is looked at.
        home_division: see `standardise_mentions`.
        night: see `standardise_mentions`.
    """
    prepare_statements(con, night)
    standardise_addresses(con, f"SELECT address_raw AS raw FROM {relation}", home_division)


def _set_variables(con: duckdb.DuckDBPyConnection, **values: object) -> None:
    for name, value in values.items():
        con.execute(f"SET VARIABLE {name} = $1", [value])


def _standardise_values(con: duckdb.DuckDBPyConnection) -> None:
    standardise_codes(con, distinct_values(*CODED_ATTRIBUTES))
    standardise_names(con, distinct_values("name", "former_name"))
    standardise_citizen_ids(con)
    standardise_dates(con, distinct_values(*_DATES))
    standardise_phones(con, distinct_values("phone"))
    standardise_organisations(con, distinct_values("employer_code"), distinct_values("employer_name", "school_name"))


def _drop_intermediates(con: duckdb.DuckDBPyConnection) -> None:
    """Free the memory of what only this delivery needed; the table of divisions stays for the next."""
    names = con.execute(
        "SELECT table_name FROM duckdb_tables() WHERE temporary AND table_name LIKE 'std\\_%' ESCAPE '\\'"
        " AND table_name NOT LIKE 'std\\_division%' ESCAPE '\\'"
    ).fetchall()
    for (name,) in names:
        con.execute(f'DROP TABLE temp."{name}"')
    views = con.execute(
        "SELECT view_name FROM duckdb_views() WHERE temporary AND view_name LIKE 'std\\_%' ESCAPE '\\'"
    ).fetchall()
    for (name,) in views:
        con.unregister(name)
        con.execute(f'DROP VIEW IF EXISTS temp."{name}"')


def distinct_values(*attributes: str) -> str:
    """The query of all values that some attributes were delivered with, one column `raw`."""
    columns = [f"{attribute}_raw" for attribute in attributes]
    return " UNION ".join(
        f'SELECT DISTINCT "{column}" AS raw FROM std_raw WHERE "{column}" IS NOT NULL' for column in columns
    )  # noqa: S608


def _unknown_addresses(known_addresses_relation: str | None) -> str:
    delivered = distinct_values(*_ADDRESSES)
    if known_addresses_relation is None:
        return delivered
    return f"SELECT raw FROM ({delivered}) ANTI JOIN {known_addresses_relation} ON address_raw = raw"  # noqa: S608


def count_repaired(con: duckdb.DuckDBPyConnection) -> int:
    """Rows of which a name, a citizen number or a phone is kept otherwise than it was delivered (`new_std_mention`)."""
    [(rows,)] = con.execute("""
        SELECT count(DISTINCT row_number) FROM new_std_mention
        WHERE name <> name_raw OR citizen_id <> citizen_id_raw OR phone <> phone_raw
    """).fetchall()
    return int(rows)
