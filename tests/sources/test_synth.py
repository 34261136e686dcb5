"""The generator: repeatable, its truth points at the right rows, its files have the departments' shapes."""

import csv
import hashlib
import io
from collections import Counter
from datetime import date
from functools import cache
from pathlib import Path
from random import Random

import pyarrow.parquet as pq
import pytest
from stdnum.cn import ric

from sources.synth import generate, SynthSummary
from sources.synth.deliveries import RENDERERS
from sources.synth.generate import make_world
from sources.synth.numbers import complete_citizen_number, credit_code, first_generation
from sources.synth.sheets import SHEETS
from sources.synth.spelling import Speller
from sources.synth.streams import settle, some, stream, weave, Wheel
from sources.synth.truth import EVENTS, NUMBER_CHANGES, PEOPLE, RECORDS

PEOPLE_COUNT, NIGHTS, SEED = 320, 6, 20261101
NAME_COLUMNS = {
    ("户籍人口", "self"): "姓名",
    ("流动人口居住登记", "self"): "姓名",
    ("育龄妇女及子女", "self"): "妇女姓名",
    ("育龄妇女及子女", "husband"): "丈夫姓名",
    ("育龄妇女及子女", "child1"): "子女1姓名",
    ("社会保险参保", "self"): "姓名",
    ("婚姻登记", "husband"): "男方姓名",
    ("婚姻登记", "wife"): "女方姓名",
    ("低保对象", "member1"): "成员1姓名",
    ("殡葬火化", "deceased"): "逝者姓名",
    ("房屋权属", "owner"): "权利人",
    ("租赁备案", "tenant"): "承租人",
    ("市场主体", "legal_representative"): "法定代表人",
    ("股东出资", "shareholder"): "股东名称",
    ("学籍", "student"): "学生姓名",
    ("学籍", "guardian2"): "监护人2姓名",
    ("个税扣缴", "self"): "纳税人姓名",
    ("实名账户核验", "self"): "客户姓名",
    ("网格采集", "self"): "姓名",
}
NUMBER_COLUMNS = {
    "户籍人口": "公民身份号码",
    "流动人口居住登记": "身份证号码",
    "个税扣缴": "证件号码",
    "实名账户核验": "证件号码",
}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, SynthSummary]:
    out = tmp_path_factory.mktemp("synth")
    return out, generate(PEOPLE_COUNT, SEED, NIGHTS, out)


def digests(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def sheet_of(file: str) -> str:
    return next(key for key, sheet in SHEETS.items() if Path(file).name.startswith(sheet.file))


@cache
def read(path: Path) -> tuple[list[str], list[list[str]], list[str]]:
    """Header, records and physical lines, read as the department's file is."""
    sheet = SHEETS[sheet_of(path.name)]
    text = (
        path.read_bytes()
        .decode("gb18030" if sheet.encoding == "gbk" else sheet.encoding, "replace")
        .removeprefix("\ufeff")
    )
    records = [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=sheet.delimiter) if row]
    first = 1 if sheet.title else 0
    return records[first], records[first + 1 :], text.split("\n")


def test_the_same_seed_gives_the_same_bytes(made: tuple[Path, SynthSummary], tmp_path: Path) -> None:
    again = generate(PEOPLE_COUNT, SEED, NIGHTS, tmp_path)
    assert again == made[1]
    assert digests(tmp_path) == digests(made[0])


def test_another_seed_gives_another_population(made: tuple[Path, SynthSummary], tmp_path: Path) -> None:
    generate(PEOPLE_COUNT, SEED + 1, 1, tmp_path)
    name = "night_000/public_security/户籍人口_20261101.csv"
    assert digests(tmp_path)[name] != digests(made[0])[name]


def test_truth_tables_have_their_columns_and_types(made: tuple[Path, SynthSummary]) -> None:
    truth = made[0] / "truth"
    for name, schema in (
        ("records", RECORDS),
        ("people", PEOPLE),
        ("events", EVENTS),
        ("number_changes", NUMBER_CHANGES),
    ):
        assert pq.read_schema(truth / f"{name}.parquet").equals(schema), name
    assert pq.read_metadata(truth / "records.parquet").num_rows == made[1].mentions
    assert pq.read_metadata(truth / "people.parquet").num_rows == made[1].people


