"""What an operator does about a check that failed, by the kind of check."""

from typing import Final

_ADVICE: Final = (
    ("std_mention", "我方程序问题：不要越过，报告维护人员。", "a fault of ours: do not override, report it"),
    ("std_", "看该部门的回执；请部门更正重报，或从接收目录取走该文件后再运行。",
     "read the department's receipt; ask for a corrected file, or take the file out of the intake and run again"),
    ("arrival_",
     "核对该部门报送是否按时、完整、为新文件、列是否变更；不该采用的从接收目录取走后再运行；属实的用 popbase vouch。",
     "ask whether the delivery is in time, whole, new and of the same columns; take out of the intake what is not, let"
     " pass what is right all the same: popbase vouch"),
    ("reconcile_", "数目对不上：不要越过，报告维护人员。", "counts do not add up: do not override, report it"),
    ("base_trend", "与往常不同：核对所列部门的报送是否完整、是否为旧文件、代码表是否变更。",
     "unlike other nights: ask whether the delivery is whole, new, and of the same code lists"),
    ("base_person",
     "库中无人时核对接收目录是否为空；同一号码多人、生卒矛盾的人员，用 popbase review 与 popbase explain 核对。",
     "if nobody is in the base, see whether the intake is empty; look at shared numbers and impossible dates with"
     " popbase review and popbase explain"),
    ("base_entity", "户主、配偶不唯一：见 receipts/ 中 conflicts.csv，请户籍、民政核对。",
     "several heads or spouses: ask the departments to look at their conflicts.csv"),
    ("base_", "关联或引用不完整：不要越过，报告维护人员。", "broken links or references: do not override, report it"),
    ("files_", "看 receipts/ 中该文件的回执，退回部门更正。", "send the file's receipt back to its department"),
)  # fmt: skip


def advice(check: str, *, is_blocking: bool) -> str:
    """What to do, in Chinese and English; a blocking check has to be settled before the night is published."""
    told = ((zh, en) for prefix, zh, en in _ADVICE if check.startswith(prefix))
    chinese, english = next(told, ("报告维护人员。", "report it"))
    return f"{'须先解决：' if is_blocking else ''}{chinese} {english}"
