"""Night by night: the result is that of one full run, whatever the order; judgements are applied and taken back."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta, UTC
from functools import cache
from unittest.mock import Mock

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from matching.engine import learn_parameters
from matching.error_rates import error_rates
from matching.errors import ConstraintError
from matching.explanation import RULES
from matching.judgements import create_judgements, record_judgement, withdraw_judgement
from matching.nightly_rates import store_error_rates
from matching.nights import _Night, link_records, PERSON_SPEC
from matching.review import draw_sample
from matching.scorer import all_units, Scorer
from matching.spec import load_spec, Spec
from matching.stand_ins import move_judgements
from matching.state import forget, forget_news, load_parameters, TABLES
from matching.statements import run
from matching.tables import RECORD, RELATION
from matching.weights import FLOOR

SURNAMES, GIVEN = "王李张刘陈杨赵黄周吴徐孙胡朱高林", "伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂"
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
NOW = datetime(2026, 11, 25, tzinfo=UTC)
COMPARER = _Night._comparer


def _number(born: date, sequence: int) -> str:
    stem = f"370181{born:%Y%m%d}{sequence:03}"
    return stem + "10X98765432"[sum(int(d) * w for d, w in zip(stem, WEIGHTS, strict=True)) % 11]


@cache
def _town(families: int = 120) -> tuple[pa.Table, pa.Table]:
    """Families of three at one door: a register, a second source with slips and gaps, a third without numbers."""
    rng = np.random.default_rng(3)
    rows, relations = [], []

    def add(**values) -> int:
        rows.append(
            dict.fromkeys(RECORD.names) | {"record_id": len(rows) + 1, "dwelling_keys": [], "place_keys": []} | values
        )
        return len(rows)

    for family in range(families):
        surname, door = rng.choice(list(SURNAMES)), [f"d{family}"]
        phone = f"139{family:08}"
        for member, year in enumerate((1970, 1972, 2001)):
            born = date(year + int(rng.integers(0, 8)), int(rng.integers(1, 13)), int(rng.integers(1, 28)))
            name = surname + "".join(rng.choice(list(GIVEN), 2))
            number, sex = _number(born, 2 * int(rng.integers(1, 400)) + member % 2), "21"[member % 2]
            person = {"name": name, "sex_code": sex, "phone": phone, "dwelling_keys": door, "place_keys": door}
            key = f"{family}-{member}"
            add(
                **person,
                source="police",
                record_key=f"p{key}",
                role="self",
                citizen_id=number,
                household_key=f"h{family}",
                trust_rank=1,
            )
            told = number[:9] + str((int(number[9]) + 1) % 10) + number[10:]
            valid = {"citizen_id": number} if rng.random() < 0.6 else {"citizen_id_claim": told}
            child = add(**person, **valid, source="health", record_key=f"h{key}", role="self", trust_rank=4)
            if member == 2:
                relations += [(child, child - 2, "child_of"), (child, child - 4, "child_of")]
            year_told = {"birth_year_low": born.year, "birth_year_high": born.year + 1}
            add(**person | {"phone": None}, **year_told, source="grid", record_key=f"g{key}", role="self", trust_rank=9)
    columns = list(zip(*relations, strict=True))
    return pa.Table.from_pylist(rows, RECORD), pa.table(list(columns), schema=RELATION)


class Town:
    """A connection that keeps the linkage's state, and the records that were delivered so far."""

    def __init__(self, spec: Spec | None = None, more: Sequence[dict] = ()) -> None:
        self.spec = spec
        self.con = duckdb.connect()
        records, relations = _town()
        others = [dict.fromkeys(RECORD.names) | {"dwelling_keys": [], "place_keys": []} | each for each in more]
        self.con.register("all_records", pa.concat_tables([records, pa.Table.from_pylist(others, RECORD)]))
        self.con.register("all_relations", relations)
        create_judgements(self.con)

    def link(self, where: str = "true"):
        self.con.execute(f"CREATE OR REPLACE TEMP VIEW r AS SELECT * FROM all_records WHERE {where}")
        self.con.execute("""
            CREATE OR REPLACE TEMP VIEW x AS SELECT * FROM all_relations
            WHERE from_record_id IN (SELECT record_id FROM r) AND to_record_id IN (SELECT record_id FROM r)
        """)
        self.con.begin()
        counts = link_records(self.con, records="r", relations="x", spec=self.spec)
        forget_news(self.con)
        self.con.commit()
        return counts

    def clusters(self) -> dict[int, int]:
        return dict(self.con.execute("SELECT record_id, cluster_id FROM match_cluster").fetchall())

    def pairs(self) -> list[tuple[int, int, float]]:
        return self.con.execute("SELECT unit_l, unit_r, round(odds, 6) FROM match_pair ORDER BY ALL").fetchall()

    def judge(self, left: int, right: int, judgement: str) -> int:
        return record_judgement(self.con, left, right, judgement, decided_by="t", reason="t", decided_at=NOW)

    def full(self, where: str = "true") -> dict[int, int]:
        """What a run from nothing makes of the same records, with the same parameters."""
        forget(self.con)
        self.link(where)
        return self.clusters()


