"""The command `tidewaiter burden list`."""

from pathlib import Path

import click
import msgspec
from rich.console import Console
from rich.table import Table

from tidewaiter.burden.facts import find_source
from tidewaiter.burden.months import month_text
from tidewaiter.cli.releasesfolder import archived_in
from tidewaiter.releases.archive import KeptRelease, ReleaseArchive
from tidewaiter.report.characters import visible

_TITLES = ("released", "periods to", "figures", "refused", "SHA-256")


@click.command()
@click.option("--source", default="", help="Of this source alone.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object for each release.")
@archived_in
def list(  # noqa: A001 - the command's name
    source: str, folder: Path, *, as_json: bool
) -> None:
    """List the releases that are kept, by source and month.

    "~": the month of release is not told, and is inferred from the source's usual delay.

    Example: tidewaiter burden list
    """
    held = [each for each in ReleaseArchive(folder).kept() if source in {"", each.source}]
    if as_json:
        for kept in held:
            click.echo(msgspec.json.encode(_months_in_words(kept)))
        return
    if not held:
        click.echo(f"no release is kept in {folder}; burden add and burden fetch do it", err=True)
        return
    table = Table(box=None, header_style="bold")
    table.add_column("source, file", overflow="fold")
    for title in _TITLES:
        table.add_column(title, no_wrap=True)
    for kept in held:
        table.add_row(*map(visible, _cells(kept)))
    console = Console(highlight=False)
    console.print(table)
    for key in dict.fromkeys(each.source for each in held):
        about = find_source(key)
        console.print(visible(f"{key}: {about.cite} {about.licence}."), markup=False)


def _cells(kept: KeptRelease) -> tuple[str, ...]:
    inferred = "" if kept.told or kept.released is None else "~"
    return (
        f"{kept.source}\n  {kept.name}",
        f"{inferred}{_text(kept.released)}",
        f"{_text(kept.first)}/{_text(kept.last)}",
        f"{kept.figures:,}",
        str(kept.refused),
        kept.sha256[:8],
    )


def _months_in_words(kept: KeptRelease) -> dict[str, object]:
    told: dict[str, object] = msgspec.to_builtins(kept)
    return told | {name: _text(getattr(kept, name)) for name in ("released", "first", "last")}


def _text(month: int | None) -> str:
    return "" if month is None else month_text(month)
