"""The commands `tidewaiter burden` trends, map, mix, ages, changes and brief: official counts."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from tidewaiter.base.files import replacing
from tidewaiter.base.phrases import english_json
from tidewaiter.base.safe_text import as_line
from tidewaiter.burden.releases.dataset_loader import ReleaseShelf
from tidewaiter.burden.views.briefing import brief as find_brief
from tidewaiter.burden.views.query import Ask
from tidewaiter.cli.burden.releases import archived_in
from tidewaiter.explain.languages import LANGUAGES, speaking
from tidewaiter.report.burden.brief import lead_words, render_brief
from tidewaiter.report.burden.revisions import revision_view
from tidewaiter.report.burden.views import VIEWS, picture
from tidewaiter.report.burden.views import changes as find_changes
from tidewaiter.report.charts import Figure
from tidewaiter.report.pages import write_page

F = TypeVar("F", bound=Callable[..., Any])
_FILE: click.Path = click.Path(dir_okay=False, allow_dash=True, path_type=Path)
_WIDE = 140  # columns where no terminal says how many there are
_ROWS = 30  # of a table on a terminal; the sheet has them all

_OPTIONS = (
    click.option("--place", default="", help="US, Ohio, DE-BY (US, or the country there is)."),
    click.option(
        "--indicator",
        default="overdose",
        show_default=True,
        help="What is counted: overdose, T40.4.",
    ),
    click.option("--source", default="", help="Of this source alone: cdc-vsrr."),
    click.option("--release", default="", help="Its month, label or SHA-256 (the newest)."),
    click.option("--from", "since", default="", help="Periods that end in this month or later."),
    click.option("--to", "until", default="", help="Periods that end in this month or earlier."),
    archived_in,
    click.option("--json", "as_json", is_flag=True, help="The record, nothing left out."),
    click.option("--csv", "sheet", type=_FILE, help="Write a sheet there; -: to stdout."),
    click.option("--svg", type=_FILE, help="Write the figure there as SVG."),
    click.option("--png", type=_FILE, help="Write the figure there as PNG (extra png)."),
)


def asking(command: F) -> F:
    """Add the options of a question, and of where its answer goes."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def answer(name: str, folder: Path, *, figure: str = "", **options: Any) -> None:
    """Find a view, and write it to where the options say; to no file: as tables.

    Args:
        name: Of the view.
        folder: Of the releases.
        figure: Which figure goes into a file; "": the first.
        options: Those of `asking`.
    """
    fields = Ask.__struct_fields__
    ask = Ask(**{key: value for key, value in options.items() if key in fields})
    view, shelf = VIEWS[name], ReleaseShelf(folder)
    told = view.find(shelf.stock().releases, ask, shelf.estimates)
    if options["as_json"]:
        click.echo(english_json(told))
    if options["sheet"]:
        _write(options["sheet"], view.sheet(told))
    for kind in ("svg", "png"):
        if options[kind]:
            _write(options[kind], picture(view, told, kind, figure))
    if not any(options[key] for key in ("as_json", "sheet", "svg", "png")):
        for each in view.draw(told):
            show(each)


def show(figure: Figure) -> None:
    """Print a figure as a table, with all that stands on it."""
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=_WIDE)
    console.print(as_line(figure.title), style="bold", markup=False)
    for fact in figure.facts:
        console.print(as_line(fact), markup=False)
    print_table(console, figure.heads, figure.rows)
    for note in figure.notes:
        console.print(as_line(note), style="dim", markup=False)
    console.print()


def print_table(
    console: Console, heads: tuple[str, ...], rows: tuple[tuple[str, ...], ...]
) -> None:
    """Print rows, the first thirty of them."""
    table = Table(box=None, header_style="bold")
    for place, head in enumerate(heads):
        table.add_column(Text(head), justify="right" if place else "left", overflow="fold")
    for row in rows[:_ROWS]:
        table.add_row(*(Text(as_line(cell)) for cell in row))
    console.print(table)
    if len(rows) > _ROWS:
        console.print(f"... and {len(rows) - _ROWS:,} more rows: --csv has them all", markup=False)


