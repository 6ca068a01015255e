"""The command `tidewaiter lists calibrate`, and the table that it prints."""

import getpass
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from tidewaiter.base.errors import InputError
from tidewaiter.base.files import check_apart, hash_file, replacing
from tidewaiter.base.phrases import english_json
from tidewaiter.base.records import Record
from tidewaiter.base.safe_text import visible
from tidewaiter.bulk.calibration import Calibrator, Known, Once, Wanted
from tidewaiter.bulk.calibration import calibrate as told_of
from tidewaiter.bulk.parties import parties_of, read_asked
from tidewaiter.cli.core.options import (
    FILE,
    OUT_FILE,
    Day,
    json_option,
    ok_with_refusals,
    printable,
)
from tidewaiter.cli.core.page_language import language_of
from tidewaiter.cli.core.party_options import LeastOf, Rate, Within, kept_in, set_threshold
from tidewaiter.cli.core.progress import counting
from tidewaiter.explain.calibration import (
    alerts_in_words,
    cause_in_words,
    chosen_in_words,
    doubts_in_words,
    example_in_words,
    files_in_words,
    how_in_words,
    judge_command,
    kind_in_words,
    origin_in_words,
    recall_heading,
    recall_in_words,
)
from tidewaiter.lists.archive import Archive
from tidewaiter.lists.decisions import (
    KeptThreshold,
    add_threshold,
    states_of,
    threshold_for,
)
from tidewaiter.parties.calibration.types import Calibration, Group
from tidewaiter.parties.matching.matcher import threshold_of
from tidewaiter.parties.matching.types import AskedParty
from tidewaiter.parties.thresholds import Threshold, model_digest
from tidewaiter.report.parties.calibration import group_row, level_rows, write_calibration
from tidewaiter.trade.types import Refusal

_MOST = 10  # groups and entries


def show(told: Calibration) -> None:
    """Print a calibration to standard output."""
    console = Console(highlight=False)

    def say(text: str, style: str = "") -> None:
        console.print(Text(_line(text), style=style), soft_wrap=True)

    for text in files_in_words(told):
        say(text)
    console.print(_levels(told))
    say(chosen_in_words(told), "bold")
    say(f"  {alerts_in_words(told)}")
    say(f"  {recall_in_words(told)}")
    for text in doubts_in_words(told):
        say(f"  {text}", "yellow")
    for first, groups, words in (
        ("origin of the party", told.origins, origin_in_words),
        ("list", told.by_list, str),
        ("kind of entry", told.kinds, kind_in_words),
        ("matching parts", told.hows, how_in_words),
    ):
        if groups:
            console.print(_groups(first, groups, words))
            if len(groups) > _MOST:
                say(f"... and {len(groups) - _MOST:,} more; use --json to see all")
    if told.causes:
        say("Entries with the most of these alerts", "bold")
        say(
            "If a party is the listed party, act on it. If it is not, record that with lists judge:"
        )
    for cause in told.causes[:_MOST]:
        say(cause_in_words(cause))
        say(f"  {example_in_words(cause)}: {how_in_words(cause.how)}")
        say(f"  {judge_command(cause)}")


def _levels(told: Calibration) -> Table:
    table = Table(box=None, header_style="bold")
    titles = ("threshold", "alerts", "in 10,000", "in a million", "95 %")
    for title in (*titles, *filter(None, [recall_heading(told)])):
        table.add_column(title, justify="right", overflow="fold")
    for row in level_rows(told):
        table.add_row(row.key, *row.cells)
    return table


def _groups(first: str, groups: Sequence[Group], words: Callable[[str], str]) -> Table:
    table = Table(box=None, header_style="bold")
    table.add_column(first, overflow="fold")
    columns = len(group_row(groups[0], words).cells)
    for title in ("alerts", "of", "in a million", "95 %")[:columns]:
        table.add_column(title, justify="right", overflow="fold")
    for group in groups[:_MOST]:
        row = group_row(group, words)
        mark = "  differs from the rest" if row.marked else ""
        table.add_row(Text(_line(f"{row.key}{mark}")), *row.cells)
    return table


def _line(text: str) -> str:
    """Return untrusted text as one line, with control characters made visible."""
    return visible(" ".join(text.splitlines()) if text.strip() else text)


