"""The last assets: who is who, the golden records, and the base that analysts read."""

from collections.abc import Iterator, Sequence
from datetime import datetime, UTC

import dagster as dg

from pipelines.claims import clear_intake
from pipelines.merge import merge_night, MergeCounts
from pipelines.names import BASE, CROSSWALK, OWNERS, PERSON, POOL, standard_asset
from pipelines.partitions import night_of, NIGHTS
from pipelines.publication import publish_night
from pipelines.resources import Writer
from sources.contract import Contract

MERGE = "merge_night"


def build_merge(contracts: Sequence[Contract]) -> dg.AssetsDefinition:
    """Crosswalk and persons, which one transaction writes, and so one step makes."""
    specs = [
        dg.AssetSpec(
            CROSSWALK,
            deps=[standard_asset(contract.department) for contract in contracts],
            group_name="match",
            owners=OWNERS,
            kinds={"duckdb"},
            partitions_def=NIGHTS,
            description="Every accepted mention of every night with the person it means, and the rule that says so.",
        ),
        dg.AssetSpec(
            PERSON,
            deps=[CROSSWALK],
            group_name="base",
            owners=OWNERS,
            kinds={"duckdb"},
            partitions_def=NIGHTS,
            description="One row for each person: of all that current records say, the surviving values.",
        ),
    ]

    @dg.multi_asset(name=MERGE, specs=specs, pool=POOL)
    def merge(context: dg.AssetExecutionContext, writer: Writer) -> Iterator[dg.MaterializeResult]:
        night = night_of(context)
        with writer.step(MERGE) as con:
            counts = merge_night(con, writer.home(), contracts, night, datetime.now(UTC))
            left = clear_intake(con, writer.home(), night)
        yield _crosswalk_result(counts, left)
        yield _person_result(counts)

    return merge


def build_publication() -> dg.AssetsDefinition:
    """The published base."""

    @dg.asset(
        name=BASE,
        deps=[PERSON],
        group_name="pub",
        partitions_def=NIGHTS,
        pool=POOL,
        owners=OWNERS,
        kinds={"duckdb", "parquet"},
        description="The base that analysts read, replaced as a whole; yesterday's stays until tonight's is ready.",
    )
    def pub_population_base(context: dg.AssetExecutionContext, writer: Writer) -> dg.MaterializeResult:
        with writer.step(BASE) as con:
            metadata = publish_night(con, writer.home(), night_of(context), datetime.now(UTC))
        return dg.MaterializeResult(metadata=metadata)

    return pub_population_base


def _crosswalk_result(counts: MergeCounts, left: int) -> dg.MaterializeResult:
    return dg.MaterializeResult(
        asset_key=CROSSWALK,
        metadata={
            "dagster/row_count": counts.links.records,
            "rows_changed": counts.identity.crosswalk.total,
            "pairs_compared": counts.links.pairs,
            "links_changed": counts.identity.links.total,
            "files_left_in_intake": left,
        },
    )


def _person_result(counts: MergeCounts) -> dg.MaterializeResult:
    identity = counts.identity
    return dg.MaterializeResult(
        asset_key=PERSON,
        metadata={
            "dagster/row_count": counts.base.persons,
            "persons_new": identity.persons_new,
            "persons_merged": identity.persons_merged,
            "persons_split": identity.persons_split,
            "persons_withdrawn": identity.persons_withdrawn,
            "rows_changed": counts.base.person.total,
        },
    )
