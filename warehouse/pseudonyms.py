"""Keyed pseudonyms: what persons, dwellings, employers and households are called outside of the restricted warehouse.

Each project has a key of its own, so the files of two projects cannot be joined by their ids. A key that is exchanged
gives new pseudonyms to the whole history.
"""

from pathlib import Path
from typing import Final

import duckdb

from warehouse.identity_key import keyed_ids, load_identity_key

VARIABLE: Final = "POPBASE_PROJECT_KEY_"

# A pseudonym is the letter of its kind in lower case and 104 bits of HMAC-SHA-256 of the id: p for persons, d for
# dwellings, e for employers, h for households.
_PSEUDONYM: Final = "lower(id[1]) || keyed_hex(id)[1:26]"

# A row of a file is r and 64 bits of the same.
_RECORD: Final = "'r' || keyed_hex(concat_ws(':', 'row', row_number, file))[1:16]"
_ROWS: Final = "SELECT DISTINCT file, row_number FROM crosswalk_version AS t"

_IDS: Final = """
    SELECT person_id AS id FROM person_key
    UNION ALL SELECT DISTINCT dwelling_id FROM dwelling_version
    UNION ALL SELECT DISTINCT employer_id FROM employer_version
    UNION ALL SELECT DISTINCT household_id FROM household_version
"""


def load_project_key(folder: Path, project: str) -> bytes:
    """The key of a project: of the environment (POPBASE_PROJECT_KEY_ and its name), else of `<project>.key`.

    Args:
        folder: of the key files; a file that is missing is made, for its owner alone.
        project: its name.

    Raises:
        IdentityKeyError: the key is not 64 hexadecimal digits, or others may read the file.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return load_identity_key(folder / f"{project}.key", variable=f"{VARIABLE}{project.upper()}")


def create_pseudonyms(
    con: duckdb.DuckDBPyConnection, key: bytes, *, records: bool = False, among: str = "true"
) -> None:
    """Make the temporary tables `_wh_pseudonym` (id, pseudonym) and, of rows, `_wh_record_pseudonym`.

    Args:
        con: the warehouse.
        key: of the project.
        records: whether to make the latter (file, row_number, pseudonym), for bases that do not name rows.
        among: a condition over the person `t` of the rows that are needed.
    """
    with keyed_ids(con, key):
        con.execute(f"CREATE OR REPLACE TEMP TABLE _wh_pseudonym AS SELECT id, {_PSEUDONYM} AS pseudonym FROM ({_IDS})")
        if records:
            con.execute(
                f"CREATE OR REPLACE TEMP TABLE _wh_record_pseudonym AS"
                f" SELECT *, {_RECORD} AS pseudonym FROM ({_ROWS} WHERE {among})"
            )


def find_person(con: duckdb.DuckDBPyConnection, key: bytes, pseudonym: str) -> str | None:
    """The person whom a project calls so, or None."""
    with keyed_ids(con, key):
        found = con.execute(
            f"SELECT id FROM (SELECT person_id AS id FROM person_key) WHERE {_PSEUDONYM} = $1", [pseudonym]
        ).fetchall()
    return str(found[0][0]) if found else None


def find_record(con: duckdb.DuckDBPyConnection, key: bytes, pseudonym: str) -> tuple[str, int] | None:
    """The file and the row that a project calls so, or None."""
    with keyed_ids(con, key):
        found = con.execute(f"SELECT file, row_number FROM ({_ROWS}) WHERE {_RECORD} = $1", [pseudonym]).fetchall()
    return (str(found[0][0]), int(found[0][1])) if found else None
