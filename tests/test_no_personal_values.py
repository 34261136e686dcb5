"""Canary persons go through whole nights; nothing that leaves the restricted folders may contain them.

Restricted are `warehouse/` and `archive/`, and `intake/` is the departments' own. Everything else is searched:
receipts, reports, the published base, Dagster's event log, and all that was printed.
"""

import json

import duckdb
from typer.testing import CliRunner

from pipelines.cli import app, Exit
from pipelines.home import Home

NAME, SECOND_NAME = "佟金丝雀", "佟百灵鸟"
NUMBER, SECOND_NUMBER = "370114199001010014", "370181198502020025"
PHONE, ADDRESS = "13987650123", "金丝雀路77号1号楼1单元101室"
CANARIES = (NAME, SECOND_NAME, NUMBER, SECOND_NUMBER, NUMBER[3:], PHONE, ADDRESS)
FILE_CANARIES = ("诸葛铁蛋", "370181198402299177", "13612345678")
"""In names of files; receipts go to whoever chose the name, and keep it."""
RESTRICTED = {"warehouse", "archive", "intake"}

HEADER = "扣缴义务人名称,扣缴义务人识别号,纳税人姓名,证件类型,证件号码,所得项目,税款所属期,收入额,扣缴税额,手机号码"
GOOD = f"明水商店,92370114MA3C000000,{NAME},居民身份证,{NUMBER},工资薪金,2026-10,5000,0,{PHONE}"
SECOND = f"明水商店,92370114MA3C000000,{SECOND_NAME},居民身份证,{SECOND_NUMBER},工资薪金,2026-10,5000,0,{PHONE}"
VISITS = (
    "网格编号,网格员,所属社区(村),姓名,性别,年龄/出生年份,联系电话,现住址,与户主关系,身份证号,人员类别,采集日期,备注"
)
VISIT = f"370114001001001,李四,明水社区,{NAME},男,36,{PHONE},{ADDRESS},户主,{NUMBER},常住,2026/11/1,{NAME}来过"


def write(home: Home, path: str, content: bytes) -> None:
    target = home.intake / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content)


def plant(home: Home) -> None:
    rows = [HEADER, GOOD, f"{SECOND},{NAME},{NUMBER},{PHONE}", f"{NAME},{NUMBER}", SECOND, GOOD]
    write(home, "tax/个税扣缴_20261101.csv", "\r\n".join([*rows, ""]).encode("utf-8-sig"))
    broken = (
        f"{HEADER}\n{GOOD}\n".encode() + SECOND.encode()[:60] + b"\xff\xfe\xff\xff\xff\xff" + f",{NUMBER}\n".encode()
    )
    write(home, "tax/个税扣缴_补报_20261101.csv", broken)
    write(
        home, "tax/谁的文件.csv", f"{NAME},{NUMBER},{PHONE}\n{SECOND_NAME},{SECOND_NUMBER},{PHONE}\n".encode("gb18030")
    )
    write(home, "tax/照片.csv", b"\xff\xd8\xff\xe0" + NAME.encode() * 100)
    write(home, "grid/网格采集_20261101.csv", f"{VISITS}\r\n{VISIT}\r\n{VISIT},{ADDRESS}\r\n".encode("utf-8-sig"))
    write(home, "weather/天气.csv", GOOD.encode())
    name, number, phone = FILE_CANARIES
    write(home, f"tax/个税扣缴_{name}_{number}.csv", f"{HEADER}\r\n{GOOD}\r\n{GOOD}\r\n".encode("utf-8-sig"))
    write(home, f"tax/{name}_{phone}.csv", f"甲,乙\n{name},{phone}\n".encode())
    write(home, f"weather/{number}/{name}_{phone}.csv", b"1")
    write(home, f"{name}_{number}.csv", b"1")


def run(home: Home) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["run", "--home", str(home.root), "--night", "2026-11-01"])
    return result.exit_code, result.output + repr(result.exception)


def forms(canary: str) -> list[bytes]:
    """A value as it might stand in a file."""
    return [canary.encode(), canary.encode("gb18030"), json.dumps(canary)[1:-1].encode()]


def leaks(home: Home) -> list[str]:
    """Files outside of the restricted folders that hold a canary."""
    files = [
        path
        for path in home.root.rglob("*")
        if path.is_file() and path.relative_to(home.root).parts[0] not in RESTRICTED
    ]
    assert len(files) > 10
    return [
        f"{path.relative_to(home.root)}: {canary}"
        for path in files
        for content in [path.read_bytes()]
        for canary in (CANARIES if "receipts" in path.parts else (*CANARIES, *FILE_CANARIES))
        if any(form in content for form in forms(canary))
    ]


def published_text(home: Home) -> str:
    with duckdb.connect() as con:
        con.execute(f"ATTACH '{home.base}' AS base (READ_ONLY)")
        con.execute("USE base")
        tables = [name for (name,) in con.execute("SELECT table_name FROM duckdb_tables()").fetchall()]
        return "\n".join(str(con.execute(f'SELECT * FROM "{name}"').fetchall()) for name in tables)


def test_canaries_stay_inside(home):
    plant(home)
    code, printed = run(home)
    assert code == Exit.FILES_REFUSED, printed
    text = published_text(home) + CliRunner().invoke(app, ["status", "--home", str(home.root)]).output
    assert "佟**" in text
    assert leaks(home) == []
    assert [canary for canary in (*CANARIES, *FILE_CANARIES) if canary in printed or canary in text] == []
    assert "tax/个税扣缴_***_***.csv" in text and "tax/***_***.csv" in printed


def test_unforeseen_failure_tells_no_value(home, monkeypatch):
    def fail(*arguments):
        raise duckdb.ConversionException(f"Could not convert string '{NAME}{NUMBER}' to INT32")

    monkeypatch.setattr("pipelines.assets.base.merge_night", fail)
    plant(home)
    code, printed = run(home)
    assert code == Exit.FAILED
    assert "merge_night: ConversionException; details in warehouse/errors.log" in printed
    assert [canary for canary in CANARIES if canary in printed] == []
    assert leaks(home) == []
    assert NAME in (home.warehouse / "errors.log").read_text(encoding="utf-8")
