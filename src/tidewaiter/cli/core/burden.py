"""The command `tidewaiter burden`: overdose deaths from official data."""

import click

from tidewaiter.cli.options import Commands, Sections

COMMANDS: Sections = {
    "Releases": {
        "fetch": "Download the newest releases from their authorities",
        "add": "Add releases: files, folders, or archives",
        "list": "List the releases that are kept",
        "changes": "Show what a release changed of the one before",
    },
    "Counts": {
        "trends": "Show one count in one place over time",
        "map": "Show the states of a country side by side",
        "mix": "Show deaths by class of drug over time",
        "ages": "Show deaths by age",
        "rates": "Compute death rates from deaths by age",
        "months": "Recover months from windows of twelve",
        "supply": "Show seizures and laboratory reports",
        "figures": "Export figures, each with its source and basis",
    },
    "Estimates and claims": {
        "nowcast": "Estimate what provisional counts will be once closed",
        "backtest": "Judge the estimates by what came later",
        "claim": "Set claims of a text beside the official figures",
        "declare": "Keep what is asked of an event before looking at data",
        "event": "Set an event beside its series",
        "brief": "Write one page for a decision",
    },
    "Death records": {
        "code": "Code death records as CDC does, and count them by drug",
        "leading": "Rank the causes of death in a year of records",
    },
}


@click.group(cls=Commands, sections=COMMANDS, modules="tidewaiter.cli.burden")
def burden() -> None:
    """Keep official counts of overdose deaths, and say what they show.

    Example: tidewaiter burden nowcast release.csv --out nowcast.csv
    """
