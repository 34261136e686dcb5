"""What the contracts say of trust, as the tables that matching and warehouse take."""

from collections.abc import Sequence

import duckdb
import pyarrow as pa

from sources.contract import Contract, DEFAULT_RANK
from sources.tables import ATTRIBUTES
from warehouse.tables import ASSUMED_ATTRIBUTE, ATTRIBUTE_TRUST, ENDED_EXTRACT, SOURCE_TRUST

SOURCE = "contract_source_trust"
ATTRIBUTE = "contract_attribute_trust"
ENDED = "contract_ended_extract"
ASSUMED = "contract_assumed_attribute"


def create_trust_tables(con: duckdb.DuckDBPyConnection, contracts: Sequence[Contract]) -> None:
    """Make the temporary tables SOURCE, ATTRIBUTE, ENDED and ASSUMED, in the shapes of `warehouse.tables`.

    A department is trusted for identity as for its citizen ids. Mentions of a department whose contract
    was taken away stay in the base; it gets the default rank.
    """
    _create(con, SOURCE, source_trust(contracts))
    _create(con, ATTRIBUTE, attribute_trust(contracts))
    _create(con, ENDED, ended_extracts(contracts))
    _create(con, ASSUMED, assumed_attributes(contracts))
    con.execute(
        f"INSERT INTO {SOURCE} SELECT DISTINCT department, ? FROM std_mention ANTI JOIN {SOURCE} USING (department)",
        [DEFAULT_RANK],
    )


def source_trust(contracts: Sequence[Contract]) -> pa.Table:
    """SOURCE_TRUST of the contracts."""
    ranks = [{"department": c.department, "rank": c.trust.get("citizen_id", DEFAULT_RANK)} for c in contracts]
    return pa.Table.from_pylist(ranks, SOURCE_TRUST)


def attribute_trust(contracts: Sequence[Contract]) -> pa.Table:
    """ATTRIBUTE_TRUST of the contracts: the attributes that an extract ranks itself or through its department."""
    ranks = [
        {"department": c.department, "extract": e.extract, "attribute": a, "rank": c.rank(e.extract, a)}
        for c in contracts
        for e in c.extracts
        for a in ATTRIBUTES
        if a in c.trust or a in e.trust
    ]
    return pa.Table.from_pylist(ranks, ATTRIBUTE_TRUST)


def ended_extracts(contracts: Sequence[Contract]) -> pa.Table:
    """ENDED_EXTRACT: extracts delivered in full, of which an absent record has ended."""
    ended = [
        {"department": c.department, "extract": e.extract}
        for c in contracts
        for e in c.extracts
        if e.delivery.mode == "full" and e.delivery.absence == "ended"
    ]
    return pa.Table.from_pylist(ended, ENDED_EXTRACT)


def assumed_attributes(contracts: Sequence[Contract]) -> pa.Table:
    """ASSUMED_ATTRIBUTE of the contracts."""
    assumed = [
        {"department": c.department, "extract": e.extract, "role": role, "attribute": attribute}
        for c in contracts
        for e in c.extracts
        for mention in e.mentions
        for role in mention.roles
        for attribute in mention.assumed
    ]
    return pa.Table.from_pylist(assumed, ASSUMED_ATTRIBUTE)


def _create(con: duckdb.DuckDBPyConnection, name: str, table: pa.Table) -> None:
    con.register("contract_arrow", table)
    con.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS FROM contract_arrow")
    con.unregister("contract_arrow")
