"""Records among and below the data that are no data: blank, title, repeated header, totals, footers.

Works on whole columns of one run of records. Not here: titles above the header (`sources.layout`), rows of
the wrong shape (`sources.faults`).
"""

import re
from collections.abc import Sequence
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from sources.errors import DeliveryRefusedError
from sources.headers import known_share, map_headers
from sources.layout import Layout

DATA, BLANK, EMPTY, TITLE, HEADER, TOTAL, FOOTER = range(7)
KINDS: Final = ("data", "blank", "empty", "title", "header", "total", "footer")
"""What a record can be; a record's kind is an index into this tuple."""

_UNIT = "(条记录|条数据|条|行|人次|人|户|笔|件|页)"
_BLANK = r"[\s\x{3000}]*"
_OPEN, _CLOSE = r"[\s\x{3000}\-—=*(（【<#]*", r"[\s\x{3000}\-—=*)）】>]*"
_PLACE = r"(\p{Han}{0,12}(村|社区|街道|镇|乡|区|县|月|户|局|所|院|校|单位|公司|页))?"
"""Of what a subtotal is the sum."""
_SUM = (
    rf"((全部|户数|人数|条数|金额|总){_BLANK})?"
    rf"({_PLACE}(合|小|总|共|累){_BLANK}[计計]|(平{_BLANK})均[数值]?|[计計]|total)"
)
_TOTAL = "|".join(
    (
        rf"^{_OPEN}{_SUM}(数|人数|户数|条数|行数|笔数)?([(（][人户条笔件元万]+[)）])?"
        rf"{_CLOSE}([:：]?{_BLANK}[\d,]*{_BLANK}{_UNIT}?)?{_BLANK}$",
        rf"^{_OPEN}本页(合|小)计",
        rf"^{_OPEN}(数据|记录|总)*(条|行|人|户|笔|记录)?(总?数|总量)[:：]?{_BLANK}\d*{_BLANK}{_UNIT}?$",
    )
)
_FOOTER = "|".join(
    (
        rf"^{_OPEN}(制表|审核|填报|填表|报送|复核|经办|打印|导出|统计|负责|联系)(人|单位|部门|时间|日期|员){_BLANK}([/:：,，]|$)",
        rf"^{_OPEN}(制表|审核|填报|备注|注|说明|单位负责人|部门负责人|单位(名称|盖章)?|数据来源|截止(日期|时间)){_BLANK}([:：]|$)",
        rf"^{_OPEN}第{_BLANK}\d+{_BLANK}[/页]",
        rf"^{_OPEN}(以上|本表|本次)?(共有?|总共|合计|总计|已选择|查询到|检索到|导出){_BLANK}\d[\d,]*{_BLANK}{_UNIT}",
        rf"^{_OPEN}(完|结束|END( OF (FILE|DATA))?|EOF|以下空白|以下无(数据|正文|内容)|此页无正文){_CLOSE}$",
    )
)
_LONE = "|".join(
    (
        r"^[\-—=_*#~]{3,}$",
        rf"^{_OPEN}([^:：]*盖章|签章|公章)",
        rf"^{_OPEN}\d+{_BLANK}(行受影响|rows?( in set| selected| affected)?\b)",
    )
)
"""What is a footer only where nothing else stands in the record."""

_SAYS_TOTAL = re.compile(r"[计計]|数|total", re.IGNORECASE)
_COUNT = re.compile(
    r"(?:[计計]|total|共有?|数|总量|选择|[询索]到|导出)(?:[(（][人户条笔件][)）])?\s*[:：]?\s*(\d[\d,]*)\s*(?:[条行人户笔件)）。；;]|\s|$)"
    r"|(\d[\d,]*)\s*(?:行受影响|rows?\b)",
    re.IGNORECASE,
)
_PLAIN_COUNT = re.compile(r"(\d[\d,]*)\s*(?:条|行|人|户|笔|件|人次)?")
_LOOK_AT_CELLS = 4


def blank_mask(cells: pa.Array) -> pa.Array:
    """Where cells hold nothing, or nothing but blanks of any width."""
    return pc.or_(pc.equal(cells, ""), pc.utf8_is_space(cells))