_SHOWN = 10  # refusals
_MILLION = 1_000_000


class _Asked(Record, frozen=True, kw_only=True):
    """The options of the command."""

    found: Path | None = None
    per_million: float | None = None
    rate: float | None = None
    by_kind: bool = False
    keep: bool = False
    least: tuple[tuple[str, float], ...] = ()  # kind, "" for all
    drop: bool = False
    why: str = ""
    by: str = ""
    report: Path | None = None
    language: str = "en"
    as_json: bool = False

    @property
    def wanted(self) -> float | None:
        """Return the requested number of alerts per party."""
        return self.per_million / _MILLION if self.per_million is not None else self.rate


@click.command()
@click.argument("cleared", required=False, type=FILE)
@click.option("--found", type=FILE, help="Parties known to be listed, to measure missed matches.")
@click.option(
    "--per-million",
    type=Within(0, _MILLION, min_open=True),
    help="Choose the threshold that gives at most this many alerts per million parties.",
)
@click.option("--rate", type=Rate(), help='The same as a rate: "0.1%" or 0.001.')
@click.option("--by-kind", is_flag=True, help="Choose a threshold for each type of entry.")
@click.option("--keep", is_flag=True, help="Use the chosen threshold from now on; needs --why.")
@click.option(
    "--set",
    "least",
    type=LeastOf(),
    multiple=True,
    help="Use this threshold from now on: 0.62, or person=0.8 for a type of entry; needs --why.",
)
@click.option("--drop", is_flag=True, help="Remove the saved threshold; needs --why.")
@click.option("--why", default="", help="Reason, for the record.")
@click.option("--by", default="", help="Person who decided (default: the current user).")
@click.option("--report", type=OUT_FILE, help="Write a report to read and print: .html.")
@language_of("the report")
@json_option
@click.option("--day", type=Day(), help="Use the lists in force on this date (default: today).")
@kept_in
@ok_with_refusals
def calibrate(cleared: Path | None, day: date | None, folder: Path, **options: Any) -> None:
    """Show how many alerts the parties in CLEARED would cause at each threshold, and choose one.

    CLEARED is a CSV file in the format of tidewaiter match --file, with parties that you know are
    not listed, such as your regular traders. The saved threshold applies to match and screen with
    these lists.
    Exit status 1: some rows could not be read.

    Example: tidewaiter lists calibrate traders.csv --rate 0.1% --keep --why "two officers"
    """
    asked = _Asked(**options)
    _check(cleared, asked)
    _check_files(cleared, asked)
    day = day or date.today()  # noqa: DTZ011 - the user's own calendar
    archive = Archive(folder)
    if cleared is None:
        threshold = set_threshold(asked.least) if asked.least else None
        _keep(archive, day, asked, threshold, None)
        return
    calibration, refused = _calibrate(archive, day, cleared, asked)
    if asked.as_json:
        click.echo(english_json(calibration))
    else:
        show(calibration)
    if asked.report is not None:
        with replacing(asked.report, f"{os.getpid()}") as part:
            write_calibration(part, calibration, spoken=asked.language)
        click.echo(f"report: {printable(str(asked.report))}", err=True)
    if asked.keep or asked.least:
        _keep(archive, day, asked, calibration.threshold, calibration)
    for name, rows in refused.items():
        _tell_refused(name, rows)
    sys.exit(1 if any(refused.values()) else 0)


def _check(cleared: Path | None, asked: _Asked) -> None:
    """Check that the options fit together, before a long run."""
    rates = [each for each in (asked.per_million, asked.rate) if each is not None]
    changes = [asked.keep, bool(asked.least), asked.drop]
    if sum(changes) > 1 or len(rates) > 1 or (rates and asked.least):
        raise click.UsageError("Give only one of --per-million, --rate, --set and --drop.")
    if asked.keep and not rates:
        raise click.UsageError(
            "--keep needs --per-million or --rate; to save a threshold of your own, use --set."
        )
    if asked.by_kind and not rates:
        raise click.UsageError("--by-kind needs --per-million or --rate.")
    if any(changes) and not asked.why.strip():
        raise click.UsageError("Give a reason with --why.")
    if cleared is None and (not (asked.least or asked.drop) or asked.found or asked.report):
        raise click.UsageError("Give a file of cleared parties, or --set, or --drop.")
    if cleared is not None and asked.drop:
        raise click.UsageError("--drop cannot be used with a file.")


