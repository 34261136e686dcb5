"""One spelling of each name; what names nobody."""

import duckdb
import pytest

from sources.standards.names import standardise_names

NAMES = [
    ("张三丰", "张三丰"),
    ("张　三", "张三"),
    (" 李 四\t", "李四"),
    ("張國強", "张国强"),
    ("李昇峯", "李升峰"),
    ("迪丽拜尔．麦麦提", "迪丽拜尔·麦麦提"),
    ("依明•阿不都", "依明·阿不都"),
    ("玉素甫・阿不都", "玉素甫·阿不都"),
    ("佐合拉‧肉孜", "佐合拉·肉孜"),
    ("依明.阿不都", "依明·阿不都"),
    ("卡德尔 玉素甫", "卡德尔·玉素甫"),
    ("迪丽拜尔?依明", "迪丽拜尔·依明"),
    ("沈萍?", "沈萍□"),
    ("沈萍\ufffd", "沈萍□"),
    ("张*", "张□"),
    ("李○○", "李□□"),
    ("王○芳", "王□芳"),
    ("王◯芳", "王□芳"),
    ("阿卜杜○热合曼", "阿卜杜·热合曼"),
    ("依明﹒阿不都", "依明·阿不都"),
    ("王&#19886;", "王䶮"),
    ("王&#x4DAE;", "王䶮"),
    ("王芳&nbsp;", "王芳"),
    ("虞成岳等2人", "虞成岳"),
    ("王YAN", "王□"),
    ("李子Wei", "李子□"),
    ("张（龙天）", "张□"),
    ("徐（莹加王旁）", "徐□"),
    ("李芳（女）", "李芳"),
    ("李芳（已故）", "李芳"),
    ("李芳(租户", "李芳"),
    ("\ue81e", "\u9fb4"),
    ("王\ue863", "王䶮"),
    ("王\ue000", "王□"),
    ("王\u200b芳\ufeff", "王芳"),
    ("王某某", "王□□"),
    ("Smith,  John", "SMITH JOHN"),
    ("ＳＭＩＴＨ　ＪＯＨＮ", "SMITH JOHN"),
    ("José García", "JOSE GARCIA"),
    ("欧阳 娜娜", "欧阳娜娜"),
]

NOBODY = ["测试", "无名氏", "不详", "35", "——", "王先生", "章丘顺达鼎盛超市", "□□", "姓名"]

NEWBORNS = ["王芳之女", "蒋倩之子", "唐婷珺之次女", "王芳之子(未取名)"]


def standardise(*names: str) -> dict[str, tuple[str | None, str | None, bool]]:
    con = duckdb.connect()
    con.execute("CREATE TABLE delivered AS SELECT unnest($1::VARCHAR[]) AS raw", [list(names)])
    standardise_names(con, "SELECT DISTINCT raw FROM delivered")
    return {raw: tuple(rest) for raw, *rest in con.execute("FROM std_name").fetchall()}


@pytest.fixture(scope="module")
def standard():
    return standardise(*(raw for raw, _ in NAMES), *NOBODY, *NEWBORNS)


@pytest.mark.parametrize(("raw", "name"), NAMES)
def test_a_name_has_one_spelling(standard, raw, name):
    assert standard[raw][0] == name
    assert standard[raw][2] is False


@pytest.mark.parametrize("raw", NOBODY)
def test_what_names_nobody_is_a_placeholder_without_name(standard, raw):
    assert standard[raw] == (None, None, True)


@pytest.mark.parametrize("raw", NEWBORNS)
def test_an_unnamed_newborn_keeps_its_name_as_a_placeholder(standard, raw):
    name, _, is_placeholder = standard[raw]
    assert is_placeholder
    assert name == raw.split("(")[0]


def test_a_former_name_is_taken_out_of_the_note():
    assert standardise("王芳（曾用名：王小芳）")["王芳（曾用名：王小芳）"] == ("王芳", "王小芳", False)
