"""What the commands that show official counts share: the question, and where the answer goes."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click
import msgspec
from rich.console import Console
from rich.table import Table
from rich.text import Text

from tidewaiter.base.files import replacing
from tidewaiter.burden.views.picking import Ask
from tidewaiter.cli.releasesfolder import archived_in
from tidewaiter.cli.table import as_line
from tidewaiter.releases.stock import ReleaseShelf
from tidewaiter.report.burdenshown import VIEWS, picture
from tidewaiter.report.figures import Figure

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
        click.echo(msgspec.json.encode(told))
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
