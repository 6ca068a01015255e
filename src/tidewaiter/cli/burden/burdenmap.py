"""The command `tidewaiter burden map`."""

from pathlib import Path
from typing import Any

import click

from tidewaiter.cli.burdenviews import answer, asking


@click.command()
@asking
def map(folder: Path, **options: Any) -> None:  # noqa: A001 - the command's name
    """Show the states of a country side by side, as rates where people are counted.

    Rates need a release of the population in the archive, and are not adjusted for age.

    Example: tidewaiter burden map --indicator T40.4 --to 2024-12 --svg map.svg
    """
    answer("map", folder, **options)
