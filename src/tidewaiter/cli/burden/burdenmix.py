"""The command `tidewaiter burden mix`."""

from pathlib import Path
from typing import Any

import click

from tidewaiter.cli.burdenviews import answer, asking


@click.command()
@asking
def mix(folder: Path, **options: Any) -> None:
    """Show deaths by class of drug over time; the classes overlap and never add up.

    The release with the most classes answers. A certificate may name several drugs.

    Example: tidewaiter burden mix --place Ohio --csv mix.csv
    """
    answer("mix", folder, **options)
