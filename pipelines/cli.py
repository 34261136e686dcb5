"""The command line `popbase`: arguments, exit codes, messages. What is done and shown lives in other modules.

Heavy imports (Dagster, DuckDB) happen inside the commands, so that help and status answer at once.
"""

import json
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli_operate import backup, data_docs, doctor, purge, restore
from pipelines.cli_restricted import audit_app, correction_app, lookup, project_app, subject
from pipelines.cli_review import review_app
from pipelines.clock import today
from pipelines.errors import NightError
from pipelines.home import parse_night
from pipelines.terminal import answered, err, Exit, home_of, HomeOption, out, usage

app = typer.Typer(
    name="popbase",
    help="Population data integration: departments' extracts in, one population base out.",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
    rich_markup_mode="rich",
)
app.add_typer(review_app, name="review")
app.add_typer(audit_app, name="audit")
app.add_typer(correction_app, name="correction")
app.add_typer(project_app, name="project")
app.command("lookup")(lookup)
app.command("subject")(subject)
for command in (backup, restore, purge, data_docs, doctor):
    app.command(command.__name__.replace("_", "-"))(command)
contracts_app = typer.Typer(no_args_is_help=True, help="The departments' data contracts.")
app.add_typer(contracts_app, name="contracts")


@app.command()
def run(
    home: HomeOption = None,
    night: Annotated[str | None, typer.Option(help="Date that names the night; today in China when omitted.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Work on a copy and say what would change.")] = False,
) -> None:
    """Merge everything that waits in the intake as one night, check it, publish the base.

    Exit codes: 0 merged and published; 1 failed; 2 wrong usage, or a night before the last merged one; 3 published, but
    files were refused; 4 a check kept the night from being published; 75 another run is writing this home.
    """
    from pipelines.dry_run import rehearse_night
    from pipelines.progress import run_with_progress
    from pipelines.show import show_night

    place, label = home_of(home), _night(night)
    if not place.root.is_dir():
        usage(f"{place.root} does not exist; make it, and drop files into its intake/<department>/")
    with answered():
        report = rehearse_night(place, label, err) if dry_run else run_with_progress(place, label, err)
    show_night(out, place, report, is_rehearsal=dry_run)
    raise typer.Exit(exit_code(report.status, has_refused_files=report.has_refused_files))


@app.command()
def publish(
    because: Annotated[str, typer.Option("--because", help="Why; kept in the access log for ever, so name no person.")],
    override: Annotated[bool, typer.Option("--override", help="That a check is overridden.")] = False,
    home: HomeOption = None,
) -> None:
    """Publish the merged night that a check holds back, on your word. Nights that pass are published by `popbase run`.

    Exit codes: 0 published; 1 failed; 2 nothing is held back, or no override; 75 a run is writing this home.
    """
    from pipelines.overriding import publish_held_back
    from pipelines.show import show_night

    if not override:
        usage("publishing against a check is an override: say so with --override")
    place = home_of(home)
    with answered():
        report = publish_held_back(place, because)
    show_night(out, place, report)


@app.command()
def status(home: HomeOption = None) -> None:
    """Say what was merged, what is published, and what waits in the intake."""
    from pipelines.show import show_status

    show_status(out, home_of(home))


@app.command()
def sql(
    query: Annotated[str, typer.Argument(help="One SELECT statement.")],
    home: HomeOption = None,
    format: Annotated[str, typer.Option(help="table, csv or json.")] = "table",  # noqa: A002 - the option's name
    limit: Annotated[int, typer.Option(help="Rows shown in a table; 0 shows all.", min=0)] = 100,
) -> None:
    """Query the published base, read-only."""
    from pipelines.query import FORMATS, run_query

    if format not in FORMATS:
        usage(f"--format {format}: choose one of {', '.join(FORMATS)}")
    with answered():
        run_query(home_of(home), query, format, limit, out)


