"""Blocking: each pair once, plans that are true, blocks that are split or skipped and said to be."""

import duckdb
import pyarrow as pa
import pytest

from matching.candidates import find_candidates, split_pairs
from matching.errors import SpecError
from matching.records import load_records
from matching.spec import load_spec


def _candidates(rows, rules, *, task="dedupe", **blocking):
    table = pa.Table.from_pylist(
        [{"id": n, "name": name, "town": town, "tags": tags} for n, (name, town, tags) in enumerate(rows)]
    )
    tables = {"a": table} if task == "dedupe" else {"a": table[: len(rows) // 2], "b": table[len(rows) // 2 :]}
    spec = load_spec(
        {
            "spec": "t", "task": task, "tables": {name: {"record_id": "id"} for name in tables},
            "columns": {"tags": "tags", "town": "town"}, "comparisons": [{"column": "name", "kind": "exact"}],
            "blocking": {"rules": rules, **blocking},
        }
    )  # fmt: skip
    con = duckdb.connect()
    load_records(con, spec, tables)
    return find_candidates(con, spec, spec.blocking.rules)


def _pairs(candidates):
    left, right = split_pairs(candidates.pairs)
    return list(zip(left.tolist(), right.tolist(), strict=True))


def test_each_pair_once_by_whatever_rule():
    rows = [("a", "x", None), ("a", "x", None), ("b", "x", None)]
    found = _candidates(rows, [["name"], ["town"]])
    assert _pairs(found) == [(0, 1), (0, 2), (1, 2)]
    assert [plan.pairs for plan in found.plan] == [1, 3]
    assert (found.possible, found.reduction_ratio) == (3, 0.0)


def test_missing_values_never_meet():
    assert _pairs(_candidates([(None, "x", None), (None, "x", None)], [["name"]])) == []


def test_lists_meet_by_any_value():
    rows = [("a", "x", ["p", "q"]), ("b", "x", ["q"]), ("c", "x", []), ("d", "x", None), ("e", "y", ["q", "p"])]
    assert _pairs(_candidates(rows, [["tags"]])) == [(0, 1), (0, 4), (1, 4)]
    assert _pairs(_candidates(rows, [["tags", "town"]])) == [(0, 1)]


def test_two_files_are_not_compared_with_themselves():
    rows = [("a", "x", None), ("a", "x", None), ("a", "y", None), ("b", "y", None)]
    found = _candidates(rows, [["name"]], task="link")
    assert _pairs(found) == [(0, 2), (1, 2)]
    assert found.possible == 4
    assert found.plan[0].pairs == 2


def test_thousands_of_equal_defaults_are_skipped_and_recorded():
    rows = [("无", "x", None)] * 5_000 + [("a", "x", None), ("a", "x", None)]
    found = _candidates(rows, [["name"]], block_size=100)
    assert _pairs(found) == [(5_000, 5_001)]
    assert (found.plan[0].blocks_skipped, found.plan[0].records_skipped) == (1, 5_000)
    assert found.plan[0].pairs_skipped == 5_000 * 4_999 // 2


def test_a_rule_may_have_a_smaller_size_of_its_own():
    rows = [("a", "x", None)] * 5 + [("b", "y", None)] * 3
    found = _candidates(rows, [{"keys": ["name"], "block_size": 3}, {"keys": ["town"], "block_size": 50}], block_size=4)
    assert [(plan.limit, plan.pairs, plan.blocks_skipped) for plan in found.plan] == [(3, 3, 1), (4, 3, 1)]


def test_large_blocks_are_split():
    rows = [("a", f"t{n % 40}", None) for n in range(120)]
    found = _candidates(rows, [["name"]], block_size=10, split_by=["town"])
    assert (found.plan[0].blocks_split, found.plan[0].blocks_skipped) == (1, 0)
    assert len(found.pairs) == 40 * 3


def test_all_pairs_keep_to_the_budget():
    rows = [(f"n{n // 2}", "x", None) for n in range(100)]
    found = _candidates(rows, [["town"], ["name"]], most_pairs=60)
    assert len(found.pairs) == 50
    assert found.plan[0].blocks_skipped == 1


def test_a_key_that_is_no_expression_is_named():
    with pytest.raises(SpecError, match="left\\(nam, 1\\)"):
        _candidates([("a", "x", None)], [["left(nam, 1)"]])
