"""The commands `tidewaiter burden` trends, map, mix, ages, changes and brief: official counts."""

import os
from pathlib import Path
from typing import Any

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
from tidewaiter.cli.core.counts import how_many
from tidewaiter.cli.core.options import OUT_FILE, json_option, with_options
from tidewaiter.cli.core.page_language import language_of
from tidewaiter.explain.languages import speaking
from tidewaiter.report.burden.brief import lead_words, render_brief
from tidewaiter.report.burden.revisions import revision_view
from tidewaiter.report.burden.views import VIEWS, picture
from tidewaiter.report.burden.views import changes as find_changes
from tidewaiter.report.charts import Figure
from tidewaiter.report.pages import write_page

_FILE: click.Path = click.Path(dir_okay=False, allow_dash=True, path_type=Path)
_WIDE = 140  # columns where no terminal says how many there are
_ROWS = 30  # of a table on a terminal; the sheet has them all

asking = with_options(
    click.option(
        "--place",
        default="",
        help="Place, for example US, Ohio or DE-BY (default: US, or the only country available).",
    ),
    click.option(
        "--indicator",
        default="overdose",
        show_default=True,
        help="Indicator, for example overdose or T40.4.",
    ),
    click.option("--source", default="", help="Only this source, for example cdc-vsrr."),
    click.option(
        "--release", default="", help="Release: a month, label or SHA-256 (default: the newest)."
    ),
    click.option(
        "--from", "since", default="", help="Only periods that end in this month or later."
    ),
    click.option(
        "--to", "until", default="", help="Only periods that end in this month or earlier."
    ),
    archived_in,
    json_option,
    click.option("--csv", "sheet", type=_FILE, help="Write CSV to this file; - writes to stdout."),
    click.option("--svg", type=_FILE, help="Write the chart to this file as SVG."),
    click.option(
        "--png", type=_FILE, help="Write the chart to this file as PNG (needs the extra png)."
    ),
)
"""Add the options that select data and outputs."""


def answer(name: str, folder: Path, *, figure: str = "", **options: Any) -> None:
    """Find a view and write it to the requested outputs, or print it as tables.

    Args:
        name: Name of the view.
        folder: Folder of the releases.
        figure: The chart written to a file; "": the first.
        options: The options added by `asking`.
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
    """Print a chart as a table, with its notes."""
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
        console.print(
            f"... and {how_many(len(rows) - _ROWS, 'more row')}: use --csv to see them",
            markup=False,
        )


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
    """Show what a release changed since the previous one, count by count.

    A revised final count is reported as an alarm. Counts that grew far more than others of the same
    age are listed. All periods that appear in both releases are compared.

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
@click.option(
    "--place",
    default="",
    help="Place, for example US, Ohio or DE-BY (default: US, or the only country available).",
)
@click.option(
    "--indicator",
    default="overdose",
    show_default=True,
    help="Indicator, for example overdose or T40.4.",
)
@click.option(
    "--release", default="", help="Release: a month, label or SHA-256 (default: the newest)."
)
@click.option("--to", "until", default="", help="Only periods that end in this month or earlier.")
@click.option(
    "--out",
    type=OUT_FILE,
    required=True,
    help="Output file (.html or .pdf).",
)
@language_of("the briefing")
@archived_in
def brief(out: Path, language: str, folder: Path, **asked: str) -> None:
    """Write a one-page briefing: the newest count, its change, drugs, places and limitations.

    The same releases always give the same page. The PDF is one page of A4.

    Example: tidewaiter burden brief --place US --out brief.pdf
    """
    shelf = ReleaseShelf(folder)
    found = find_brief(shelf.stock().releases, Ask(**asked), shelf.estimates)
    write_page(render_brief(found, spoken=language), out, "brief")
    with speaking(language):
        click.echo(as_line(f"{out}: {lead_words(found)}"))


@click.command()
@asking
@click.option("--closer", is_flag=True, help="Show only the newest periods in the chart.")
def trends(folder: Path, *, closer: bool, **options: Any) -> None:
    """Show one count in one place over time: reported, predicted, and the estimate made here.

    Twelve-month periods overlap: do not add them up. Compare a period with the same period a year
    earlier.

    Example: tidewaiter burden trends --place Ohio --indicator T40.4 --svg ohio.svg
    """
    answer("trends", folder, figure="closer" if closer else "", **options)


@click.command(name="map")
@asking
def show_map(folder: Path, **options: Any) -> None:
    """Compare the states of a country, as rates if population figures are available.

    Rates need a release with the population in the archive, and are not adjusted for age.

    Example: tidewaiter burden map --indicator T40.4 --to 2024-12 --svg map.svg
    """
    answer("map", folder, **options)


@click.command()
@asking
def mix(folder: Path, **options: Any) -> None:
    """Show deaths by class of drug over time; the classes overlap and must not be added up.

    The release with the most classes is used. A death certificate may name several drugs.

    Example: tidewaiter burden mix --place Ohio --csv mix.csv
    """
    answer("mix", folder, **options)


@click.command()
@asking
def ages(folder: Path, **options: Any) -> None:
    """Show deaths by age, from a release that has ages, such as an export of CDC WONDER.

    Small counts are suppressed by the source; a gap does not mean zero.

    Example: tidewaiter burden ages --place US --json
    """
    answer("ages", folder, **options)
