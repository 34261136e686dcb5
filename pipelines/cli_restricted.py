"""The commands that show identified persons, and those of the access log: arguments, questions, messages.

Heavy imports happen inside the commands, so that help answers at once.
"""

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from pipelines.home import Home
from pipelines.terminal import answered, err, Exit, home_of, HomeOption, out, usage

audit_app = typer.Typer(no_args_is_help=True, help="The log of identified look-ups.")
project_app = typer.Typer(no_args_is_help=True, help="For whom the base is published.")
correction_app = typer.Typer(no_args_is_help=True, help="What people ask to be put right about them.")

PersonArgument = Annotated[
    str,
    typer.Argument(
        help="A person id or a pseudonym. Leave it out to be asked, also for a citizen number: what is typed at the"
        " question stands in no history of commands.",
        show_default=False,
    ),
]
PurposeOption = Annotated[str, typer.Option("--purpose", help="What it is for; kept in the access log.")]


def lookup(person: PersonArgument = "", purpose: PurposeOption = ..., home: HomeOption = None) -> None:  # type: ignore[assignment]
    """Show who a person is: the golden record with name, number and address. It is logged before it is shown.

    Exit codes: 0 shown; 1 failed; 2 nobody found, or no purpose; 75 a run is writing this home.
    """
    from pipelines.restricted import look_up

    place = home_of(home)
    with answered():
        found = look_up(place, _asked(person), purpose)
    if not found:
        err.print("nobody found; the look-up was logged")
        raise typer.Exit(Exit.USAGE)
    for record in found:
        table = Table(show_header=False, box=None, padding=(0, 2))
        for name, value in record.items():
            if value is not None:
                table.add_row(Text(name, style="bold"), Text(str(value)))
        out.print(table)


def subject(
    person: PersonArgument = "",
    purpose: PurposeOption = ...,  # type: ignore[assignment]
    out_file: Annotated[Path, typer.Option("--out", help="File to write; it must not exist.")] = Path("subject.json"),
    home: HomeOption = None,
) -> None:
    """Write all that is held on one person (PIPL art. 45) as JSON, readable by you alone.

    Exit codes: 0 written; 1 failed; 2 nobody found, or no purpose; 75 a run is writing this home.
    """
    from pipelines.restricted import export_subject

    place = home_of(home)
    with answered():
        found = export_subject(place, _asked(person), purpose, out_file)
    if not found:
        err.print("nobody found; the look-up was logged")
        raise typer.Exit(Exit.USAGE)
    out.print(f"{found} person{'s' if found > 1 else ''} written to {out_file}", highlight=False)


@audit_app.command("verify")
def audit_verify(home: HomeOption = None) -> None:
    """Check that no entry of the access log was changed or taken out. Exit code 1 when one was."""
    from pipelines.restricted import verify_access

    with answered():
        state = verify_access(home_of(home))
    if state.first_broken is not None:
        err.print(f"[red]broken:[/] entry {state.first_broken} is not as it was written", highlight=False)
        raise typer.Exit(Exit.FAILED)
    out.print(
        f"{state.entries} entries, each as it was written; last digest {state.last_digest or '-'}", highlight=False
    )
    out.print("note number and digest elsewhere: entries cut off at the end are seen by them alone", style="dim")


@project_app.command("rotate")
def project_rotate(
    name: Annotated[str, typer.Argument(help="The project; `default` is the base in published/.")],
    home: HomeOption = None,
) -> None:
    """Give a project new pseudonyms, from the next night on and for its whole history. The old key is kept aside."""
    from pipelines.restricted import rotate_project

    with answered():
        if not rotate_project(home_of(home), name):
            usage(f"no project {name}; see projects.yml")
    out.print(f"project {name} has a new key; the next night publishes under it", highlight=False)


@correction_app.command("request")
def correction_request(
    attribute: Annotated[str, typer.Argument(help="What is wrong, such as name or birth_date.")],
    why: Annotated[str, typer.Option("--why", help="What the person says, and how it was shown.")],
    person: Annotated[str, typer.Option(help="A person id or pseudonym; asked for when omitted.")] = "",
    ask_value: Annotated[bool, typer.Option("--value/--no-value", help="Ask for the right value.")] = True,
    home: HomeOption = None,
) -> None:
    """Take down that somebody says a value is wrong. The department that owns the record puts it right."""
    from pipelines.restricted import ask_correction

    place = home_of(home)
    with answered():
        given = _asked(person)
        value = typer.prompt("the right value", default="", show_default=False, err=True) if ask_value else ""
        numbers = ask_correction(place, given, attribute, value or None, why)
    if not numbers:
        err.print("nobody found")
        raise typer.Exit(Exit.USAGE)
    out.print(f"taken down as request {', '.join(map(str, numbers))}", highlight=False)


@correction_app.command("list")
def correction_list(home: HomeOption = None) -> None:
    """Show the requests that wait, and which department has to look."""
    if not show_corrections(home_of(home)):
        out.print("nothing waits")


def show_corrections(home: Home) -> bool:
    """Show the requests that wait; whether there are any."""
    from pipelines.restricted import waiting_corrections

    with answered():
        waiting = waiting_corrections(home)
    if not waiting:
        return False
    table = Table(header_style="bold")
    for name in ("request", "person", "attribute", "department", "file", "row", "why", "since"):
        table.add_column(name)
    for row in waiting:
        table.add_row(*(Text("" if value is None else str(value)) for value in row))
    out.print(table)
    return True


@correction_app.command("close")
def correction_close(
    request_id: Annotated[int, typer.Argument(help="Number of the request.")],
    outcome: Annotated[str, typer.Option(help="How it ended.")],
    home: HomeOption = None,
) -> None:
    """Note how a request ended."""
    from pipelines.restricted import end_correction

    with answered():
        end_correction(home_of(home), request_id, outcome)
    out.print(f"request {request_id} closed", highlight=False)


def _asked(given: str) -> str:
    """What to look for; asked for without an echo when it was not given."""
    return (given or typer.prompt("id or citizen number", hide_input=True, err=True)).strip()
