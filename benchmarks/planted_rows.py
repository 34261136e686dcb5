"""Faults in the cells of a file: name, file, the end of the failure's name, change."""

from collections.abc import Callable
from dataclasses import replace

from planted_sheets import Rows, Sheet

Change = Callable[[Sheet], Sheet]

REGISTER, GRID, TAX = "public_security/户籍人口", "grid/网格采集", "tax/个税扣缴"
MARRIAGE, FINANCE = "civil_affairs/婚姻登记", "finance/实名账户核验"
STANDARD = "std_public_security__household_register"
NUMBER, BORN = "公民身份号码", "出生日期"


def each(change: Callable[[dict[str, str]], object]) -> Callable[[Sheet], Sheet]:
    """Change each row."""

    def changed(sheet: Sheet) -> Sheet:
        for row in sheet.rows:
            change(row)
        return sheet

    return changed


def put(column: str, value: Callable[[str], str]) -> Callable[[Sheet], Sheet]:
    """Change the cells of a column."""
    return each(lambda row: row.update({column: value(row[column])}))


def shifted(sheet: Sheet, *columns: str) -> Sheet:
    """Give each row the cells of the next one."""
    for column in columns:
        cells = [row[column] for row in sheet.rows]
        for row, cell in zip(sheet.rows, cells[1:] + cells[:1], strict=True):
            row[column] = cell
    return sheet


def swapped(sheet: Sheet, one: str, other: str) -> Sheet:
    """Exchange two columns."""
    for row in sheet.rows:
        row[one], row[other] = row[other], row[one]
    return sheet


def without(sheet: Sheet, column: str) -> Sheet:
    """Leave a column out."""
    return replace(sheet, header=[name for name in sheet.header if name != column])


def more(sheet: Sheet, column: str) -> Sheet:
    """Add a column."""
    return replace(sheet, header=[*sheet.header, column], rows=[{**row, column: "甲"} for row in sheet.rows])


def kept(sheet: Sheet, rows: Rows) -> Sheet:
    """Take other rows."""
    return replace(sheet, rows=rows)


def foreign(number: str) -> str:
    """A valid number of another county."""
    if len(number) != 18:
        return number
    body = "510104" + number[6:17]
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return body + "10X98765432"[sum(w * int(d) for w, d in zip(weights, body, strict=True)) % 11]


