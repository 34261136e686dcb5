"""`popbase withdraw` and `popbase vouch`: what is said of a single delivery, wired to a home and its contracts."""

from datetime import datetime, UTC

from pipelines.home import Home
from pipelines.judged import judgements_kept
from pipelines.merge import KEY_FILE
from pipelines.trust import create_trust_tables, SOURCE
from pipelines.writer import hold_writer, process_owner
from sources.contract import load_contracts
from warehouse import ledger
from warehouse.database import warehouse_session
from warehouse.identity_key import warehouse_key
from warehouse.withdrawal import withdraw_delivery, Withdrawn


def take_back(home: Home, delivery_id: int, reason: str) -> Withdrawn:
    """Take a delivery out of the stored records; see `warehouse.withdrawal`.

    Raises:
        WriterBusyError: a run is writing this home.
        WarehouseError: there is no such accepted delivery, or the warehouse or its key cannot be opened.
    """
    now = datetime.now(UTC)
    with hold_writer(home), warehouse_session(home.database) as con:
        key = warehouse_key(con, home.warehouse / KEY_FILE)
        create_trust_tables(con, load_contracts())
        with judgements_kept(con, key, now):
            return withdraw_delivery(con, delivery_id, source_trust=SOURCE, reason=reason, by=process_owner(), at=now)


def vouch_for(home: Home, file: str, reason: str) -> None:
    """Let a delivery pass that checks of arrivals doubt, and the sensor try again; see `warehouse.ledger.vouch`.

    Raises:
        WriterBusyError: a run is writing this home.
        WarehouseError: there is no such delivery, or the warehouse cannot be opened.
    """
    with hold_writer(home), warehouse_session(home.database) as con:
        ledger.vouch(con, file, because=reason, by=process_owner(), at=datetime.now(UTC))
    home.vouched.parent.mkdir(parents=True, exist_ok=True)
    home.vouched.touch()
