"""Records to identities: blocking, comparison, weights, clusters, person identity.

`matching.link(tables, spec)` links any tables by a spec; `matching.nights.link_records` links the population base night
by night. Knows nothing of departments, files or databases: every function is given a DuckDB connection or Arrow tables.
"""

from typing import Any


def __getattr__(name: str) -> Any:  # noqa: ANN401 - what a module holds
    """`link`, imported when it is asked for: it needs numpy, scipy and DuckDB, other parts of this room do not."""
    if name == "link":
        from matching.engine import link

        return link
    raise AttributeError(name)
