"""Read mutated deliveries by the thousand: none may crash the reader, lose a row, or be read differently twice.

    python benchmarks/fuzz.py [--files 20000] [--seed 1]

Extracts of a small fictitious city are cut, repeated and damaged: bytes, quotes, delimiters, headers, encodings, page
breaks, containers. Of each file delivered = accepted + quarantined + non-data must hold (`read_delivery` raises when it
does not), an accepted reading must have an extract, a refused one a reason that is known; every tenth is read twice.
Prints the files by what became of them, rows in all, seconds, and peak memory. Exit code 1 when anything was wrong.
"""

import argparse
import gzip
import io
import random
import resource
import sys
import tempfile
import time
import traceback
import zipfile
from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path
from xml.sax.saxutils import escape

from sources.contract import load_contracts
from sources.reading import read_delivery, Reading
from sources.reasons import REASONS
from sources.synth.generate import generate

PEOPLE = 1_500
MOST_LINES = 1_000
ODD = (
    b'"', b"'", b",", b"\t", b"|", b";", "，".encode(), "；".encode(), b"\r", b"\n", b"\r\n", b"\0", b"\xff", b"\x80",
    b"\x81", b"\xef\xbb\xbf", "\u202e".encode(), "〃".encode(), "合计".encode(), b"=1+1", b"' OR 1=1 --",
    b"<table>", "<![重要]>".encode(), b"PK\x03\x04",
    "锟斤拷".encode(), "\U00020164".encode("gb18030"), b"\xfeY", b"3.30106E+17", b"x" * 5000,
)  # fmt: skip
RELATED = (
    '<Relationships><Relationship Id="r" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{}"'
    ' Target="{}"/></Relationships>'
)
CODECS = ("utf-8", "utf-8-sig", "gb18030", "gb18030", "utf-16", "utf-16-le", "big5", "latin-1")

Mutation = Callable[[random.Random, bytes], bytes]


def insert(rng: random.Random, data: bytes) -> bytes:
    """Odd bytes at some places."""
    for _ in range(rng.randint(1, 8)):
        at = rng.randrange(len(data) + 1)
        data = data[:at] + rng.choice(ODD) + data[at:]
    return data


def flip(rng: random.Random, data: bytes) -> bytes:
    """Some bytes are others."""
    body = bytearray(data)
    for _ in range(rng.randint(1, 20)):
        if body:
            body[rng.randrange(len(body))] = rng.randrange(256)
    return bytes(body)


def cut(rng: random.Random, data: bytes) -> bytes:
    """The file ends anywhere, or begins there."""
    at = rng.randrange(len(data) + 1)
    return data[:at] if rng.random() < 0.8 else data[at:]


