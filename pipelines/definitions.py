"""The code location that `dagster dev` loads. Everything else builds its own by `pipelines.build`."""

from pipelines.build import build_defs

defs = build_defs()
