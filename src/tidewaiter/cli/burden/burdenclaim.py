"""The command `tidewaiter burden claim`: a sentence beside the official figures."""

from datetime import date
from pathlib import Path

import click
import msgspec

from tidewaiter.base.errors import InputError
from tidewaiter.burden.claims.checking import check_claim
from tidewaiter.burden.claims.parsing import Given, parse_claims
from tidewaiter.burden.types import Basis
from tidewaiter.cli.burdenclaimout import answer_text
from tidewaiter.cli.options import Day
from tidewaiter.cli.releasesfolder import archived_in
from tidewaiter.identity import own_stamp
from tidewaiter.releases.folder import load_releases
from tidewaiter.report.characters import visible

_BASES: dict[str, Basis] = {"": "", "occurrence": "occurrence", "residence": "residence"}


@click.command()
@click.argument("text", default="")
@click.option("--said-on", type=Day(), help='The day it was said: "last year" is counted from it.')
@click.option("--place", default="", help='Whose deaths, like "US" or "Ohio"; goes before TEXT.')
@click.option("--period", default="", help='A year, or the last of twelve months: "2021-04".')
@click.option("--indicator", default="", help='What is counted, like "overdose" or "T40.4".')
@click.option(
    "--basis", type=click.Choice(["occurrence", "residence"]), help="Died there, or lived there."
)
@click.option("--number", default="", help='The number, like "nearly 110,000"; goes before TEXT.')
@archived_in
@click.option("--json", "as_json", is_flag=True, help="As JSON, nothing left out.")
def claim(
    text: str, said_on: date | None, folder: Path, *, as_json: bool, **options: str | None
) -> None:
    """Set the claims of TEXT beside every official figure, and say which bear them out.

    Works without any release, on figures that CDC told in words; with an archive it finds the
    release that makes a number true, or the wrong way of counting that gives it. Exit status 0
    whatever the verdict, 2 where TEXT is not understood.

    Example: tidewaiter burden claim "nearly 110,000 deaths in 2022" --said-on 2023-07-07
    """
    told = {name: value or "" for name, value in options.items()}
    if not text and not told["number"]:
        raise InputError("nothing is claimed", hint="give a sentence, or --number 110000")
    today = own_stamp().at.date()
    given = Given(
        said=said_on,
        place=told["place"],
        period=told["period"],
        indicator=told["indicator"],
        basis=_BASES[told["basis"]],
        number=told["number"],
    )
    releases = load_releases(folder).releases
    checked = [check_claim(each, releases, today) for each in parse_claims(text, today, given)]
    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode(checked), indent=2))
        return
    for each in checked:
        click.echo(visible(answer_text(each)))
