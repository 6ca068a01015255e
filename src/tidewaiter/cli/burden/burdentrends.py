"""The command `tidewaiter burden trends`."""

from pathlib import Path
from typing import Any

import click

from tidewaiter.cli.burdenviews import answer, asking


@click.command()
@asking
@click.option("--closer", is_flag=True, help="Write the newest periods as the figure, not all.")
def trends(folder: Path, *, closer: bool, **options: Any) -> None:
    """Show one count in one place, period by period: reported, predicted, and our estimate.

    Twelve-month periods overlap: never add them up. Compare a period with the one a year before.

    Example: tidewaiter burden trends --place Ohio --indicator T40.4 --svg ohio.svg
    """
    answer("trends", folder, figure="closer" if closer else "", **options)
