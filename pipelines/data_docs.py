"""`popbase data-docs`: wires the pages of Great Expectations to a home."""

from pathlib import Path

from pipelines.home import Home
from pipelines.trust import create_trust_tables
from pipelines.writer import hold_writer
from quality.data_docs import write_data_docs
from quality.suites import base_suites, department_suites
from sources.contract import load_contracts
from warehouse.database import warehouse_session
from warehouse.errors import MissingWarehouseError
from warehouse.ledger import newest_merged


def write_newest(home: Home) -> Path:
    """Check the newest merged night with all suites, and write the pages; the path of their index.

    Raises:
        WriterBusyError: a run is writing this home.
        WarehouseError: no night was merged yet, or the warehouse cannot be opened.
    """
    contracts = load_contracts()
    suites = [*(suite for contract in contracts for suite in department_suites(contract)), *base_suites()]
    with hold_writer(home), warehouse_session(home.database) as con:
        night = newest_merged(con)
        if night is None:
            raise MissingWarehouseError(home.database, "no night was merged yet; run one first")
        create_trust_tables(con, contracts)
        return write_data_docs(con, suites, night, home.reports / "data_docs")
