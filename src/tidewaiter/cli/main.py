"""The command `tidewaiter`."""

import click

from tidewaiter.cli.options import Commands

COMMANDS = {
    "alerts": "tidewaiter.cli.alerts",
    "audit": "tidewaiter.cli.audit",
    "burden": "tidewaiter.cli.burden",
    "cases": "tidewaiter.cli.cases",
    "coalition": "tidewaiter.cli.coalition",
    "feeds": "tidewaiter.cli.feeds",
    "groups": "tidewaiter.cli.groups",
    "identify": "tidewaiter.cli.identify",
    "incidents": "tidewaiter.cli.incidents",
    "inspect": "tidewaiter.cli.inspect",
    "joint": "tidewaiter.cli.joint",
    "law": "tidewaiter.cli.law",
    "law changes": "tidewaiter.cli.lawchanges",
    "law compare": "tidewaiter.cli.lawcompare",
    "lists": "tidewaiter.cli.lists",
    "match": "tidewaiter.cli.match",
    "mirror": "tidewaiter.cli.mirror",
    "node": "tidewaiter.cli.node",
    "notices": "tidewaiter.cli.notices",
    "parties": "tidewaiter.cli.parties",
    "peers": "tidewaiter.cli.peers",
    "private": "tidewaiter.cli.private",
    "ranker": "tidewaiter.cli.ranker",
    "recall": "tidewaiter.cli.recalls",
    "recalls": "tidewaiter.cli.recalls",
    "register": "tidewaiter.cli.register",
    "requests": "tidewaiter.cli.requests",
    "rules": "tidewaiter.cli.rules",
    "scenario": "tidewaiter.cli.scenario",
    "screen": "tidewaiter.cli.screen",
    "select": "tidewaiter.cli.select",
    "select check": "tidewaiter.cli.selectcheck",
    "select report": "tidewaiter.cli.selectreport",
    "select seed": "tidewaiter.cli.selectseed",
    "serve": "tidewaiter.cli.serve",
    "substances": "tidewaiter.cli.substances",
    "suppressions": "tidewaiter.cli.suppressions",
    "verify": "tidewaiter.cli.verify",
}


@click.group(
    cls=Commands, modules=COMMANDS, context_settings={"help_option_names": ["-h", "--help"]}
)
@click.version_option(package_name="tidewaiter")
def main() -> None:
    """Screen consignments for controlled and watched chemicals, and say why.

    Example: tidewaiter screen manifest.csv --report report.html
    """
