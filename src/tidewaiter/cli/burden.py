"""The command `tidewaiter burden`: overdose deaths from official data."""

import click

from tidewaiter.cli.options import Commands

COMMANDS: dict[str, str] = {
    "code": "tidewaiter.cli.burdencode",
    "leading": "tidewaiter.cli.burdenleading",
    "rates": "tidewaiter.cli.burdenrates",
}


@click.group(cls=Commands, modules=COMMANDS)
def burden() -> None:
    """Keep official counts of overdose deaths, and say what they show.

    Example: tidewaiter burden nowcast release.csv --out nowcast.csv
    """
