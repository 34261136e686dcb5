"""The first asset: what the departments dropped, archived by content and entered in the ledger."""

from collections.abc import Sequence
from datetime import datetime, UTC

import dagster as dg

from pipelines.claims import claim_deliveries, IntakeCounts
from pipelines.names import FILES_ACCEPTED, FILES_FINISHED, INTAKE, OWNERS, POOL
from pipelines.partitions import night_of, NIGHTS
from pipelines.resources import Writer
from pipelines.sensors import QUIET_SECONDS
from sources.contract import Contract


class IntakeConfig(dg.Config):
    """How long a file must have been left alone before it is taken."""

    quiet_seconds: float = QUIET_SECONDS


def build_intake(contracts: Sequence[Contract]) -> dg.AssetsDefinition:
    """The intake of the given departments."""
    departments = [contract.department for contract in contracts]

    @dg.asset(
        name=INTAKE,
        group_name="intake",
        partitions_def=NIGHTS,
        pool=POOL,
        owners=OWNERS,
        kinds={"csv", "duckdb"},
        description=(
            "Files dropped into `intake/<department>/` that have finished arriving: copied into the archive under "
            "the hash of their content and entered in the ledger as claimed, duplicate or refused."
        ),
        check_specs=[
            dg.AssetCheckSpec(
                FILES_ACCEPTED, asset=INTAKE, description="No file was refused at the door (links, names, folders)."
            ),
            dg.AssetCheckSpec(FILES_FINISHED, asset=INTAKE, description="No file is still arriving."),
        ],
    )
    def intake_deliveries(
        context: dg.AssetExecutionContext, config: IntakeConfig, writer: Writer
    ) -> dg.MaterializeResult:
        with writer.step(INTAKE) as con:
            now = datetime.now(UTC)
            counts = claim_deliveries(con, writer.home(), departments, night_of(context), now, config.quiet_seconds)
        return _result(counts)

    return intake_deliveries


def _result(counts: IntakeCounts) -> dg.MaterializeResult:
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": counts.claimed,
            "files_claimed": counts.claimed,
            "files_duplicate": counts.duplicate,
            "files_refused": sum(counts.refused.values()),
            "files_arriving": counts.arriving,
        },
        check_results=[
            dg.AssetCheckResult(
                check_name=FILES_ACCEPTED,
                passed=not counts.refused,
                severity=dg.AssetCheckSeverity.WARN,
                metadata={"failed_rules": dg.MetadataValue.json(counts.refused)},
            ),
            dg.AssetCheckResult(
                check_name=FILES_FINISHED,
                passed=not counts.arriving,
                severity=dg.AssetCheckSeverity.WARN,
                metadata={"failed_rules": dg.MetadataValue.json({"arriving": counts.arriving})},
            ),
        ],
    )
