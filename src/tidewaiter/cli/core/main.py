"""The command `tidewaiter`."""

import click

from tidewaiter.cli.options import Commands, Sections

COMMANDS: Sections = {
    "Screen": {
        "screen": "Find controlled chemicals and listed parties in consignments",
        "inspect": "Say what a file is, and what of it is understood",
        "identify": "Find the watched substances that a text names",
        "rules": "Turn rules of alerts down or off, openly",
        "suppressions": "Let benign patterns rest for a time",
    },
    "Parties": {
        "lists": "Keep lists of parties: add, update, see what changed",
        "match": "Match a name, or the parties of a file, against the lists",
        "parties": "See who is who among the parties of consignments",
    },
    "Law": {
        "law": "Ask what the law says of a substance, where and when",
        "law changes": "Say on which days the law that is loaded changes",
        "law compare": "Put the laws of countries side by side",
        "substances": "Show the registry of substances",
    },
    "Casework": {
        "serve": "Serve the pages where alerts become decisions",
        "accounts": "Open an account on the server, where the pages cannot",
        "alerts": "Work through the alerts of a database",
        "cases": "List and show cases, and give one out as a file",
        "select": "Select lines for inspection, some of them by lot",
        "select check": "Check that a lot was drawn by its seed",
        "select report": "Count what inspections found, by lot and by rule",
        "select seed": "Make the seed of a lot, or read it",
        "ranker": "Learn from decisions which alerts are worth looking at",
        "audit": "Show, prove and check who did what",
        "verify": "Check a file of evidence without a database",
    },
    "Exchange with other authorities": {
        "node": "Run this node: make its key, send and receive",
        "peers": "Say with whom this node exchanges, and what",
        "groups": "Keep lists of peers that are written to as one",
        "notices": "Notify of an export before it leaves, and answer",
        "requests": "Ask peers for information or legal assistance",
        "incidents": "Tell what was seized, stopped, diverted or stolen",
        "feeds": "Let programs read incidents over TAXII 2.1",
        "joint": "Work on a case with other authorities",
        "private": "Ask whether a peer has seen a party, without naming it",
        "recall": "Recall a message from all who have it",
        "recalls": "See what was recalled, and what came of it",
        "register": "Keep operators, licences, permits and requirements",
    },
    "Coalition and burden": {
        "coalition": "Tell who takes part, what was promised, what was done",
        "burden": "Keep official counts of overdose deaths; nowcast them",
        "mirror": "Compare trade statistics of both sides",
        "scenario": "Play a story with nodes on this machine; make trade",
    },
}


@click.group(
    cls=Commands,
    sections=COMMANDS,
    modules="tidewaiter.cli.",
    elsewhere={"recall": "recalls"},
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(package_name="tidewaiter")
def main() -> None:
    """Screen consignments for controlled and watched chemicals, and say why.

    Example: tidewaiter screen manifest.csv --report report.html
    """
