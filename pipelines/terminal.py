"""What all commands share: the consoles, exit codes, the option --home, and errors told in one line.

Imports nothing heavy, so that help and status answer at once.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum
from pathlib import Path
from typing import Annotated, Final, NoReturn

import typer
from rich.console import Console
from rich.markup import escape

from pipelines.errors import (
    HomeError,
    NothingHeldBackError,
    NothingToRedriveError,
    PipelinesError,
    QuestionError,
    WriterBusyError,
)
from pipelines.home import find_home, Home, VARIABLE

LOG_WIDTH: Final = 120
"""Columns of what is written to a file or a scheduler's log."""

out = Console(width=None if sys.stdout.isatty() else LOG_WIDTH)
err = Console(stderr=True, width=None if sys.stderr.isatty() else LOG_WIDTH)

HomeOption = Annotated[
    Path | None, typer.Option("--home", envvar=VARIABLE, help="Folder of the deployment.", show_default=False)
]


class Exit(IntEnum):
    """Exit codes, for schedulers."""

    OK = 0
    FAILED = 1
    USAGE = 2
    FILES_REFUSED = 3
    BLOCKED = 4
    BUSY = 75


def home_of(given: Path | None) -> Home:
    """The home that was given, else that of the environment; wrong usage when there is neither."""
    try:
        return find_home(given)
    except HomeError as error:
        usage(str(error))


def usage(message: str) -> NoReturn:
    """End the command: it was called in a wrong way."""
    _end("usage", message, Exit.USAGE)


def failed(message: str) -> NoReturn:
    """End the command: it could not be done."""
    _end("error", message, Exit.FAILED)


@contextmanager
def answered() -> Iterator[None]:
    """Inside, errors that somebody can act on end the command with one line and an exit code."""
    import duckdb

    from matching.errors import MatchingError
    from warehouse.errors import AccessError, NightOrderError, WarehouseBusyError, WarehouseError

    try:
        yield
    except (QuestionError, NothingHeldBackError, NothingToRedriveError, AccessError, NightOrderError) as error:
        usage(str(error))
    except (WriterBusyError, WarehouseBusyError) as busy:
        _end("busy", str(busy), Exit.BUSY)
    except BrokenPipeError:
        raise  # the reader of the output went away (`| head`): there is nobody to tell
    except (PipelinesError, MatchingError, WarehouseError, OSError) as error:
        failed(str(error))
    except duckdb.OperationalError as error:  # its text may quote a key
        failed(f"the database cannot write or read its files ({type(error).__name__}); is there room on the disk?")


def _end(word: str, message: str, code: Exit) -> NoReturn:
    err.print(f"[red]{word}:[/] {escape(message)}", highlight=False, soft_wrap=True)
    raise typer.Exit(code) from None
