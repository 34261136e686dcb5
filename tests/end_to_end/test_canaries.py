"""Values that may not leave: planted in every column of every department, and looked for in all that a run writes."""

import csv
import io
import zipfile
from pathlib import Path

import pytest

from pipelines import deliveries
from pipelines.home import Home
from pipelines.terminal import Exit
from sources.contract import load_contracts

NAME, PLACE = "佟鸑鷟", "窅窊路"
NUMBER, PHONE, CODE = "370114198811230016", "13987612340", "91370114MA3CANARY7"
CANARIES = (
    NAME,
    "鸑鷟",
    "窅窊",
    NUMBER,
    "198811230016",
    "3701141988112300",
    PHONE,
    "87612340",
    CODE,
    "19881123",
    "1988-11-23",
)
FILE_CANARIES = ("诸葛铁蛋", "370181198402299177", "13612345678")
"""In names of files; receipts go to whoever chose the name, and keep it."""
BY_TYPE = {
    "person_name": NAME, "citizen_id": NUMBER, "phone": PHONE, "organisation_code": CODE, "date": "1988-11-23",
    "address": f"明水街道{PLACE}7号",
}  # fmt: skip
RESTRICTED = ("warehouse", "archive", "published", "projects", "intake")
"""Where values may stand; the published base is looked through by a test of its own."""


def value(column, row):
    """A canary that the column's type can hold, so that rows are accepted; codes stay what a code list knows."""
    if column.codes:
        return next(iter(column.codes))
    return BY_TYPE.get(column.type, f"{PLACE}{column.name}{row}" if column.type == "text" else "1")


def file_of(extract):
    """A sound row, one with too many cells, one without anybody, and one of damaged names."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=extract.delimiter if extract.delimiter.isascii() else ",")
    writer.writerow([column.headers[0] for column in extract.columns])
    for row in range(3):
        writer.writerow([value(column, row) for column in extract.columns])
    writer.writerow([*(value(column, 9) for column in extract.columns), NAME, NUMBER, PHONE])
    writer.writerow(["" if c.type in ("person_name", "citizen_id") else value(c, 8) for c in extract.columns])
    writer.writerow([f"锟斤拷{NAME}" if c.type == "person_name" else value(c, 7) for c in extract.columns])
    return out.getvalue()


def named_files(home):
    """Files whose names hold values: of a department, accepted, refused and damaged, and strays that stay."""
    name, number, phone = FILE_CANARIES
    tax = next(contract for contract in load_contracts() if contract.department == "tax").extracts[0]
    text = file_of(tax)
    damaged = text.encode()[:-40] + b"\xff\xfe\xff\xff\xff\xff" + f",{NUMBER}\n".encode()
    for path, content in {
        f"tax/个税扣缴_{name}_{number}.csv": text.encode("gb18030"),
        f"tax/个税扣缴_{phone}.csv": damaged,
        f"tax/{name}_{phone}.csv": f"甲,乙\n{name},{phone}\n".encode(),
        "tax/照片.csv": b"\xff\xd8\xff\xe0" + NAME.encode() * 100,
        f"weather/{number}/{name}_{phone}.csv": b"1",
        f"{name}_{number}.csv": b"1",
    }.items():
        target = home.intake / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)


@pytest.fixture(scope="module")
def home(city, tmp_path_factory, end_to_end):
    """A night with canaries from all departments, one that fails in the middle, then all that can be asked of them."""
    home = Home(tmp_path_factory.mktemp("canaries") / "home").prepare()
    end_to_end.deliver(city, home, 0)
    for contract in load_contracts():
        for extract in contract.extracts:
            name = extract.files[0].replace("*", "_金丝雀_20261101")
            (home.intake / contract.department / name).write_text(file_of(extract), encoding="utf-8")
        (home.intake / contract.department / "refused.csv").write_text(f"甲,乙\n{NAME},{NUMBER}\n", encoding="utf-8")
    named_files(home)
    said = [end_to_end.run(home, end_to_end.NIGHTS[0])]
    assert said[0].exit_code == Exit.FILES_REFUSED, said[0].output
    [(person,)] = end_to_end.query(
        home, "SELECT person_id FROM crosswalk WHERE file LIKE '%金丝雀%' ORDER BY 1 LIMIT 1"
    )
    end_to_end.deliver(city, home, 1)
    with pytest.MonkeyPatch.context() as patch:
        query = f"SELECT CAST('{NAME}{NUMBER}' AS INTEGER)"
        patch.setattr(deliveries, "count_repaired", lambda con: con.execute(query))
        said.append(end_to_end.run(home, end_to_end.NIGHTS[1]))
        assert said[1].exit_code == Exit.FAILED
    asked = (("status",), ("explain", person), ("review", "list"), ("review", "log"), ("correction", "list"))
    said += [end_to_end.popbase(*words, "--home", home.root) for words in asked]
    return home, "".join(result.output for result in said)


def contents(path):
    """All bytes that a file holds, unpacked where it is packed."""
    content = path.read_bytes()
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as packed:
            content += b"".join(packed.read(name) for name in packed.namelist())
    return content


def found_in(content, canaries=(*CANARIES, *FILE_CANARIES)):
    encodings = ("utf-8", "gb18030", "utf-16-le", "unicode_escape")
    return [canary for canary in canaries if any(canary.encode(encoding) in content for encoding in encodings)]


def test_the_canaries_are_in_the_base(home, end_to_end):
    files = end_to_end.query(home[0], "SELECT count(DISTINCT file) FROM crosswalk WHERE file LIKE '%金丝雀%'")
    assert files[0][0] >= 12
    assert end_to_end.query(home[0], "FROM crosswalk WHERE file = 'tax/个税扣缴_***_***.csv'")
    archived = b"".join(path.read_bytes() for path in home[0].archive.rglob("*") if path.is_file())
    assert found_in(archived)


def test_nothing_outside_of_the_restricted_folders_holds_a_value(home):
    root = home[0].root
    files = [path for path in root.rglob("*") if path.is_file() and path.relative_to(root).parts[0] not in RESTRICTED]
    assert {path.relative_to(root).parts[0] for path in files} >= {"receipts", "reports", "dagster"}
    leaks = {
        str(path.relative_to(root)): found
        for path in files
        if (found := found_in(contents(path), CANARIES if "receipts" in path.parts else (*CANARIES, *FILE_CANARIES)))
    }
    assert leaks == {}
    assert NAME in (home[0].warehouse / "errors.log").read_text(encoding="utf-8")


def test_nothing_that_was_printed_holds_a_value(home):
    assert found_in(home[1].encode()) == []
    assert "tax/***_***.csv" in home[1] and "details in warehouse/errors.log" in home[1]


def test_the_published_base_holds_no_value(home, end_to_end):
    tables = end_to_end.query(home[0], "SELECT table_name FROM duckdb_tables() WHERE NOT internal")
    for (table,) in tables:
        assert found_in(str(end_to_end.query(home[0], f'FROM "{table}"')).encode()) == [], table
    for path in Path(home[0].published).rglob("*.parquet"):
        assert found_in(path.read_bytes()) == []