def _write(path: Path, content: bytes) -> None:
    if str(path) == "-":
        click.echo(content, nl=False)
        return
    with replacing(path, str(os.getpid())) as part:
        part.write_bytes(content)


_FILES = ("as_json", "sheet", "svg", "png")


@click.command()
@asking
def changes(folder: Path, **options: Any) -> None:
    """Show what a release changed of the one before it, count by count.

    A closed count that moved is an alarm; counts that grew far more than others of their age
    are named. Periods are not chosen: all that stand in both are compared.

    Example: tidewaiter burden changes --release 2019-09 --csv changes.csv
    """
    answer("changes", folder, **options)
    if any(options[key] for key in _FILES):
        return
    asked = {key: options[key] for key in ("place", "indicator", "source", "release")}
    view = revision_view(find_changes(ReleaseShelf(folder).stock().releases, Ask(**asked)))
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=_WIDE)
    console.print(", ".join(f"{count} {what}" for what, count in view.tally), markup=False)
    if view.alarm:
        console.print(f"ALARM: {view.alarm}", style="bold red", markup=False)
    for table in view.tables:
        console.print(f"\n{as_line(table.title)}", style="bold", markup=False)
        print_table(console, view.heads, table.rows)


@click.command()
@click.option("--place", default="", help="US, Ohio, DE-BY (US, or the country there is).")
@click.option(
    "--indicator", default="overdose", show_default=True, help="What is counted: overdose, T40.4."
)
@click.option("--release", default="", help="Its month, label or SHA-256 (the newest).")
@click.option("--to", "until", default="", help="Periods that end in this month or earlier.")
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    help="The file: .html, or .pdf.",
)
@click.option(
    "--language",
    type=click.Choice(sorted(LANGUAGES)),
    default="en",
    show_default=True,
    help="Of the brief.",
)
@archived_in
def brief(out: Path, language: str, folder: Path, **asked: str) -> None:
    """Write one page for a decision: the newest count, its change, drugs, places, and its limits.

    The same releases give the same page. As PDF it is one page of A4.

    Example: tidewaiter burden brief --place US --out brief.pdf
    """
    shelf = ReleaseShelf(folder)
    found = find_brief(shelf.stock().releases, Ask(**asked), shelf.estimates)
    write_page(render_brief(found, spoken=language), out, "brief")
    with speaking(language):
        click.echo(as_line(f"{out}: {lead_words(found)}"))


@click.command()
@asking
@click.option("--closer", is_flag=True, help="Write the newest periods as the figure, not all.")
def trends(folder: Path, *, closer: bool, **options: Any) -> None:
    """Show one count in one place, period by period: reported, predicted, and our estimate.

    Twelve-month periods overlap: never add them up. Compare a period with the one a year before.

    Example: tidewaiter burden trends --place Ohio --indicator T40.4 --svg ohio.svg
    """
    answer("trends", folder, figure="closer" if closer else "", **options)


@click.command(name="map")
@asking
def show_map(folder: Path, **options: Any) -> None:
    """Show the states of a country side by side, as rates where people are counted.

    Rates need a release of the population in the archive, and are not adjusted for age.

    Example: tidewaiter burden map --indicator T40.4 --to 2024-12 --svg map.svg
    """
    answer("map", folder, **options)


@click.command()
@asking
def mix(folder: Path, **options: Any) -> None:
    """Show deaths by class of drug over time; the classes overlap and never add up.

    The release with the most classes answers. A certificate may name several drugs.

    Example: tidewaiter burden mix --place Ohio --csv mix.csv
    """
    answer("mix", folder, **options)


@click.command()
@asking
def ages(folder: Path, **options: Any) -> None:
    """Show deaths by age, from a release that tells ages, such as an export of CDC WONDER.

    Small counts are hidden by the source; a gap is no zero.

    Example: tidewaiter burden ages --place US --json
    """
    answer("ages", folder, **options)