def test_work_in_parts_gives_what_work_at_once_gives(monkeypatch):
    whole, parts = Town(), Town()
    counts = whole.link()
    monkeypatch.setattr("matching.persons.PART_RECORDS", 100)
    monkeypatch.setattr("matching.scorer.BATCH", 7)
    assert parts.link() == counts
    assert parts.clusters() == whole.clusters()
    pairs = "SELECT unit_l, unit_r, odds, ratio, probability, strongest FROM match_pair ORDER BY ALL"
    assert parts.con.execute(pairs).fetchall() == whole.con.execute(pairs).fetchall()


def test_pairs_that_are_left_out_early_are_those_that_weigh_too_little():
    town = Town()
    town.link()
    scorer = Scorer(town.con, load_spec(PERSON_SPEC), load_parameters(town.con)[0])
    town.con.execute("CREATE TEMP TABLE asked AS SELECT unit_id FROM match_unit")
    scorer.read("asked", with_relatives=True)
    units = town.con.execute("SELECT unit_id FROM match_unit ORDER BY unit_id").fetchnumpy()["unit_id"]
    left, right = (units[side] for side in np.triu_indices(len(units), 1))
    whole = scorer.score(left, right, -np.inf)
    kept = scorer.score(left, right, FLOOR)
    assert kept.equals(whole.filter(pc.greater_equal(whole["odds"], FLOOR)))
    assert 0 < len(kept) < len(whole)


def test_a_full_linkage_that_is_cut_off_is_begun_anew(monkeypatch):
    whole, struck = Town(), Town()
    whole.link()
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr("matching.nights._Night._comparer", _strike_late)
        struck.link()
    struck.con.rollback()
    assert struck.con.execute("SELECT count(*) > 0 FROM match_unit").fetchall() == [(True,)]  # steps were kept
    struck.link()
    assert struck.clusters() == whole.clusters()
    tables = (*(each for each in TABLES if each != "match_judged"), "match_parameters")
    for table in tables:
        rows = f"SELECT * FROM {table} ORDER BY ALL"
        assert struck.con.execute(rows).fetchall() == whole.con.execute(rows).fetchall(), table


def test_a_full_linkage_gives_up_what_it_knew_before_it_reads(monkeypatch):
    town = Town()
    town.link()
    town.con.execute("UPDATE match_basis SET basis = 'of another program'")
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr("matching.nights.find_changes", Mock(side_effect=KeyboardInterrupt))
        town.link()
    town.con.rollback()  # of millions of records, what one transaction deletes and reads does not fit into memory
    assert town.con.execute("SELECT count(*) FROM match_record").fetchall() == [(0,)]


def _strike_late(night: _Night, units: np.ndarray, *, with_relatives: bool):
    if with_relatives:
        raise KeyboardInterrupt
    return COMPARER(night, units, with_relatives=False)


def test_most_records_find_their_person():
    town = Town()
    town.link()
    found = town.clusters()
    persons = [(found[n + 1], found[n + 2], found[n + 3]) for n in range(0, len(found), 3)]
    assert sum(len(set(each)) == 1 for each in persons) > 0.95 * len(persons)
    assert len({each[0] for each in persons}) == len(persons)  # no two of the register are one


@pytest.mark.parametrize("order", ["hash(record_id)", "record_id", "-record_id"])
def test_nights_make_what_one_run_makes(order):
    town = Town()
    town.con.execute(
        f"CREATE TABLE wave AS SELECT record_id, ntile(5) OVER (ORDER BY {order}) AS night FROM all_records"
    )
    for night in range(1, 6):
        counts = town.link(f"record_id IN (SELECT record_id FROM wave WHERE night <= {night})")
    assert counts.records == len(town.clusters())
    before = town.clusters(), town.pairs()
    assert before == (town.full(), town.pairs())


