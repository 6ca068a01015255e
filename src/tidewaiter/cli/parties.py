"""The commands `tidewaiter parties ...`."""

import click

from tidewaiter.cli.options import Commands, Sections

COMMANDS: Sections = {
    "Commands": {
        "judge": ("tidewaiter.cli.judge", "Say that two members are one party, or two"),
        "resolve": ("tidewaiter.cli.resolve", "Find which parties are one, and say why"),
    },
}


@click.group(cls=Commands, sections=COMMANDS)
def parties() -> None:
    """See who is who among the parties of consignments.

    Example: tidewaiter parties resolve january.csv february.csv --out entities.jsonl
    """
