"""Faults of a file as a whole: name, file, the end of the failure's name, change of the delivered file."""

import zipfile
from collections.abc import Callable
from pathlib import Path

import duckdb
from planted_rows import REGISTER

ARRIVAL = "arrival_public_security.household_register"


def bomb(path: Path) -> None:
    """An archive of 400 MB of nothing in its place."""
    with (
        zipfile.ZipFile(path.with_suffix(".zip"), "w", zipfile.ZIP_DEFLATED) as packed,
        packed.open("a.csv", "w") as member,
    ):
        for _ in range(400):
            member.write(bytes(1_000_000))
    path.unlink()


def lines(path: Path) -> None:
    """As many rows as an old spreadsheet could hold."""
    head, *rest = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(head + b"".join((rest * (65_536 // len(rest) + 1))[:65_535]))


def again(path: Path) -> None:
    """What was delivered last."""
    [archived] = [p for p in (path.parents[2] / "archive").rglob("*") if p.is_file() and p.name == last_of(path)]
    path.write_bytes(archived.read_bytes())


def last_of(path: Path) -> str:
    """The hash of the extract's last accepted content."""
    with duckdb.connect(str(path.parents[2] / "warehouse" / "population.duckdb"), read_only=True) as con:
        [(sha256,)] = con.execute("""
            SELECT arg_max(sha256, night) FROM delivery WHERE extract = 'household_register' AND status = 'accepted'
        """).fetchall()
    return str(sha256)


FILES_CHANGED: tuple[tuple[str, str, str, Callable[[Path], object]], ...] = (
    (
        "a file of the month before",
        REGISTER,
        f"{ARRIVAL}_not_older_than_before",
        lambda path: path.rename(path.with_name("户籍人口_20261001.csv")),
    ),
    ("the same file again", REGISTER, f"{ARRIVAL}_not_older_than_before", again),
    ("as many lines as an old spreadsheet has", REGISTER, f"{ARRIVAL}_not_cut_by_a_spreadsheet", lines),
    (
        "other rows than promised",
        REGISTER,
        f"{ARRIVAL}_rows_as_promised",
        lambda path: path.with_name(f"{path.name}.manifest").write_text("rows=9999\n"),
    ),
    (
        "other content than promised",
        REGISTER,
        "refused.checksum_differs",
        lambda path: path.with_name(f"{path.name}.sha256").write_text(f"{'0' * 64}  {path.name}\n"),
    ),
    ("an empty file", REGISTER, "refused.file_empty", lambda path: path.write_bytes(b"")),
    (
        "a damaged workbook",
        REGISTER,
        "refused.workbook_damaged",
        lambda path: path.write_bytes(b"PK\x03\x04[Content_Types].xml" + bytes(200)),
    ),
    (
        "a file of another department",
        REGISTER,
        "refused.columns_missing",
        lambda path: path.write_bytes(next((path.parents[1] / "grid").glob("*.csv")).read_bytes()),
    ),
    (
        "a link to a file",
        REGISTER,
        "refused.file_symlink",
        lambda path: (path.unlink(), path.symlink_to("/etc/hostname")),
    ),
    ("an archive that unpacks without end", REGISTER, "refused.archive_bomb", bomb),
    (
        "an encoding that nobody said",
        REGISTER,
        "refused.encoding_unknown",
        lambda path: path.write_bytes(path.read_bytes().decode("gb18030").translate({}).encode("shift_jis", "replace")),
    ),
)
