"""The command `tidewaiter burden backtest`."""

from collections.abc import Sequence
from pathlib import Path

import click
import msgspec
from rich.console import Console
from rich.table import Table

from tidewaiter.base.errors import InputError
from tidewaiter.burden.facts import find_indicator, indicators
from tidewaiter.burden.months import month_text
from tidewaiter.burden.nowcast.backtest import (
    Block,
    Tested,
    blocks,
)
from tidewaiter.burden.nowcast.backtest import (
    backtest as run,
)
from tidewaiter.burden.nowcast.parameters import before_data
from tidewaiter.burden.readers import read_release
from tidewaiter.cli.burdenadd import show_notes
from tidewaiter.cli.releasesfolder import archived_in
from tidewaiter.releases.folder import load_releases

_FILE: click.Path = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.option(
    "--judge", "judges", type=_FILE, multiple=True, help="A later release (those of the archive)."
)
@click.option("--source", default="cdc-vsrr", show_default=True, help="Whose releases.")
@click.option(
    "--indicator",
    "wanted",
    multiple=True,
    default=("overdose", "T40.4"),
    show_default=True,
    help="Which counts; repeatable.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object for each block.")
@archived_in
def backtest(
    judges: tuple[Path, ...], source: str, wanted: tuple[str, ...], folder: Path, *, as_json: bool
) -> None:
    """Estimate each release of an archive from what was known then; judge it by what came later.

    Places of 100 deaths or more, periods of the seven newest months, each method beside the
    reported count and CDC's prediction.

    Example: tidewaiter burden backtest --archive releases
    """
    loaded = load_releases(folder, source)
    if loaded.skipped:
        show_notes(str(folder), loaded.skipped, 3)
    releases = [each.reading for each in loaded.releases]
    later = [read_release(file.read_bytes(), file.name) for file in judges] or releases
    keys = [find_indicator(text).key for text in wanted]
    tested = list(run(releases, later, keys, before_data))
    if not tested:
        raise InputError(
            "no release can be judged",
            at=str(folder),
            hint="it needs releases a year apart; without pending deaths or a prediction, three",
        )
    found = blocks(tested)
    if as_json:
        for block in found:
            click.echo(msgspec.json.encode(block))
        return
    _print(found, tested)


def _print(found: Sequence[Block], tested: Sequence[Tested]) -> None:
    console = Console(highlight=False)
    months = sorted({each.released for each in tested})
    console.print(
        f"{len(months)} releases, {month_text(months[0])} to {month_text(months[-1])}; lags 0 to 6;"
        " errors in percent of the closed count",
        markup=False,
    )
    for block in found:
        what = "nation" if block.nation else "states with 100 deaths or more"
        table = Table(
            title=f"{indicators()[block.indicator].name}: {what}, {block.cells:,} cells; "
            f"the interval holds {block.covered:.1f} %, {block.width:.1f} % wide",
            title_justify="left",
            box=None,
            header_style="bold",
        )
        for head in ("method", "cells", "mean error", "at lag 0", "bias", "largest"):
            table.add_column(head, justify="left" if head == "method" else "right")
        for score in block.scores:
            table.add_row(
                score.method,
                f"{score.cells:,}",
                f"{score.error:.2f}",
                f"{score.newest:.2f}",
                f"{score.bias:+.2f}",
                f"{score.largest:.1f}",
            )
        console.print(table)
        covered = ", ".join(f"{share:.0f}" for share in block.covered_by_lag)
        console.print(f"  interval by lag: {covered} %", markup=False)