def test_every_truth_row_points_at_a_named_person(made: tuple[Path, SynthSummary]) -> None:
    out, _ = made
    truth = pq.read_table(out / "truth" / "records.parquet").to_pylist()
    people = {row["person_uid"]: row for row in pq.read_table(out / "truth" / "people.parquet").to_pylist()}
    checked, alike = Counter[str](), 0
    for row in truth:
        header, records, lines = read(out / row["file"])
        record = records[row["row_number"] - 1]
        file = SHEETS[sheet_of(row["file"])].file
        delimiter = SHEETS[sheet_of(row["file"])].delimiter
        assert lines[row["line_number"] - 1].replace('"', "").startswith(record[0] + delimiter)
        column = NAME_COLUMNS.get((file, row["role"]))
        if column is None:
            continue
        checked[file] += 1
        alike += not set(record[header.index(column)]).isdisjoint(people[row["person_uid"]]["name"])
    assert set(checked) == {sheet.file for sheet in SHEETS.values()}
    assert alike / checked.total() > 0.97


def test_exact_and_missing_numbers_are_what_the_truth_calls_them(made: tuple[Path, SynthSummary]) -> None:
    out, _ = made
    seen = Counter[str]()
    for row in pq.read_table(out / "truth" / "records.parquet").to_pylist():
        file = SHEETS[sheet_of(row["file"])].file
        if file not in NUMBER_COLUMNS:
            continue
        header, records, _ = read(out / row["file"])
        cell = records[row["row_number"] - 1][header.index(NUMBER_COLUMNS[file])]
        seen[row["difficulty"]] += 1
        assert (row["difficulty"] == "no_id") == (cell in {"", "无"})
        if row["difficulty"] == "exact_id" and len(cell) == 18:
            assert ric.calc_check_digit(cell) == cell[-1]
    assert seen["exact_id"] > 10 * seen["dirty_id"] > 0


@pytest.mark.parametrize("extract", sorted(SHEETS))
def test_first_night_has_each_file_in_its_shape(made: tuple[Path, SynthSummary], extract: str) -> None:
    sheet = SHEETS[extract]
    content = (made[0] / "night_000" / sheet.department / f"{sheet.file}_20261101.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbf") == sheet.bom
    assert (b"\r\n" in content) == (sheet.newline == "\r\n")
    header, records, _ = read(made[0] / "night_000" / sheet.department / f"{sheet.file}_20261101.csv")
    assert tuple(header) == sheet.headers[0]
    assert records
    assert (records[-1][0] == "合计") == sheet.has_total


def test_later_nights_are_small_and_hold_what_goes_wrong(made: tuple[Path, SynthSummary]) -> None:
    files = digests(made[0])
    first, again = "night_000/civil_affairs/殡葬火化_20261101.csv", "night_001/civil_affairs/殡葬火化_20261101.csv"
    assert files[first] == files[again]
    assert (made[0] / "night_002/finance/实名账户核验_20261102.csv").exists()
    assert not (made[0] / "night_001/finance/实名账户核验_20261102.csv").exists()
    assert (made[0] / "night_001/tax/个税扣缴_补报_20261102.csv").read_bytes().startswith("核验流水号,".encode())
    assert (made[0] / "night_001/grid/网格采集_补采_20261102.csv").read_bytes().startswith(b"PK\x03\x04")
    assert (made[0] / "night_000/civil_affairs/低保对象_补报_20261101.csv").read_bytes() == b""
    sizes = {
        night: sum(path.stat().st_size for path in (made[0] / night).rglob("*.csv"))
        for night in ("night_000", "night_004")
    }
    assert sizes["night_004"] < sizes["night_000"] / 8


def test_headings_change_between_nights(made: tuple[Path, SynthSummary]) -> None:
    header, _, _ = read(made[0] / "night_001/education/学籍_20261102.csv")
    assert {"身份证号码", "家庭住址"} <= set(header)
    header, _, _ = read(made[0] / "night_002/hrss/社会保险参保_20261103.csv")
    assert {"公民身份号码", "联系手机"} <= set(header)


