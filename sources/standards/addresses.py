"""Address texts → STD_ADDRESS: division, town, community, estate or village, and the door.

Works on distinct texts alone. Division names come from `divisions`; words for the parts of an address stand in
the statements, since they are the grammar itself.
"""

import duckdb

from sources.standards.characters import PLAIN, text_table
from sources.standards.divisions import load_divisions
from sources.standards.folding import fold_texts
from sources.standards.statements import run_statements

ESTATE_PATTERN = (
    ".*(小区|新村|花园|家园|嘉园|公馆|宿舍|家属院|苑|城|广场|华府|名邸|雅居|公寓|大厦|[一二三四五六七八九十0-9]+[区期])"
)
"""Endings of housing estates, for texts that end before a building."""

VILLAGE_PATTERN = ".*[村庄屯寨店营堡坡沟湾峪桥社]|.*社区"
"""Endings of villages, for texts that give neither a town nor a number."""

ELSEWHERE_PATTERN = ".*(外籍|外国|国外|境外|海外|不详|未知|同上|同户主|无固定).*"
"""Words that stand in an address cell and name no place of ours."""


def standardise_addresses(con: duckdb.DuckDBPyConnection, texts_query: str, home_division: str | None) -> None:
    """Parse distinct address texts into the temporary table `new_std_address` (STD_ADDRESS).

    Args:
        con: where the query runs; `macros.sql` has been run on it.
        texts_query: SELECT of one column `raw`, distinct and without null.
        home_division: see `sources.standards.divisions.load_divisions`.
    """
    fold_texts(con, texts_query, "std_address_folded", text_table(), PLAIN)
    load_divisions(con, home_division)
    con.execute("SET VARIABLE estate_pattern = $1", [ESTATE_PATTERN])
    con.execute("SET VARIABLE village_pattern = $1", [VILLAGE_PATTERN])
    con.execute("SET VARIABLE elsewhere_pattern = $1", [ELSEWHERE_PATTERN])
    run_statements(con, "address_texts", "address_divisions", "addresses")
