"""The command `tidewaiter lists judge`."""

import getpass
from datetime import date
from pathlib import Path

import click

from tidewaiter.base.errors import InputError
from tidewaiter.cli.listsfolder import kept_in
from tidewaiter.cli.options import Place, printable
from tidewaiter.lists.archive import Archive
from tidewaiter.lists.judgements import Judgement, add_judgement, version_of


@click.command()
@click.argument("slug", metavar="LIST")
@click.argument("entry")
@click.argument("name")
@click.option("--other", "verdict", flag_value="other", help="It is not the listed party.")
@click.option("--same", "verdict", flag_value="same", help="It is, or may be after all.")
@click.option("--country", type=Place(), help="Of the party; without it, whatever it is.")
@click.option("--why", required=True, help="The reason, for those who read it later.")
@click.option("--by", help="Who decided (the user of this computer).")
@kept_in
def judge(slug: str, entry: str, name: str, folder: Path, **said: str | None) -> None:
    """Record that a party NAME is, or is not, the ENTRY of LIST that it resembles.

    A party that was judged another one is told with the judgement and adds no points, for as
    long as the entry stays as it is. Nothing is deleted: a later judgement takes an earlier one
    back.

    Example: tidewaiter lists judge ofac-sdn 306 "Example Airlines" --other --why "other owner"
    """
    if said["verdict"] is None:
        raise click.UsageError("say which: --other or --same")
    kept = Archive(folder).at(slug, date.today())  # noqa: DTZ011 - the user's own calendar
    if kept is None:
        raise InputError("no version of this list is kept", at=slug, hint="tidewaiter lists status")
    parties = Archive(folder).load(kept).parties
    listed = next((party for party in parties if party.id == entry), None)
    if listed is None:
        raise InputError(
            f'the list has no entry "{printable(entry)}"',
            at=slug,
            hint="an alert shows the id of the entry",
        )
    made = Judgement(
        list=slug,
        entry=entry,
        version=version_of(listed),
        name=name,
        country=said["country"] or "",
        verdict="other" if said["verdict"] == "other" else "same",
        why=said["why"] or "",
        by=said["by"] or getpass.getuser(),
        day=date.today(),  # noqa: DTZ011 - the user's own calendar
    )
    add_judgement(folder, made)
    word = "another than" if made.verdict == "other" else "the same as"
    told = f"{printable(name)} is judged {word} {printable(listed.names[0].text)} ({slug} {entry})"
    click.echo(told, err=True)
