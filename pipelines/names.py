"""Names that the server, the command line and the tests agree on."""

NIGHTLY_MERGE = "nightly_merge"
ASSET_JOB = "__ASSET_JOB"
"""What Dagster calls the runs of "Materialize" on its page."""
WRITING_JOBS = (NIGHTLY_MERGE, ASSET_JOB)
"""The jobs whose runs hold the writer's lock."""
PRUNE_EVENT_LOG = "prune_event_log"
POOL = "warehouse"
OWNERS = ("team:population-base",)

INTAKE = "intake_deliveries"
CROSSWALK = "match_crosswalk"
PERSON = "base_person"
BASE = "pub_population_base"

FILES_ACCEPTED = "files_accepted"
FILES_FINISHED = "files_finished"
FILES_USABLE = "files_usable"


def standard_asset(department: str) -> str:
    """The asset of a department's standard mentions."""
    return f"std_{department}"
