"""What others say otherwise: for each department the list of its own records that were not followed, and why.

Like receipts, lists leave the restricted area: no value of anybody is in them.
"""

from collections.abc import Iterable
from pathlib import Path

from sources.receipt import write_csv

FILE = "conflicts.csv"
HEADER = ("文件", "行号", "角色", "数据项", "说明", "自批次")


def write_feedback(folder: Path, records: Iterable[tuple[str, int, str, str, int, int, str]]) -> Path:
    """Write the list of a department in place of the one before.

    Args:
        folder: of the department's receipts; made if missing.
        records: file, row number, role, what the attribute is called, records that say the same as this one, records
            that say what was followed, and the night since which it is so.
    """
    folder.mkdir(parents=True, exist_ok=True)
    write_csv(folder / FILE, HEADER, (_line(*record) for record in records))
    return folder / FILE


def _line(file: str, row: int, role: str, called: str, same: int, kept: int, since: str) -> tuple[str, ...]:
    told = f"另有{kept}条记录与此不同，已采用；与此相同的共{same}条。请核对。"
    return file, str(row), role, called, told, since
