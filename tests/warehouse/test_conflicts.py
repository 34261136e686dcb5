from datetime import date

from warehouse.conflicts import conflicts_by_department

N1 = date(2026, 11, 1)


def test_each_department_gets_its_own_records_without_values(house):
    names = [("public_security", "register", "王晓"), ("grid", "visit", "王小"), ("civil_affairs", "marriage", "王晓")]
    numbers = [
        house.deliver(N1, f"{n}.csv", [{"department": d, "extract": e, "name": name, "record_key": f"{n}"}])
        for n, (d, e, name) in enumerate(names)
    ]
    house.assign(N1, {(number << 34) + 64 for number in numbers})
    house.build([("public_security", "register", "name", 1)])
    found = conflicts_by_department(house.con)
    assert {department: [tuple(row.values()) for row in lines.to_pylist()] for department, lines in found.items()} == {
        "public_security": [],
        "civil_affairs": [],
        "grid": [("1.csv", 1, "self", "姓名", 1, 2, "2026-11-01")],
    }
