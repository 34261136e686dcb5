"""Shapes of the small tables that `warehouse` takes and gives. No logic here.

The tables of the database itself are in `migrations/`; the published ones are described in `published.yml`.
"""

import pyarrow as pa

FOUND = pa.schema(
    [
        ("file", pa.string()),
        ("department", pa.string()),
        ("sha256", pa.string()),
        ("size_bytes", pa.int64()),
        ("reason_code", pa.string()),
        ("rows_promised", pa.int64()),
    ]
)
"""Files of the intake. `file` is relative to it; `reason_code` says why a file may not even be opened,
then `department` and `sha256` may be null. `rows_promised`: as its department says beforehand, else null."""

CLAIM = pa.schema(
    [
        ("delivery_id", pa.int32()),
        ("file", pa.string()),
        ("department", pa.string()),
        ("sha256", pa.string()),
        ("status", pa.string()),
        ("reason_code", pa.string()),
        ("is_new", pa.bool_()),
    ]
)
"""What became of each found file. `status`: claimed (read it now), duplicate, refused, or accepted (this very
file is part of the night already). `is_new`: the ledger has a line that it had not before."""

SOURCE_TRUST = pa.schema([("department", pa.string()), ("rank", pa.int32())])
"""How far a department is trusted for identity: 1 is the backbone."""

ENDED_EXTRACT = pa.schema([("department", pa.string()), ("extract", pa.string())])
"""Extracts which arrive in full and whose absent records have ended."""

ATTRIBUTE_TRUST = pa.schema(
    [("department", pa.string()), ("extract", pa.string()), ("attribute", pa.string()), ("rank", pa.int32())]
)
"""Trust by `sources.tables.ATTRIBUTES`, from the contracts: 1 is best; what is not listed comes last."""

ASSUMED_ATTRIBUTE = pa.schema(
    [("department", pa.string()), ("extract", pa.string()), ("role", pa.string()), ("attribute", pa.string())]
)
"""Attributes that a row states of another of its persons than the one in the role."""

CODE_LABEL = pa.schema([("code_list", pa.string()), ("code", pa.string()), ("label_zh", pa.string())])
"""Code lists to publish, as `gbt2261_1_sex`, `1`, `男`."""
