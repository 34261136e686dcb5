import json
from datetime import date

import duckdb
import pytest

from warehouse import continuing, snapshots
from warehouse.database import open_published
from warehouse.errors import PublicationError
from warehouse.projects import Project
from warehouse.pseudonyms import find_person, find_record
from warehouse.publish import publish_base
from warehouse.published_tables import load_publication

PROJECT = Project("default", bytes(range(32, 64)))
N1, N2, N3, N4, N5 = (date(2026, 11, day) for day in (1, 2, 3, 4, 5))
POLICE = {"department": "public_security", "extract": "register"}
CANARY = {
    **POLICE,
    "record_key": "1",
    "name_raw": "欧阳金丝雀",
    "name": "欧阳金丝雀",
    "former_name": "欧阳布谷鸟",
    "citizen_id_raw": "110101199003070011",
    "citizen_id": "110101199003070011",
    "sex_code": "1",
    "birth_date": date(1990, 3, 7),
    "birth_date_raw": "19900307",
    "ethnic_code": "01",
    "phone_raw": "13912345678",
    "phone": "13912345678",
    "residence_address_raw": "明水街道百脉社区金丝雀小区3号楼2单元501室",
    "registered_address_raw": "明水街道布谷鸟村77号",
    "household_no": "370114770000017",
    "employer_name": "章丘金丝雀养殖场",
    "employer_code": "91370181MA3C0X7K2U",
    "school_name": "金丝雀小学",
}
SECRETS = (
    "金丝雀", "布谷鸟", "110101199003070011", "13912345678", "1990-03-07", "19900307", "370114770000017",
    "91370181MA3C0X7K2U", "501室",
)  # fmt: skip
LABELS = (
    "SELECT * FROM (VALUES ('gbt2261_1_sex', '1', '男'), ('gbt2261_1_sex', '2', '女')) t(code_list, code, label_zh)"
)


@pytest.fixture
def base(house, tmp_path):
    """A warehouse with one merged night, and where it publishes."""
    house.con.execute(f"CREATE TABLE labels AS {LABELS}")
    house.deliver(
        N1,
        "a_20261101.csv",
        [CANARY],
        [{"address_raw": CANARY["residence_address_raw"], "town": "明水", "community": "百脉"}],
    )
    house.merge(N1)
    return house, tmp_path / "published"


def publish(base, night=N1, **more):
    house, published = base
    return publish_base(house.con, published, night, code_labels="labels", **{"project": PROJECT, **more})


def another_night(base, night):
    house, _ = base
    house.deliver(night, f"a_{night:%Y%m%d}.csv", [{**POLICE, "record_key": f"{night}", "name": "王晓"}])
    house.merge(night)


def test_readers_find_the_base_in_both_forms(base):
    done = publish(base)
    published = base[1]
    assert done.is_new and done.rows["person"] == 1 and done.snapshot_id.startswith("2026-11-01-")
    with duckdb.connect(str(published / "population_base.duckdb"), read_only=True) as con:
        person = con.execute(
            "SELECT name_masked, sex_code, sex, birth_month, residence_town, ethnic, departments FROM person_labelled"
        ).fetchall()
        assert person == [("欧**", "1", "男", "1990-03", "明水", None, ["public_security"])]
        parquet = con.execute(
            "SELECT * EXCLUDE (departments, town_code) FROM read_parquet(?)",
            [str(published / "parquet/person/*/*.parquet")],
        )
        assert parquet.fetchall() == con.execute("SELECT * EXCLUDE (departments) FROM person").fetchall()
    assert json.loads((published / "current" / "manifest.json").read_text())["snapshot_id"] == done.snapshot_id
    files = [file for file in (published / "snapshots").rglob("*") if file.is_file()]
    assert len(files) == 2 + len(load_publication().tables)
    assert {file.stat().st_mode & 0o777 for file in files} == {0o444}
    assert all(file.name.isascii() for file in files)


