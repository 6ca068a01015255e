"""The command `tidewaiter burden`: overdose deaths from official data."""

import click

from tidewaiter.cli.options import Commands

COMMANDS: dict[str, str] = {
    "add": "tidewaiter.cli.burdenadd",
    "fetch": "tidewaiter.cli.burdenfetch",
    "figures": "tidewaiter.cli.burdenfigures",
    "list": "tidewaiter.cli.burdenlist",
}


@click.group(cls=Commands, modules=COMMANDS)
def burden() -> None:
    """Keep official counts of overdose deaths, and say what they show.

    Example: tidewaiter burden nowcast release.csv --out nowcast.csv
    """
