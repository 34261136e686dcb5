"""What nobody sends by mistake: shapes out of all proportion, and text that is code elsewhere."""

import csv
import io
import os
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sources.contract import ContractError, load_contracts
from sources.intake import scan_intake
from sources.reading import read_delivery
from sources.receipt import ReceiptFacts, write_receipt
from tests.sources.test_reading import CONTRACT, GOOD, HEADER, read

INJECTIONS = (
    "'; DROP TABLE person; --",
    '" OR 1=1 --',
    "$$; COPY x TO '/tmp/x'; $$",
    "${jndi:ldap://x}",
    "{{7*7}}",
    "%n%n",
)
BIDI = "\u202e\u2066\u200f\x1b[31m\x07"


def test_a_hundred_thousand_columns_are_read_or_refused_at_once(tmp_path: Path) -> None:
    more = ",".join(f"x{i}" for i in range(100_000))
    reading = read(tmp_path, f"{HEADER},{more}\n" + f"{GOOD},{more}\n" * 5)
    assert reading.refused_reason == "columns_missing"
    reading = read(tmp_path, f"{HEADER}\n" + f"{GOOD},{more}\n" * 5 + f"{GOOD}\n")
    assert (reading.reasons, reading.rows_accepted) == ({"cells_too_many": 5}, 1)


@pytest.mark.parametrize(
    ("quote", "length", "became"),
    [
        ("", 25_000, (2, {"cells_too_few": 3}, None)),
        ("", 90_000, (2, {"cells_too_few": 9}, None)),
        ('"', 25_000, (3, {}, None)),
        ('"', 90_000, (0, {}, "not_csv_binary")),
    ],
)
def test_a_cell_of_any_length_is_told(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    quote: str,
    length: int,
    became: tuple[int, dict[str, int], str | None],
) -> None:
    monkeypatch.setattr("sources.decode.BLOCK_BYTES", 1_000)
    monkeypatch.setattr("sources.decode.LONGEST_LINE_BYTES", 10_000)
    before = csv.field_size_limit(30_000)
    try:
        reading = read(tmp_path, f"{HEADER}\n{GOOD}\nD2,{quote}{'x' * length}{quote},,山,B\n{GOOD}\n")
    finally:
        csv.field_size_limit(before)
    assert (reading.rows_accepted, reading.reasons, reading.refused_reason) == became


@pytest.mark.parametrize("text", INJECTIONS)
def test_code_in_a_cell_is_a_text(tmp_path: Path, text: str) -> None:
    out = io.StringIO()
    csv.writer(out).writerow(["D1", "张三", "", text, text])
    assert read(tmp_path, f"{HEADER}\n{out.getvalue()}").rows.read_all()["address"].to_pylist() == [text]


@pytest.mark.parametrize("text", [*INJECTIONS, BIDI])
def test_code_in_a_header_is_no_column(tmp_path: Path, text: str) -> None:
    out = io.StringIO()
    csv.writer(out).writerow([*HEADER.split(","), text])
    reading = read(tmp_path, f"{out.getvalue()}{GOOD},1\n")
    assert reading.rows_accepted == 1 and text not in reading.rows.schema.names
    facts = ReceiptFacts("tax", f"tax/{BIDI}.csv", "0" * 64, 1, "accepted", "2026-11-01")
    for path in (*write_receipt(tmp_path / "receipts", facts, reading), *tmp_path.glob("receipts/*.html")):
        told = path.read_text(encoding="utf-8-sig")
        assert not set(BIDI) - {"[", "3", "1", "m"} & set(told)
        assert path.name.isprintable()


def test_a_hard_link_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "intake" / "tax"
    folder.mkdir(parents=True)
    (tmp_path / "other").write_text("a,b\n")
    os.link(tmp_path / "other", folder / "a.csv")
    [found] = scan_intake(tmp_path / "intake", ["tax"], time.time(), 0)
    assert (found.state, found.reason_code) == ("refused", "file_hard_link")


@pytest.mark.parametrize(
    "text",
    [
        "a: &a [x]\n"
        + "".join(f"{b}: &{b} [*{a}, *{a}, *{a}, *{a}]\n" for a, b in zip("abcdefghijk", "bcdefghijkl", strict=True)),
        "!!python/object/apply:os.system [id]",
        "department: !!python/name:os.system\n",
    ],
    ids=["bomb", "call", "name"],
)
def test_a_contract_is_data_alone(tmp_path: Path, text: str) -> None:
    (tmp_path / "tax.yml").write_text(text)
    began = time.monotonic()
    with pytest.raises(ContractError):
        load_contracts(tmp_path)
    assert time.monotonic() - began < 10


CELL = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufeff\u2028\u2029"), max_size=12)


@settings(max_examples=60, deadline=None)
@given(rows=st.lists(st.tuples(CELL, CELL), min_size=1, max_size=20))
def test_cells_are_what_the_csv_module_says(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str]]
) -> None:
    """Of rows of the right shape every cell is kept as it is, and every record is counted once."""
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\n").writerows([[f"D{n}", "张三", "", a, b] for n, (a, b) in enumerate(rows)])
    path = tmp_path_factory.mktemp("cells") / "x.csv"
    path.write_text(f"{HEADER}\n{out.getvalue()}", encoding="utf-8", newline="")
    reading = read_delivery(path, "钓鱼证_20261101.csv", CONTRACT)
    assert reading.rows_delivered == len(rows) + 1
    kept = reading.rows.read_all().to_pylist()
    for row in kept:
        address = rows[int(row["licence_no"][1:])][0]
        assert row["address"] == address or (row["address"] is None and not address.strip())


@settings(max_examples=100, deadline=None)
@given(content=st.binary(max_size=400))
def test_any_bytes_are_read_or_refused_with_a_reason(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    folder = tmp_path_factory.mktemp("bytes")
    for start in (b"", f"{HEADER}\n".encode(), f"{HEADER}\n{GOOD}\n".encode("gb18030")):
        reading = read(folder, start + content)
        assert reading.refused_reason or reading.extract