def test_nothing_personal_is_published(base):
    publish(base)
    texts = []
    with duckdb.connect(str(base[1] / "population_base.duckdb"), read_only=True) as con:
        for (name,) in con.execute(
            "SELECT table_name FROM duckdb_tables() UNION SELECT view_name FROM duckdb_views() WHERE NOT internal"
        ).fetchall():
            texts += [repr(row) for row in con.execute(f'FROM "{name}"').fetchall()]
    content = b"".join(file.read_bytes() for file in (base[1] / "current").resolve().rglob("*") if file.is_file())
    assert [secret for secret in SECRETS if any(secret in text for text in texts) or secret.encode() in content] == []
    assert CANARY["residence_address_raw"] in str(base[0].rows("SELECT residence_address FROM person"))


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("王芳", "王**"),
        ("欧阳明珠", "欧**"),
        ("阿依古丽·买买提", "阿**"),
        ("John Smith", "J***"),
        ("wang", "W***"),
        ("□明", "□**"),
        (None, None),
    ],
)
def test_names_are_masked(base, name, masked):
    con = base[0].con
    con.execute("UPDATE person_version SET name = ?", [name])
    publish(base)
    with duckdb.connect(str(base[1] / "population_base.duckdb"), read_only=True) as reader:
        assert reader.execute("SELECT name_masked FROM person").fetchall() == [(masked,)]


def test_every_table_and_column_is_explained(base):
    publish(base)
    tables = "(SELECT table_name FROM duckdb_tables())"
    columns = f"SELECT table_name, column_name FROM duckdb_columns() WHERE table_name IN {tables}"
    told = "SELECT table_name, column_name FROM data_dictionary WHERE column_name IS NOT NULL"
    with duckdb.connect(str(base[1] / "population_base.duckdb"), read_only=True) as con:
        assert con.execute("SELECT table_name FROM duckdb_tables() WHERE comment IS NULL").fetchall() == []
        views = "SELECT view_name FROM duckdb_views() WHERE NOT internal"
        assert con.execute(f"{views} AND comment IS NULL").fetchall() == []
        assert con.execute(f"{views} EXCEPT SELECT table_name FROM data_dictionary").fetchall() == []
        assert len(con.execute("SELECT * FROM person_db37").description) == 14
        assert con.execute(f"{columns} AND comment IS NULL").fetchall() == []
        assert con.execute(f"({columns} EXCEPT {told}) UNION ALL ({told} EXCEPT {columns})").fetchall() == []


def test_it_opens_in_the_first_duckdb_of_1_x(base):
    publish(base)
    header = (base[1] / "population_base.duckdb").read_bytes()[8:20]
    assert header == b"DUCK" + (64).to_bytes(8, "little")


def test_the_same_base_again_is_left_alone(base):
    first = publish(base)
    place = (base[1] / "current").readlink()
    again = publish(base)
    assert (again.snapshot_id, again.is_new, again.rows) == (first.snapshot_id, False, first.rows)
    assert (base[1] / "current").readlink() == place
    assert [folder.name for folder in (base[1] / "snapshots").iterdir()] == [first.snapshot_id]


def test_a_reader_stays_with_its_snapshot_while_it_is_pruned(base):
    first = publish(base)
    reader = open_published(base[1] / "population_base.duckdb")
    for night in (N2, N3, N4, N5):
        another_night(base, night)
        assert publish(base, night).is_new
    assert not (base[1] / "snapshots" / first.snapshot_id).exists()
    assert reader.execute("SELECT count(*), max(name_masked) FROM person").fetchone() == (1, "欧**")
    assert reader.execute("SELECT count(*) FROM crosswalk").fetchone() == (1,)
    with duckdb.connect(str(base[1] / "population_base.duckdb"), read_only=True) as later:
        assert later.execute("SELECT count(*) FROM person").fetchone() == (5,)
    reader.close()


