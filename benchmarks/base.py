"""Compare the published base with the truth of a fictitious city, and say what its history costs.

    python benchmarks/base.py HOME CITY

CITY was written by `popbase synth` and merged night by night into HOME. Prints residents by town, floating people,
households and inhabited dwellings beside the truth; whether the newest base tells each kept snapshot exactly; bytes of
history for each person and night, and the time of as-of queries. Exit code 1 when a snapshot is told otherwise.
"""

import argparse
import json
import sys
import time
from pathlib import Path

import duckdb

TOTALS = """
SELECT 'residents', count(*) FILTER (town IS NOT NULL),
    (SELECT count FROM stat_population WHERE coalesce(town, population) IS NULL)
FROM truth WHERE NOT is_dead
UNION ALL
SELECT 'floating residents', count(*) FILTER (town IS NOT NULL AND is_floating),
    (SELECT count FROM stat_population WHERE population = 'floating' AND town IS NULL AND sex_code IS NULL)
FROM truth WHERE NOT is_dead
UNION ALL
SELECT 'households of the register', count(DISTINCT household_uid) FILTER (NOT is_floating),
    (SELECT count(*) FROM household)
FROM truth WHERE NOT is_dead
UNION ALL
SELECT 'inhabited dwellings', count(DISTINCT dwelling_uid) FILTER (town IS NOT NULL),
    (SELECT sum(count) FROM stat_dwelling WHERE occupancy <> 'empty' AND town IS NULL)
FROM truth WHERE NOT is_dead
"""

TOWNS = """
WITH told AS (
    SELECT town, count FROM stat_population WHERE town IS NOT NULL
        AND coalesce(community, grid_no, population, sex_code, age_band) IS NULL
),
true_count AS (
    SELECT regexp_replace(replace(town, '经济开发区', '开发区'), '(街道|镇|乡)$', '') AS town, count(*) AS n
    FROM truth WHERE NOT is_dead AND town IS NOT NULL GROUP BY ALL
)
SELECT count(*), median(abs(count - n) / n), max(abs(count - n) / n) FROM told JOIN true_count USING (town)
"""


def main() -> int:
    """Print four tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("home", type=Path)
    parser.add_argument("city", type=Path)
    options = parser.parse_args()
    published = options.home / "published"
    with duckdb.connect() as con:
        con.execute(f"CREATE TABLE truth AS FROM '{options.city}/truth/people.parquet'")
        con.execute(f"ATTACH '{published / 'population_base.duckdb'}' AS base (READ_ONLY)")
        con.execute("SET search_path = 'base,memory'")
        for name, true, told in con.execute(TOTALS).fetchall():
            print(f"{name:28}{true:10,} true {told:10,} told {100 * (told - true) / true:+7.2f} %")
        [(towns, median, worst)] = con.execute(TOWNS).fetchall()
        print(f"residents of {towns} towns: off by {100 * median:.2f} % in the median, {100 * worst:.2f} % at most")
        differing = compare_snapshots(con, published)
        cost_of_history(con, options.home)
    return int(differing > 0)


def compare_snapshots(con: duckdb.DuckDBPyConnection, published: Path) -> int:
    """Rows in which the newest base tells a kept snapshot otherwise than it was published."""
    differing = 0
    for folder in sorted((published / "snapshots").iterdir()):
        night = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["night"]
        con.execute(f"ATTACH '{folder / 'population_base.duckdb'}' AS kept (READ_ONLY)")
        as_of, was = f"FROM population_base_as_of('{night}')", "FROM kept.person"
        query = f"SELECT count(*) FROM (({as_of} EXCEPT {was}) UNION ALL ({was} EXCEPT {as_of}))"
        [(rows,)] = con.execute(query).fetchall()
        print(f"as of {night}: {rows} rows differ from what was published then")
        differing += rows
        con.execute("DETACH kept")
    return differing


def cost_of_history(con: duckdb.DuckDBPyConnection, home: Path) -> None:
    """Versions beyond the first of each row, and the time of an as-of query at the first and the last night."""
    nights = [night for (night,) in con.execute("SELECT night FROM night ORDER BY night").fetchall()]
    for night in (nights[0], nights[-1]):
        began = time.perf_counter()
        con.execute(f"SELECT count(*), count(DISTINCT name_masked) FROM population_base_as_of('{night}')").fetchall()
        print(f"as-of query at {night}: {1000 * (time.perf_counter() - began):.0f} ms")
    with duckdb.connect(str(home / "warehouse" / "population.duckdb"), read_only=True) as warehouse:
        [(persons, versions)] = warehouse.execute("""
            SELECT count(DISTINCT person_id), count(*) FILTER (to_night IS NOT NULL) FROM person_version
        """).fetchall()
        ended = sum(
            warehouse.execute(f'SELECT count(*) FROM "{table}" WHERE to_night IS NOT NULL').fetchall()[0][0]
            for (table,) in warehouse.execute(
                "SELECT table_name FROM duckdb_tables() WHERE table_name LIKE '%\\_version' ESCAPE '\\'"
            ).fetchall()
        )
        [(blocks, size)] = warehouse.execute("SELECT used_blocks, block_size FROM pragma_database_size()").fetchall()
        rows = warehouse.execute("SELECT sum(estimated_size) FROM duckdb_tables()").fetchall()[0][0]
    later = max(len(nights) - 1, 1)
    per_night = ended * blocks * size / rows / persons / later
    print(f"{versions / later:,.0f} of {persons:,} persons change in a night; {per_night:.1f} bytes a person and night")


if __name__ == "__main__":
    sys.exit(main())
