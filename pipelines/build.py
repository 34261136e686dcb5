"""Puts a night together: assets, checks, jobs, schedules, sensors. Builds only; what is loaded is in `definitions`."""

from collections.abc import Sequence

import dagster as dg

from pipelines.assets.base import build_merge, build_publication
from pipelines.assets.intake import build_intake
from pipelines.assets.standard import build_standard
from pipelines.checks import build_base_checks
from pipelines.home import Home
from pipelines.jobs import nightly_merge, prune_event_log
from pipelines.resources import House, Writer
from pipelines.schedules import nightly, weekly_prune
from pipelines.sensors import build_intake_sensor, report_ended
from sources.contract import Contract, load_contracts


def build_defs(
    home: Home | None = None, contracts: Sequence[Contract] | None = None, *, is_writer_held: bool = False
) -> dg.Definitions:
    """A fresh set of definitions.

    Args:
        home: the deployment; by default the one that POPBASE_HOME names when a step runs.
        contracts: the departments; by default those of `sources/departments`.
        is_writer_held: the caller holds the writer's lock.
    """
    departments = tuple(load_contracts() if contracts is None else contracts)
    house = House(root=str(home.root) if home else None)
    return dg.Definitions(
        assets=[
            build_intake(departments),
            *(build_standard(contract, departments) for contract in departments),
            build_merge(departments),
            build_publication(),
        ],
        asset_checks=[build_base_checks()],
        jobs=[nightly_merge, prune_event_log],
        schedules=[nightly, weekly_prune],
        sensors=[build_intake_sensor([contract.department for contract in departments]), report_ended],
        resources={"house": house, "writer": Writer(house=house, is_held=is_writer_held)},
        executor=dg.in_process_executor,
    )
