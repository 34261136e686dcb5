"""What pairs and clusters are worth against the truth. All is counted in SQL; no pair is listed in Python.

python benchmarks/linkage/evaluate.py PAIRS.parquet CLUSTERS.parquet TRUTH.parquet
"""

import argparse
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

TRUE_PAIRS = "SELECT sum(n * (n - 1) // 2) FROM (SELECT count(*) AS n FROM truth GROUP BY person)"

SCORED = """
CREATE TABLE scored AS
SELECT round(p.match_weight, 3) AS weight, p.match_probability AS probability, l.person = r.person AS is_match
FROM pairs AS p
JOIN truth AS l ON l.source = p.source_l AND l.record_id = p.record_id_l
JOIN truth AS r ON r.source = p.source_r AND r.record_id = p.record_id_r
"""

BEST = """
WITH steps AS (
    SELECT weight, min(probability) AS probability, count(*) AS n, count(*) FILTER (is_match) AS hits
    FROM scored GROUP BY weight
), sums AS (
    SELECT probability, sum(n) OVER down AS n, sum(hits) OVER down AS hits
    FROM steps WINDOW down AS (ORDER BY weight DESC)
)
SELECT hits, n, probability FROM sums ORDER BY 2 * hits / (n + $true_pairs) DESC, probability DESC LIMIT 1
"""

AT = "SELECT count(*) FILTER (is_match), count(*) FROM scored WHERE probability >= $threshold"

CLUSTERED = """
WITH joined AS (
    SELECT person, coalesce(CAST(cluster_id AS VARCHAR), source || chr(31) || record_id) AS cluster
    FROM truth LEFT JOIN clusters USING (source, record_id)
), cells AS (SELECT person, cluster, count(*) AS n FROM joined GROUP BY ALL),
sized AS (
    -- Windows, not joins: a plan that joined persons and clusters of equal size would be quadratic.
    SELECT n, sum(n) OVER (PARTITION BY person) AS person_size, sum(n) OVER (PARTITION BY cluster) AS cluster_size,
        row_number() OVER (PARTITION BY person) = 1 AS is_person,
        row_number() OVER (PARTITION BY cluster) = 1 AS is_cluster
    FROM cells
)
SELECT
    sum(n * (n - 1) // 2),
    sum(cluster_size * (cluster_size - 1) // 2) FILTER (is_cluster),
    count(*) FILTER (n = person_size AND n = cluster_size),
    count(*) FILTER (is_person),
    count(*) FILTER (is_cluster)
FROM sized
"""

POSSIBLE = """
WITH files AS (SELECT source, count(*) AS n FROM truth GROUP BY source)
SELECT CASE WHEN count(*) = 1 THEN sum(n * (n - 1) // 2) ELSE (sum(n)^2 - sum(n^2)) / 2 END FROM files
"""

RELIABILITY = """
SELECT least(floor(probability * 20), 19) AS bin, avg(probability), avg(CAST(is_match AS INT)), count(*)
FROM scored GROUP BY bin ORDER BY bin
"""


@dataclass(frozen=True)
class Quality:
    """Pairwise precision, recall and F1; `threshold` is the match probability from which pairs count as linked."""

    precision: float
    recall: float
    f1: float
    threshold: float | None = None


def evaluate(pairs: Path, clusters: Path, truth: Path, threshold: float = 0.95) -> dict:
    """Measure pairs and clusters.

    Args:
        pairs: Parquet with source_l, record_id_l, source_r, record_id_r, match_weight (bits), match_probability.
        clusters: Parquet with source, record_id, cluster_id; a record that is not listed is a cluster of its own.
        truth: Parquet with source, record_id, person.
        threshold: the match probability of `at_threshold`.

    Returns:
        The qualities `best`, `at_threshold`, `clustered`; `exact_persons`, the share of persons that are exactly one
        cluster; `found_rate`, the share of the true pairs that are listed at all; counts; and `reliability` as bins
        of [mean probability, share of true pairs, pairs].
    """
    with TemporaryDirectory() as spill, duckdb.connect(config={"temp_directory": spill}) as database:
        for name, path in {"pairs": pairs, "clusters": clusters, "truth": truth}.items():
            database.execute(f"CREATE VIEW {name} AS FROM '{path}'")
        database.execute(SCORED)
        (possible,) = database.execute(POSSIBLE).fetchone()
        (true_pairs,) = database.execute(TRUE_PAIRS).fetchone()
        listed, found = database.execute("SELECT count(*), count(*) FILTER (is_match) FROM scored").fetchone()
        best = database.execute(BEST, {"true_pairs": true_pairs}).fetchone() or (0, 0, 1.0)
        at = database.execute(AT, {"threshold": threshold}).fetchone()
        hits, linked, exact, persons, groups = database.execute(CLUSTERED).fetchone()
        bins = database.execute(RELIABILITY).fetchall()
    return {
        "best": asdict(_quality(best[0], best[1], true_pairs, best[2])),
        "at_threshold": asdict(_quality(at[0], at[1], true_pairs, threshold)),
        "clustered": asdict(_quality(hits, linked, true_pairs)),
        "exact_persons": exact / persons,
        "found_rate": found / true_pairs,
        "true_pairs": int(true_pairs),
        "pairs_possible": int(possible),
        "pairs_listed": listed,
        "persons": persons,
        "clusters": groups,
        "reliability": [list(row[1:]) for row in bins],
    }


def _quality(hits: int, linked: int, true_pairs: int, threshold: float | None = None) -> Quality:
    return Quality(
        precision=float(hits / linked) if linked else 1.0,
        recall=float(hits / true_pairs) if true_pairs else 1.0,
        f1=float(2 * hits / (linked + true_pairs)) if linked + true_pairs else 1.0,
        threshold=threshold,
    )


def main() -> None:
    """Print the measures of three files."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pairs", type=Path)
    parser.add_argument("clusters", type=Path)
    parser.add_argument("truth", type=Path)
    parser.add_argument("--json", action="store_true", help="all figures, for programs")
    options = parser.parse_args()
    result = evaluate(options.pairs, options.clusters, options.truth)
    if options.json:
        print(json.dumps(result, indent=1))
        return
    for label, key in {"best": "best", "at .95": "at_threshold", "clusters": "clustered"}.items():
        row = result[key]
        limit = f"  from probability {row['threshold']:.4f}" if key == "best" else ""
        print(f"{label:10} F1 {row['f1']:.4f}  precision {row['precision']:.4f}  recall {row['recall']:.4f}{limit}")
    print(
        f"{'exact':10} {result['exact_persons']:.4f} of {result['persons']:,} persons; {result['clusters']:,} clusters"
    )
    found = f"{result['found_rate']:.4f} of {result['true_pairs']:,} true pairs"
    print(f"{'listed':10} {result['pairs_listed']:,} pairs, {found}")


if __name__ == "__main__":
    main()
