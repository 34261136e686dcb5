"""Records that were not followed in the golden record, by department."""

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from warehouse.survivorship_rules import load_rules


def conflicts_by_department(con: duckdb.DuckDBPyConnection) -> dict[str, pa.Table]:
    """For each department that ever delivered its records whose values did not survive, newest first; no values.

    Returns:
        By department: file, row_number, role, called (what the attribute is called), same (records that agree with it),
        kept (records that agree with what was kept), since (the night since when, as a text).
    """
    called = {attribute: rule.zh for attribute, rule in load_rules().items()}
    con.execute("SET VARIABLE wh_called = $1::MAP(VARCHAR, VARCHAR)", [called])
    departments = con.execute("SELECT DISTINCT department FROM crosswalk ORDER BY department").fetchall()
    found = con.sql("""
        SELECT c.department, c.file, c.row_number, c.role,
            coalesce(getvariable('wh_called')[c.attribute], c.attribute) AS called,
            c.agreeing_count AS same, c.kept_count AS kept, v.from_night::VARCHAR AS since
        FROM department_conflict AS c
        JOIN person_runner_up_version AS v
            ON v.person_id = c.person_id AND v.attribute = c.attribute AND v.value = c.value AND v.to_night IS NULL
        ORDER BY c.department, v.from_night DESC, c.file, c.row_number, c.role, c.attribute
    """).to_arrow_table()
    return {
        str(department): found.filter(pc.field("department") == department).drop_columns(["department"])
        for (department,) in departments
    }
