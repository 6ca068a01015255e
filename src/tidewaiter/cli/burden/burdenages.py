"""The command `tidewaiter burden ages`."""

from pathlib import Path
from typing import Any

import click

from tidewaiter.cli.burdenviews import answer, asking


@click.command()
@asking
def ages(folder: Path, **options: Any) -> None:
    """Show deaths by age, from a release that tells ages, such as an export of CDC WONDER.

    Small counts are hidden by the source; a gap is no zero.

    Example: tidewaiter burden ages --place US --json
    """
    answer("ages", folder, **options)
