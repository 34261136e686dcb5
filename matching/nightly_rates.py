"""The estimated error of a night's linkage, overall and by group, kept with the state."""

import duckdb

from matching.error_rates import error_rates
from matching.judgements import current_judgements
from matching.statements import statement

GROUP_KINDS = ("department", "age", "name", "number", "kind", "area")


def store_error_rates(con: duckdb.DuckDBPyConnection, label: str, this_year: int, kinds: str) -> None:
    """Estimate how many links are wrong and how many are missed, and keep it in `match_error_rate` under a label.

    Args:
        con: connection with the state of a linkage.
        label: of the night; what was stored under it before is replaced.
        this_year: for ages.
        kinds: relation (record_id, kind, area) of any further groups of records, such as the floating population, and
            of where people live.

    Pairs in one certain unit, and what blocking never brought together, are not counted.
    """
    current_judgements(con)
    con.execute(f"SET VARIABLE this_year = {this_year}")
    query = statement("rates_pairs", kinds=kinds)
    rates = error_rates(con.sql(query).to_arrow_table(), GROUP_KINDS)
    con.register("_rates", rates)
    con.execute("DELETE FROM match_error_rate WHERE label = $1", [label])
    con.execute("INSERT INTO match_error_rate SELECT $1, * FROM _rates", [label])
    con.unregister("_rates")
