import csv

import pyarrow as pa

from sources.feedback import FILE, write_feedback

NAMES = ("file", "row_number", "role", "called", "same", "kept", "since")
TEXT, NUMBER = pa.string(), pa.int32()
SHAPE = pa.schema(zip(NAMES, (TEXT, NUMBER, TEXT, TEXT, NUMBER, NUMBER, TEXT), strict=True))


def table(*records):
    return pa.Table.from_pylist([dict(zip(NAMES, record, strict=True)) for record in records], SHAPE)


def test_a_department_reads_which_of_its_records_were_not_followed(tmp_path):
    records = table(
        ("grid/网格_20261101.csv", 7, "self", "现居住地址", 1, 3, "2026-11-02"),
        ("=HYPERLINK(1).csv", 1, "self", "姓名", 1, 1, "2026-11-01"),
        ('a,"b"\u202e.csv', 2, "self", "姓名", 1, 1, "2026-11-01"),
    )
    write_feedback(tmp_path / "grid", records)
    with (tmp_path / "grid" / FILE).open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.reader(stream))
    assert rows[1][:4] == ["grid/网格_20261101.csv", "7", "self", "现居住地址"] and "3条" in rows[1][4]
    assert [row[0] for row in rows[2:]] == ["'=HYPERLINK(1).csv", 'a,"b"\ufffd.csv']


def test_a_list_takes_the_place_of_the_one_before(tmp_path):
    write_feedback(tmp_path, table(("a.csv", 1, "self", "姓名", 1, 1, "2026-11-01")))
    write_feedback(tmp_path, table())
    assert (tmp_path / FILE).read_text(encoding="utf-8-sig").count("\n") == 1
