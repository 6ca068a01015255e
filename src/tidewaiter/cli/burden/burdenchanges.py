"""The command `tidewaiter burden changes`."""

from pathlib import Path
from typing import Any

import click
from rich.console import Console

from tidewaiter.burden.views.picking import Ask
from tidewaiter.cli.burdenviews import answer, asking, print_table
from tidewaiter.cli.table import as_line
from tidewaiter.releases.stock import ReleaseShelf
from tidewaiter.report.burdenrevisions import revision_view
from tidewaiter.report.burdenshown import changes as find_changes

_WIDE = 140
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
