"""Comparison kinds: at which level two values of a column agree.

A kind knows one sort of value and works on whole columns of distinct values. Not here: which column is compared by
which kind (`matching.spec`), nor what a level is worth (`matching.parameters`).
"""

from collections.abc import Mapping
from typing import Final

from matching.kinds.address import ADDRESS
from matching.kinds.birth import BIRTH
from matching.kinds.chinese_name import CHINESE_NAME
from matching.kinds.citizen_id import CITIZEN_ID
from matching.kinds.code import CODE
from matching.kinds.date import DATE
from matching.kinds.exact import EXACT
from matching.kinds.kind import Kind
from matching.kinds.latin_name import LATIN_NAME
from matching.kinds.text import TEXT

KINDS: Final[Mapping[str, Kind]] = {
    kind.name: kind for kind in (EXACT, TEXT, CODE, DATE, CITIZEN_ID, CHINESE_NAME, BIRTH, LATIN_NAME, ADDRESS)
}
"""Every kind by its name."""
