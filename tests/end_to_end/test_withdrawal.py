"""A delivery withdrawn through the command line: the next night's base is that of a home which never had it."""

import pytest

from pipelines.terminal import Exit

FILES = {"public_security": "part of the backbone", "grid": "addresses", "family_planning": "mothers and children"}


@pytest.fixture(scope="module")
def homes(city, home_after, tmp_path_factory, end_to_end):
    """One home that had the second night's deliveries of some departments and took them back, and one without them."""
    had, never = (home_after(1, tmp_path_factory.mktemp(name)) for name in ("had", "never"))
    for number, night in list(enumerate(end_to_end.NIGHTS))[1:]:
        for home in (had, never):
            end_to_end.deliver(city, home, number)
        if number == 1:
            for path in (path for department in FILES for path in (never.intake / department).iterdir()):
                path.unlink()
        if number == 2:
            before = end_to_end.query(had, "FROM person ORDER BY person_id")
            for (delivery,) in deliveries(had, end_to_end):
                done = end_to_end.popbase("withdraw", delivery, "--because", "导出有误", "--home", had.root)
                assert done.exit_code == Exit.OK, done.output
        for home in (had, never):
            result = end_to_end.run(home, night)
            assert result.exit_code in (Exit.OK, Exit.FILES_REFUSED), result.output
    return had, never, before


def deliveries(home, end_to_end):
    departments = ", ".join(f"'{name}'" for name in FILES)
    return end_to_end.query(
        home,
        f"SELECT delivery_id FROM delivery WHERE night = '{end_to_end.NIGHTS[1]}' AND status = 'accepted'"
        f" AND department IN ({departments}) AND mentions > 0",
    )


def test_the_base_is_what_it_is_without_the_delivery(homes, end_to_end):
    had, never, _ = homes
    values = "SELECT * EXCLUDE (person_id) FROM person ORDER BY ALL"
    assert end_to_end.query(had, values) == end_to_end.query(never, values)
    record = "(department, file, night, row_number, role)"
    together = f"SELECT list_sort(list({record})) FROM crosswalk GROUP BY person_id ORDER BY 1"
    assert end_to_end.query(had, together) == end_to_end.query(never, together)
    for table in ("stat_population", "stat_household", "stat_coverage", "stat_dwelling"):
        assert end_to_end.query(had, f"FROM {table} ORDER BY ALL") == end_to_end.query(
            never, f"FROM {table} ORDER BY ALL"
        )


def test_ids_stay(homes, end_to_end):
    """Whoever was there before the withdrawal and is held by another record has the id of before."""
    had, _, before = homes
    known = {row[0] for row in before}
    now = {
        row[0] for row in end_to_end.query(had, "SELECT person_id FROM person WHERE first_night < DATE '2026-11-03'")
    }
    assert now <= known and len(now) > len(known) * 0.9


def test_the_night_that_had_it_is_still_told(homes, end_to_end):
    had, _, before = homes
    as_of = f"FROM population_base_as_of('{end_to_end.NIGHTS[1]}') ORDER BY person_id"
    assert end_to_end.query(had, as_of) == before
    assert end_to_end.query(had, "SELECT count(*) > 0 FROM change_log WHERE change = 'withdrawal'") == [(True,)]
