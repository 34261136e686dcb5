"""How good a crosswalk is against known truth: pairs and clusters, by group.

A pair is two mentions of one person. Pairwise precision = true pairs among those linked; recall =
linked pairs among the true ones; an *exact* cluster holds all mentions of one person and no other.
Counts come from group sizes, so no pair is ever listed.
"""

from dataclasses import dataclass

import duckdb


@dataclass(frozen=True)
class Score:
    """Pairwise counts of one group of mentions."""

    group: str
    mentions: int
    true_pairs: int
    linked_pairs: int
    shared_pairs: int

    @property
    def precision(self) -> float:
        """Share of linked pairs that are true; 1 when nothing is linked."""
        return self.shared_pairs / self.linked_pairs if self.linked_pairs else 1.0

    @property
    def recall(self) -> float:
        """Share of true pairs that are linked; 1 when there are none."""
        return self.shared_pairs / self.true_pairs if self.true_pairs else 1.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


@dataclass(frozen=True)
class ClusterScore:
    """Counts of whole clusters."""

    persons: int
    clusters: int
    exact: int

    @property
    def precision(self) -> float:
        """Share of clusters that are exactly one person."""
        return self.exact / self.clusters if self.clusters else 1.0

    @property
    def recall(self) -> float:
        """Share of persons that are exactly one cluster."""
        return self.exact / self.persons if self.persons else 1.0


@dataclass(frozen=True)
class ScoreReport:
    """All that `score` measures. `truth_mentions` without a crosswalk row are `missing_mentions`."""

    overall: Score
    by_difficulty: tuple[Score, ...]
    by_department: tuple[Score, ...]
    clusters: ClusterScore
    missing_mentions: int


_JOIN = """
CREATE OR REPLACE TEMP TABLE _scored AS
SELECT t.department, t.difficulty, t.person_uid AS truth,
       coalesce(c.person_id::VARCHAR, 'missing ' || row_number() OVER ()) AS linked,
       c.person_id IS NULL AS is_missing
FROM {truth} t
LEFT JOIN {crosswalk} c
  ON c.department = t.department AND c.file = t.file AND c.night = t.night
 AND c.row_number = t.row_number AND c.role = t.role
"""

# Pairs among the mentions that a condition selects.
_PAIRS = """
WITH sized AS (SELECT {key} AS key, count(*) AS n FROM _scored WHERE {condition} GROUP BY ALL)
SELECT coalesce(sum(n * (n - 1) // 2), 0)::BIGINT FROM sized
"""

DIFFICULTIES = ("exact_id", "dirty_id", "masked_id", "no_id")
"""From easy to hard; a pair is as hard as the harder of its mentions."""


def score(con: duckdb.DuckDBPyConnection, crosswalk: str, truth: str) -> ScoreReport:
    """Measure a crosswalk.

    Args:
        con: any connection that sees both relations.
        crosswalk: relation with person_id, department, file, night, row_number, role.
        truth: relation with person_uid, department, file, night, row_number, role, difficulty.

    Returns:
        Pairwise figures overall, by difficulty (of the harder mention) and by department (a pair
        counts for each department that one of its two mentions comes from), and cluster figures.
    """
    con.execute(_JOIN.format(truth=truth, crosswalk=crosswalk))
    return ScoreReport(
        overall=_score_group(con, "all", "true", "false"),
        by_difficulty=_score_difficulties(con),
        by_department=_score_departments(con),
        clusters=_score_clusters(con),
        missing_mentions=_one(con, "SELECT count(*) FROM _scored WHERE is_missing"),
    )


def _score_difficulties(con: duckdb.DuckDBPyConnection) -> tuple[Score, ...]:
    upto = [f"list_position({list(DIFFICULTIES)}, difficulty) <= {n}" for n in range(len(DIFFICULTIES) + 1)]
    return tuple(
        _score_group(con, name, harder, easier)
        for name, easier, harder in zip(DIFFICULTIES, upto, upto[1:], strict=False)
    )


def _score_departments(con: duckdb.DuckDBPyConnection) -> tuple[Score, ...]:
    names = [name for (name,) in con.execute("SELECT DISTINCT department FROM _scored ORDER BY 1").fetchall()]
    return tuple(_score_group(con, name, "true", f"department <> '{name}'") for name in names)


def _score_group(con: duckdb.DuckDBPyConnection, name: str, within: str, without: str) -> Score:
    """Pairs among the mentions `within`, less the pairs wholly among those `without`."""
    true_pairs, linked_pairs, shared_pairs = (
        _one(con, _PAIRS.format(key=key, condition=within)) - _one(con, _PAIRS.format(key=key, condition=without))
        for key in ("truth", "linked", "(truth, linked)")
    )
    mentions = _one(con, f"SELECT count(*) FROM _scored WHERE ({within}) AND NOT ({without})")
    return Score(name, mentions, true_pairs, linked_pairs, shared_pairs)


def _score_clusters(con: duckdb.DuckDBPyConnection) -> ClusterScore:
    [(persons, clusters, exact)] = con.execute("""
        WITH cell AS (SELECT truth, linked, count(*) AS n FROM _scored GROUP BY ALL),
             p AS (SELECT truth, sum(n) AS n FROM cell GROUP BY ALL),
             c AS (SELECT linked, sum(n) AS n FROM cell GROUP BY ALL)
        SELECT (SELECT count(*) FROM p), (SELECT count(*) FROM c),
               count(*) FILTER (cell.n = p.n AND cell.n = c.n)
        FROM cell JOIN p USING (truth) JOIN c USING (linked)
    """).fetchall()
    return ClusterScore(persons, clusters, exact)


def _one(con: duckdb.DuckDBPyConnection, sql: str) -> int:
    [(count,)] = con.execute(sql).fetchall()
    return int(count)
