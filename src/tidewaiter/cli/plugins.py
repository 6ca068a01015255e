"""The command `tidewaiter plugins`: what other packages add, and whether it is used."""

from collections.abc import Collection

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from tidewaiter.base.phrases import english_json
from tidewaiter.base.safe_text import visible
from tidewaiter.report.plugins import InstalledPlugin, installed_plugins


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON array.")
def plugins(*, as_json: bool) -> None:
    """List the installed plug-ins with their packages, and whether each is used.

    Exit status 1: a plug-in is not used; the reason is printed.

    Example: tidewaiter plugins
    """
    found = installed_plugins()
    if as_json:
        click.echo(english_json(found))
    elif found:
        _print(found)
    else:
        click.echo(
            "no plug-ins are installed; docs/how-to/write-a-plugin.md shows how to write one",
            err=True,
        )
    if any(each.problem for each in found):
        click.get_current_context().exit(1)


def _print(found: Collection[InstalledPlugin]) -> None:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("group", "name", "package", "version", "state"):
        table.add_column(heading, overflow="fold")
    for each in found:
        state = f"not used: {each.problem}" if each.problem else "used"
        cells = (each.group, each.name, each.package, each.version, state)
        table.add_row(*(Text(visible(cell)) for cell in cells))
    Console(highlight=False).print(table)