def record_kinds(layout: Layout, columns: Sequence[pa.Array], lengths: pa.Array, filled: pa.Array) -> pa.Array:
    """The kind of each record of a run.

    Args:
        layout: of the file.
        columns: the cells by position, "" where a record is shorter.
        lengths: cells of each record; 0 for a blank line.
        filled: cells of each record that are not blank.

    Raises:
        DeliveryRefusedError: `columns_change_midway`, a second header with other positions.
    """
    kinds = pc.if_else(pc.equal(lengths, 0), BLANK, pc.if_else(pc.equal(filled, 0), EMPTY, DATA))
    few = max(_LOOK_AT_CELLS, layout.width * 3 // 5)
    sparse = pc.and_(pc.greater(filled, 0), pc.less_equal(filled, few))
    lone = pc.equal(filled, 1)
    for position, kind in [*_totals_and_footers(columns, sparse, lone), *_titles(layout, columns, filled)]:
        kinds = _replaced(kinds, position, kind)
    return _replaced(kinds, _headers(layout, columns), HEADER)


def _replaced(kinds: pa.Array, positions: pa.Array, kind: int) -> pa.Array:
    if not len(positions):
        return kinds
    mask = pc.is_in(pa.array(range(len(kinds)), pa.uint64()), value_set=positions.cast(pa.uint64()))
    return pc.if_else(mask, kind, kinds)


def _totals_and_footers(columns: Sequence[pa.Array], sparse: pa.Array, lone: pa.Array) -> list[tuple[pa.Array, int]]:
    rows = pc.indices_nonzero(sparse)
    if not len(rows):
        return []
    heads = [pc.take(column, rows) for column in columns[:_LOOK_AT_CELLS]]
    first = pc.coalesce(*(pc.if_else(blank_mask(head), None, head) for head in heads))
    is_footer = pc.fill_null(pc.match_substring_regex(first, _FOOTER, ignore_case=True), False)
    is_lone = pc.fill_null(pc.match_substring_regex(first, _LONE, ignore_case=True), False)
    is_footer = pc.or_(is_footer, pc.and_(is_lone, pc.take(lone, rows)))
    is_total = pc.match_substring_regex(heads[0], _TOTAL, ignore_case=True)
    for head in heads[1:]:
        is_total = pc.or_(is_total, pc.match_substring_regex(head, _TOTAL, ignore_case=True))
    return [(pc.filter(rows, is_footer), FOOTER), (pc.filter(rows, is_total), TOTAL)]


def _titles(layout: Layout, columns: Sequence[pa.Array], filled: pa.Array) -> list[tuple[pa.Array, int]]:
    """Titles that come again on each printed page."""
    if not layout.titles or not columns:
        return []
    again = pc.is_in(pc.utf8_trim_whitespace(columns[0]), value_set=pa.array(layout.titles, pa.string()))
    return [(pc.indices_nonzero(pc.and_(again, pc.less_equal(filled, 2))), TITLE)]


def _headers(layout: Layout, columns: Sequence[pa.Array]) -> pa.Array:
    """Records that are the header again."""
    names = pa.array(sorted({*layout.extract.by_header, *layout.header} - {""}), pa.string())
    hits: pa.Array | None = None
    for column in columns[:_LOOK_AT_CELLS]:
        known = pc.is_in(column, value_set=names)
        hits = known if hits is None else pc.or_(hits, known)
    candidates = [] if hits is None else pc.indices_nonzero(hits).to_pylist()
    return pa.array([position for position in candidates if _is_header_again(layout, columns, position)], pa.uint64())


def _is_header_again(layout: Layout, columns: Sequence[pa.Array], position: int) -> bool:
    record = [column[position].as_py() for column in columns]
    if [cell.strip() for cell in record[: layout.width]] == [cell.strip() for cell in layout.header[: layout.width]]:
        return True
    found = map_headers(layout.extract, record)
    if len(found.positions) < 3 or known_share(layout.extract, record) < 0.6:
        return False
    if any(layout.columns.positions.get(name) != place for name, place in found.positions.items()):
        raise DeliveryRefusedError("columns_change_midway")
    return True


def stated_count(layout: Layout, record: Sequence[str]) -> int | None:
    """The number of rows that a total or footer states (`合计,333`, `共 333 条`), if it states one.

    A number in a column of quantities (rent, income) is their sum, not a count.
    """
    filled = [(position, cell.strip()) for position, cell in enumerate(record) if cell.strip()]
    if not filled or re.search(r"小\s*计|本页|第.*页|\d\s*页|均|元", filled[0][1]):
        return None
    inside = _COUNT.search(filled[0][1])
    if inside is None and _SAYS_TOTAL.search(filled[0][1]) and len(filled) > 1:
        inside = None if filled[1][0] in _quantities(layout) else _PLAIN_COUNT.fullmatch(filled[1][1])
    return int(next(filter(None, inside.groups())).replace(",", "")) if inside else None


def _quantities(layout: Layout) -> set[int]:
    """The positions of the columns which hold quantities."""
    types = {name: column.type for name, column in layout.extract.by_name.items()}
    return {position for name, position in layout.columns.positions.items() if types[name] == "number"}
