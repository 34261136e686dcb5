"""What others say otherwise: for each department the list of its own records that were not followed, and why.

Like receipts, lists leave the restricted area: no value of anybody is in them.
"""

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from sources.receipt import write_csv_table

FILE = "conflicts.csv"
HEADER = ("文件", "行号", "角色", "数据项", "说明", "自批次")


def write_feedback(folder: Path, records: pa.Table) -> Path:
    """Write the list of a department in place of the one before.

    Args:
        folder: of the department's receipts; made if missing.
        records: `file`, `row_number`, `role`, `called` (what the attribute is called), `same` (records that say the
            same as this one), `kept` (records that say what was followed), `since` (the first night of it).
    """
    folder.mkdir(parents=True, exist_ok=True)
    same, kept = (records[name].cast(pa.string()) for name in ("same", "kept"))
    told = pc.binary_join_element_wise("另有", kept, "条记录与此不同，已采用；与此相同的共", same, "条。请核对。", "")
    columns = [*(records[name] for name in ("file", "row_number", "role", "called")), told, records["since"]]
    write_csv_table(folder / FILE, pa.table(columns, names=HEADER))
    return folder / FILE