BORN = date(1980, 3, 3)
NUMBER, OTHER_NUMBER = _number(BORN, 301), _number(BORN, 303)
AT_HOME = {"sex_code": "2", "dwelling_keys": ["dd"], "place_keys": ["dd"], "birth_date": BORN, "phone": "13877777777"}


def told(number: int, entry: str, name: str = "欧阳雪晴", **more) -> dict:
    """A record of an entry, by a source that is trusted little."""
    record = {"record_id": number, "source": "grid", "record_key": entry, "role": "self", "name": name}
    return record | {"trust_rank": 9} | more


LATE = {
    "a unit of judged records draws another in": (
        [told(2001, "b", "孙少少", citizen_id=NUMBER), told(2002, "c", "钱多多"), told(2003, "d", "孙少少"),
         told(2004, "d", "孙少少", citizen_id=NUMBER)],
        "record_id < 2004", "true", [(2002, 2003, "positive")], {2001: 2001, 2002: 2001, 2003: 2001}),
    "a record judged to be another turns out to hold a number": (
        [told(2001, "k", citizen_id=NUMBER, **AT_HOME), told(2002, "w", **AT_HOME), told(2003, "v"),
         told(2004, "v", citizen_id=NUMBER)],
        "record_id < 2004", "true", [(2002, 2003, "negative")], {2001: 2001, 2003: 2001, 2002: 2002}),
    "a newer state of an entry that was judged to be another": (
        [told(2001, "k", citizen_id=NUMBER, **AT_HOME), told(2002, "w", citizen_id=NUMBER, **AT_HOME),
         told(2003, "w", citizen_id=NUMBER, **AT_HOME | {"phone": "13866666666"}), told(2004, "v", citizen_id=NUMBER)],
        "record_id < 2003", "true", [(2001, 2002, "negative")], {2001: 2001, 2002: 2002, 2003: 2002, 2004: 2001}),
    "two states of an entry that were judged to be two persons": (
        [told(2001, "k", citizen_id=NUMBER, **AT_HOME), told(2002, "w", citizen_id=NUMBER, **AT_HOME),
         told(2003, "w", citizen_id=NUMBER, **AT_HOME)],
        "true", "record_id < 2003; true", [(2001, 2003, "negative"), (2002, 2003, "negative")],
        {2001: 2001, 2002: 2001, 2003: 2003}),
    "a chain of judgements is closed by units": (
        [told(2001, "a", "钱多多", citizen_id=NUMBER), told(2002, "b", "孙少少", citizen_id=OTHER_NUMBER),
         told(2003, "c", "钱多多"), told(2004, "d", "孙少少"), told(2006, "d", "孙少少", citizen_id=OTHER_NUMBER),
         told(2005, "c", "钱多多", citizen_id=NUMBER)],
        "record_id < 2005", "record_id <> 2005; true", [(2001, 2002, "negative"), (2003, 2004, "positive")],
        {2001: 2001, 2002: 2002}),
    "one row names two units": (
        [told(2001, "k", citizen_id=NUMBER, **AT_HOME), told(2002, "w", role="wife", batch=70, **AT_HOME),
         told(2003, "w", role="husband", batch=77, citizen_id=NUMBER, **AT_HOME),
         told(2004, "w", role="wife", batch=77, **AT_HOME)],
        "record_id <= 2002", "true", [], {2001: 2001, 2002: 2002}),
    "the row that named two units is withdrawn": (
        [told(2001, "k", citizen_id=NUMBER, **AT_HOME), told(2002, "w", role="wife", batch=70, **AT_HOME),
         told(2003, "w", role="husband", batch=77, citizen_id=NUMBER, **AT_HOME),
         told(2004, "w", role="wife", batch=77, **AT_HOME)],
        "true", "record_id NOT IN (2003, 2004)", [], {2001: 2001, 2002: 2001}),
    "a rival is withdrawn": (
        [told(2000, "a", **AT_HOME | {"dwelling_keys": ["d1", "d2"], "place_keys": ["d1", "d2"]}, employer_code="E"),
         told(2001, "b", citizen_id=NUMBER, source="police", trust_rank=1, employer_code="E",
              **AT_HOME | {"dwelling_keys": ["d1"], "place_keys": ["d1"]}),
         told(2002, "c", citizen_id=OTHER_NUMBER, source="police", trust_rank=1, employer_code="E",
              **AT_HOME | {"dwelling_keys": ["d2"], "place_keys": ["d2"]})],
        "true", "record_id <> 2001", [], {2000: 2000, 2002: 2000}),
    "what stands for a document of many is a word": (
        [told(2001 + n, f"x{n}", name, document_no="正在补办中", birth_date=date(1950 + 11 * n, 5, 5))
         for n, name in enumerate(("王一一", "李二二", "张三三", "赵军", "赵军"))],
        "record_id <= 2003", "true", [], {2004: 2004, 2005: 2005}),
    "a document of few after all": (
        [told(2001 + n, f"x{n}", name, document_no="G12345678", birth_date=date(1950 + 11 * n, 5, 5))
         for n, name in enumerate(("王一一", "李二二", "张三三", "赵军", "赵军"))],
        "true", "record_id NOT BETWEEN 2001 AND 2003", [], {2004: 2004, 2005: 2004}),
}  # fmt: skip


