"""The partition of every asset: the night, a date label. See docs/adr/0001-nights-are-dynamic-partitions.md."""

from datetime import date

import dagster as dg

from pipelines.home import parse_night

PARTITION = "dagster/partition"
"""The tag of a run with its night."""

NIGHTS = dg.DynamicPartitionsDefinition(name="night")


def night_of(context: dg.AssetExecutionContext | dg.AssetCheckExecutionContext) -> date:
    """The night that a step works on.

    Raises:
        NightError: somebody added a partition that is no date.
    """
    return parse_night(context.partition_key if isinstance(context, dg.AssetExecutionContext) else _run_night(context))


def add_night(instance: dg.DagsterInstance, night: date) -> str:
    """Make a night known to an instance, and return its key."""
    key = night.isoformat()
    if not instance.has_dynamic_partition(str(NIGHTS.name), key):
        instance.add_dynamic_partitions(str(NIGHTS.name), [key])
    return key


def _run_night(context: dg.AssetCheckExecutionContext) -> str:
    return context.run.tags[PARTITION]
