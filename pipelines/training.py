"""`popbase train`: the linkage parameters of a home learnt anew, and how far they moved."""

from rich.console import Console
from rich.table import Table

from matching.nights import retrain
from matching.parameters import Drift
from pipelines.home import Home
from pipelines.writer import hold_writer
from warehouse.database import transaction, warehouse_session

SHOWN = 20


def train_home(home: Home) -> tuple[Drift, ...]:
    """Learn anew from all units of a home; the next run links everything by what was learnt.

    Raises:
        WriterBusyError: another run is writing this home.
        InputError: there are too few units to learn from.
        DatabaseFileError: the warehouse cannot be opened.
    """
    with hold_writer(home), warehouse_session(home.database) as con, transaction(con):
        return retrain(con)


def show_drift(out: Console, drift: tuple[Drift, ...]) -> None:
    """Print the levels that moved most, in bits of match weight."""
    table = Table("comparison", "level", "weight before", "after", "change", title="Drift, in bits of match weight")
    for each in drift[:SHOWN]:
        weights = (f"{bits:+.2f}" for bits in (each.weight_before, each.weight_after, each.change))
        table.add_row(each.comparison, each.level, *weights)
    out.print(table)
    out.print("The next run links everything by the new parameters.")
