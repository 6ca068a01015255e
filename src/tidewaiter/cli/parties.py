"""The commands `tidewaiter parties ...`."""

import click

from tidewaiter.cli.options import Commands

COMMANDS = {
    "judge": "tidewaiter.cli.judge",
    "resolve": "tidewaiter.cli.resolve",
}


@click.group(cls=Commands, modules=COMMANDS)
def parties() -> None:
    """See who is who among the parties of consignments.

    Example: tidewaiter parties resolve january.csv february.csv --out entities.jsonl
    """
