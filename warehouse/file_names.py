"""Names of files as they may be told outside of the restricted warehouse: without numbers of persons, or names beside.

Not here: where names are told. Receipts lie with the department that chose the name, and keep it.
"""

import re
from typing import Final, TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

SHOWN: Final = "shown_file"
"""Temporary macro (file): as it is told. It costs nothing where all files are told under their names."""

_HALF_WIDTH: Final = str.maketrans("０１２３４５６７８９Ｘｘ＊", "0123456789Xx*")

_DAY: Final = "(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])"

# Dates, time stamps, and codes of divisions and grids are shorter or without a birth date in that place. A credit code
# (GB 32100) may be of digits alone: it begins as no number of a person does but for a few provinces, whose own numbers
# are known by the birth date.
_NUMBERS: Final = (
    f"[0-9]*[1-9][0-9]{{5}}{_DAY}[0-9]{{3}}[0-9Xx][0-9]*",  # a citizen number, alone or run together with digits
    "(?![159][1239])[0-9]{17}[0-9Xx](?![0-9*])",  # one whose birth date is wrong
    "[0-9]{15}(?![0-9*])",  # one of before 1999
    "(?:86)?1[3-9][0-9]{9}(?![0-9*])",  # a mobile phone
    r"(?=\*+[0-9]|[0-9]+\*)[0-9*]{6,}[Xx]?",  # any of these, partly hidden already
)
_NUMBER: Final = rf"(?<![0-9*])(?:{'|'.join(_NUMBERS)})"
_CHINESE: Final = "[\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U000323af·•]+"
_BETWEEN: Final = r"-_ .,，、()（）\[\]【】"
_JOINED: Final = f"[{_BETWEEN}]{{0,3}}"

_PERSONAL: Final = re.compile(f"(?:{_CHINESE}{_JOINED})?{_NUMBER}(?:{_JOINED}{_NUMBER})*(?:{_JOINED}{_CHINESE})?")
_PART: Final = re.compile(f"[^{_BETWEEN}]+")
_MASK: Final = "***"


def shown_file(file: str) -> str:
    """The name of a file without what looks like a citizen number or a mobile phone, and without Chinese beside it.

    Names of persons cannot be told from words, so the Chinese next to such a number goes too. Other names stay as they
    are.

    Args:
        file: a name, with folders or without.
    """
    text = file.translate(_HALF_WIDTH)
    shown = _PERSONAL.sub(lambda found: _PART.sub(_MASK, found[0]), text)
    return file if shown == text else shown


def create_shown_files(con: "duckdb.DuckDBPyConnection") -> None:
    """Make SHOWN for the files of all deliveries."""
    files = con.execute("SELECT DISTINCT file FROM delivery").fetchall()
    others = {file: shown for (file,) in files if (shown := shown_file(file)) != file}
    con.execute("SET VARIABLE wh_shown_file = map($1::VARCHAR[], $2::VARCHAR[])", [list(others), list(others.values())])
    told = "coalesce(getvariable('wh_shown_file')[file], file)" if others else "file"
    con.execute(f"CREATE OR REPLACE TEMP MACRO {SHOWN}(file) AS {told}")
