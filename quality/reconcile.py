"""What counts must add up to: deliveries, quarantine, mentions, and persons from night to night.

Each query of `sql/` gives one row for each thing at fault, so no row means that it adds up.
"""

from quality.rules import NoneFound, Suite
from quality.statements import sql


def reconciliation_suites() -> list[Suite]:
    """The suites that compare counts with counts."""
    return [_delivery_suite(), _night_suite()]


def _delivery_suite() -> Suite:
    return Suite(
        name="reconcile_delivery",
        title="Deliveries: delivered = accepted + quarantined + non-data, and all of it stored",
        table="delivery",
        subject="SELECT * FROM delivery",
        rules=(
            NoneFound(name="rows_add_up", query=sql("rows_not_adding_up")),
            NoneFound(name="quarantined_rows_stored", query=sql("quarantined_rows_not_stored")),
            NoneFound(name="mentions_stored", query=sql("mentions_not_stored")),
            NoneFound(name="content_accepted_once", severity="warn", query=sql("content_accepted_twice")),
        ),
    )


def _night_suite() -> Suite:
    return Suite(
        name="reconcile_night",
        title="Persons tonight = persons last night + new - merged + split",
        table="night",
        subject="SELECT * FROM night",
        rules=(
            NoneFound(name="persons_add_up", query=sql("persons_not_adding_up")),
            NoneFound(name="persons_counted", query=sql("persons_not_counted")),
        ),
    )