@app.command()
def synth(
    people: Annotated[int, typer.Option(help="About how many persons.", min=50)],
    out_dir: Annotated[Path, typer.Option("--out", help="Folder to write night_000/, … and truth/ into.")],
    seed: Annotated[int, typer.Option(help="The same seed gives the same files.")] = 1,
    nights: Annotated[int, typer.Option(help="How many nights.", min=1)] = 3,
    first_night: Annotated[str, typer.Option(help="Date of the first night.")] = "2026-11-01",
) -> None:
    """Write fictitious extracts of ten departments, and the truth apart from them."""
    from pipelines.synth import write_extracts

    try:
        write_extracts(people, seed, nights, out_dir, _night(first_night), err, out)
    except OSError as error:
        usage(f"--out {out_dir}: {error.strerror or error}")


@app.command()
def score(
    crosswalk: Annotated[Path, typer.Argument(help="Published base (.duckdb), or its crosswalk as .parquet or .csv.")],
    truth: Annotated[Path, typer.Option(help="Folder with records.parquet.")],
    first_night: Annotated[str | None, typer.Option(help="Date of night_000; else the crosswalk's first.")] = None,
) -> None:
    """Measure a crosswalk against known truth: pairwise and by cluster, by difficulty and by department."""
    from pipelines.scoring import score_crosswalk, ScoringError
    from pipelines.show_score import show_score

    try:
        report = score_crosswalk(crosswalk, truth, _night(first_night) if first_night else None)
    except ScoringError as error:
        usage(str(error))
    else:
        show_score(out, report)


@app.command()
def demo(
    out_dir: Annotated[Path, typer.Option("--out", help="Folder for the extracts and the home; replaced.")],
    people: Annotated[int, typer.Option(help="About how many persons.", min=50)] = 2000,
    seed: Annotated[int, typer.Option(help="The same seed gives the same city.")] = 1,
    nights: Annotated[int, typer.Option(help="How many nights.", min=1)] = 3,
) -> None:
    """Write fictitious extracts, merge them night by night, and show what happened."""
    from pipelines.demo import run_demo

    with answered():
        raise typer.Exit(run_demo(out_dir, people, seed, nights, out, err))


@app.command("link")
def link_tables(
    spec: Annotated[Path, typer.Argument(help="What to link and how (.yml); see docs/how_to/link.md.")],
    out_dir: Annotated[Path, typer.Option("--out", help="Folder for pairs, clusters, parameters and report.")],
    table: Annotated[list[str] | None, typer.Option(help="NAME=FILE in place of the file that the spec names.")] = None,
    parameters: Annotated[Path | None, typer.Option(help="Parameters learnt before; used as they are.")] = None,
    retrain: Annotated[bool, typer.Option("--retrain", help="Learn anew and report the drift.")] = False,
) -> None:
    """Link or de-duplicate any CSV, Parquet or DuckDB tables by a spec."""
    from pipelines.linking import link_files
    from pipelines.show_linking import show_linkage

    try:
        files = dict(each.split("=", 1) for each in table or ())
    except ValueError:
        usage("--table is written NAME=FILE")
    with answered():
        report = link_files(spec, out_dir, {k: Path(v) for k, v in files.items()}, parameters, retrain=retrain)
    show_linkage(out, out_dir, report)


@app.command()
def explain(
    person: Annotated[str, typer.Argument(help="A person id, in force or retired.")],
    other: Annotated[str | None, typer.Argument(help="A second one: what is between the two.")] = None,
    home: HomeOption = None,
    clear: Annotated[bool, typer.Option("--clear", help="Show names, numbers and addresses as they are.")] = False,
    html: Annotated[Path | None, typer.Option(help="Write a page with charts as well; it needs no network.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs, in place of words.")] = False,
) -> None:
    """Say why records are one person, or why two persons are not one, and what would change that.

    Exit codes: 0 explained; 1 failed; 2 no such person; 75 a run is writing this home.
    """
    from pipelines.explain_page import write_page
    from pipelines.explaining import explain_persons, report_json
    from pipelines.show_explain import show_explanation

    with answered():
        report = explain_persons(home_of(home), person, other, clear=clear)
        if html:
            write_page(html, report)
    if as_json:
        typer.echo(json.dumps(report_json(report), ensure_ascii=False, indent=1))
    else:
        show_explanation(out, report)


