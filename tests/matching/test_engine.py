"""Any tables linked by a spec: what comes out, what is learnt, and what is refused."""

import traceback

import duckdb
import numpy as np
import pyarrow as pa
import pytest

from matching import link
from matching.errors import ConstraintError, InputError, SpecError
from matching.parameters import load_parameters, measure_drift, save_parameters
from matching.results import cluster_table, pair_table, report
from matching.spec import load_spec

FIRST = [f"{a}{b}" for a in ("an", "bert", "carl", "dor", "emm", "fran", "gus", "hel") for b in ("a", "o", "ine", "us")]
LAST = [
    f"{a}{b}" for a in ("ber", "schmi", "mey", "wag", "hoff", "koch", "rich", "klei") for b in ("g", "dt", "er", "mann")
]

SPEC = {
    "spec": "people",
    "task": "link",
    "tables": {"a": {"record_id": "id"}, "b": {"record_id": "id"}},
    "comparisons": [
        {"column": "first", "kind": "text", "frequency": True},
        {"column": "last", "kind": "text", "frequency": True},
        {"column": "born", "kind": "date"},
        {"column": "town", "kind": "exact"},
    ],
    "blocking": {"rules": [["born"], ["first", "last"], ["last", "town"]]},
}


def _people(count=600, seed=5):
    """Two files of the same people; in the second one in ten has another town, one in ten a slip in the name."""
    rng = np.random.default_rng(seed)
    first, last = rng.choice(FIRST, count), rng.choice(LAST, count)
    born = (np.datetime64("1950-01-01") + rng.integers(0, 18_000, count)).astype(str)
    town = rng.choice([f"t{n}" for n in range(20)], count)
    a = pa.table({"id": [f"a{n}" for n in range(count)], "first": first, "last": last, "born": born, "town": town})
    last_b = [name[:-1] + "x" if n % 10 == 3 else name for n, name in enumerate(last)]
    town_b = [f"t{(int(name[1:]) + 1) % 20}" if n % 10 == 7 else name for n, name in enumerate(town)]
    b = pa.table({"id": [f"b{n}" for n in range(count)], "first": first, "last": last_b, "born": born, "town": town_b})
    return {"a": a, "b": b}


def _right(linkage, count=600):
    return int((linkage.cluster[count:] == np.arange(count)).sum())


def test_two_files_are_linked_without_labels():
    con = duckdb.connect()
    linkage = link(_people(), load_spec(SPEC), con=con)
    assert _right(linkage) >= 595
    pairs, clusters = pair_table(con, linkage), cluster_table(con, linkage)
    assert set(pairs.column_names) >= {"source_l", "record_id_r", "match_weight", "match_probability", "level_born"}
    assert clusters.num_rows == 1200
    assert report(linkage)["pairs_compared"] == len(linkage.candidates.pairs)


def test_tables_may_be_one_relation():
    con, people = duckdb.connect(), _people()
    con.register("first", people["a"])
    con.register("second", people["b"])
    con.execute("CREATE VIEW people AS SELECT 'a' AS source, * FROM first UNION ALL SELECT 'b', * FROM second")
    one = link("people", load_spec(SPEC), con=con)
    assert np.array_equal(one.cluster, link(people, load_spec(SPEC)).cluster)
    unlike = SPEC | {"tables": {"a": {"record_id": "id"}, "b": {"record_id": "number"}}}
    with pytest.raises(SpecError, match="declared alike"):
        link("people", load_spec(unlike), con=con)


def test_what_is_learnt_is_near_what_was_done():
    learnt = {each.comparison: each for each in link(_people(), load_spec(SPEC)).parameters.comparisons}
    assert learnt["town"].levels[0].m == pytest.approx(0.9, abs=0.03)
    assert learnt["town"].levels[0].u == pytest.approx(0.05, abs=0.01)
    assert learnt["last"].levels[0].m == pytest.approx(0.9, abs=0.03)


def test_saved_parameters_give_the_same_result_and_no_drift(tmp_path):
    spec, tables = load_spec(SPEC), _people()
    first = link(tables, spec)
    save_parameters(first.parameters, tmp_path / "p.json")
    again = link(tables, spec, parameters=load_parameters(tmp_path / "p.json"))
    assert (again.cluster == first.cluster).all()
    assert all(drift.change == 0 for drift in measure_drift(first.parameters, again.parameters))


def test_drift_names_what_changed_most():
    spec = load_spec(SPEC)
    moved = _people()
    moved["b"] = moved["b"].set_column(4, "town", pa.array(["t1"] * 600))
    drift = measure_drift(link(_people(), spec).parameters, link(moved, spec).parameters)
    assert drift[0].comparison == "town"


def test_order_of_records_does_not_change_people():
    tables = _people()
    shuffled = {name: table.take(np.random.default_rng(2).permutation(600)) for name, table in tables.items()}
    spec, con = load_spec(SPEC), duckdb.connect()
    learnt = link(tables, spec, con=con)
    one = cluster_table(con, learnt).to_pylist()
    two = cluster_table(con, link(shuffled, spec, con=con, parameters=learnt.parameters)).to_pylist()

    def people(rows):
        groups = {}
        for row in rows:
            groups.setdefault(row["cluster_id"], set()).add(row["record_id"])
        return {frozenset(group) for group in groups.values()}

    assert people(one) == people(two)


