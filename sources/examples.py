"""A contract's own examples, run through the steps that delivered rows take.

Row in → the row checks → mentions → standard values, and what came out is compared with what the contract
promises. Values shown in a failure are the contract's fictitious ones.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

import duckdb
import pyarrow as pa

from sources.contract import Contract, Example, Extract
from sources.mentions import raw_mentions_sql
from sources.quarantine import row_problems_sql
from sources.standardise import standardise_mentions
from sources.tables import ROWS, STD_MENTION

NIGHT: Final = date(2026, 11, 1)
"""The night on which examples arrive: an age in an example is the age before it."""

Values = dict[str, str | None]


@dataclass(frozen=True)
class ExampleFailure:
    """One thing that an example promises and that did not happen."""

    extract: str
    title: str
    where: str
    expected: str | None
    actual: str | None

    def __str__(self) -> str:
        """As a sentence for the writer of the contract."""
        return f"{self.extract}, example {self.title}: {self.where} should be {self.expected}, is {self.actual}"


def run_examples(contract: Contract, con: duckdb.DuckDBPyConnection) -> list[ExampleFailure]:
    """Run all examples of a contract; returns what does not hold, in contract order.

    Args:
        contract: the department's.
        con: any connection; temporary tables `example_…` and those of standardising are replaced.
    """
    return [failure for extract in contract.extracts for failure in _run_extract(contract.department, extract, con)]


def _run_extract(department: str, extract: Extract, con: duckdb.DuckDBPyConnection) -> Iterator[ExampleFailure]:
    if not extract.examples:
        return
    con.register("example_rows_in", _rows(extract))
    con.execute("CREATE OR REPLACE TEMP TABLE example_rows AS FROM example_rows_in")
    con.unregister("example_rows_in")
    con.execute(f"CREATE OR REPLACE TEMP TABLE example_problem AS {row_problems_sql(extract, 'example_rows')}")
    usable = "(SELECT * FROM example_rows ANTI JOIN example_problem USING (row_number))"
    con.execute(f"CREATE OR REPLACE TEMP TABLE example_raw AS {raw_mentions_sql(department, extract, usable)}")
    standardise_mentions(
        con,
        raw_relation="example_raw",
        delivery_id=1,
        department=department,
        extract=extract.extract,
        roles=extract.roles,
        night=NIGHT,
    )
    reasons = dict(con.execute("SELECT row_number, reason_code FROM example_problem").fetchall())
    mentions = _mentions(con)
    for number, example in enumerate(extract.examples, start=1):
        for where, expected, actual in _compare(example, reasons.get(number), mentions.get(number, {})):
            yield ExampleFailure(extract.extract, example.title, where, expected, actual)


def _rows(extract: Extract) -> pa.Table:
    examples = extract.examples
    numbers = pa.array(range(1, len(examples) + 1), pa.int32())
    cells = [pa.array([example.row.get(name, "") for example in examples], pa.string()) for name in extract.kept]
    return pa.table([numbers, numbers, *cells], names=[*ROWS.names, *extract.kept])


def _mentions(con: duckdb.DuckDBPyConnection) -> dict[int, dict[str, Values]]:
    """Standard values as text, by row and role."""
    columns = ", ".join(f'CAST("{name}" AS VARCHAR) AS "{name}"' for name in STD_MENTION.names)
    lines = con.sql(f"SELECT {columns} FROM new_std_mention ORDER BY mention_id").to_arrow_table().to_pylist()
    mentions: dict[int, dict[str, Values]] = {}
    for line in lines:
        mentions.setdefault(int(line["row_number"]), {})[line["role"]] = line
    return mentions


def _compare(
    example: Example, reason: str | None, mentions: dict[str, Values]
) -> Iterator[tuple[str, str | None, str | None]]:
    if example.reason_code != reason:
        yield "reason_code", example.reason_code, reason
        return
    if set(mentions) != set(example.mentions):
        yield "roles", ", ".join(sorted(example.mentions)), ", ".join(sorted(mentions))
    for role, expected in example.mentions.items():
        for name, value in expected.items():
            if role in mentions and mentions[role][name] != value:
                yield f"{role}.{name}", value, mentions[role][name]
