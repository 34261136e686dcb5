"""The one job of a night, and the upkeep of the event log."""

from datetime import datetime, UTC

import dagster as dg

from pipelines.instance import KEEP_DAYS, prune_runs
from pipelines.names import NIGHTLY_MERGE, PRUNE_EVENT_LOG

nightly_merge = dg.define_asset_job(
    NIGHTLY_MERGE,
    selection=dg.AssetSelection.all(),
    description="Merge everything that waits in the intake as one night, check it, and publish the base.",
    executor_def=dg.in_process_executor,
)


class PruneConfig(dg.Config):
    """How long runs and their events are kept."""

    keep_days: int = KEEP_DAYS


@dg.op(description="Delete finished runs, with their events, that are older than `keep_days`.")
def delete_old_runs(context: dg.OpExecutionContext, config: PruneConfig) -> None:
    """Keep the event log from growing without bound."""
    pruned = prune_runs(context.instance, datetime.now(UTC), config.keep_days)
    context.add_output_metadata({"runs_pruned": pruned})


@dg.job(
    name=PRUNE_EVENT_LOG,
    executor_def=dg.in_process_executor,
    description="Upkeep: Dagster itself never deletes runs or their events.",
)
def prune_event_log() -> None:
    """One op."""
    delete_old_runs()
