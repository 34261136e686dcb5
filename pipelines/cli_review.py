"""The commands `popbase review …`: arguments, questions, messages. What is done and shown lives in other modules.

Heavy imports happen inside the commands, so that help answers at once.
"""

import getpass
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Final, TYPE_CHECKING

import typer

from pipelines.cli_restricted import show_corrections
from pipelines.home import Home
from pipelines.terminal import answered, home_of, HomeOption, out, usage

if TYPE_CHECKING:
    from pipelines.reviewing import ReviewPair

review_app = typer.Typer(
    no_args_is_help=True, help="Decide pairs that the linkage leaves to a person, and measure it by a sample."
)

BATCH: Final = 20
"""Pairs that are read at once while somebody decides; the warehouse is closed in the meantime."""

QUESTION: Final = "[s]ame person, [d]ifferent, [u]nsure, [q]uit"
WORDS: Final = {"positive": "one person", "negative": "two persons", "unsure": "unsure"}

ClearOption = Annotated[bool, typer.Option("--clear", help="Show names, numbers and addresses as they are.")]
SampleOption = Annotated[bool, typer.Option("--sample", help="Pairs of the newest random sample, not of the queue.")]
ByOption = Annotated[str, typer.Option("--by", help="Who decides.")]
WhyOption = Annotated[str, typer.Option("--why", help="The reason, without personal values.")]


@review_app.command("list")
def list_pairs(
    home: HomeOption = None,
    limit: Annotated[int, typer.Option(help="Pairs at most.", min=1)] = 20,
    clear: ClearOption = False,
    sample: SampleOption = False,
) -> None:
    """Show the pairs whose judgement would change most, and the corrections that people asked for."""
    from pipelines.show_review import show_pairs

    place = home_of(home)
    pairs = _read(place, limit, sampled=sample)
    if pairs:
        show_pairs(out, pairs, clear=clear, blind=sample)
    if not (not sample and show_corrections(place)) and not pairs:
        out.print("nothing to decide")


@review_app.command("next")
def decide_next(
    home: HomeOption = None,
    limit: Annotated[int, typer.Option(help="Pairs at most; 0 for as many as there are.", min=0)] = 0,
    by: Annotated[str, typer.Option("--by", help="Who decides; asked for when omitted.")] = "",
    clear: ClearOption = False,
    sample: SampleOption = False,
) -> None:
    """Show pairs side by side, one after the other, and take judgements down."""
    place = home_of(home)
    recorded = 0
    try:
        pairs = _unseen(place, sampled=sample)
        if (pair := next(pairs, None)) is None:
            out.print("nothing to decide")
            return
        who = by or typer.prompt("who decides", default=_user() or None)
        number = 1
        while pair is not None:
            recorded += _ask(place, pair, who, clear=clear, blind=sample)
            if number == limit:
                break
            pair, number = next(pairs, None), number + 1
    except typer.Abort:  # the end of what was piped in, or Ctrl-C
        out.print()
    _tell_recorded(recorded)


@review_app.command("decide")
def decide(
    left: Annotated[int, typer.Argument(metavar="L", help="Id of a record.")],
    right: Annotated[int, typer.Argument(metavar="R", help="Id of another.")],
    answer: Annotated[str, typer.Argument(metavar="JUDGEMENT", help="same, different or unsure.")],
    by: ByOption,
    why: WhyOption,
    home: HomeOption = None,
) -> None:
    """Take one judgement down."""
    from pipelines.reviewing import ANSWERS

    if answer not in ANSWERS:
        usage(f"{answer}: write same, different or unsure")
    judgement_id = _record(home_of(home), left, right, answer, by, why)
    out.print(f"judgement {judgement_id} recorded: {WORDS[ANSWERS[answer]]}", highlight=False, soft_wrap=True)
    _tell_recorded(1)


@review_app.command("undo")
def undo(
    judgement_id: Annotated[int, typer.Argument(help="Id of a judgement, as `review log` shows it.")],
    by: ByOption,
    why: WhyOption,
    home: HomeOption = None,
) -> None:
    """Take a judgement back; the pair is then not judged at all."""
    from matching.judgements import withdraw_judgement
    from pipelines.reviewing import now, writing
    from pipelines.show_review import NEXT_RUN

    with answered(), writing(home_of(home)) as con:
        withdraw_judgement(con, judgement_id, decided_by=by, reason=why, decided_at=now())
    out.print(f"judgement {judgement_id} withdrawn; {NEXT_RUN}", highlight=False, soft_wrap=True)


@review_app.command("log")
def log(
    home: HomeOption = None,
    limit: Annotated[int, typer.Option(help="Judgements at most.", min=1)] = 50,
    clear: Annotated[bool, typer.Option("--clear", help="Show reasons, which may name persons.")] = False,
) -> None:
    """Show judgements, newest first, and which of them wait for the next run."""
    from pipelines.reviewing import count_waiting, read_log, reading
    from pipelines.show_review import NEXT_RUN, show_log

    with answered(), reading(home_of(home)) as con:
        rows, waiting = read_log(con, limit), count_waiting(con)
    show_log(out, rows, clear=clear)
    out.print(
        f"{waiting} pairs wait: {NEXT_RUN}" if waiting else "nothing waits for the next run",
        highlight=False,
        soft_wrap=True,
    )