@app.command()
def record(
    record_id: Annotated[str, typer.Argument(help="A record_id of a project's base.")], home: HomeOption = None
) -> None:
    """Say which row of which file a project's record is.

    Exit codes: 0 found; 1 failed; 2 no such record; 75 a run is writing this home.
    """
    from pipelines.explaining import find_records
    from pipelines.show_explain import show_records

    with answered():
        show_records(out, find_records(home_of(home), record_id))


@app.command()
def withdraw(
    delivery_id: Annotated[int, typer.Argument(help="Its number in the table `delivery` of the base.", min=1)],
    because: Annotated[str, typer.Option("--because", help="Why; kept for ever, so name no person.")],
    home: HomeOption = None,
) -> None:
    """Take a delivery's effect out of the base again, from the next run on; what earlier nights published stays told.

    Exit codes: 0 taken out; 1 failed, or there is no such accepted delivery; 75 a run is writing this home.
    """
    from pipelines.withdrawing import take_back

    with answered():
        done = take_back(home_of(home), delivery_id, because)
    out.print(
        f"{done.mentions:,} mentions withdrawn; {done.ids_kept:,} persons go on with other records; the next run makes"
        " the base without them: popbase run",
        highlight=False,
    )


@app.command()
def vouch(
    file: Annotated[str, typer.Argument(help="Its path below the intake, as it lies there.")],
    because: Annotated[str, typer.Option("--because", help="Why; kept for ever, so name no person.")],
    home: HomeOption = None,
) -> None:
    """Let a delivery pass that looks wrong (old, cut, other columns, not the rows promised) and is right, on your word.

    It must wait for its night to be merged. Fewer rows than before are looked at only of extracts whose contract says
    `delivery: {mode: full}`, and hold the night up only with `absence: ended`.

    Exit codes: 0 the next run merges it; 1 failed, or no such delivery waits; 75 a run is writing this home.
    """
    from pipelines.withdrawing import vouch_for

    with answered():
        vouch_for(home_of(home), file, because)
    out.print("checks of arrivals leave it alone: popbase run", highlight=False)


@app.command()
def redrive(
    delivery_id: Annotated[int | None, typer.Argument(help="Its number in `delivery`; or give --department.")] = None,
    department: Annotated[
        str | None, typer.Option(help="All of a department that were refused, or of which rows could not be used.")
    ] = None,
    home: HomeOption = None,
) -> None:
    """Read archived deliveries again at the next run, once their contract was mended. Persons keep their ids.

    Exit codes: 0 they lie in the intake again; 1 failed; 2 no such delivery; 75 a run is writing this home.
    """
    from pipelines.redriving import redrive as again

    if (delivery_id is None) == (department is None):
        usage("give the number of a delivery, or --department")
    with answered():
        done = again(home_of(home), delivery_id, department)
    out.print(
        f"{done.files:,} files lie in the intake again, {done.mentions:,} mentions of them are taken back: popbase run",
        highlight=False,
    )


@app.command()
def train(home: HomeOption = None) -> None:
    """Learn the linkage parameters anew, without labels, and say how far they moved; the next run uses them."""
    from pipelines.training import show_drift, train_home

    with answered():
        drift = train_home(home_of(home))
    show_drift(out, drift)


@contracts_app.command("list")
def contracts_list() -> None:
    """List departments and their extracts."""
    from pipelines.show_contracts import show_contracts

    show_contracts(out)


@contracts_app.command("check")
def contracts_check(
    file: Annotated[Path, typer.Argument(help="A contract (.yml).")],
    csv: Annotated[Path | None, typer.Argument(help="A delivery to read by it; nothing is stored.")] = None,
) -> None:
    """Check a contract and its examples, and what it would make of a delivery."""
    from pipelines.show_contracts import check_contract

    raise typer.Exit(Exit.OK if check_contract(file, csv, out, err) else Exit.FAILED)


def exit_code(report_status: str, *, has_refused_files: bool) -> Exit:
    """The exit code of a night."""
    if report_status == "published":
        return Exit.FILES_REFUSED if has_refused_files else Exit.OK
    return Exit.BLOCKED if report_status == "blocked" else Exit.FAILED


def _night(label: str | None) -> date:
    try:
        return parse_night(label) if label is not None else today()
    except NightError as error:
        usage(str(error))


if __name__ == "__main__":
    app()
