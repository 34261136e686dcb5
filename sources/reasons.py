"""Why a file, a row or a value was not taken, and what a clerk can do about it. Text only.

The codes are for programs and stay; the sentences are shown to the department on its receipt.
"""

from dataclasses import dataclass
from typing import Literal

Scope = Literal["file", "row", "value", "warning"]


@dataclass(frozen=True)
class Reason:
    """A reason code: where it applies, what is wrong, and how to put it right, in Chinese."""

    code: str
    scope: Scope
    title_zh: str
    how_to_fix_zh: str


_RESEND = "请从业务系统重新导出后再次报送。"
_CSV = "请在原系统或表格软件中另存为 CSV（逗号分隔，UTF-8）后重新报送。"

_ALL = (
    Reason("department_unknown", "file", "文件所在的文件夹不对应任何已登记的部门", "请把文件放到本部门的文件夹中。"),
    Reason("file_outside_department", "file", "文件没有放在部门文件夹内", "请把文件放到本部门的文件夹中。"),
    Reason("file_hard_link", "file", "文件在别处还有一个名字（硬链接）", "请复制一份文件放入，不要使用链接。"),
    Reason("file_symlink", "file", "收到的是链接（快捷方式），不是文件本身", "请直接放入文件，不要使用链接。"),
    Reason(
        "file_name_unsafe",
        "file",
        "文件名含有“..”、反斜杠、控制字符或不可见字符，或不是 UTF-8 编码",
        "请改为只含汉字、字母、数字、下划线的文件名后重新报送。",
    ),
    Reason("file_not_regular", "file", "收到的不是普通文件", "请只放入数据文件。"),
    Reason("file_unreadable", "file", "文件无法读取", "请检查文件权限，或重新放入。"),
    Reason("file_empty", "file", "文件是空的，没有任何内容", _RESEND),
    Reason("checksum_differs", "file", "文件内容与随附的校验值不符，可能没有传完", "请重新传送文件及其校验文件。"),
    Reason(
        "file_duplicate",
        "file",
        "内容完全相同的文件此前已经接收",
        "无需处理；如本应是新数据，请核对导出日期后重新导出。",
    ),
    Reason("not_csv_compressed", "file", "这种压缩格式无法解开", "请改用 zip 或 gz 压缩，或解压后报送数据文件。"),
    Reason("archive_several", "file", "压缩包里有多个文件", "请一个压缩包只放一个数据文件，或解压后逐个报送。"),
    Reason("archive_nested", "file", "压缩包里还是压缩包", "请解压后报送其中的数据文件。"),
    Reason("archive_encrypted", "file", "压缩包或工作簿设有密码", "请去掉密码后重新报送。"),
    Reason("archive_bomb", "file", "压缩包解开后异常庞大", "请解压后报送其中的数据文件。"),
    Reason("archive_damaged", "file", "压缩包已损坏，无法解开", "请重新压缩，或直接报送数据文件。"),
    Reason("workbook_damaged", "file", "Excel 工作簿已损坏，无法读取", _CSV),
    Reason(
        "sheets_several",
        "file",
        "工作簿中有多个工作表都像是报送表，不知以哪个为准",
        "请只保留一个工作表，或分成多个文件报送。",
    ),
    Reason("not_csv_pdf", "file", "这是 PDF 文档，不是 CSV 文本", _CSV),
    Reason("not_csv_html", "file", "这是网页或 XML 文件，其中没有表格", _CSV),
    Reason("not_csv_binary", "file", "文件内容不是文本", _CSV),
    Reason(
        "encoding_unknown",
        "file",
        "文件编码既不是 UTF-8、UTF-16，也不是 GB18030（如 Big5）",
        "请以 UTF-8 编码重新导出。",
    ),
    Reason("file_mojibake", "file", "整个文件的汉字在导出前已成乱码，无法还原", "请检查导出程序的编码设置，重新导出。"),
    Reason(
        "unknown_file",
        "file",
        "文件名和表头都不对应本部门的任何一种报送表",
        "请核对文件名与表头，或联系数据管理员登记新的报送表。",
    ),
    Reason("header_missing", "file", "没有找到表头行", "请连同表头（列名）一起导出。"),
    Reason("columns_missing", "file", "缺少必需的列，或内容是另一种报送表", "请按约定的列导出；缺少的列见回执。"),
    Reason("columns_unknown", "file", "含有约定之外的列，本表不允许", "请去掉多余的列，或联系数据管理员登记。"),
    Reason(
        "columns_change_midway", "file", "文件中途出现列顺序不同的另一个表头", "请把两次导出的内容分成两个文件报送。"
    ),
    Reason(
        "cells_too_many",
        "row",
        "单元格多于表头的列数，内容已错位",
        "请检查该行是否多了分隔符；含分隔符的内容要加英文双引号。",
    ),
    Reason("cells_too_few", "row", "单元格少于表头的列数", "请检查该行是否缺列，或内容中有未加双引号的换行。"),
    Reason("row_cut_off", "row", "文件在此行中断，内容不完整", "请检查磁盘空间或传输是否中断，重新导出整个文件。"),
    Reason("quote_unclosed", "row", "英文双引号没有成对出现", "请补齐或删除多余的双引号。"),
    Reason(
        "undecodable",
        "row",
        "含有无法识别的字节，关键内容无法还原",
        "请检查该行是否有乱码或生僻字，更正后重新报送该行。",
    ),
    Reason("mojibake", "row", "姓名是乱码，无法还原", "请在原系统中更正姓名后重新报送该行。"),
    Reason("test_record", "row", "这是测试数据，不是真实人员", "请在原系统中删除测试记录。"),
    Reason("person_missing", "row", "没有姓名也没有证件号码，不知是何人", "请补填姓名或证件号码后重新报送该行。"),
    Reason(
        "kind_unknown",
        "row",
        "类型不在约定之列，不知是自然人还是单位",
        "请改用约定的类型，或联系数据管理员登记此类型，然后重新报送该行。",
    ),
    Reason("persons_too_many", "row", "一个单元格内的人数超过约定的上限", "请核对该单元格，必要时拆成多行报送。"),
    Reason("value_missing", "row", "必填内容为空", "请补填后重新报送该行。"),
    Reason(
        "value_undecodable",
        "value",
        "该单元格有无法识别的字节；本行已接收，该处内容不完整",
        "请在原系统中更正该单元格，下次随更新报送。",
    ),
    Reason("encoding_mixed", "warning", "文件各部分的编码不同", "请避免把两次导出的文件直接拼接。"),
    Reason("delimiter_differs", "warning", "分隔符与约定不同", "已按实际分隔符读取；请恢复约定的分隔符。"),
    Reason("unknown_column", "warning", "有约定之外的列，其内容未被采用", "如需采用，请联系数据管理员登记。"),
    Reason(
        "column_like_another",
        "warning",
        "列名与约定的列名相近，未擅自采用，疑为",
        "如确为该列，请改用约定的列名，或联系数据管理员登记此列名。",
    ),
    Reason(
        "column_synonym",
        "warning",
        "列名不在约定之中，已按同义的约定列名采用",
        "请改用约定的列名，或联系数据管理员登记此列名；如含义不同，请立即告知。",
    ),
    Reason("column_repeated", "warning", "同一列出现多次，采用了第一个", "请去掉重复的列。"),
    Reason("trailer_count_differs", "warning", "合计行的条数与实际行数不一致", "请核对导出是否完整。"),
    Reason("manifest_count_differs", "warning", "数据行数与随附清单所报的不一致", "请核对导出是否完整，重新报送。"),
    Reason("excel_row_limit", "warning", "行数恰为表格软件的上限，可能被截断", "请分批导出后报送。"),
    Reason("export_page_limit", "warning", "行数恰为常见的单次导出上限，可能被截断", "请核对总数，必要时分批导出。"),
    Reason("file_end_missing", "warning", "最后一行没有换行符，文件可能被截断", "请核对最后一行；如不完整请重新导出。"),
    Reason("file_name_unexpected", "warning", "文件名不符合约定，按表头识别", "请按约定命名文件。"),
)

REASONS: dict[str, Reason] = {reason.code: reason for reason in _ALL}
"""All reason codes of this room."""
