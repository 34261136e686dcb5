"""Faults of departments and of our own, planted one at a time: each must be caught by the check named for it.

    python benchmarks/planted.py WORK [--only NAME]

A small fictitious city whose departments send their registers anew each night is merged for eight nights without a
fault. Then come nights of one fault each, each in a copy of that home: files that departments send, run through
Dagster with all checks; and tables of the base that are wrong, checked where they stand. A fault is caught when the
rule named for it fails in more rows than the night before, or the file is refused for the reason named. Between them
stand nights without any fault, in which nothing may fail anew. Prints one line for each; exit code 1 when one was
missed, or a clean night failed a check.
"""

import argparse
import csv
import io
import json
import os
import random
import shutil
import sys
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial
from pathlib import Path

import duckdb
from forks import in_child

from pipelines.home import Home
from pipelines.report import read_report
from pipelines.runner import run_night
from pipelines.trust import create_trust_tables
from quality.engine import run_suites
from quality.suites import base_suites
from quality.trends import compare_night, measure_night
from sources.contract import load_contracts
from sources.synth.generate import generate
from warehouse.database import warehouse_session

FIRST = date(2026, 11, 1)
NIGHTS = 8
PEOPLE = 400
KEPT = 0.97
"""Share of a register's rows that a night's file has: no two are the same, all are alike."""

FEW = 60

Rows = list[dict[str, str]]

REGISTER, GRID, TAX = "public_security/户籍人口", "grid/网格采集", "tax/个税扣缴"
MARRIAGE, FINANCE = "civil_affairs/婚姻登记", "finance/实名账户核验"
DEATHS = "civil_affairs/殡葬火化"
DELIMITERS = ",\t；"


@dataclass(frozen=True)
class Sheet:
    """A delivered file as text in cells."""

    title: list[str]
    header: list[str]
    rows: Rows
    encoding: str
    delimiter: str = ","


def main() -> int:
    """Plant all, and print what became of each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work", type=Path)
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    before = Home(options.work / "before")
    city = options.work / "city"
    if not city.exists():
        in_child(lambda: generate(PEOPLE, seed=4, nights=1, out=city, first_night=FIRST))
    if not before.base.exists():
        shutil.rmtree(before.root, ignore_errors=True)
        for number in range(NIGHTS):
            deliver(city, before, number)
            if night(before, number):
                raise SystemExit(f"a night without a fault failed: {failures(before, number)}")
    missed = 0
    for name, expected, plant in faults():
        if options.only and options.only not in name:
            continue
        home = Home(options.work / "planted")
        shutil.rmtree(home.root, ignore_errors=True)
        shutil.copytree(before.root, home.root, symlinks=True)
        found = plant(city, home)
        is_right = not found if expected is None else any(each.endswith(expected) for each in found)
        missed += not is_right
        others = sorted(found - {each for each in found if expected and each.endswith(expected)})
        print(
            f"{'caught' if is_right and expected else 'clean' if is_right else 'MISSED'}  {name}: {expected or ''}",
            end="",
        )
        print(f"  (also {', '.join(others)})" if others else "", flush=True)
    print(f"{missed} missed")
    return int(missed > 0)


def faults() -> Iterator[tuple[str, str | None, Callable[[Path, Home], set[str]]]]:
    """Name, the end of the failure's name, and how it is planted."""
    yield "a night without a fault", None, partial(sent, {})
    yield from ((name, expected, partial(sent, {file: change})) for name, file, expected, change in rows_changed())
    yield from ((name, expected, partial(sent, {file: change})) for name, file, expected, change in files_changed())
    late = "arrival_public_security.household_register_in_time"
    yield "a department sends nothing for twenty days", late, partial(sent, {REGISTER: None}, days=20)
    yield "another night without a fault", None, partial(sent, {})
    yield from ((name, expected, partial(altered, statement)) for name, expected, statement in tables_changed())