OF_THE_REGISTER = (
    (
        "sexes are exchanged",
        REGISTER,
        "base_trend.understood_as_usual",
        put("性别", lambda s: {"1": "2", "2": "1"}.get(s, s)),
    ),
    (
        "numbers lost their last character",
        REGISTER,
        f"{STANDARD}.citizen_id_mostly_usable",
        put(NUMBER, lambda s: s[:-1]),
    ),
    (
        "numbers were destroyed by a spreadsheet",
        REGISTER,
        f"{STANDARD}.citizen_id_mostly_usable",
        put(NUMBER, lambda s: f"{s[:1]}.{s[1:6]}E+17" if s else s),
    ),
    (
        "numbers are masked all at once",
        REGISTER,
        "base_trend.codes_as_usual",
        put(NUMBER, lambda s: f"{s[:6]}********{s[14:]}"),
    ),
    (
        "half of the rows are missing",
        REGISTER,
        "base_trend.rows_as_usual",
        lambda sheet: kept(sheet, sheet.rows[: len(sheet.rows) // 2]),
    ),
    ("each row comes twice", REGISTER, "base_trend.rows_as_usual", lambda sheet: kept(sheet, sheet.rows * 2)),
    (
        "names are mojibake",
        REGISTER,
        f"{STANDARD}.quarantine_rate_low",
        put("姓名", lambda s: s.encode("utf-8").decode("latin-1")),
    ),
    ("a file of test data", REGISTER, f"{STANDARD}.quarantine_rate_low", put("姓名", lambda s: "测试")),
    (
        "names are missing",
        REGISTER,
        f"{STANDARD}.quarantine_rate_low",
        each(lambda row: row.update({"姓名": "", NUMBER: ""})),
    ),
    (
        "a third of the numbers is missing",
        REGISTER,
        "base_trend.filled_as_usual",
        put(NUMBER, lambda s: "" if s[-1:] in "0123" else s),
    ),
    (
        "marital status of an older code list",
        REGISTER,
        "base_trend.codes_as_usual",
        put("婚姻状况", lambda s: {"10": "20", "20": "10"}.get(s, s)),
    ),
    ("marital status is no longer filled in", REGISTER, "base_trend.filled_as_usual", put("婚姻状况", lambda s: "")),
    ("ethnic groups all of one code", REGISTER, "base_trend.codes_as_usual", put("民族", lambda s: "11")),
    (
        "dates of birth of the next row",
        REGISTER,
        f"{STANDARD}.birth_date_mostly_agrees_with_id",
        lambda sheet: shifted(sheet, BORN),
    ),
    (
        "dates of birth that nobody understands",
        REGISTER,
        f"{STANDARD}.birth_date_mostly_understood",
        put(BORN, lambda s: "已核"),
    ),
    ("dates of birth to come", REGISTER, "base_trend.understood_as_usual", put(BORN, lambda s: "20991231")),
    (
        "dates of birth before any living person",
        REGISTER,
        f"{STANDARD}.age_at_most_120",
        put(BORN, lambda s: "19010203"),
    ),
    (
        "names of the next row",
        REGISTER,
        "base_trend.understood_as_usual",
        lambda sheet: shifted(sheet, "姓名", "性别"),
    ),
    (
        "names and household numbers exchanged",
        REGISTER,
        "base_trend.understood_as_usual",
        lambda sheet: swapped(sheet, "姓名", "户号"),
    ),
    (
        "one household of all",
        REGISTER,
        "base_trend.households_as_usual",
        put("户号", lambda s: "370114000000001"),
    ),
    ("everybody is a head of household", REGISTER, "base_trend.codes_as_usual", put("与户主关系", lambda s: "户主")),
    (
        "everybody is cancelled",
        REGISTER,
        "base_trend.codes_as_usual",
        each(lambda row: row.update({"注销标志": "1", "注销原因": "死亡", "注销日期": "20261101"})),
    ),
    (
        "the register of another county",
        REGISTER,
        "base_trend.new_person_rate_as_usual",
        each(
            lambda row: row.update(
                {NUMBER: foreign(row[NUMBER]), "户号": f"9{row['户号'][1:]}", "姓名": row["姓名"][::-1]}
            )
        ),
    ),
    ("a column is missing", REGISTER, "household_register_same_columns", lambda sheet: without(sheet, "服务处所")),
    ("a column is new", REGISTER, "household_register_same_columns", lambda sheet: more(sheet, "备用")),
    ("a needed column is missing", REGISTER, "refused.columns_missing", lambda sheet: without(sheet, "姓名")),
)

OF_OTHERS = (
    ("phones are no longer phones", GRID, "base_trend.understood_as_usual", put("联系电话", lambda s: "无电话")),
    ("addresses were cut", GRID, "base_trend.understood_as_usual", put("现住址", lambda s: s[:4])),
    (
        "categories of people of another list",
        GRID,
        "base_trend.codes_as_usual",
        put("人员类别", lambda s: "境外人员"),
    ),
    (
        "employers lost half of their code",
        TAX,
        "base_trend.filled_as_usual",
        put("扣缴义务人识别号", lambda s: s[:9]),
    ),
    (
        "marriages to come",
        MARRIAGE,
        "std_civil_affairs__marriage.event_date_in_range",
        put("登记日期", lambda s: "2099-01-01"),
    ),
    (
        "wives' numbers stand with husbands",
        MARRIAGE,
        "base_trend.understood_as_usual",
        lambda sheet: swapped(sheet, "男方身份证件号", "女方身份证件号"),
    ),
    (
        "kinds of documents are no longer told",
        FINANCE,
        "base_trend.understood_as_usual",
        put("证件号码", lambda s: s[:10]),
    ),
)

ROWS_CHANGED: tuple[tuple[str, str, str, Change], ...] = OF_THE_REGISTER + OF_OTHERS
