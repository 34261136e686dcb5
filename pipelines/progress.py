"""A progress bar over the steps of a night."""

from collections.abc import Sequence
from datetime import date

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from pipelines.home import Home
from pipelines.report import NightReport


def run_with_progress(home: Home, night: date, console: Console) -> NightReport:
    """Run a night and show how far it is; on a console that is no terminal, show nothing.

    Raises:
        WriterBusyError: another run is writing this home.
        NightOrderError: a later night is merged already.
    """
    with progress_bar(console) as progress:
        task = progress.add_task(f"night {night}: loading", total=None)
        from pipelines.runner import run_night  # here: takes seconds, under the spinner

        def on_plan(names: Sequence[str]) -> None:
            progress.update(task, total=len(names))

        def on_step(name: str, has_ended: bool) -> None:
            progress.update(task, advance=1.0 if has_ended else 0.0, description=f"night {night}: {name}")

        return run_night(home, night, on_plan, on_step)


def progress_bar(console: Console) -> Progress:
    """The look of all progress bars."""
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
