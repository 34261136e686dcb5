"""All that is held on one person (PIPL art. 45), and what people ask to be put right (art. 46)."""

from datetime import datetime
from typing import Any, Final

import duckdb

from warehouse.errors import AccessError
from warehouse.file_names import shown_file

_HELD: Final = {
    "person": "SELECT * FROM person WHERE person_id = $1",
    "former_ids": "SELECT retired_person_id, night, cause FROM person_alias WHERE person_id = $1 ORDER BY ALL",
    "values": "SELECT * EXCLUDE (person_id) FROM person_attribute WHERE person_id = $1 ORDER BY attribute",
    "other_values": """
        SELECT attribute, value, department, extract, file, row_number, role FROM department_conflict
        WHERE person_id = $1 ORDER BY ALL
    """,
    "records": """
        SELECT x.file, x.night, x.match_rule, x.match_probability, x.is_current, m.* EXCLUDE (mention_id, delivery_id)
        FROM crosswalk AS x JOIN std_mention AS m USING (mention_id) WHERE x.person_id = $1 ORDER BY x.mention_id
    """,
    "households": """
        SELECT h.household_no, h.household_type, m.relation_to_head_code, m.is_head
        FROM household_member AS m JOIN household AS h USING (household_id) WHERE m.person_id = $1 ORDER BY ALL
    """,
    "dwellings": """
        SELECT l.link, d.address, l.valid_from, l.valid_to, l.department, l.file, l.row_number
        FROM person_dwelling AS l JOIN dwelling AS d USING (dwelling_id) WHERE l.person_id = $1 ORDER BY ALL
    """,
    "employment": """
        SELECT e.name, e.employer_code, l.link, l.status, l.recorded_date, l.department, l.file, l.row_number
        FROM person_employment AS l JOIN employer AS e USING (employer_id) WHERE l.person_id = $1 ORDER BY ALL
    """,
    "relations": """
        SELECT relation, other_person_id, valid_from, valid_to, departments FROM person_relation
        WHERE person_id = $1 ORDER BY ALL
    """,
    "history": "SELECT * FROM person_history($1)",
    "corrections_asked": """
        SELECT * EXCLUDE (person_id) FROM correction_request
        WHERE person_id IN (SELECT $1 UNION ALL SELECT retired_person_id FROM person_alias WHERE person_id = $1)
        ORDER BY request_id
    """,
    "looked_at": """
        SELECT logged_at, actor, action, purpose FROM access_log
        WHERE person_id IN (SELECT $1 UNION ALL SELECT retired_person_id FROM person_alias WHERE person_id = $1)
        ORDER BY entry_id
    """,
}


def find_persons(con: duckdb.DuckDBPyConnection, given: str) -> list[str]:
    """Persons in force by an id (retired ones lead to the one in their place) or by a citizen number of any record."""
    return [
        str(person_id)
        for (person_id,) in con.execute(
            """
            SELECT person_id FROM person WHERE person_id = $1
            UNION SELECT person_id FROM person_alias WHERE retired_person_id = $1
            UNION SELECT x.person_id FROM std_mention AS m JOIN crosswalk AS x USING (mention_id)
            WHERE m.citizen_id = upper($1)
            ORDER BY 1
            """,
            [given],
        ).fetchall()
    ]


def held_on(con: duckdb.DuckDBPyConnection, person_id: str) -> dict[str, list[dict[str, Any]]]:
    """Everything that the base holds on a person, by kind; relatives by their ids alone."""
    held = {}
    for kind, query in _HELD.items():
        found = con.execute(query, [person_id])
        names = [column[0] for column in found.description or ()]
        held[kind] = [_told(dict(zip(names, row, strict=True))) for row in found.fetchall()]
    return held


def _told(row: dict[str, Any]) -> dict[str, Any]:
    """The row, of whose file the name may be that of somebody else."""
    return {**row, "file": shown_file(row["file"])} if row.get("file") else row


def request_correction(
    con: duckdb.DuckDBPyConnection,
    person_id: str,
    attribute: str,
    value: str | None,
    *,
    reason: str,
    by: str,
    at: datetime,
) -> int:
    """Take down that a person says a value is wrong; the records are put right by the department that owns them.

    Raises:
        AccessError: the base holds no such attribute of the person.
    """
    known = con.execute(
        "SELECT count(*) FROM person_attribute WHERE person_id = $1 AND attribute = $2", [person_id, attribute]
    ).fetchall()
    if known == [(0,)]:
        raise AccessError(f"nothing is held under {attribute}; take an attribute from `popbase subject`")
    [(number,)] = con.execute("SELECT coalesce(max(request_id), 0) + 1 FROM correction_request").fetchall()
    con.execute(
        "INSERT INTO correction_request VALUES ($1, $2, $3, $4, $5, $6, $7, NULL, NULL, NULL)",
        [number, person_id, attribute, value, reason, at, by],
    )
    return int(number)


def open_corrections(con: duckdb.DuckDBPyConnection) -> list[tuple[Any, ...]]:
    """Requests that wait: request_id, person_id, attribute, department and file of the value, reason, received_at."""
    found = con.execute("""
        SELECT c.request_id, coalesce(l.person_id, c.person_id) AS person_id, c.attribute, a.department, a.file,
            a.row_number, c.reason, c.received_at
        FROM correction_request AS c
        LEFT JOIN person_alias AS l ON l.retired_person_id = c.person_id
        LEFT JOIN person_attribute AS a
            ON a.person_id = coalesce(l.person_id, c.person_id) AND a.attribute = c.attribute
        WHERE c.closed_at IS NULL ORDER BY c.request_id
    """).fetchall()
    return [(*row[:4], shown_file(row[4]) if row[4] else None, *row[5:]) for row in found]


def close_correction(con: duckdb.DuckDBPyConnection, request_id: int, *, outcome: str, by: str, at: datetime) -> None:
    """Note how a request ended.

    Raises:
        AccessError: there is no such open request.
    """
    closed = con.execute(
        "UPDATE correction_request SET closed_at = $1, closed_by = $2, outcome = $3"
        " WHERE request_id = $4 AND closed_at IS NULL RETURNING request_id",
        [at, by, outcome, request_id],
    ).fetchall()
    if not closed:
        raise AccessError(f"no open request {request_id}; see `popbase correction list`")
