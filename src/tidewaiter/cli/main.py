"""The command `tidewaiter`."""

import click

from tidewaiter.cli.options import Commands

COMMANDS = {
    "alerts": "tidewaiter.cli.alerts",
    "audit": "tidewaiter.cli.audit",
    "identify": "tidewaiter.cli.identify",
    "law": "tidewaiter.cli.law",
    "lists": "tidewaiter.cli.lists",
    "match": "tidewaiter.cli.match",
    "parties": "tidewaiter.cli.parties",
    "screen": "tidewaiter.cli.screen",
    "serve": "tidewaiter.cli.serve",
    "substances": "tidewaiter.cli.substances",
}


@click.group(
    cls=Commands, modules=COMMANDS, context_settings={"help_option_names": ["-h", "--help"]}
)
@click.version_option(package_name="tidewaiter")
def main() -> None:
    """Screen consignments for controlled and watched chemicals, and say why.

    Example: tidewaiter screen manifest.csv --report report.html
    """