def test_missing_column_is_named():
    with pytest.raises(SpecError, match="table b.*town"):
        link({"a": _people()["a"], "b": _people()["b"].drop_columns(["town"])}, load_spec(SPEC))


def test_duplicate_and_missing_record_ids_are_refused():
    tables = _people()
    with pytest.raises(InputError, match="not unique: 1"):
        link(
            tables | {"a": tables["a"].set_column(0, "id", pa.array(["x", "x", *map(str, range(598))]))},
            load_spec(SPEC),
        )
    with pytest.raises(InputError, match="1 records have no record id"):
        link(tables | {"a": tables["a"].set_column(0, "id", pa.array([None, *map(str, range(599))]))}, load_spec(SPEC))


def test_a_column_without_values_is_neutral_and_said_to_be():
    tables = {name: table.set_column(4, "town", pa.nulls(600, pa.string())) for name, table in _people().items()}
    linkage = link(tables, load_spec(SPEC))
    assert _right(linkage) >= 590
    assert any("town has no value" in warning for warning in linkage.warnings)


def test_empty_tables_give_no_clusters():
    linkage = link({name: table[:0] for name, table in _people().items()}, load_spec(SPEC))
    assert len(linkage.cluster) == 0


def test_constraints_are_tables():
    pairs = pa.table({"source_l": ["a"], "record_id_l": ["a0"], "source_r": ["b"], "record_id_r": ["b0"]})
    apart = load_spec(SPEC | {"constraints": {"cannot_link": "no"}})
    assert link(_people() | {"no": pairs}, apart).cluster[600] != 0
    together = load_spec(SPEC | {"constraints": {"must_link": "yes"}})
    other = pairs.set_column(3, "record_id_r", pa.array(["b5"]))
    assert link(_people() | {"yes": other}, together).cluster[605] == 0
    both = load_spec(SPEC | {"constraints": {"must_link": "yes", "cannot_link": "yes"}})
    with pytest.raises(ConstraintError):
        link(_people() | {"yes": pairs}, both)


def test_errors_show_no_value_of_a_record(tmp_path):
    secret = "王秘密"
    key = SPEC | {"blocking": {"rules": [["first::DATE"]]}}
    tables = _people()
    tables["a"] = tables["a"].set_column(1, "first", pa.array([secret, *["x"] * 599]))
    broken = tmp_path / "a.csv"
    broken.write_text(
        "id,first,last,born,town\n" + "1,a,b,c,d\n" * 30_000 + f'2,"{secret}' + "\n3,4\n", encoding="utf-8"
    )
    column = SPEC | {"columns": {"born": "first::DATE"}}
    for spec, given in ((key, tables), (SPEC, tables | {"a": broken}), (column, tables)):
        with pytest.raises(SpecError) as caught:
            link(given, load_spec(spec))
        assert secret not in "".join(traceback.format_exception(caught.value))


def test_constraints_of_another_shape_are_refused():
    with pytest.raises(SpecError, match="cannot_link: no table of source_l"):
        link(_people() | {"no": _people()["a"]}, load_spec(SPEC | {"constraints": {"cannot_link": "no"}}))
    tags = {name: table.append_column("tags", pa.array([["x", "y"]] * 600)) for name, table in _people().items()}
    with pytest.raises(SpecError, match="differs: tags holds several"):
        link(tags, load_spec(SPEC | {"constraints": {"differs": ["tags"]}}))


def test_a_million_equal_defaults_neither_explode_nor_merge():
    count = 1_000_000
    table = pa.table(
        {
            "id": np.arange(count),
            "first": ["无"] * count,
            "last": ["无"] * count,
            "born": ["1900-01-01"] * count,
            "town": ["t"] * count,
        }
    )
    linkage = link({"a": table}, load_spec(SPEC | {"task": "dedupe", "tables": {"a": {"record_id": "id"}}}))
    assert len(np.unique(linkage.cluster)) == count
    assert any("skipped" in warning for warning in linkage.warnings)


def test_deduplication_of_one_csv_file(tmp_path):
    tables = _people(200)
    both = pa.concat_tables(list(tables.values()))
    con = duckdb.connect()
    con.register("both_files", both)
    con.execute(f"COPY both_files TO '{tmp_path}/people.csv' (HEADER)")
    spec = load_spec(SPEC | {"task": "dedupe", "tables": {"a": {"path": f"{tmp_path}/people.csv", "record_id": "id"}}})
    assert _right(link({}, spec), 200) >= 190


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"task": "guess"}, "task"),
        ({"surprise": 1}, "surprise"),
        ({"tables": {"a": {"record_id": "id"}}}, "needs two tables"),
        ({"comparisons": [{"column": "first", "kind": "smell"}]}, "no kind smell"),
        ({"comparisons": [{"column": "first", "explained_by": {"nose": ["equal"]}}]}, "nose"),
        ({"constraints": {"one_record_per": ["z"]}}, "z"),
        ({"thresholds": {"link": 1.5}}, "thresholds.link"),
    ],
)
def test_a_spec_that_is_not_sound_is_refused_by_name(change, message):
    with pytest.raises(SpecError, match=message):
        load_spec(SPEC | change)