def rows_changed() -> Iterator[tuple[str, str, str, Callable[[Sheet], Sheet]]]:
    """Faults in the cells of a file: name, file, failure, change."""

    def each(change: Callable[[dict[str, str]], object]) -> Callable[[Sheet], Sheet]:
        def changed(sheet: Sheet) -> Sheet:
            for row in sheet.rows:
                change(row)
            return sheet

        return changed

    def put(column: str, value: Callable[[str], str]) -> Callable[[Sheet], Sheet]:
        return each(lambda row: row.update({column: value(row[column])}))

    def shifted(sheet: Sheet, *columns: str) -> Sheet:
        for column in columns:
            cells = [row[column] for row in sheet.rows]
            for row, cell in zip(sheet.rows, cells[1:] + cells[:1], strict=True):
                row[column] = cell
        return sheet

    def swapped(sheet: Sheet, one: str, other: str) -> Sheet:
        for row in sheet.rows:
            row[one], row[other] = row[other], row[one]
        return sheet

    def without(sheet: Sheet, column: str) -> Sheet:
        return replace(sheet, header=[name for name in sheet.header if name != column])

    def more(sheet: Sheet, column: str) -> Sheet:
        return replace(sheet, header=[*sheet.header, column], rows=[{**row, column: "甲"} for row in sheet.rows])

    def kept(sheet: Sheet, rows: Rows) -> Sheet:
        return replace(sheet, rows=rows)

    std = "std_public_security__household_register"
    number, born = "公民身份号码", "出生日期"
    yield (
        "sexes are exchanged",
        REGISTER,
        "base_trend.understood_as_usual",
        put("性别", lambda s: {"1": "2", "2": "1"}.get(s, s)),
    )
    yield (
        "numbers lost their last character",
        REGISTER,
        f"{std}.citizen_id_mostly_usable",
        put(number, lambda s: s[:-1]),
    )
    yield (
        "numbers were destroyed by a spreadsheet",
        REGISTER,
        f"{std}.citizen_id_mostly_usable",
        put(number, lambda s: f"{s[:1]}.{s[1:6]}E+17" if s else s),
    )
    yield (
        "numbers are masked all at once",
        REGISTER,
        "base_trend.codes_as_usual",
        put(number, lambda s: f"{s[:6]}********{s[14:]}"),
    )
    yield (
        "half of the rows are missing",
        REGISTER,
        "base_trend.rows_as_usual",
        lambda sheet: kept(sheet, sheet.rows[: len(sheet.rows) // 2]),
    )
    yield "each row comes twice", REGISTER, "base_trend.rows_as_usual", lambda sheet: kept(sheet, sheet.rows * 2)
    yield (
        "names are mojibake",
        REGISTER,
        f"{std}.quarantine_rate_low",
        put("姓名", lambda s: s.encode("utf-8").decode("latin-1")),
    )
    yield "a file of test data", REGISTER, f"{std}.quarantine_rate_low", put("姓名", lambda s: "测试")
    yield (
        "names are missing",
        REGISTER,
        f"{std}.quarantine_rate_low",
        each(lambda row: row.update({"姓名": "", number: ""})),
    )
    yield (
        "a third of the numbers is missing",
        REGISTER,
        "base_trend.filled_as_usual",
        put(number, lambda s: "" if s[-1:] in "0123" else s),
    )
    yield (
        "marital status of an older code list",
        REGISTER,
        "base_trend.codes_as_usual",
        put("婚姻状况", lambda s: {"10": "20", "20": "10"}.get(s, s)),
    )
    yield "marital status is no longer filled in", REGISTER, "base_trend.filled_as_usual", put("婚姻状况", lambda s: "")
    yield "ethnic groups all of one code", REGISTER, "base_trend.codes_as_usual", put("民族", lambda s: "11")
    yield (
        "dates of birth of the next row",
        REGISTER,
        f"{std}.birth_date_mostly_agrees_with_id",
        lambda sheet: shifted(sheet, born),
    )
    yield (
        "dates of birth that nobody understands",
        REGISTER,
        f"{std}.birth_date_mostly_understood",
        put(born, lambda s: "已核"),
    )
    yield "dates of birth to come", REGISTER, "base_trend.understood_as_usual", put(born, lambda s: "20991231")
    yield "dates of birth before any living person", REGISTER, f"{std}.age_at_most_120", put(born, lambda s: "19010203")
    yield (
        "names of the next row",
        REGISTER,
        "base_trend.understood_as_usual",
        lambda sheet: shifted(sheet, "姓名", "性别"),
    )
    yield (
        "names and household numbers exchanged",
        REGISTER,
        "base_trend.understood_as_usual",
        lambda sheet: swapped(sheet, "姓名", "户号"),
    )
    yield (
        "one household of all",
        REGISTER,
        "base_trend.households_as_usual",
        put("户号", lambda s: "370114000000001"),
    )
    yield "everybody is a head of household", REGISTER, "base_trend.codes_as_usual", put("与户主关系", lambda s: "户主")
    yield (
        "everybody is cancelled",
        REGISTER,
        "base_trend.codes_as_usual",
        each(lambda row: row.update({"注销标志": "1", "注销原因": "死亡", "注销日期": "20261101"})),
    )
    yield (
        "the register of another county",
        REGISTER,
        "base_trend.new_person_rate_as_usual",
        each(
            lambda row: row.update(
                {number: foreign(row[number]), "户号": f"9{row['户号'][1:]}", "姓名": row["姓名"][::-1]}
            )
        ),
    )
    yield "a column is missing", REGISTER, "household_register_same_columns", lambda sheet: without(sheet, "服务处所")
    yield "a column is new", REGISTER, "household_register_same_columns", lambda sheet: more(sheet, "备用")
    yield "a needed column is missing", REGISTER, "refused.columns_missing", lambda sheet: without(sheet, "姓名")
    yield "phones are no longer phones", GRID, "base_trend.understood_as_usual", put("联系电话", lambda s: "无电话")
    yield "addresses were cut", GRID, "base_trend.understood_as_usual", put("现住址", lambda s: s[:4])
    yield (
        "categories of people of another list",
        GRID,
        "base_trend.codes_as_usual",
        put("人员类别", lambda s: "境外人员"),
    )
    yield (
        "employers lost half of their code",
        TAX,
        "base_trend.filled_as_usual",
        put("扣缴义务人识别号", lambda s: s[:9]),
    )
    yield (
        "marriages to come",
        MARRIAGE,
        "std_civil_affairs__marriage.event_date_in_range",
        put("登记日期", lambda s: "2099-01-01"),
    )
    yield (
        "wives' numbers stand with husbands",
        MARRIAGE,
        "base_trend.understood_as_usual",
        lambda sheet: swapped(sheet, "男方身份证件号", "女方身份证件号"),
    )
    yield (
        "kinds of documents are no longer told",
        FINANCE,
        "base_trend.understood_as_usual",
        put("证件号码", lambda s: s[:10]),
    )


def files_changed() -> Iterator[tuple[str, str, str, Callable[[Path], None]]]:
    """Faults of a file as a whole: name, file, failure, change of the delivered file."""

    def bomb(path: Path) -> None:
        with (
            zipfile.ZipFile(path.with_suffix(".zip"), "w", zipfile.ZIP_DEFLATED) as packed,
            packed.open("a.csv", "w") as member,
        ):
            for _ in range(400):
                member.write(bytes(1_000_000))
        path.unlink()

    def lines(path: Path) -> None:
        head, *rest = path.read_bytes().splitlines(keepends=True)
        path.write_bytes(head + b"".join((rest * (65_536 // len(rest) + 1))[:65_535]))

    def again(path: Path) -> None:
        [archived] = [p for p in (path.parents[2] / "archive").rglob("*") if p.is_file() and p.name == last_of(path)]
        path.write_bytes(archived.read_bytes())

    arrival = "arrival_public_security.household_register"
    yield (
        "a file of the month before",
        REGISTER,
        f"{arrival}_not_older_than_before",
        lambda path: path.rename(path.with_name("户籍人口_20261001.csv")),
    )
    yield "the same file again", REGISTER, f"{arrival}_not_older_than_before", again
    yield "as many lines as an old spreadsheet has", REGISTER, f"{arrival}_not_cut_by_a_spreadsheet", lines
    yield (
        "other rows than promised",
        REGISTER,
        f"{arrival}_rows_as_promised",
        lambda path: path.with_name(f"{path.name}.manifest").write_text("rows=9999\n"),
    )
    yield (
        "other content than promised",
        REGISTER,
        "refused.checksum_differs",
        lambda path: path.with_name(f"{path.name}.sha256").write_text(f"{'0' * 64}  {path.name}\n"),
    )
    yield "an empty file", REGISTER, "refused.file_empty", lambda path: path.write_bytes(b"")
    yield (
        "a damaged workbook",
        REGISTER,
        "refused.workbook_damaged",
        lambda path: path.write_bytes(b"PK\x03\x04[Content_Types].xml" + bytes(200)),
    )
    yield (
        "a file of another department",
        REGISTER,
        "refused.columns_missing",
        lambda path: path.write_bytes(next((path.parents[1] / "grid").glob("*.csv")).read_bytes()),
    )
    yield (
        "a link to a file",
        REGISTER,
        "refused.file_symlink",
        lambda path: (path.unlink(), path.symlink_to("/etc/hostname")),
    )
    yield "an archive that unpacks without end", REGISTER, "refused.archive_bomb", bomb
    yield (
        "an encoding that nobody said",
        REGISTER,
        "refused.encoding_unknown",
        lambda path: path.write_bytes(path.read_bytes().decode("gb18030").translate({}).encode("shift_jis", "replace")),
    )


def tables_changed() -> Iterator[tuple[str, str, str]]:
    """Faults of our own: name, failure, and the statements that make it."""
    open_version = "to_night IS NULL"
    yield (
        "two families are one person",
        "base_person.one_citizen_id_per_person",
        """
        UPDATE crosswalk_version SET person_id = (SELECT min(person_id) FROM person WHERE citizen_id IS NOT NULL)
        WHERE person_id IN (SELECT person_id FROM person WHERE household_no = (
            SELECT household_no FROM person WHERE household_no IS NOT NULL GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1))""",
    )
    yield (
        "two persons of the register with one number",
        "base_person.one_person_per_citizen_id",
        """
        UPDATE std_mention SET citizen_id = (SELECT min(citizen_id) FROM std_mention WHERE citizen_id_kind = 'citizen18'
            AND department = 'public_security' AND role = 'self')
        WHERE mention_id = (SELECT max(mention_id) FROM std_mention JOIN crosswalk USING (mention_id) WHERE is_current
            AND citizen_id_kind = 'citizen18' AND std_mention.department = 'public_security' AND std_mention.role = 'self')""",
    )
    yield (
        "a mention is in no crosswalk",
        "base_crosswalk.every_mention_once",
        "DELETE FROM crosswalk_version WHERE mention_id = (SELECT max(mention_id) FROM crosswalk)",
    )
    yield (
        "a mention is two persons",
        "base_crosswalk.every_mention_once",
        """
        INSERT INTO crosswalk_version SELECT * REPLACE ((SELECT min(person_id) FROM person) AS person_id)
        FROM crosswalk_version WHERE mention_id = (SELECT max(mention_id) FROM crosswalk)""",
    )
    yield (
        "a record of nobody",
        "base_crosswalk.person_exists",
        f"UPDATE crosswalk_version SET person_id = 'nobody' WHERE {open_version} AND mention_id = (SELECT max(mention_id) FROM crosswalk)",
    )
    yield (
        "a person without a record",
        "base_crosswalk.person_has_mention",
        "DELETE FROM crosswalk_version WHERE person_id = (SELECT max(person_id) FROM person)",
    )
    yield (
        "two states of a person in one night",
        "base_history.states_do_not_overlap",
        "INSERT INTO person_version SELECT * REPLACE (from_night - 1 AS from_night) FROM person_version WHERE person_id = (SELECT max(person_id) FROM person)",
    )
    yield (
        "a state that ends before it begins",
        "base_history.ends_after_it_begins",
        "UPDATE person_version SET to_night = from_night - 1 WHERE person_id = (SELECT max(person_id) FROM person)",
    )
    yield (
        "a person is counted twice",
        "reconcile_night.persons_counted",
        "UPDATE night SET persons = persons + 1 WHERE night = (SELECT max(night) FROM night)",
    )
    yield (
        "persons do not add up",
        "reconcile_night.persons_add_up",
        "UPDATE night SET persons_new = persons_new + 1 WHERE night = (SELECT max(night) FROM night)",
    )
    yield (
        "rows do not add up",
        "reconcile_delivery.rows_add_up",
        "UPDATE delivery SET rows_accepted = rows_accepted - 1 WHERE status = 'accepted'",
    )
    yield (
        "quarantined rows are lost",
        "reconcile_delivery.quarantined_rows_stored",
        """
        UPDATE delivery SET rows_quarantined = rows_quarantined + 1, rows_accepted = rows_accepted - 1
        WHERE delivery_id = (SELECT max(delivery_id) FROM delivery WHERE status = 'accepted')""",
    )
    yield (
        "mentions are lost",
        "reconcile_delivery.mentions_stored",
        "DELETE FROM std_mention WHERE mention_id = (SELECT max(mention_id) FROM std_mention)",
    )
    yield (
        "a mention of no delivery",
        "std_mention.delivery_known",
        "UPDATE std_mention SET delivery_id = 99999 WHERE mention_id = (SELECT max(mention_id) FROM std_mention)",
    )
    yield (
        "a marriage of one",
        "base_entity.marriage_holds_both_ways",
        "DELETE FROM person_relation_version WHERE rowid = (SELECT min(rowid) FROM person_relation_version WHERE relation = 'spouse' AND to_night IS NULL)",
    )
    yield (
        "a value from nowhere",
        "base_person_attribute.provenance_in_crosswalk",
        "UPDATE person_attribute_version SET row_number = 0 WHERE rowid = (SELECT min(rowid) FROM person_attribute_version WHERE to_night IS NULL)",
    )
    yield (
        "somebody alive and dead",
        "base_person.nobody_alive_and_dead",
        """
        UPDATE std_mention SET death_date = DATE '2020-01-01' WHERE mention_id IN (
            SELECT max(mention_id) FROM std_mention JOIN crosswalk USING (mention_id) WHERE is_current
                AND registration_status = '正常' GROUP BY person_id)""",
    )
    yield "a model learnt from bad data", "base_trend.match_weights_as_usual", "UPDATE match_pair SET odds = -odds"
    yield (
        "ids turn over",
        "base_trend.id_churn_as_usual",
        "UPDATE night SET persons_split = persons / 20 WHERE night = (SELECT max(night) FROM night)",
    )
    yield (
        "persons fall apart",
        "base_trend.cluster_sizes_as_usual",
        "UPDATE crosswalk_version SET person_id = mention_id::VARCHAR WHERE to_night IS NULL",
    )


def sent(
    changes: dict[str, Callable[[Sheet], Sheet] | Callable[[Path], None] | None], city: Path, home: Home, days: int = 1
) -> set[str]:
    """Deliver a night with changed files, run it, and say what failed."""
    number = NIGHTS - 1 + days
    deliver(city, home, number, changes)
    night(home, number)
    return anew(failures(home, number), failures(home, NIGHTS - 1))


def altered(statements: str, city: Path, home: Home) -> set[str]:
    """Change tables of the warehouse, check the base, and say what failed."""
    del city
    answer = home.root.with_suffix(".failed")

    def ask() -> None:
        with warehouse_session(home.database) as con:
            create_trust_tables(con, load_contracts())
            con.execute(statements)
            last = FIRST + timedelta(days=NIGHTS - 1)
            measure_night(con, last)
            compare_night(con, last)
            results = run_suites(con, base_suites(), last)
            answer.write_text(json.dumps({f"{r.suite}.{r.name}": r.failed_count or 1 for r in results if not r.passed}))

    answer.unlink(missing_ok=True)
    if in_child(ask):
        return {"the checks themselves failed"}
    return anew(json.loads(answer.read_text()), failures(home, NIGHTS - 1))


def deliver(
    city: Path,
    home: Home,
    number: int,
    changes: dict[str, Callable[[Sheet], Sheet] | Callable[[Path], None] | None] | None = None,
) -> None:
    """Write a night's files into the intake, each a little other than the night before; of the dead nothing is sent."""
    rng = random.Random(number)  # noqa: S311 - for chance, not for secrets
    home.prepare()
    [deaths] = (city / "night_000" / DEATHS).parent.glob(f"{Path(DEATHS).name}_*.csv")
    dead = {row["身份证号码"] for row in read_sheet(deaths).rows if row["身份证号码"]}
    for source in sorted((city / "night_000").rglob("*.csv")):
        name = f"{source.parent.name}/{source.stem.rsplit('_', 1)[0]}"
        change = (changes or {}).get(name, False)
        if change is None or not source.stat().st_size:
            continue
        target = home.intake / f"{name}_{FIRST + timedelta(days=number):%Y%m%d}.csv"
        target.parent.mkdir(parents=True, exist_ok=True)
        sheet = read_sheet(source)
        rows = [row for row in sheet.rows if name == DEATHS or dead.isdisjoint(row.values())]
        sheet = replace(sheet, rows=thinned(rows, number, rng))
        if change and change.__code__.co_varnames[:1] != ("path",):
            sheet = change(sheet)
        write_sheet(sheet, target)
        if change and change.__code__.co_varnames[:1] == ("path",):
            change(target)


def thinned(rows: Rows, number: int, rng: random.Random) -> Rows:
    """Most of the rows; all of a few, below which come as many blank lines as nights have been."""
    if len(rows) > FEW:
        return [row for row in rows if rng.random() < KEPT]
    return rows + [{}] * number


def read_sheet(path: Path) -> Sheet:
    """A file of the fictitious city."""
    content = path.read_bytes()
    encoding = "utf-8-sig" if content.startswith(b"\xef\xbb\xbf") else "gb18030"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        encoding, text = "utf-8", content.decode("utf-8")
    delimiter = max(DELIMITERS, key=text[:2000].count)
    records = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    at = next(n for n, record in enumerate(records) if len([cell for cell in record if cell]) > 3)
    header = records[at]
    rows = [dict(zip(header, record, strict=True)) for record in records[at + 1 :] if len(record) == len(header)]
    return Sheet(records[at - 1] if at else [], header, rows, encoding, delimiter)


def write_sheet(sheet: Sheet, path: Path) -> None:
    """Write it as it was."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n", delimiter=sheet.delimiter)
    if sheet.title:
        writer.writerow(sheet.title)
    writer.writerow(sheet.header)
    writer.writerows([row.get(name, "") for name in sheet.header] if row else [] for row in sheet.rows)
    path.write_bytes(out.getvalue().encode(sheet.encoding, "replace"))


def night(home: Home, number: int) -> bool:
    """Run a night; whether it was not published."""

    def run() -> None:
        report = run_night(home, FIRST + timedelta(days=number), lambda steps: None, lambda name, ended: None)
        if report.status != "published":
            raise SystemExit(1)

    return in_child(run)


def failures(home: Home, number: int) -> dict[str, float]:
    """The failed rules of a night with the rows that fail them, and why files were refused."""
    report = read_report(home.reports / f"night_{FIRST + timedelta(days=number)}.json")
    failed = {
        f"{line.check}.{rule}": float(rows) if isinstance(rows, int) else 1.0
        for line in report.checks_failed
        for rule, rows in line.failed_rules.items()
        if not line.check.startswith("files_")
    }
    refused = {f"refused.{file.reason_code}": 1.0 for file in report.files if file.reason_code}
    return failed | refused | ({"the night failed": 1.0} if report.status == "failed" else {})


def anew(found: dict[str, float], before: dict[str, float]) -> set[str]:
    """What fails in more rows than it did before."""
    return {name for name, rows in found.items() if rows > before.get(name, 0)}


def last_of(path: Path) -> str:
    """The hash of the extract's last accepted content."""
    with duckdb.connect(str(path.parents[2] / "warehouse" / "population.duckdb"), read_only=True) as con:
        [(sha256,)] = con.execute("""
            SELECT arg_max(sha256, night) FROM delivery WHERE extract = 'household_register' AND status = 'accepted'
        """).fetchall()
    return str(sha256)


def foreign(number: str) -> str:
    """A valid number of another county."""
    if len(number) != 18:
        return number
    body = "510104" + number[6:17]
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return body + "10X98765432"[sum(w * int(d) for w, d in zip(weights, body, strict=True)) % 11]


if __name__ == "__main__":
    # The same keys each time, so that a run can be repeated.
    os.environ["POPBASE_IDENTITY_KEY"] = os.environ["POPBASE_PROJECT_KEY_DEFAULT"] = "5a" * 32
    sys.exit(main())