@pytest.mark.parametrize(("more", "before", "after", "judged", "found"), LATE.values(), ids=LATE)
def test_what_comes_or_goes_later_counts_as_if_all_had_come_at_once(more, before, after, judged, found):
    nights = after.split("; ")
    town = Town(more=more)
    town.link(before)
    for left, right, judgement in judged:
        town.judge(left, right, judgement)
    for night in (before, *nights):
        town.link(night)
    clusters = town.clusters()
    assert {record: clusters[record] for record in found} == found
    assert clusters == town.full(nights[-1])


@pytest.mark.parametrize("parent", [date(1970, 3, 3), date(2011, 3, 3)])
def test_a_number_that_an_entry_bore_by_mistake_is_not_its_own(parent):
    wrong, own, child = _number(parent, 302), _number(BORN, 301), {"birth_date": BORN, "sex_code": "1"}
    town = Town(more=[
        told(2001, "p", "欧阳国", citizen_id=wrong, trust_rank=1),
        told(2002, "c", citizen_id=wrong, trust_rank=1, **child), told(2003, "d", citizen_id=own),
        told(2004, "c", citizen_id=own, **child), told(2005, "p", "欧阳国", citizen_id=wrong),
    ])  # fmt: skip
    town.link()
    units = "SELECT unit_id, source, number, birth_dates, sex_code FROM match_unit WHERE unit_id > 2000 ORDER BY ALL"
    assert town.con.execute(units).fetchall() == [
        (2001, "backbone", wrong, [parent], "2"), (2002, "numbered", own, [BORN], "1"),
    ]  # fmt: skip


def test_what_a_rule_says_of_a_number_is_what_was_told_with_it():
    town = Town(more=[
        told(2001 + at, f"n{at}", name, citizen_id=NUMBER, trust_rank=1 + at)
        for at, name in enumerate(("欧阳雪晴", "欧阳雪晴", "欧阳雪清", "欧阳*晴", None))
    ])  # fmt: skip
    town.link()
    rules = dict(town.con.execute("SELECT record_id, match_rule FROM match_record").fetchall())
    assert set(rules.values()) <= set(RULES)
    assert [rules[record] for record in range(2002, 2006)] == [
        "same_citizen_id_and_name", "same_citizen_id_similar_name", "same_citizen_id_similar_name", "same_citizen_id",
    ]  # fmt: skip


def test_whom_a_judgement_joins_is_said_to_be_joined_by_it():
    town = Town()
    town.link()
    town.judge(1, 10, "positive")
    town.link()
    assert town.con.execute("SELECT match_rule FROM match_cluster WHERE record_id IN (10, 11)").fetchall() == [
        ("judgement",), ("judgement",),
    ]  # fmt: skip
    link = "SELECT match_rule FROM match_link_new WHERE (record_id_l, record_id_r) = (1, 10)"
    assert town.con.execute(link).fetchall() == [("judgement",)]


def test_another_program_links_all_anew(monkeypatch):
    town = Town()
    town.link()
    assert town.link().units_changed == 0
    monkeypatch.setattr("matching.state._program", lambda: "another")
    assert town.link().units_changed > 0


