"""Records that were not followed in the golden record, by department."""

import duckdb

from warehouse.survivorship_rules import load_rules

Record = tuple[str, int, str, str, int, int, str]
"""file, row number, role, what the attribute is called, records that agree with it, with what was kept, since when"""


def conflicts_by_department(con: duckdb.DuckDBPyConnection) -> dict[str, list[Record]]:
    """For each department that ever delivered its records whose values did not survive, newest first; no values."""
    called = {attribute: rule.zh for attribute, rule in load_rules().items()}
    found: dict[str, list[Record]] = {
        str(department): [] for (department,) in con.execute("SELECT DISTINCT department FROM crosswalk").fetchall()
    }
    rows = con.execute("""
        SELECT c.department, c.file, c.row_number, c.role, c.attribute, c.agreeing_count, c.kept_count, v.from_night
        FROM department_conflict AS c
        JOIN person_runner_up_version AS v
            ON v.person_id = c.person_id AND v.attribute = c.attribute AND v.value = c.value AND v.to_night IS NULL
        ORDER BY c.department, v.from_night DESC, c.file, c.row_number, c.role, c.attribute
    """).fetchall()
    for department, file, row_number, role, attribute, same, kept, since in rows:
        found[department].append((file, row_number, role, called.get(attribute, attribute), same, kept, f"{since}"))
    return found
