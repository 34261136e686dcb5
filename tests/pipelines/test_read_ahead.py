"""Deliveries are read once, ahead of the department that they are of, and what goes wrong is told there."""

import shutil
from datetime import date, datetime, UTC

import pytest
import structlog

from pipelines.claims import claim_deliveries
from pipelines.deliveries import standardise_deliveries
from pipelines.home import Home
from pipelines.read_ahead import ReadAhead
from sources.contract import load_contracts
from sources.reading import Reading
from sources.synth.generate import generate
from warehouse.database import warehouse_session

NIGHT = date(2026, 11, 1)


class Noted(ReadAhead):
    """Notes which deliveries were begun, read and taken."""

    def __init__(self) -> None:
        super().__init__()
        self.begun, self.read, self.taken = [], [], []

    def begin(self, delivery_id, read):
        self.begun.append(delivery_id)
        return super().begin(delivery_id, lambda: self.read.append(delivery_id) or read())

    def take(self, delivery_id):
        self.taken.append(delivery_id)
        return super().take(delivery_id)


def test_a_delivery_that_is_asked_for_twice_is_read_once():
    reads = []
    with ReadAhead() as ahead:
        for _ in range(2):
            ahead.begin(1, lambda: reads.append(1) or Reading())
        ahead.take(1)
    assert reads == [1]


def test_what_goes_wrong_is_told_where_the_reading_is_taken_and_it_can_be_read_again():
    def broken():
        raise OSError("no room")

    reading = Reading()
    with ReadAhead() as ahead:
        ahead.begin(1, broken)
        with pytest.raises(OSError, match="no room"):
            ahead.take(1)
        ahead.begin(1, lambda: reading)
        assert ahead.take(1) is reading


def test_departments_find_their_first_delivery_read(tmp_path):
    generate(60, 5, 1, tmp_path / "city", NIGHT)
    home, contracts = Home(tmp_path / "home").prepare(), load_contracts()
    shutil.copytree(tmp_path / "city" / "night_000", home.intake, dirs_exist_ok=True)
    log = structlog.wrap_logger(structlog.ReturnLogger())
    with warehouse_session(home.database) as con, Noted() as ahead:
        names = [contract.department for contract in contracts]
        claim_deliveries(con, home, names, NIGHT, datetime.now(UTC), 0)
        deliveries = con.execute("SELECT delivery_id, department FROM delivery ORDER BY delivery_id").fetchall()
        for contract in contracts:
            standardise_deliveries(con, home, ahead, contract, contracts, NIGHT, log)
            following = [each for each, department in deliveries if department > contract.department]
            assert set(following[:1]) <= set(ahead.begun)
            assert not {*following} & {*ahead.taken}
    ids = [each for each, _ in deliveries]
    assert (ahead.taken, sorted(ahead.read)) == (ids, ids)
