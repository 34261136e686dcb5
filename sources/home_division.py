"""The county that a base is kept for, found in what is delivered.

Addresses name their county, leave it out, or use its name of years ago; which of them are local can only be said
by one who knows the county. Nobody has to configure it: the backbone registers its own residents.
"""

import duckdb


def find_home_division(con: duckdb.DuckDBPyConnection, raw_relation: str) -> str | None:
    """The county code (GB/T 2260, of whatever year) that most of the mentions carry.

    The division of registration counts where it is delivered, else the place in the citizen number, so the mentions
    must be those of a register of residents: migrants' numbers name the counties they came from.

    Args:
        con: any connection.
        raw_relation: relation of RAW_MENTION.

    Returns:
        Six digits, or None when no mention carries a code.
    """
    [(code,)] = con.execute(f"""
        SELECT mode(code ORDER BY code) FROM (
            SELECT regexp_extract(coalesce(registered_division_raw, citizen_id_raw), '^[1-9][0-9]{{5}}') AS code
            FROM {raw_relation}
        ) WHERE code <> ''
    """).fetchall()
    return None if code is None else str(code)
