"""When things run by themselves, once a deployment switches them on."""

from datetime import datetime, UTC

import dagster as dg

from pipelines.clock import TIMEZONE
from pipelines.instance import close_orphans
from pipelines.jobs import nightly_merge, prune_event_log
from pipelines.names import WRITING_JOBS
from pipelines.partitions import add_night
from pipelines.resources import House


@dg.schedule(
    job=nightly_merge,
    name="nightly",
    cron_schedule="0 2 * * *",
    execution_timezone=TIMEZONE,
    description="At two in the morning: merge what waits in the intake as the night of that date.",
)
def nightly(context: dg.ScheduleEvaluationContext, house: House) -> dg.RunRequest:
    """The night is named by the tick, so that a late daemon does not rename it."""
    close_orphans(house.home(), context.instance, WRITING_JOBS, datetime.now(UTC))
    night = add_night(context.instance, context.scheduled_execution_time.date())
    return dg.RunRequest(run_key=f"nightly {night}", partition_key=night)


weekly_prune = dg.ScheduleDefinition(
    job=prune_event_log,
    name="weekly_prune",
    cron_schedule="30 5 * * 0",
    execution_timezone=TIMEZONE,
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="On Sundays: delete old runs from the event log.",
)