def test_a_rule_skips_blocks_beyond_its_own_size_whenever_they_grow():
    spec = load_spec(PERSON_SPEC)
    rules = tuple(each.model_copy(update={"block_size": 3}) for each in spec.blocking.rules)
    town = Town(spec.model_copy(update={"blocking": spec.blocking.model_copy(update={"rules": rules})}))
    for night in range(1, 6):
        town.link(f"record_id % 5 < {night}")
    [(skipped, largest)] = town.con.execute("""
        SELECT (SELECT sum(blocks) FROM match_skipped_block),
            (SELECT max(n) FROM (SELECT count(*) AS n FROM match_block GROUP BY rule, k))
    """).fetchall()
    assert skipped > 0 and largest > 3
    before = town.clusters(), town.pairs()
    assert before == (town.full(), town.pairs())


def test_a_night_without_changes_does_nothing():
    town = Town()
    town.link()
    before = town.clusters()
    counts = town.link()
    assert (counts.units_changed, counts.pairs) == (0, 0)
    assert town.clusters() == before


def test_a_state_of_another_version_of_the_program_is_made_anew():
    town = Town()
    town.link()
    before = town.clusters()
    town.con.execute("ALTER TABLE match_unit DROP COLUMN schools; COMMENT ON TABLE match_basis IS 'of old'")
    counts = town.link()
    assert counts.units_changed == counts.units
    assert town.clusters() == before


def test_a_base_that_outgrows_its_parameters_is_linked_anew():
    town = Town()
    town.link("record_id <= 200")
    town.link()
    versions = town.con.execute(
        "SELECT count(*), max(parameters::JSON->>'records')::INT FROM match_parameters"
    ).fetchall()
    units = town.con.execute("SELECT count(*) FROM match_unit").fetchall()
    assert versions == [(2, units[0][0])]
    assert town.clusters() == town.full()


def test_of_many_pairs_some_tell_the_share_of_matches(monkeypatch):
    town = Town()
    town.link()
    run(town.con, "state_relation")
    whole = learn_parameters(load_spec(PERSON_SPEC), all_units(town.con), town.con)
    monkeypatch.setattr("matching.engine.ENOUGH_PAIRS", 100)
    some = learn_parameters(load_spec(PERSON_SPEC), all_units(town.con), town.con)
    assert some.match_prior == pytest.approx(whole.match_prior, rel=0.1)
    assert some.match_prior != whole.match_prior
    assert some.comparisons == whole.comparisons


@pytest.mark.parametrize(("registered", "insured"), [(2001, 2002), (2002, 2001)])
def test_who_is_judged_apart_holds_the_number_no_longer_and_takes_nothing_from_its_holder(registered, insured):
    town = Town(more=[
        told(registered, "k", citizen_id=NUMBER, **AT_HOME | {"trust_rank": 1}),
        told(insured, "i", citizen_id=NUMBER), told(2003, "m", citizen_id_claim=f"{NUMBER[:4]}**********{NUMBER[-4:]}"),
    ])  # fmt: skip
    town.link()
    town.judge(2001, 2002, "negative")
    town.link()
    units = "SELECT unit_id, source, number FROM match_unit WHERE unit_id IN (2001, 2002)"
    assert set(town.con.execute(units).fetchall()) == {
        (registered, "backbone", NUMBER), (insured, "unproven", f"{NUMBER}!"),
    }  # fmt: skip
    rules = dict(town.con.execute("SELECT record_id, match_rule FROM match_record WHERE record_id > 2000").fetchall())
    assert rules[insured] == "judged_apart" and rules[registered] == "same_citizen_id_and_name"
    assert set(rules.values()) <= set(RULES)
    clusters = town.clusters()
    assert clusters[2003] == clusters[registered] != clusters[insured]
    assert clusters == town.full()


def test_what_is_taken_back_leaves_no_trace():
    town = Town()
    town.link("record_id <= 900")
    before = town.clusters()
    town.link()
    town.link("record_id <= 900")
    assert town.clusters() == before


def test_a_judgement_joins_and_is_taken_back():
    town = Town()
    town.link()
    before = town.clusters()
    number = town.judge(1, 10, "positive")
    town.link()
    assert town.clusters()[1] == town.clusters()[10]
    assert town.clusters() == town.full()
    withdraw_judgement(town.con, number, decided_by="t", reason="t", decided_at=NOW)
    town.link()
    assert town.clusters() == before


