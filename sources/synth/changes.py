"""Lets one day pass: all events, and with them what each department sends."""

from sources.synth import changes_life as life
from sources.synth import changes_things as things
from sources.synth.nights import index_records, Night

EVENTS = (
    life.births, life.namings, life.deaths, life.late_reports, life.marriages, life.divorces, life.moves,
    life.departures, life.arrivals, life.renames, life.renumberings, things.sales, things.leases, things.companies,
    things.jobs, things.visits, things.accounts, things.allowances, things.corrections,
)  # fmt: skip


def play(night: Night) -> None:
    """Let one day pass; afterwards `night.sent` holds what each department sends."""
    before = {extract: len(records) for extract, records in night.world.registers.items()}
    for happen in EVENTS:
        happen(night)
    for extract, records in night.world.registers.items():
        for record in records[before[extract] :]:
            night.send(extract, record)
    index_records(night.world, night.index, before)