def recode(rng: random.Random, data: bytes) -> bytes:
    """Another encoding, for all or from some line on."""
    text = data.decode("gb18030", "ignore") if rng.random() < 0.1 else data.decode("utf-8", "ignore")
    lines = text.splitlines(keepends=True)
    at = rng.choice((0, len(lines) // 2))
    return "".join(lines[:at]).encode("utf-8") + "".join(lines[at:]).encode(rng.choice(CODECS), "replace")


def separate(rng: random.Random, data: bytes) -> bytes:
    """Another delimiter, in all lines or in some."""
    old, new = rng.choice([(b",", b"\t"), (b",", b"|"), (b",", b";"), (b",", "，".encode()), (b",", b",,")])
    lines = data.split(b"\n")
    return b"\n".join(line.replace(old, new) if rng.random() < 0.9 else line for line in lines)


def shuffle(rng: random.Random, data: bytes) -> bytes:
    """Lines in another order, twice, or the header again on each page."""
    lines = data.split(b"\n")
    kind = rng.randrange(3)
    if kind == 0:
        rng.shuffle(lines)
    elif kind == 1:
        lines = [each for line in lines for each in (line, line)[: rng.randint(1, 2)]]
    else:
        lines = [each for n, line in enumerate(lines) for each in ((lines[0], line) if n % 20 == 19 else (line,))]
    return b"\n".join(lines)


def top(rng: random.Random, data: bytes) -> bytes:
    """Titles and blank lines above, totals below."""
    above = rng.choice([b"", "某县报送表\n".encode(), b"\n\n", "一,二,三\n单位：,,\n\n".encode(), b"\n" * 30])
    return above + data + rng.choice([b"", "合计,12,,\n".encode(), "共 7 条\n".encode(), "制表人：\n".encode()])


def pack(rng: random.Random, data: bytes) -> bytes:
    """In a container, whole or damaged."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for n in range(rng.choice((1, 1, 1, 2))):
            archive.writestr(f"{n}.csv", data)
    rows = data.decode("utf-8", "replace").splitlines()
    page = "<table>" + "".join("<tr><td>" + "<td>".join(row.split(",")) for row in rows) + "</table>"
    return rng.choice((gzip.compress(data), out.getvalue(), page.encode(), workbook(rows)))


def workbook(rows: list[str]) -> bytes:
    """The least that is an Excel workbook: one sheet, of texts."""
    cells = ("".join(f'<c t="inlineStr"><is><t>{escape(cell)}</t></is></c>' for cell in row.split(",")) for row in rows)
    sheet = "".join(f"<row>{each}</row>" for each in cells)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("_rels/.rels", RELATED.format("officeDocument", "xl/workbook.xml"))
        parts.writestr("xl/workbook.xml", '<workbook><sheets><sheet name="1" r:id="r"/></sheets></workbook>')
        parts.writestr("xl/_rels/workbook.xml.rels", RELATED.format("worksheet", "worksheets/1.xml"))
        parts.writestr("xl/worksheets/1.xml", f"<worksheet><sheetData>{sheet}</sheetData></worksheet>")
    return out.getvalue()


MUTATIONS: tuple[Mutation, ...] = (insert, flip, cut, recode, separate, shuffle, top, pack)


def main() -> int:
    """Read the files; 0 when all went as it must."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    rng = random.Random(options.seed)  # noqa: S311 - no secret
    contracts = {contract.department: contract for contract in load_contracts()}
    became: Counter[str] = Counter()
    wrong, rows, began = 0, 0, time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        generate(PEOPLE, options.seed, 1, Path(folder) / "city", date(2026, 11, 1))
        seeds = sorted(path for path in (Path(folder) / "city" / "night_000").rglob("*") if path.is_file())
        texts = [(path.parent.name, path.name, path.read_bytes()) for path in seeds]
        file = Path(folder) / "delivered"
        for number in range(options.files):
            department, name, data = rng.choice(texts)
            file.write_bytes(mutated(rng, data))
            try:
                reading = read_delivery(file, name, contracts[department], contracts.values(), Path(folder))
                fault = unsound(reading)
                if number % 10 == 0:
                    other = read_delivery(file, name, contracts[department], contracts.values(), Path(folder))
                    fault = fault or differs(reading, other)
            except Exception:  # noqa: BLE001 - a crash is what is looked for
                fault, reading = traceback.format_exc(limit=-3), Reading(refused_reason="crash")
            if fault:
                wrong += 1
                print(f"file {number} of seed {options.seed} ({department}/{name}): {fault}")
            rows += reading.rows_delivered
            became[reading.refused_reason or "accepted"] += 1
    for reason, count in became.most_common():
        print(f"{reason:24}{count:8,}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    seconds = time.monotonic() - began
    print(f"{options.files:,} files, {rows:,} rows, {wrong} wrong, {seconds:.0f} s, {peak:,.0f} MiB at most")
    return int(wrong > 0)


def mutated(rng: random.Random, data: bytes) -> bytes:
    """Some lines of a file, damaged in one to three ways."""
    lines = data.split(b"\n")
    if len(lines) > 3:
        at = rng.randrange(1, len(lines))
        lines = lines[:1] + lines[at : at + rng.randint(1, MOST_LINES)]
    data = b"\n".join(lines)
    for mutation in rng.sample(MUTATIONS, rng.randint(1, 3)):
        data = mutation(rng, data)
    return data


def differs(one: Reading, other: Reading) -> str | None:
    """Whether two readings of one file differ."""
    same = one.rows.read_all() == other.rows.read_all() and one.problems.read_all() == other.problems.read_all()
    return None if same and one.refused_reason == other.refused_reason else "read differently twice"


def unsound(reading: Reading) -> str | None:
    """What a reading says that cannot be."""
    if reading.refused_reason:
        return None if reading.refused_reason in REASONS else f"no such reason {reading.refused_reason}"
    if reading.extract is None:
        return "accepted without an extract"
    if reading.rows_delivered != reading.rows_accepted + reading.rows_quarantined + reading.rows_non_data:
        return "rows do not add up"
    return None


if __name__ == "__main__":
    sys.exit(main())