@review_app.command("export")
def export(
    file: Annotated[Path, typer.Argument(help="A new CSV file; it holds personal data, masked or not.")],
    home: HomeOption = None,
    limit: Annotated[int, typer.Option(help="Pairs at most.", min=1)] = 200,
    clear: ClearOption = False,
    sample: SampleOption = False,
) -> None:
    """Write pairs for a spreadsheet, without probabilities; fill in `judgement` and import it."""
    from pipelines.show_review import export_sheet

    pairs = _read(home_of(home), limit, sampled=sample)
    try:
        export_sheet(file, pairs, clear=clear)
    except FileExistsError:
        usage(f"{file} exists already; name a new file")
    except OSError as error:
        usage(f"{file}: {error.strerror or error}")
    out.print(
        f"{len(pairs)} pairs in {file}: write same, different or unsure into the column judgement", soft_wrap=True
    )


@review_app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="An exported CSV file with judgements filled in.")],
    home: HomeOption = None,
    by: Annotated[str, typer.Option("--by", help="Who decided, where a row does not say.")] = "",
    replace: Annotated[bool, typer.Option("--replace", help="Replace what others judged otherwise.")] = False,
) -> None:
    """Take the judgements of a sheet down, all or none."""
    from pipelines.reviewing import import_sheet, now, writing

    who = by or _user()
    if not who:
        usage("give --by WHO")
    with answered(), writing(home_of(home)) as con:
        try:
            done = import_sheet(con, file, decided_by=who, decided_at=now(), replace=replace)
        except OSError as error:
            usage(f"{file}: {error.strerror or error}")
    out.print(f"{done.blank} rows without a judgement, {done.known} known already", highlight=False, soft_wrap=True)
    _tell_recorded(done.recorded)


@review_app.command("sample")
def sample_pairs(
    home: HomeOption = None,
    n: Annotated[int, typer.Option("--n", help="About how many pairs.", min=1)] = 50,
    seed: Annotated[int, typer.Option(help="The same seed draws the same pairs of the same linkage.")] = 1,
) -> None:
    """Draw scored pairs at random, so that judging them tells how good the linkage is."""
    from matching.review import draw_sample
    from pipelines.reviewing import now, spec_in_use, writing

    with answered(), writing(home_of(home)) as con:
        drawn = draw_sample(con, spec_in_use(con), n, seed=seed, drawn_at=now())
    out.print(f"{drawn} pairs drawn; judge them with: popbase review next --sample", highlight=False, soft_wrap=True)


@review_app.command("estimate")
def estimate(home: HomeOption = None) -> None:
    """Estimate precision and recall among the scored pairs from the judged pairs of the newest sample."""
    from matching.review import estimate_quality
    from pipelines.reviewing import reading
    from pipelines.show_review import show_quality

    with answered(), reading(home_of(home)) as con:
        quality = estimate_quality(con)
    show_quality(out, quality)


def _read(home: Home, limit: int, *, sampled: bool) -> "list[ReviewPair]":
    from pipelines.reviewing import read_pairs, reading

    with answered(), reading(home) as con:
        return read_pairs(con, limit, sampled=sampled)


def _unseen(home: Home, *, sampled: bool) -> "Iterator[ReviewPair]":
    """Pairs not yet shown in this sitting, read a batch at a time."""
    seen: set[tuple[int, int]] = set()
    while True:
        pairs = _read(home, len(seen) + BATCH, sampled=sampled)
        fresh = [pair for pair in pairs if (pair.record_id_l, pair.record_id_r) not in seen]
        if not fresh:
            return
        for pair in fresh:
            seen.add((pair.record_id_l, pair.record_id_r))
            yield pair


def _ask(home: Home, pair: "ReviewPair", who: str, *, clear: bool, blind: bool) -> int:
    """Show a pair and take down what is said of it; how many judgements that made.

    Raises:
        typer.Abort: the reviewer quits.
    """
    from pipelines.reviewing import ANSWERS
    from pipelines.show_review import show_pair

    show_pair(out, pair, clear=clear, blind=blind)
    answer = ""
    while answer not in ANSWERS:
        answer = typer.prompt(QUESTION).strip().casefold()
        if answer in ("q", "quit"):
            raise typer.Abort
    why = typer.prompt("why", default="as shown")
    try:
        judgement_id = _record(home, pair.record_id_l, pair.record_id_r, answer, who, why)
    except typer.Exit:
        out.print("not recorded; the next pair follows")
        return 0
    out.print(f"judgement {judgement_id} recorded: {WORDS[ANSWERS[answer]]}", highlight=False, soft_wrap=True)
    return 1


def _record(home: Home, left: int, right: int, answer: str, by: str, why: str) -> int:
    from matching.judgements import record_judgement
    from pipelines.reviewing import ANSWERS, now, writing

    with answered(), writing(home) as con:
        return record_judgement(con, left, right, ANSWERS[answer], decided_by=by, reason=why, decided_at=now())


def _tell_recorded(count: int) -> None:
    from pipelines.show_review import NEXT_RUN

    out.print(f"{count} recorded; {NEXT_RUN}", highlight=False, soft_wrap=True)


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container may run as a user without a name
        return ""
