"""The command `tidewaiter`."""

import click

from tidewaiter.cli.options import Commands, Sections

_CLI = "tidewaiter.cli."
COMMANDS: Sections = {
    "Screen": {
        "screen": (f"{_CLI}screen", "Find controlled chemicals and listed parties in consignments"),
        "inspect": (f"{_CLI}inspect", "Say what a file is, and what of it is understood"),
        "identify": (f"{_CLI}identify", "Find the watched substances that a text names"),
        "rules": (f"{_CLI}rules", "Turn rules of alerts down or off, openly"),
        "suppressions": (f"{_CLI}suppressions", "Let benign patterns rest for a time"),
    },
    "Parties": {
        "lists": (f"{_CLI}lists", "Keep lists of parties: add, update, see what changed"),
        "match": (f"{_CLI}match", "Match a name, or the parties of a file, against the lists"),
        "parties": (f"{_CLI}parties", "See who is who among the parties of consignments"),
    },
    "Law": {
        "law": (f"{_CLI}law", "Ask what the law says of a substance, where and when"),
        "law changes": (f"{_CLI}lawchanges", "Say on which days the law that is loaded changes"),
        "law compare": (f"{_CLI}lawcompare", "Put the laws of countries side by side"),
        "substances": (f"{_CLI}substances", "Show the registry of substances"),
    },
    "Casework": {
        "serve": (f"{_CLI}serve", "Serve the pages where alerts become decisions"),
        "alerts": (f"{_CLI}alerts", "Work through the alerts of a database"),
        "cases": (f"{_CLI}cases", "List and show cases, and give one out as a file"),
        "select": (f"{_CLI}select", "Select lines for inspection, some of them by lot"),
        "select check": (f"{_CLI}selectcheck", "Check that a lot was drawn by its seed"),
        "select report": (
            f"{_CLI}selectreport",
            "Count what inspections found, by lot and by rule",
        ),
        "select seed": (f"{_CLI}selectseed", "Make the seed of a lot, or read it"),
        "ranker": (f"{_CLI}ranker", "Learn from decisions which alerts are worth looking at"),
        "audit": (f"{_CLI}audit", "Show, prove and check who did what"),
        "verify": (f"{_CLI}verify", "Check a file of evidence without a database"),
    },
    "Exchange with other authorities": {
        "node": (f"{_CLI}node", "Run this node: make its key, send and receive"),
        "peers": (f"{_CLI}peers", "Say with whom this node exchanges, and what"),
        "groups": (f"{_CLI}groups", "Keep lists of peers that are written to as one"),
        "notices": (f"{_CLI}notices", "Notify of an export before it leaves, and answer"),
        "requests": (f"{_CLI}requests", "Ask peers for information or legal assistance"),
        "incidents": (f"{_CLI}incidents", "Tell what was seized, stopped, diverted or stolen"),
        "feeds": (f"{_CLI}feeds", "Let programs read incidents over TAXII 2.1"),
        "joint": (f"{_CLI}joint", "Work on a case with other authorities"),
        "private": (f"{_CLI}private", "Ask whether a peer has seen a party, without naming it"),
        "recall": (f"{_CLI}recalls", "Recall a message from all who have it"),
        "recalls": (f"{_CLI}recalls", "See what was recalled, and what came of it"),
        "register": (f"{_CLI}register", "Keep operators, licences, permits and requirements"),
    },
    "Coalition and burden": {
        "coalition": (f"{_CLI}coalition", "Tell who takes part, what was promised, what was done"),
        "burden": (f"{_CLI}burden", "Keep official counts of overdose deaths; nowcast them"),
        "mirror": (f"{_CLI}mirror", "Compare trade statistics of both sides"),
        "scenario": (f"{_CLI}scenario", "Play a story with nodes on this machine; make trade"),
    },
}


@click.group(
    cls=Commands, sections=COMMANDS, context_settings={"help_option_names": ["-h", "--help"]}
)
@click.version_option(package_name="tidewaiter")
def main() -> None:
    """Screen consignments for controlled and watched chemicals, and say why.

    Example: tidewaiter screen manifest.csv --report report.html
    """
