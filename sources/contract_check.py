"""What a writer of a contract wants to know: does it fit, do its examples hold, does it fit a delivered file.

Nothing here stops a night; `sources.contract` refuses what cannot work. Findings hold headers and counts,
never values of a delivered file.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import duckdb

from sources.contract import Contract, ContractError, Extract, load_contract
from sources.examples import run_examples
from sources.reading import read_delivery, Reading
from sources.reasons import REASONS

Level = Literal["error", "warning", "info"]

LEAST_EXAMPLES = 3
"""Two rows that become mentions and one that is refused, for each extract."""


@dataclass(frozen=True)
class Finding:
    """One thing about a contract: how bad, where (line and field, extract, or file), and what."""

    level: Level
    where: str
    message: str

    def __str__(self) -> str:
        """As one line."""
        return f"{self.level}: {self.where}: {self.message}"


def check_contract(path: Path, csv: Path | None = None) -> list[Finding]:
    """Check one contract file, and how one delivered file fits it.

    Args:
        path: the contract.
        csv: a file as the department delivers it.

    Returns:
        Findings in order of discovery; the contract is usable when none is an error.
    """
    try:
        contract = load_contract(path)
    except ContractError as error:
        return [Finding("error", path.name, text) for text in error.findings]
    with duckdb.connect() as con:
        failures = [Finding("error", path.name, str(failure)) for failure in run_examples(contract, con)]
    delivered = _read(csv, contract) if csv else ()
    return [*failures, *advise(contract), *delivered]


def advise(contract: Contract) -> list[Finding]:
    """What works and should still be put right: unused or unexplained columns, ranks and examples not given."""
    return [finding for extract in contract.extracts for finding in _advise(contract, extract)]


def _advise(contract: Contract, extract: Extract) -> Iterator[Finding]:
    where = f"{contract.department}.{extract.extract}"
    for name in sorted(set(extract.kept) - _used(extract)):
        yield Finding("warning", where, f"column {name} is kept and not used; set keep: false (data minimisation)")
    for column in extract.columns:
        if not column.purpose:
            yield Finding("warning", where, f"column {column.name} states no purpose")
    ranked = contract.trust.keys() | extract.trust.keys()
    given = {attribute for mention in extract.mentions for attribute in (*mention.attributes, *mention.constants)}
    for attribute in sorted(given - ranked):
        yield Finding("warning", where, f"no trust rank for {attribute}; add it under trust")
    if len(extract.examples) < LEAST_EXAMPLES or not any(example.reason_code for example in extract.examples):
        yield Finding("warning", where, f"fewer than {LEAST_EXAMPLES} examples, or none with a reason_code")
    for example in extract.examples:
        if example.reason_code and example.reason_code not in REASONS:
            yield Finding("error", where, f"example {example.title}: no reason code {example.reason_code}")


def _used(extract: Extract) -> set[str]:
    keys = {name for names in extract.natural_key for name in names}
    named = {name for mention in extract.mentions for name in mention.columns}
    return keys | named | ({extract.record_date} if extract.record_date else set())


def _read(csv: Path, contract: Contract) -> Iterator[Finding]:
    reading = read_delivery(csv, csv.name, contract)
    if reading.refused_reason:
        title = REASONS[reading.refused_reason].title_zh
        hint = f"; it looks like {reading.refused_hint}" if reading.refused_hint else ""
        yield Finding("error", csv.name, f"refused, {reading.refused_reason} ({title}){hint}")
    for name in reading.missing_columns:
        yield Finding("error", csv.name, f"required column {name} did not come; add its header here if it did")
    if reading.extract is not None:
        yield from _read_extract(csv.name, reading, reading.extract)


def _read_extract(file: str, reading: Reading, extract: Extract) -> Iterator[Finding]:
    yield Finding("info", file, f"read as {extract.extract}: {reading.encoding}, cells between {reading.delimiter!r}")
    used = (
        f"{reading.rows_accepted} accepted + {reading.rows_quarantined} quarantined + {reading.rows_non_data} non-data"
    )
    yield Finding("info", file, f"{reading.rows_delivered} records = {used}")
    for code, count in reading.reasons.items():
        yield Finding("warning", file, f"{count} rows quarantined, {code} ({REASONS[code].title_zh})")
    for name, header in reading.headers.items():
        dropped = "" if extract.by_name[name].keep else ", dropped at intake"
        yield Finding("info", file, f"header {header} is column {name}{dropped}")
    for header, known in reading.synonyms.items():
        yield Finding("warning", file, f"header {header} was taken for its synonym {known}; add it here if it is right")
    for header in reading.unknown_columns:
        yield Finding("warning", file, f"header {header} is in no column; its values are not taken")
    for column in extract.columns:
        if column.keep and column.name not in reading.headers:
            yield Finding("info", file, f"column {column.name} did not come")
    for code in reading.warnings:
        yield Finding("warning", file, f"{code} ({REASONS[code].title_zh})")