def test_twice_sent_and_wrong_files_have_no_truth(made: tuple[Path, SynthSummary]) -> None:
    files = set(pq.read_table(made[0] / "truth" / "records.parquet", columns=["file"])["file"].to_pylist())
    assert not files & {"night_001/civil_affairs/殡葬火化_20261101.csv", "night_001/tax/个税扣缴_补报_20261102.csv"}
    assert "night_002/finance/实名账户核验_20261102.csv" in files


def test_events_of_later_nights_are_told(made: tuple[Path, SynthSummary]) -> None:
    events = pq.read_table(made[0] / "truth" / "events.parquet").to_pylist()
    assert {"birth", "marriage", "death", "move"} <= {row["event"] for row in events}
    assert {row["night"] for row in events} == set(range(1, NIGHTS))


def test_population_is_consistent() -> None:
    world, _ = make_world(600, 5, date(2026, 11, 1), Speller())
    cards = [person for person in world.persons if person.id_type == "居民身份证"]
    assert all(ric.calc_check_digit(p.number) == p.number[-1] and p.number[6:14] == f"{p.birth:%Y%m%d}" for p in cards)
    assert all((int(p.number[16]) % 2 == 1) == (p.sex == 1) for p in cards)
    assert all(p.birth.year - p.father.birth.year >= 18 for p in world.persons if p.father is not None)
    assert all(h.members and h.members[0].relation == "户主" for h in world.households)
    assert len({p.uid for p in world.persons}) == len(world.persons)


def test_mess_of_large_files_is_there(tmp_path: Path) -> None:
    generate(1500, 3, 1, tmp_path)
    _, records, _ = read(tmp_path / "night_000/finance/实名账户核验_20261101.csv")
    width = len(SHEETS["account"].headers[0])
    assert any(len(record) == width + 1 and "东" in record for record in records)
    header, records, lines = read(tmp_path / "night_000/business_registration/市场主体_20261101.csv")
    assert len(records[-1]) < len(header)
    assert lines[-1] != ""


def test_too_small_a_world_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="at least"):
        generate(10, 1, 1, tmp_path)


def test_a_folder_with_deliveries_is_not_written_into_again(made: tuple[Path, SynthSummary]) -> None:
    with pytest.raises(FileExistsError):
        generate(PEOPLE_COUNT, SEED, 1, made[0])


def test_every_sheet_has_a_writer() -> None:
    assert set(RENDERERS) == set(SHEETS)


@pytest.mark.parametrize(
    ("first17", "number"),
    [("11010519491231002", "11010519491231002X"), ("44052418800101001", "440524188001010014")],
)
def test_check_characters_of_the_standard(first17: str, number: str) -> None:
    assert complete_citizen_number(first17) == number
    assert first_generation(number) == number[:6] + number[8:17]


def test_credit_codes_obey_their_standard() -> None:
    alphabet, weights = "0123456789ABCDEFGHJKLMNPQRTUWXY", [pow(3, n, 31) for n in range(17)]
    rng = Random(7)  # noqa: S311
    for _ in range(50):
        code = credit_code(rng, "91", "370114")
        total = sum(alphabet.index(mark) * weight for mark, weight in zip(code, weights, strict=False))
        assert (total + alphabet.index(code[17])) % 31 == 0


def test_streams_are_independent_and_wheels_weighted() -> None:
    assert stream(1, "a").random() == stream(1, "a").random() != stream(1, "b").random()
    rng = stream(1, "wheel")
    drawn = Counter(Wheel([("a", 3), ("b", 1), ("c", 0)]).pick(rng) for _ in range(4000))
    assert set(drawn) == {"a", "b"}
    assert 0.7 < drawn["a"] / 4000 < 0.8
    assert some(rng, 0.0, 10, least=1) == 1


def test_what_is_woven_in_stands_where_inserting_puts_it():
    rng = stream(1, "woven")
    for size in range(30):
        inserted, extras = list(range(size)), [f"extra {number}" for number in range(7)]
        places = [rng.randrange(size + before + 1) for before in range(len(extras))]
        for place, extra in zip(places, extras, strict=True):
            inserted.insert(place, extra)
        assert list(weave(range(size), dict(zip(settle(places), extras, strict=True)))) == inserted
