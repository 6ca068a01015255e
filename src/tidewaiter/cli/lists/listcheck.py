"""The command `tidewaiter lists check`, and what `add` and `update` say of doubts."""

import sys
from datetime import date
from pathlib import Path

import click
import msgspec

from tidewaiter.base.errors import InputError
from tidewaiter.cli.listsfolder import kept_in
from tidewaiter.cli.options import Day
from tidewaiter.lists.archive import Archive, KeptVersion
from tidewaiter.lists.doubts import ListDoubts, doubts_in
from tidewaiter.report.characters import visible
from tidewaiter.report.scripts import not_compared

_SHOWN = 10  # names on the screen


@click.command()
@click.argument("slugs", nargs=-1)
@click.option("--day", type=Day(), help="Check what was in force then (today).")
@click.option("--json", "as_json", is_flag=True, help="One JSON object for each list.")
@click.option("--all", "every", is_flag=True, help="Print every name in doubt.")
@kept_in
def check(
    slugs: tuple[str, ...], day: date | None, folder: Path, *, as_json: bool, every: bool
) -> None:
    """Check the lists SLUGS, or all that are kept, for names that a match may miss.

    Prints names that look like several names and are compared as one, and how many names are in
    a script that is not compared with others. Exit status 1: a name looks like several.

    Example: tidewaiter lists check ca-sema
    """
    archive = Archive(folder)
    day = day or date.today()  # noqa: DTZ011 - the user's own calendar
    found = {
        slug: doubts_of(archive, kept_on(archive, slug, day)) for slug in slugs or archive.slugs()
    }
    for slug, doubts in found.items():
        if as_json:
            click.echo(msgspec.json.encode({"slug": slug, "doubts": doubts}))
            continue
        lines = doubts_in_words(slug, doubts, len(doubts.several) if every else _SHOWN)
        for line in lines or [f"{slug}: no name in doubt"]:
            click.echo(visible(line))
    sys.exit(1 if any(doubts.several for doubts in found.values()) else 0)


def kept_on(archive: Archive, slug: str, day: date) -> KeptVersion:
    """Return the version of a list in force on a day.

    Raises:
        InputError: There is none.
    """
    kept = archive.at(slug, day)
    if kept is None:
        raise InputError(
            f"no version is in force on {day}", at=slug, hint="tidewaiter lists status names them"
        )
    return kept


def doubts_of(archive: Archive, kept: KeptVersion) -> ListDoubts:
    """Look for what is in doubt in a version that is kept."""
    return doubts_in(archive.load(kept).parties, kept.format, kept.definition)


def tell_doubts(archive: Archive, kept: KeptVersion) -> None:
    """Print what is in doubt in a version to stderr."""
    for line in doubts_in_words(kept.version.slug, doubts_of(archive, kept), _SHOWN):
        click.echo(visible(line), err=True)


def doubts_in_words(slug: str, doubts: ListDoubts, most: int) -> list[str]:
    """Say what is in doubt in a list, a line each.

    Args:
        slug: Of the list.
        doubts: What was found.
        most: Names that are shown.
    """
    several, lines = doubts.several, []
    if several:
        held = "1 name looks" if len(several) == 1 else f"{len(several):,} names look"
        lines.append(f"{slug}: {held} like several names, and each is compared as one:")
        lines += [f'  entry {each.entry}, {each.kind}: "{each.name}"' for each in several[:most]]
    if len(several) > most:
        lines.append(f"  ... and {len(several) - most:,} more; lists check --all prints them")
    for each in doubts.scripts:
        entries = "1 entry has" if each.entries == 1 else f"{each.entries:,} entries have"
        alone = f"; {entries} no other name" if each.entries else ""
        lines += [f"{slug}: {text}{alone}" for text in not_compared({each.script: each.names})]
    return lines
