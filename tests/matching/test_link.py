"""Who is linked and who is not, case by case, on a few records among a hundred strangers."""

import datetime
from collections.abc import Mapping

import duckdb
import pyarrow as pa
import pytest

from matching.errors import InputError
from matching.nights import link_records
from matching.tables import RECORD, RELATION

Record = Mapping[str, object]
DOOR = ["明水|绿地苑|3|402"]
MOTHER = {"name": "李秀兰", "citizen_id": "370123198502033424", "sex_code": "2", "trust_rank": 1, "dwelling_keys": DOOR}
CHILD = {"name": "王一鸣", "citizen_id": "370181201506071233", "sex_code": "1", "trust_rank": 1, "dwelling_keys": DOOR}
TWIN = {"name": "王一航", "citizen_id": "370181201506071217", "sex_code": "1", "trust_rank": 1, "dwelling_keys": DOOR}


def _strangers(count: int = 100) -> list[Record]:
    surnames, given = "赵钱孙李周吴郑冯陈褚", "甲乙丙丁戊己庚辛壬癸"
    return [
        {
            "name": surnames[n % 10] + given[n // 10],
            "citizen_id": f"3701231970{n // 28 + 1:02}{n % 28 + 1:02}001X",
            "trust_rank": 1,
        }
        for n in range(count)
    ]


def _link(records: list[Record], relations: list[tuple[int, int, str]] = []) -> list[int]:  # noqa: B006 read only
    """Clusters of the given records (ids from 1 on), linked among a hundred strangers."""
    rows = []
    for number, record in enumerate([*records, *_strangers()], start=1):
        base = {"record_id": number, "source": "s", "record_key": f"k{number}", "role": "self", "trust_rank": 5}
        row = dict.fromkeys(RECORD.names) | base | {"dwelling_keys": [], "place_keys": []} | dict(record)
        if row["birth_date"]:
            row |= {"birth_year_low": row["birth_date"].year, "birth_year_high": row["birth_date"].year}
        rows.append(row)
    con = duckdb.connect()
    con.register("r", pa.Table.from_pylist(rows, RECORD))
    con.register(
        "x", pa.Table.from_pylist([dict(zip(RELATION.names, each, strict=True)) for each in relations], RELATION)
    )
    con.begin()
    link_records(con, records="r", relations="x")
    found = dict(con.execute("SELECT record_id, cluster_id FROM match_cluster").fetchall())
    return [found[number] for number in range(1, len(records) + 1)]


BORN = datetime.date(2015, 6, 7)

SAME = {
    "same number and name": (CHILD, {"name": "王一鸣", "citizen_id": CHILD["citizen_id"]}),
    "same number, same sound": (CHILD, {"name": "王一名", "citizen_id": CHILD["citizen_id"]}),
    "same number, name in letters": (MOTHER, {"name": "LI XIULAN", "citizen_id": MOTHER["citizen_id"]}),
    "no number, same name, birth date and door": (CHILD, {"name": "王一鸣", "birth_date": BORN, "dwelling_keys": DOOR}),
    "same number, name partly hidden": (
        MOTHER,
        {"name": "李某某", "citizen_id": MOTHER["citizen_id"], "sex_code": "2"},
    ),
    "same number, no name": (MOTHER, {"citizen_id": MOTHER["citizen_id"]}),
    "masked number and name": (MOTHER, {"name": "李秀兰", "citizen_id_claim": "3701**********3424"}),
    "one digit wrong": (MOTHER, {"name": "李秀兰", "citizen_id_claim": "370123198502023424"}),
}


@pytest.mark.parametrize(("left", "right"), SAME.values(), ids=SAME.keys())
def test_one_person(left: Record, right: Record) -> None:
    assert _link([left, right]) == [1, 1]


OTHER = {
    "same name, other number": (MOTHER, MOTHER | {"citizen_id": "370123198502039922", "dwelling_keys": []}),
    "mother's number on the child": (
        MOTHER,
        {"name": "王一鸣", "citizen_id": MOTHER["citizen_id"], "birth_date": BORN},
    ),
    "number of another, name partly hidden, other sex": (
        MOTHER,
        {"name": "李某某", "citizen_id": MOTHER["citizen_id"], "sex_code": "1"},
    ),
    "number of another, name partly hidden, other birth date": (
        MOTHER,
        {"name": "李*兰", "citizen_id": MOTHER["citizen_id"], "birth_date": BORN},
    ),
    "shared number, other name": (MOTHER, {"name": "张桂英", "citizen_id": MOTHER["citizen_id"]}),
    "name alone": (MOTHER, {"name": "李秀兰"}),
    "same door and phone, other name": (
        MOTHER | {"phone": "13600000001"},
        {"name": "王建国", "phone": "13600000001", "dwelling_keys": DOOR},
    ),
    "twins": (CHILD, TWIN),
    "masked number of another": (MOTHER, {"name": "李秀兰", "citizen_id_claim": "3702**********3425"}),
}


@pytest.mark.parametrize(("left", "right"), OTHER.values(), ids=OTHER.keys())
def test_two_persons(left: Record, right: Record) -> None:
    assert _link([left, right]) == [1, 2]


def test_record_without_number_goes_to_the_right_twin() -> None:
    assert _link([CHILD, TWIN, {"name": "王一航", "birth_date": BORN, "dwelling_keys": DOOR}]) == [1, 2, 2]


def test_twins_whose_names_sound_alike_are_never_mixed_up() -> None:
    twin = TWIN | {"name": "王一明"}
    found = _link([CHILD, twin, {"name": "王一明", "birth_date": BORN, "dwelling_keys": DOOR}])
    assert found[:2] == [1, 2]
    assert found[2] in (2, 3)


TWO_NUMBERS = ("370181201506071235", "370181201506071219")
"""Both valid."""
PUPIL = {"birth_date": BORN, "phone": "13600000001", "dwelling_keys": DOOR, "school": "S", "trust_rank": 4}


@pytest.mark.parametrize(("elder", "younger"), [("李子轩", "李子萱"), ("赵晨曦", "赵晨熙"), ("李子轩", "李紫轩")])
def test_twins_whom_the_register_does_not_hold_are_two_persons(elder: str, younger: str) -> None:
    one = PUPIL | {"name": elder, "citizen_id": TWO_NUMBERS[0]}
    other = PUPIL | {"name": younger, "citizen_id": TWO_NUMBERS[1]}
    assert _link([one, other]) == [1, 2]


def test_who_keeps_name_and_life_under_another_number_is_one_person() -> None:
    one = PUPIL | {"name": "李子轩", "citizen_id": TWO_NUMBERS[0]}
    assert _link([one, one | {"citizen_id": TWO_NUMBERS[1]}]) == [1, 1]
    renamed = one | {"name": "李浩然", "former_name": "李子轩", "citizen_id": TWO_NUMBERS[1]}
    assert _link([one, renamed]) == [1, 1]


def test_relative_brings_the_right_namesake() -> None:
    namesake = {"name": "李秀兰", "citizen_id": "370123196001011226", "trust_rank": 1}
    student = {"name": "王一鸣", "citizen_id": CHILD["citizen_id"]}
    relations = [(1, 2, "child_of"), (5, 4, "guardian_of")]
    assert _link([CHILD, MOTHER, namesake, student, {"name": "李秀兰", "sex_code": "2"}], relations) == [1, 2, 3, 1, 2]


def test_number_changed_in_one_household() -> None:
    old = MOTHER | {"household_key": "h1", "birth_date": datetime.date(1985, 2, 3)}
    assert _link([old, old | {"citizen_id": "370123198502039922"}]) == [1, 1]


def test_a_namesake_in_a_household_of_many_or_of_another_sex_is_somebody_else() -> None:
    old = MOTHER | {"household_key": "h1", "birth_date": datetime.date(1985, 2, 3)}
    other = old | {"citizen_id": "370123198502039922"}
    lodgers = [{"name": "郭" + given, "household_key": "h1"} for given in "东南西北春夏秋冬梅兰竹菊松柏"]
    assert _link([old, other, *lodgers[:13]])[:2] == [1, 1]
    assert _link([old, other, *lodgers])[:2] == [1, 2]
    assert _link([old, other | {"sex_code": "1"}]) == [1, 2]
    assert _link([old, other | {"sex_code": "9"}]) == [1, 1]


def test_two_numbers_told_at_one_time_are_two_persons() -> None:
    old = MOTHER | {"household_key": "h1", "birth_date": datetime.date(1985, 2, 3), "batch": 1}
    other = old | {"citizen_id": "370123198502039922"}
    assert _link([old, other]) == [1, 2]
    assert _link([old, other | {"batch": 2}]) == [1, 1]
    assert _link([old, other, old | {"batch": 2}]) == [1, 2, 1]


def test_two_roles_of_one_row_are_two_persons() -> None:
    told = {"birth_date": BORN, "dwelling_keys": DOOR, "sex_code": "1", "phone": "13600000001", "record_key": "row"}
    one, other = told | {"name": "王一鸣", "role": "child1"}, told | {"name": "王一鸣", "role": "child2"}
    assert _link([one, other]) == [1, 1]
    assert _link([one | {"batch": 1}, other | {"batch": 1}]) == [1, 2]
    assert _link([one | {"batch": 1}, other | {"batch": 2}]) == [1, 1]


def test_however_many_rows_of_one_person_are_one_person() -> None:
    masked = {"name": "李秀兰", "citizen_id_claim": "3701**********3424"}
    months = [masked | {"employer_code": "E", "record_key": f"month {month}"} for month in range(70)]
    less = [masked | {"phone": "13600000001"}, {"name": "李秀兰", "dwelling_keys": DOOR}]
    assert _link([MOTHER | {"employer_code": "E"}, *months, *less]) == [1] * 73


def test_order_of_records_does_not_matter() -> None:
    records = [
        CHILD,
        TWIN,
        MOTHER,
        {"name": "王一航", "birth_date": BORN, "dwelling_keys": DOOR},
        {"name": "李秀兰", "citizen_id": MOTHER["citizen_id"]},
    ]
    forward, backward = _link(records), _link(records[::-1])[::-1]
    pairs = [
        (a == b, c == d) for a, c in zip(forward, backward, strict=True) for b, d in zip(forward, backward, strict=True)
    ]
    assert all(left == right for left, right in pairs)


def test_thousands_of_equal_defaults_do_not_explode() -> None:
    assert len(set(_link([{"name": "无名", "birth_date": datetime.date(1900, 1, 1)}] * 3000))) == 3000


def test_duplicate_record_ids_are_refused() -> None:
    con = duckdb.connect()
    row = dict.fromkeys(RECORD.names) | {"record_id": 1, "record_key": "k", "role": "self", "trust_rank": 1}
    con.register("r", pa.Table.from_pylist([row, row], RECORD))
    con.register("x", RELATION.empty_table())
    with pytest.raises(InputError, match="not unique"):
        link_records(con, records="r", relations="x")


def test_missing_column_is_named() -> None:
    con = duckdb.connect()
    con.execute("CREATE VIEW r AS SELECT 1 AS record_id")
    with pytest.raises(InputError, match="birth_date"):
        link_records(con, records="r", relations="r")
