"""The command `tidewaiter burden`: overdose deaths from official data."""

import click

from tidewaiter.cli.options import Commands, Sections

_CLI = "tidewaiter.cli.burden"
COMMANDS: Sections = {
    "Releases": {
        "fetch": (f"{_CLI}fetch", "Download the newest releases from their authorities"),
        "add": (f"{_CLI}add", "Add releases: files, folders, or archives"),
        "list": (f"{_CLI}list", "List the releases that are kept"),
        "changes": (f"{_CLI}changes", "Show what a release changed of the one before"),
    },
    "Counts": {
        "trends": (f"{_CLI}trends", "Show one count in one place over time"),
        "map": (f"{_CLI}map", "Show the states of a country side by side"),
        "mix": (f"{_CLI}mix", "Show deaths by class of drug over time"),
        "ages": (f"{_CLI}ages", "Show deaths by age"),
        "rates": (f"{_CLI}rates", "Compute death rates from deaths by age"),
        "months": (f"{_CLI}months", "Recover months from windows of twelve"),
        "supply": (f"{_CLI}supply", "Show seizures and laboratory reports"),
        "figures": (f"{_CLI}figures", "Export figures, each with its source and basis"),
    },
    "Estimates and claims": {
        "nowcast": (f"{_CLI}nowcast", "Estimate what provisional counts will be once closed"),
        "backtest": (f"{_CLI}backtest", "Judge the estimates by what came later"),
        "claim": (f"{_CLI}claim", "Set claims of a text beside the official figures"),
        "declare": (f"{_CLI}declare", "Keep what is asked of an event before looking at data"),
        "event": (f"{_CLI}event", "Set an event beside its series"),
        "brief": (f"{_CLI}brief", "Write one page for a decision"),
    },
    "Death records": {
        "code": (f"{_CLI}code", "Code death records as CDC does, and count them by drug"),
        "leading": (f"{_CLI}leading", "Rank the causes of death in a year of records"),
    },
}


@click.group(cls=Commands, sections=COMMANDS)
def burden() -> None:
    """Keep official counts of overdose deaths, and say what they show.

    Example: tidewaiter burden nowcast release.csv --out nowcast.csv
    """
