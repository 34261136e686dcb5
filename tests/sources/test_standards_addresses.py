"""Address texts in all the habits of the departments; all places are fictitious."""

from datetime import date

import duckdb
import pytest

from sources.standards.addresses import standardise_addresses
from sources.standards.statements import prepare_statements
from sources.tables import STD_ADDRESS

ONE_DOOR = "明水|唐王小区|8|702"
WRITINGS_OF_ONE_DOOR = [
    "山东省济南市章丘区明水街道龙泉社区福康路4802号唐王小区8号楼3单元702室",
    "山东省 济南市 章丘区 明水街道福康路4802号唐王小区8号楼3单元702室",
    "济南市章丘区明水街道龙泉社区唐王小区8号楼3-702",
    "章丘区明水街道唐王小区8-3-702",
    "山东省章丘市明水镇唐王小区8#3单元702室",
    "章丘县明水镇唐王小区8栋3单元702",
    "章丘明水街道唐王小区8幢3单元702",
    "明水街道办唐王小区8号楼702",
    "明水街道办事处唐王小区8号楼702室",
    "明水街道唐王小区８号楼３单元７０２室",
    "明水街道唐王小区八号楼三单元702室",
    "明水街道唐王小区08号楼03单元0702",
    "明水街道唐王小区8号楼3单元7层702室",
    "济南市章丘区明水街道唐王小区8号楼3单元702室（原章丘市明水镇）",
    "章丘区明水街道唐王小区8号楼3单元702室,东户",
    '章丘区明水街道唐王小区8号楼3单元702室，门口有"福"字',
    "章丘区明水街道唐王小区8号楼3单元702室\n（附房）",
    "山东省济南\ufffd章丘区明水街道唐王小区8号楼3单元702室",
    "明水街道唐王小区8-702",
]

ONE_HOUSE = "圣井|石埠村|148"
WRITINGS_OF_ONE_HOUSE = [
    "山东省济南市章丘区圣井街道石埠村148号",
    "章丘市圣井镇石埠村148#",
    "圣井街道石埠村148",
    "圣井街道石埠村148号院",
    "圣井街道石埠村村内148号",
    "圣井街道石埠村一百四十八号".replace("一百四十八", "148"),
    "圣井街道石埠村村委会148号".replace("村委会", ""),
]

COLUMNS = (
    "is_local",
    "division_code",
    "town",
    "community",
    "estate",
    "building",
    "unit",
    "room",
    "village",
    "house_no",
)
PARTS = """
山东省济南市章丘区明水街道龙泉社区福康路4802号唐王小区8号楼3单元702室 True 370114 明水 龙泉社区 唐王小区 8 3 702 . .
刁镇街道肖家洼村 True . 刁镇 . . . . . 肖家洼村 .
刁镇桃花山街3586号天悦二区22号楼3单元503室 True . 刁镇 . 天悦二区 22 3 503 . .
明水街道龙泉社区绿地社区9号楼1-402 True . 明水 龙泉社区 绿地社区 9 1 402 . .
明水街道绿地社区9号楼402 True . 明水 . 绿地社区 9 . 402 . .
开发区管委会东城佳苑16号楼4-1701 True . 开发区 . 东城佳苑 16 4 1701 . .
章丘区经济开发区东城佳苑16号楼4-1701 True 370114 开发区 . 东城佳苑 16 4 1701 . .
埠村街道赵家桥村（租户） True . 埠村 . . . . . 赵家桥村 .
双山街道香格里拉新村3号楼4单元301室 True . 双山 . 香格里拉新村 3 4 301 . .
双山街道香格里拉新村 True . 双山 . 香格里拉新村 . . . . .
圣井街道石埠村中心街12号 True . 圣井 . . . . . 石埠村 中心街12
山东省德州市乐陵市张集乡前家村176号 False 371481 张集 . . . . . 前家村 176
云南省红河哈尼族彝族自治州元阳县黄集街道张营村95号 False 532528 黄集 . . . . . 张营村 95
山东省莱芜市城关乡南家村9号 False 370116 城关 . . . . . 南家村 9
山东省烟台市烟台经济技术开发区黄集街道刘庄村9号 False 370600 黄集 . . . . . 刘庄村 9
外籍 False . . . . . . . . .
联系地址 False . . . . . . . . .
"""

KEYS = [
    ("刁镇街道肖家洼村", None, "刁镇|肖家洼村"),
    ("双山街道香格里拉新村3号楼4单元301室", "双山|香格里拉新村|3|301", "双山|香格里拉新村"),
    ("双山街道双泉路1722号3号楼4单元301室", "双山|双泉路1722|3|301", "双山|双泉路1722"),
    ("山东省德州市乐陵市张集乡前家村176号", "371481|张集|前家村|176", "371481|张集|前家村"),
    ("外籍", None, None),
    ("联系地址", None, None),
]


def standardise(*texts: str, home_division: str = "370114") -> dict[str, dict[str, object]]:
    con = duckdb.connect()
    prepare_statements(con, date(2026, 11, 1))
    con.execute("CREATE TABLE delivered AS SELECT unnest($1) AS raw", [list(texts)])
    standardise_addresses(con, "SELECT DISTINCT raw FROM delivered", home_division)
    table = con.sql("FROM new_std_address").to_arrow_table()
    assert table.schema.equals(STD_ADDRESS)
    return {row["address_raw"]: row for row in table.to_pylist()}


@pytest.fixture(scope="module")
def standard():
    return standardise(*WRITINGS_OF_ONE_DOOR, *WRITINGS_OF_ONE_HOUSE)


@pytest.mark.parametrize("text", WRITINGS_OF_ONE_DOOR)
def test_one_door_has_one_key_however_it_is_written(standard, text):
    assert standard[text]["dwelling_key"] == ONE_DOOR
    assert standard[text]["is_local"] is True


@pytest.mark.parametrize("text", WRITINGS_OF_ONE_HOUSE)
def test_one_house_has_one_key_however_it_is_written(standard, text):
    assert standard[text]["dwelling_key"] == ONE_HOUSE


@pytest.mark.parametrize("line", PARTS.split("\n")[1:-1])
def test_parts_are_found(line):
    text, *expected = line.split(" ")
    found = standardise(text)[text]
    assert [str(found[column] or ".") if column != "is_local" else str(found[column]) for column in COLUMNS] == expected


@pytest.mark.parametrize(("text", "dwelling_key", "place_key"), KEYS)
def test_keys_reach_as_far_as_the_text(text, dwelling_key, place_key):
    found = standardise(text)[text]
    assert (found["dwelling_key"], found["place_key"]) == (dwelling_key, place_key)


@pytest.mark.parametrize("home_division", ["371481", "372427"])
def test_another_county_can_be_home_under_any_of_its_codes(home_division):
    found = standardise("山东省德州市乐陵市张集乡前家村176号", "章丘区圣井街道石埠村148号", home_division=home_division)
    assert found["山东省德州市乐陵市张集乡前家村176号"]["dwelling_key"] == "张集|前家村|176"
    assert found["章丘区圣井街道石埠村148号"]["dwelling_key"] == "370114|圣井|石埠村|148"