def _check_files(cleared: Path | None, asked: _Asked) -> None:
    """Check that the files can be read twice and the report can be written."""
    kept = {"the cleared parties": cleared, "the listed parties": asked.found}
    there = {what: path for what, path in kept.items() if path is not None}
    for what, path in there.items():
        if not path.is_file():  # it is read twice
            raise InputError("cli/pipe-not-readable", what=what, at=str(path))
    if cleared and asked.found and cleared.samefile(asked.found):
        raise click.UsageError("the cleared parties and the listed parties are the same file")
    if asked.report is not None:
        check_apart({"the report": asked.report}, there)


def _calibrate(
    archive: Archive, day: date, cleared: Path, asked: _Asked
) -> tuple[Calibration, dict[str, list[Refusal]]]:
    """Match the parties of both files."""
    threshold = threshold_of(threshold_for(archive.folder, None))
    if asked.least:
        threshold = set_threshold(asked.least)
    calibrator = Calibrator(archive, day)
    refused: dict[str, list[Refusal]] = {}
    known: list[Known] = []
    for path in filter(None, (cleared, asked.found)):
        rows = refused[str(path)] = []
        known.append(_known(calibrator, path, rows))
    wanted = Wanted(asked.wanted, threshold, by_kind=asked.by_kind)
    return told_of(calibrator, known[0], known[1] if known[1:] else None, wanted), refused


def _known(calibrator: Calibrator, path: Path, refused: list[Refusal]) -> Known:
    """Match the parties of a file."""
    hits, sha256 = calibrator.new_hits(), hash_file(path)
    name = printable(path.name)
    with path.open("rb") as file, counting("parties matched") as advance:
        once = Once(_named(parties_of(read_asked(file, name), refused), refused))
        for done in calibrator.ask(once, hits):
            advance(done)
    return Known(name, sha256, len(refused), once.repeated, hits)


def _named(parties: Iterable[AskedParty], refused: list[Refusal]) -> Iterator[AskedParty]:
    """Yield parties that can be matched; one without name and identifier would count as cleared."""
    for each in parties:
        if each.text.strip() or each.identifiers:
            yield each
            continue
        row = int(each.id) if each.id.isdecimal() else 0
        error = InputError("cli/row-without-name")
        refused.append(Refusal.of(error, row=row, column="name", screened=False))


def _keep(
    archive: Archive,
    day: date,
    asked: _Asked,
    threshold: Threshold | None,
    calibration: Calibration | None,
) -> None:
    """Save the threshold in the folder of lists."""
    if not archive.slugs():
        raise InputError("cli/no-list-kept", at=str(archive.folder))
    in_force = (archive.at(slug, day) for slug in archive.slugs())
    made = KeptThreshold(
        threshold=threshold.least if threshold else None,
        kinds=threshold.kinds if threshold else (),
        why=asked.why.strip(),
        by=asked.by or getpass.getuser(),
        day=date.today(),  # noqa: DTZ011 - the user's own calendar
        file=calibration.cleared.file if calibration else "",
        sha256=calibration.cleared.sha256 if calibration else "",
        parties=calibration.cleared.parties if calibration else 0,
        alerts=calibration.at.alerts.count if calibration else 0,
        lists=states_of(kept.version for kept in in_force if kept),
        model=model_digest(),
    )
    add_threshold(archive.folder, made)
    if threshold is None:
        text = "the saved threshold was removed; the default threshold applies"
    else:
        text = f"saved: {threshold.value}; match and screen use it with these lists"
    click.echo(text, err=True)


def _tell_refused(name: str, rows: list[Refusal]) -> None:
    """Report what could not be read."""
    for each in rows[:_SHOWN]:
        at = f"{name}, row {each.row}, column {each.column}"
        click.echo(visible(f'{at}: "{each.value}": {each.problem}; {each.hint}'), err=True)
    if len(rows) > _SHOWN:
        click.echo(f"... and {len(rows) - _SHOWN:,} more", err=True)
    if rows:
        text = f"{printable(name)}: {len(rows):,} rows or fields could not be read"
        click.echo(text, err=True)
