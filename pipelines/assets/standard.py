"""One asset for each department, made from its contract: deliveries read, mentions standardised, receipts written."""

from collections.abc import Sequence

import dagster as dg

from pipelines.checks import check_results, check_specs
from pipelines.deliveries import DepartmentCounts, standardise_deliveries
from pipelines.names import FILES_USABLE, INTAKE, OWNERS, POOL, standard_asset
from pipelines.partitions import night_of, NIGHTS
from pipelines.resources import Writer
from quality.suites import department_suites
from sources.contract import Contract


def build_standard(contract: Contract, contracts: Sequence[Contract]) -> dg.AssetsDefinition:
    """The standard mentions of one department; the other contracts tell whose file a strange one may be."""
    name = standard_asset(contract.department)
    suites = department_suites(contract)
    titles = "、".join(extract.title for extract in contract.extracts)
    usable = dg.AssetCheckSpec(FILES_USABLE, asset=name, description="Every file could be read by the contract.")

    @dg.asset(
        name=name,
        group_name="std",
        partitions_def=NIGHTS,
        pool=POOL,
        owners=OWNERS,
        kinds={"duckdb"},
        deps=[INTAKE],
        description=f"{contract.title}: {titles}. {contract.purpose}",
        metadata={"legal_basis": contract.legal_basis, "retention_days": contract.retention_days},
        check_specs=[usable, *check_specs(name, suites)],
    )
    def standard(context: dg.AssetExecutionContext, writer: Writer) -> dg.MaterializeResult:
        night = night_of(context)
        with writer.step(name) as con:
            counts = standardise_deliveries(con, writer.home(), writer.ahead, contract, contracts, night, writer.log)
            results = writer.check(con, name, suites, night)
        return dg.MaterializeResult(
            metadata=_metadata(counts), check_results=[_usable(name, counts), *check_results(name, results)]
        )

    return standard


def _usable(asset: str, counts: DepartmentCounts) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        check_name=FILES_USABLE,
        asset_key=asset,
        passed=not counts.refused,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={"failed_rules": dg.MetadataValue.json(counts.refused)},
    )


def _metadata(counts: DepartmentCounts) -> dict[str, int]:
    return {
        "dagster/row_count": counts.mentions,
        "files": counts.files,
        "rows_delivered": counts.delivered,
        "rows_accepted": counts.accepted,
        "rows_quarantined": counts.quarantined,
        "rows_non_data": counts.non_data,
    }
