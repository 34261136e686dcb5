"""The commands that keep an installation: back-up, restore, purge, doctor. Arguments, messages, exit codes."""

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from pipelines.clock import today
from pipelines.terminal import answered, Exit, home_of, HomeOption, out

STYLES = {"ok": "green", "warn": "yellow", "fail": "red"}


def backup(
    file: Annotated[Path, typer.Argument(help="A new .tar or .tar.gz file; it holds everything, keys too.")],
    home: HomeOption = None,
) -> None:
    """Write this home into one file, readable by you alone, while no run writes it.

    Exit codes: 0 written; 1 failed; 75 a run is writing this home.
    """
    from pipelines.backup import back_up

    with answered():
        files = back_up(home_of(home), file)
    out.print(f"{files:,} files in {file}; keep it as closed as the home itself", highlight=False)


def restore(
    file: Annotated[Path, typer.Argument(help="A file that `popbase backup` wrote.")],
    home: HomeOption = None,
) -> None:
    """Bring a backed-up home back into an empty folder, and prove that everybody has the id of before.

    Exit codes: 0 restored and proven; 1 failed.
    """
    from pipelines.backup import restore as bring_back

    with answered():
        done = bring_back(file, home_of(home))
    out.print(f"{done.files:,} files as they were; {done.mentions:,} mentions, persons re-keyed = {done.rekeyed}")
    if done.rekeyed:
        raise typer.Exit(Exit.FAILED)


def purge(home: HomeOption = None) -> None:
    """Erase what the contracts' `retention_days` no longer allow to be kept, and prove it.

    Originals in the archive, rows that could not be used, records that later ones replaced or ended, old history. What
    is in force stays. The database is written anew, since deleted rows stay in a file; then run a night.

    Exit codes: 0 nothing is kept past its time; 1 failed; 75 a run is writing this home.
    """
    from pipelines.purging import erase

    with answered():
        done, left = erase(home_of(home), today())
    out.print(
        f"{done.deliveries:,} deliveries past their time: {len(done.originals):,} originals, {done.quarantined_rows:,}"
        f" quarantined rows, {done.mentions:,} replaced records, {done.versions:,} rows of history erased;"
        f" past their time and still there: {left}",
        highlight=False,
    )
    if left:
        raise typer.Exit(Exit.FAILED)


def data_docs(home: HomeOption = None) -> None:
    """Check the newest night once more, and write what Great Expectations says into reports/data_docs/. No values.

    Exit codes: 0 written; 1 failed; 75 a run is writing this home.
    """
    from pipelines.data_docs import write_newest

    with answered():
        index = write_newest(home_of(home))
    out.print(f"{index}", highlight=False, soft_wrap=True)


def doctor(home: HomeOption = None) -> None:
    """Check this installation, and say what to do.

    Exit codes: 0 nothing fails; 1 something does.
    """
    from pipelines.doctor import examine

    found = examine(home_of(home))
    table = Table(header_style="bold")
    for name in ("", "what", "found", "what to do"):
        table.add_column(name, overflow="fold")
    for each in found:
        table.add_row(Text(each.state, style=STYLES[each.state]), each.name, Text(each.found), Text(each.to_do))
    out.print(table)
    if any(each.state == "fail" for each in found):
        raise typer.Exit(Exit.FAILED)
