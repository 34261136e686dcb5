"""SQL of this room, read from `sql/`."""

from pathlib import Path
from string import Template

SQL = Path(__file__).parent / "sql"


def sql(name: str, **parts: object) -> str:
    """The text of `sql/{name}.sql` with its `$parts` put in; parts are our own SQL, never delivered values."""
    return Template((SQL / f"{name}.sql").read_text(encoding="utf-8")).substitute(parts).strip()
