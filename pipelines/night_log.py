"""The log of nights: one JSON object a line in logs/<month>.jsonl, each with run and night, and counts alone.

Who ran what is also in Dagster; this is for `jq` and for a log shipper, and stays when Dagster's storage goes.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, UTC

import structlog
from structlog.typing import FilteringBoundLogger

from pipelines.home import Home


@contextmanager
def night_log(home: Home, run_id: str, night: str | None) -> Iterator[FilteringBoundLogger]:
    """The log of a home, for one run of a night. Whoever writes to it gives counts and names of things, no values."""
    home.logs.mkdir(parents=True, exist_ok=True, mode=0o750)
    path = home.logs / f"{datetime.now(UTC):%Y-%m}.jsonl"
    with path.open("a", encoding="utf-8", buffering=1) as stream:
        yield structlog.wrap_logger(
            structlog.WriteLogger(stream),
            processors=[
                structlog.processors.add_log_level,
                structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
            wrapper_class=structlog.make_filtering_bound_logger("INFO"),
            run=run_id,
            night=night,
        )
