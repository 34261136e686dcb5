"""Whether what the sensor started once is started again: what failed is, a few times; what a check blocked is not.

Which runs were of the same files says their tag, since Dagster runs no key twice. Not here: what waits in the intake.
"""

from collections.abc import Sequence

import dagster as dg

from pipelines.home import Home
from pipelines.names import NIGHTLY_MERGE
from pipelines.run_report import was_blocked

CONTENT = "popbase/intake"
"""The tag of a run with the digest of what waited when it was asked for."""

MOST_TRIES = 3


def failed_runs(instance: dg.DagsterInstance, content: str) -> Sequence[dg.RunRecord]:
    """The runs of the same files that failed. One that somebody cancelled is none of them, and stays cancelled."""
    failed = dg.RunsFilter(job_name=NIGHTLY_MERGE, statuses=[dg.DagsterRunStatus.FAILURE], tags={CONTENT: content})
    return instance.get_run_records(failed)


def left_over(instance: dg.DagsterInstance) -> str | None:
    """What the newest run was of, if it failed: once files are merged they are no longer in the intake to tell."""
    newest = instance.get_runs(dg.RunsFilter(job_name=NIGHTLY_MERGE), limit=1)
    is_failed = newest and newest[0].status == dg.DagsterRunStatus.FAILURE
    return newest[0].tags.get(CONTENT) if is_failed else None


def build_request(content: str, failed: Sequence[dg.RunRecord], night: str) -> dg.RunRequest:
    """The next run of the same files."""
    run_key = f"{content} {len(failed)}" if failed else content
    return dg.RunRequest(run_key=run_key, partition_key=night, tags={CONTENT: content})


def why_not_again(home: Home, instance: dg.DagsterInstance, failed: Sequence[dg.RunRecord]) -> str | None:
    """Why there is no further run after those that failed; None when there is to be one.

    Runs from before somebody last vouched for a delivery do not count.
    """
    vouched_at = home.vouched.stat().st_mtime if home.vouched.exists() else 0.0
    tries = [each for each in failed if each.create_timestamp.timestamp() > vouched_at]
    if any(was_blocked(instance, each.dagster_run.run_id) for each in tries):
        return "a check blocks these files: see reports/, then take the delivery back, correct it, or popbase vouch"
    if len(tries) >= MOST_TRIES:
        return f"these files failed {len(tries)} times: see reports/, then popbase run"
    return None
