"""Personal names: one spelling of each, without notes, and which texts name nobody.

Characters are folded by `characters`; the grammar is `sql/names.sql`, its words are here. Homophones and slips are
not cleaned but compared (`matching`).
"""

from typing import Final

import duckdb

from sources.standards.characters import name_table
from sources.standards.folding import fold_texts
from sources.standards.statements import run_statements

NOTES: Final = (
    r"\((?:[男女]|[已亡故]+|死亡|去世|曾用名?.*|原名.*|曾名.*|又名.*|别名.*|小名.*|乳名.*|户主|配偶|本人|代|父|母|夫|妻|子|之?[父母妻子女]"
    r"|[大小老二三]|法人|经营者|负责人|个体|监护人|外籍|港澳台?|台湾|租户|[0-9]+|[一二三四五六七八九十]+)\)?"
)
"""Bracket notes which add to a name that is whole."""

NEWBORN: Final = (
    r"\p{Han}{2,4}(?:之(?:[大小长次幼双]?[一二三四五]?(?:子|女|儿|婴|男婴|女婴|宝))|(?:大|小|二|三)宝)[甲乙一二]?"
)
"""How a child is entered before it is named: by its mother."""

NO_PERSON: Final = (
    r".{3,}(?:公司|合作社|经营部|商行|商店|超市|事务所|委员会|村委会|居委会|银行|饭店|药店|工厂|中心)"
    r"|.(?:先生|女士|小姐|同志)|[^\p{L}□]*"
)
"""What stands in a name cell and names no person."""

PLACEHOLDERS: Final = (
    "测试", "测试员", "测试人员", "测试用户", "TEST", "无", "无名", "无名氏", "无姓名", "未知", "不详",
    "不明", "未取名", "未命名", "未起名", "待定", "待取名", "暂无", "暂无姓名", "空", "某", "某某",
    "某某某", "姓名", "户主", "本人", "新生儿", "婴儿", "男婴", "女婴", "同上", "拒答", "保密",
    "匿名", "NULL", "NONE", "NA", "NAN", "UNKNOWN", "XX", "XXX", "ABC", "AAA",
)  # fmt: skip


def standardise_names(con: duckdb.DuckDBPyConnection, texts_query: str) -> None:
    """Make the temporary table `std_name` (raw, name, former_name, name_is_placeholder).

    Args:
        con: where the query runs.
        texts_query: SELECT of one column `raw`, distinct and without null.
    """
    fold_texts(con, texts_query, "std_name_folded", name_table())
    con.execute("SET VARIABLE name_note_pattern = $1", [NOTES])
    con.execute("SET VARIABLE newborn_pattern = $1", [NEWBORN])
    con.execute("SET VARIABLE no_person_pattern = $1", [NO_PERSON])
    con.execute("SET VARIABLE name_placeholders = $1", [list(PLACEHOLDERS)])
    run_statements(con, "names")