@pytest.mark.parametrize("step", ["_seal", "_point"])
def test_a_kill_while_publishing_leaves_the_former_base(base, monkeypatch, step):
    first = publish(base)
    another_night(base, N2)
    with monkeypatch.context() as patch:
        patch.setattr(snapshots, step, lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            publish(base, N2)
    with duckdb.connect(str(base[1] / "population_base.duckdb"), read_only=True) as con:
        assert con.execute("SELECT count(*) FROM person").fetchone() == (1,)
    assert snapshots.current_manifest(base[1])["snapshot_id"] == first.snapshot_id
    assert publish(base, N2).is_new
    assert sorted(folder.name[:10] for folder in (base[1] / "snapshots").iterdir()) == ["2026-11-01", "2026-11-02"]


def test_a_fault_while_building_detaches(base, monkeypatch):
    publish(base)
    another_night(base, N2)
    with monkeypatch.context() as patch:
        patch.setattr("warehouse.publish._export", lambda *_: (_ for _ in ()).throw(OSError("disk full")))
        with pytest.raises(OSError, match="disk full"):
            publish(base, N2)
    assert publish(base, N2).is_new


def test_the_last_three_are_kept(base):
    ids = [publish(base).snapshot_id]
    for night in (N2, N3, N4, N5):
        another_night(base, night)
        ids.append(publish(base, night).snapshot_id)
    assert sorted(folder.name for folder in (base[1] / "snapshots").iterdir()) == sorted(ids[-3:])
    assert (base[1] / "current").resolve().name == ids[-1]


def test_a_folder_in_place_of_the_link_is_not_touched(base):
    (base[1] / "current").mkdir(parents=True)
    with pytest.raises(PublicationError):
        publish(base)
    assert (base[1] / "current").is_dir()


def read(base, query, published=None):
    with duckdb.connect(str((published or base[1]) / "population_base.duckdb"), read_only=True) as con:
        return con.execute(query).fetchall()


def test_a_later_base_tells_what_each_night_published(base):
    house, published = base
    seen = {}
    for night in (N1, N2, N3):
        if night != N1:
            again = {
                **CANARY,
                "phone": f"1390000000{night.day}",
                "name": "欧阳银丝雀" if night == N3 else CANARY["name"],
            }
            house.deliver(night, f"a_{night:%Y%m%d}.csv", [again])
            house.merge(night, {(n << 34) + 64 for n in range(1, night.day + 1)})
        publish(base, night)
        seen[night] = read(base, "FROM person ORDER BY person_id")
    for night, rows in seen.items():
        assert read(base, f"FROM population_base_as_of('{night}') ORDER BY person_id") == rows
    [(person,)] = read(base, "SELECT DISTINCT person_id FROM person")
    history = read(base, f"SELECT night, change, detail, cause FROM person_history('{person}')")
    assert (N3, "correction", "name", None) in history
    assert (N2, "changed", "phone", "delivery") in history


def test_signs_of_life_are_dated_records_of_the_living(base):
    house, _ = base
    people = [
        {"name": "甲", "record_date": date(2026, 8, 20)},
        {"name": "乙", "record_date": date(2024, 8, 20)},
        {"name": "丙", "record_date": date(2026, 8, 20), "registration_status": "死亡"},
    ]
    mentions = [{**POLICE, "record_key": f"p{n}", "row_number": n, **each} for n, each in enumerate(people, 1)]
    house.deliver(N2, "b.csv", mentions)
    house.merge(N2)
    publish(base, N2)
    assert read(base, "SELECT departments, last_seen FROM signs_of_life(12)") == [(1, date(2026, 8, 1))]
    assert read(base, "SELECT last_seen FROM person_seen WHERE NOT is_dated") == [(date(2026, 11, 1),)]


def test_versions_that_differ_in_nothing_published_are_one(base):
    house, _ = base
    house.con.execute("""
        INSERT INTO person_version
        SELECT * REPLACE (DATE '2026-11-02' AS from_night, '139' AS phone) FROM person_version
    """)
    house.con.execute("UPDATE person_version SET to_night = DATE '2026-11-02' WHERE from_night = DATE '2026-11-01'")
    publish(base, N2)
    assert read(base, "SELECT from_night, to_night FROM person_version") == [(N1, None)]


def test_two_projects_cannot_be_joined_by_their_ids(base, tmp_path):
    house, _ = base
    other = Project("research", bytes(range(64, 96)), birth="year")
    publish(base)
    publish_base(house.con, tmp_path / "other", N1, project=other)
    columns = "person_id, birth_month"
    [(one, month)], [(two, year)] = (
        read(base, f"SELECT {columns} FROM person"),
        read(base, f"SELECT {columns} FROM person", tmp_path / "other"),
    )
    [(own,)] = house.rows("SELECT person_id FROM person")
    assert len({one, two, own}) == 3
    assert (month, year) == ("1990-03", "1990")
    assert read(base, f"SELECT count(*) FROM crosswalk WHERE person_id = '{one}'") == [(1,)]
    assert find_person(house.con, PROJECT.key, one) == find_person(house.con, other.key, two) == own
    assert find_person(house.con, PROJECT.key, two) is None


def test_two_projects_cannot_be_joined_by_what_their_records_are(base, tmp_path):
    house, _ = base
    house.deliver(N2, "b.csv", [{**POLICE, "record_key": f"{n}", "name": f"王{n}", "sex_code": "1"} for n in range(3)])
    house.merge(N2)
    places = {name: tmp_path / name for name in ("one", "two")}
    for number, (name, place) in enumerate(places.items()):
        publish_base(house.con, place, N2, project=Project(name, bytes([number] * 32)))
    tables = [name for name, table in load_publication(traced=False).tables.items() if "record_id" in table.columns]
    assert set(tables) == {name for name, table in load_publication().tables.items() if "row_number" in table.columns}
    for table in tables:
        columns = [column[0] for column in read(base, f"DESCRIBE {table}", places["one"])]
        assert {"record_id", "file", "row_number", "match_probability"}.intersection(columns) == {"record_id"}
        one, two = (set(read(base, f"SELECT record_id FROM {table}", place)) for place in places.values())
        assert one.isdisjoint(two)
    # Of the three who came in one file in one night nothing but the pseudonyms differs.
    others = "SELECT DISTINCT * EXCLUDE (person_id, record_id) FROM crosswalk WHERE night = '2026-11-02'"
    assert len(read(base, others, places["one"])) == 1
    [(record,)] = read(base, "SELECT min(record_id) FROM crosswalk WHERE night = '2026-11-02'", places["one"])
    assert find_record(house.con, bytes([0] * 32), record)[0] == "b.csv"
    assert find_record(house.con, bytes([1] * 32), record) is None


def test_names_of_files_hold_no_number_of_a_person(base, tmp_path):
    house, _ = base
    house.deliver(N2, "tax/诸葛铁蛋_370181198402299177.csv", [{**POLICE, "record_key": "2", "name": "王晓"}])
    house.merge(N2)
    publish(base, N2)
    for table, kept in load_publication().tables.items():
        if "file" in kept.columns and read(base, f"SELECT count(*) FROM {table}") != [(0,)]:
            assert {"a_20261101.csv", "tax/***_***.csv"}.issuperset(
                file for (file,) in read(base, f"SELECT file FROM {table}")
            )
    for table in ("delivery", "crosswalk", "person_provenance"):
        assert {file for (file,) in read(base, f"SELECT file FROM {table}")} == {"a_20261101.csv", "tax/***_***.csv"}


def test_other_projects_have_no_names_of_files():
    traces = {
        name for table in load_publication().tables.values() for name, each in table.columns.items() if each.trace
    }
    assert traces == {"file", "row_number", "match_probability"}
    untraced = load_publication(traced=False).tables
    assert {name: traces.intersection(table.columns) for name, table in untraced.items()} == dict.fromkeys(
        untraced, set()
    )
    assert "delivery_id" in untraced["delivery"].columns


def test_what_was_published_under_another_key_goes(base):
    first = publish(base)
    again = publish(base, project=Project("default", bytes(32)))
    assert again.removed == (first.snapshot_id,)
    assert [folder.name for folder in (base[1] / "snapshots").iterdir()] == [again.snapshot_id]


def test_another_key_renames_the_whole_history(base):
    first = publish(base)
    before = read(base, "SELECT person_id FROM person_version")
    again = publish(base, project=Project("default", bytes(32)))
    assert again.is_new and again.rows == first.rows
    assert set(before).isdisjoint(read(base, "SELECT person_id FROM person_version"))


def whole(base, night, place, **more):
    """The base of the same night, written whole into another folder."""
    return publish((base[0], place), night, **more)


def contents(folder):
    return snapshots.current_manifest(folder)["content_sha256"]


@pytest.fixture
def going_on(monkeypatch):
    """However much differs, a base goes on from the one before; how often it does is counted."""
    monkeypatch.setattr("warehouse.continuing._OF_ALL", 0)
    copies = []
    copy = snapshots.copy_current
    monkeypatch.setattr("warehouse.publish.copy_current", lambda *given: (copies.append(given), copy(*given)))
    return copies


@pytest.mark.parametrize("script", ["file_names.py", "pseudonyms.py", "sql/statuses.sql", "sql/person_seen.sql"])
def test_a_base_of_another_program_is_not_gone_on_from(base, going_on, monkeypatch, script):
    nights = lived_nights(base)
    publish(base, next(nights))
    text = continuing.program_text
    monkeypatch.setattr(continuing, "program_text", lambda name: text(name) + " " * (name == script))
    publish(base, next(nights))
    assert not going_on
    publish(base, next(nights))
    assert going_on


def lived_nights(base):
    """Nights in which persons come, merge, part, move and go; each is merged before it is yielded."""
    house, _ = base
    yield N1
    again = {**CANARY, "phone": "13900000002", "name": "欧阳银丝雀", "sex_code": "2"}
    other = {
        **POLICE,
        "record_key": "9",
        "name": "王晓",
        "household_no": "370114770000018",
        "registered_address_raw": "x",
    }
    house.deliver(N2, "b.csv", [again, {**other, "row_number": 2}])
    house.merge(N2, {(1 << 34) + 64, (2 << 34) + 64})
    house.entities(N2)
    yield N2
    house.deliver(N3, "c.csv", [{**other, "employer_name": "章丘酒店", "employment_status": "在职"}])
    house.merge(N3, {(n << 34) + 64 for n in (1, 2, 3)} | {(2 << 34) + 128})
    house.entities(N3)
    yield N3
    house.deliver(N4, "d.csv", [{**POLICE, "record_key": "77", "name": "李四"}])
    house.merge(N4, {(1 << 34) + 64, (2 << 34) + 64})
    house.entities(N4)
    yield N4


@pytest.mark.parametrize("project", [PROJECT, Project("research", bytes(32), birth="year")], ids=["traced", "untraced"])
def test_a_base_that_goes_on_is_the_one_written_whole(base, tmp_path, going_on, project):
    for night in lived_nights(base):
        assert publish(base, night, project=project).is_new
        assert len(going_on) == night.day - 1
        there = tmp_path / f"whole_{night.day}"
        whole(base, night, there, project=project)
        assert contents(base[1]) == contents(there)
        for table in load_publication(traced=project.is_traced).tables:
            query = f"FROM {table} ORDER BY ALL"
            assert read(base, query) == read(base, query, there), table
            parquet = f"(FROM read_parquet('{{}}/parquet/{table}{'/*/*' if table == 'person' else ''}.parquet'))"
            both = f"{parquet} EXCEPT ALL {parquet}"
            assert read(base, both.format(base[1], there)) == read(base, both.format(there, base[1])) == []
    assert (
        read(base, "SELECT count(*) FROM person_alias")[0][0] + read(base, "SELECT count(*) FROM change_log")[0][0] > 4
    )


def test_it_is_written_whole_when_much_differs(base, monkeypatch):
    publish(base)
    monkeypatch.setattr("warehouse.publish.copy_current", lambda *_: pytest.fail("a copy was made"))
    another_night(base, N2)
    assert publish(base, N2).is_new


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE night SET merges = merges + 1",
        "INSERT INTO purge VALUES (now(), 'x', 0, 0, 0, 0, 1)",
    ],
)
def test_it_is_written_whole_when_more_than_versions_may_differ(base, going_on, change):
    publish(base)
    base[0].con.execute(change)
    another_night(base, N2)
    assert publish(base, N2).is_new
    another_night(base, N3)
    assert publish(base, N3).is_new
    assert len(going_on) == 1


def test_a_base_that_is_not_what_its_manifest_says_is_not_gone_on_from(base, going_on):
    publish(base)
    manifest = base[1] / "current" / "manifest.json"
    told = json.loads(manifest.read_text())
    manifest.chmod(0o644)
    manifest.write_text(json.dumps({**told, "rows": {**told["rows"], "crosswalk": 2}}))
    another_night(base, N2)
    with pytest.raises(PublicationError):
        publish(base, N2)
    (base[1] / "current").unlink()
    assert publish(base, N2).rows["crosswalk"] == 2
