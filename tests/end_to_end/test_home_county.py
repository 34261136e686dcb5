"""The backbone comes a night late: addresses read before it are read again for its county."""

import shutil

import duckdb


def local_addresses(home) -> int:
    with duckdb.connect(home.warehouse / "population.duckdb", read_only=True) as con:
        return con.execute("SELECT count(*) FROM std_address WHERE is_local").fetchall()[0][0]


def test_addresses_are_local_once_the_register_has_come(city, home, end_to_end):
    first, second, _ = end_to_end.NIGHTS
    for department in ("public_security", "housing"):
        shutil.copytree(city / "night_000" / department, home.intake / department, dirs_exist_ok=True)
    [register] = (home.intake / "public_security").glob("户籍人口*")
    later = register.rename(home.root / "later.csv")
    assert end_to_end.run(home, first).exit_code == 0
    before = local_addresses(home)
    shutil.move(later, register)
    assert end_to_end.run(home, second).exit_code == 0
    assert local_addresses(home) > 2 * before
