"""The commands `tidewaiter parties ...`."""

import click

from tidewaiter.cli.options import Commands, Sections

COMMANDS: Sections = {
    "Commands": {
        "judge": "Say that two members are one party, or two",
        "resolve": "Find which parties are one, and say why",
    },
}


@click.group(cls=Commands, sections=COMMANDS, modules="tidewaiter.cli.")
def parties() -> None:
    """See who is who among the parties of consignments.

    Example: tidewaiter parties resolve january.csv february.csv --out entities.jsonl
    """
