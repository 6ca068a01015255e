"""The command `tidewaiter select check`: whether the lot of a list was drawn as it says."""

from pathlib import Path
from typing import Any

import click

from tidewaiter.base.errors import InputError
from tidewaiter.cli.recordfiles import read_record
from tidewaiter.cli.selectfrom import From, from_options, gather
from tidewaiter.cli.selectseed import read_seed
from tidewaiter.report.inspectionlists import read_list, record_of
from tidewaiter.selection.checking import check_lot
from tidewaiter.selection.types import Selection

_HERE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.argument("path", metavar="LIST", type=_HERE)
@click.option("--seed-file", "seed", type=_HERE, required=True, help="The seed, now public.")
@from_options
def check(path: Path, seed: Path, **options: Any) -> None:
    """Check that the lot of LIST was drawn by the seed, over all lines where they are given.

    With ALERTS and --lines, or --db, the lot is drawn again over all lines. Exit status 2: it is
    not the one of the list.

    Example: tidewaiter select check list.csv alerts.jsonl --lines manifest.csv --seed-file day.seed
    """
    hint = "it stands beside the list, with its name"
    told = read_record(record_of(path), Selection, "a selection", hint)
    keys = None
    if options["alerts"] is not None or options["db"] is not None:
        keys = {each.key for each in gather(From(**options))}
    rows = [(each.key, each.draw) for each in read_list(path) if each.arm == "random"]
    problem = check_lot(told, rows, read_seed(seed), keys)
    if problem:
        raise InputError(problem, at=str(path), hint="ask who made the list")
    over = f"over {_counted(len(keys))}" if keys is not None else "of the lines on the list"
    click.echo(f"the lot holds: {_counted(len(rows))}, drawn {over}", err=True)


def _counted(lines: int) -> str:
    return "1 line" if lines == 1 else f"{lines:,} lines"