def test_a_judgement_parts_even_what_one_number_joins():
    town = Town()
    town.link()
    before = town.clusters()
    units = dict(town.con.execute("SELECT record_id, unit_id FROM match_record").fetchall())
    same = next(n for n in range(1, 300, 3) if units[n] == units[n + 1])
    number = town.judge(same, same + 1, "negative")
    town.link()
    assert town.clusters()[same] != town.clusters()[same + 1]
    town.link("record_id <> 1000")
    assert town.clusters()[same] != town.clusters()[same + 1]
    withdraw_judgement(town.con, number, decided_by="t", reason="t", decided_at=NOW)
    town.link()
    assert town.clusters() == before


def test_judgements_that_contradict_are_refused():
    town = Town()
    town.link()
    town.judge(1, 10, "positive")
    town.judge(10, 19, "positive")
    with pytest.raises(ConstraintError):
        town.judge(1, 19, "negative")


def test_a_number_of_which_the_end_is_lost_meets_its_holder():
    [holder] = _town()[0].slice(0, 1).to_pylist()
    ruined = {"record_id": 2000, "source": "bank", "record_key": "b", "role": "self", "trust_rank": 6}
    told = {"name": holder["name"], "citizen_id_claim": holder["citizen_id"][:15] + "***"}
    town = Town(more=[ruined | told])
    town.link()
    assert (1, 2000) in {(left, right) for left, right, _ in town.pairs()}


def test_error_rates_are_kept_by_night_and_group():
    town = Town()
    town.link()
    town.con.execute(
        "CREATE VIEW kinds AS SELECT record_id, if(record_id % 2 = 0, 'even', 'odd') AS kind, 'town' AS area FROM r"
    )
    for _ in range(2):
        store_error_rates(town.con, "2026-11-25", 2026, "kinds")
    rows = town.con.execute(
        "SELECT group_kind, group_name, linked_pairs, false_match_rate FROM match_error_rate"
    ).fetchall()
    groups = {(kind, name) for kind, name, *_ in rows}
    assert len(groups) == len(rows)
    assert {
        ("all", "all"),
        ("department", "grid"),
        ("age", "adult"),
        ("number", "none"),
        ("kind", "odd"),
        ("area", "town"),
    } <= groups
    assert all(rate is None or 0 <= rate <= 0.05 for *_, rate in rows)


def test_judged_pairs_are_told_as_they_were_drawn(monkeypatch):
    town = Town()
    town.link()
    units = dict(town.con.execute("SELECT record_id, unit_id FROM match_record").fetchall())
    scored = town.con.execute("SELECT unit_l, unit_r, probability FROM match_pair").fetchall()
    probability = {(left, right): told for left, right, told in scored}
    clusters = town.clusters()
    first = next(  # its unit has another record, and it is linked to what the grid said
        n for n in range(1, 300, 3)
        if units[n] == units[n + 1] and clusters[n] == clusters[n + 2] and (units[n], units[n + 2]) in probability
    )  # fmt: skip
    was = probability[units[first], units[first + 2]]
    draw_sample(town.con, load_spec(PERSON_SPEC), len(scored), seed=1, drawn_at=NOW - timedelta(days=1))
    town.judge(first, first + 2, "negative")
    town.link()
    draw_sample(town.con, load_spec(PERSON_SPEC), len(scored), seed=1, drawn_at=NOW + timedelta(days=1))
    town.con.execute("CREATE VIEW kinds AS SELECT record_id, 'k' AS kind, 'a' AS area FROM all_records")
    town.con.execute("CREATE TEMP TABLE successors (record_id BIGINT, stand_in_id BIGINT)")
    town.con.execute(f"CREATE TEMP VIEW held AS SELECT record_id FROM all_records WHERE record_id <> {first}")
    move_judgements(town.con, held="held", successors="successors", moved_at=NOW)
    town.link(f"record_id <> {first}")
    asked = []
    monkeypatch.setattr("matching.nightly_rates.error_rates", lambda *given: asked.append(given) or error_rates(*given))
    store_error_rates(town.con, "2026-11-25", 2026, "kinds")
    [told] = [row for row in asked[0][0].to_pylist() if row["judgement"]]
    assert (told["judgement"], told["sampling_rate"], told["is_linked"]) == ("negative", 1.0, False)
    assert (told["drawn_linked"], told["drawn_probability"]) == (True, was)
