"""The command `tidewaiter lists`: add, status and diff; the rest stands in modules of its own."""

import sys
from collections.abc import Iterable
from datetime import UTC, date, datetime
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import Any

import click
import msgspec
from rich.console import Console
from rich.table import Table

from tidewaiter.base.errors import InputError
from tidewaiter.cli.listcheck import check, tell_doubts
from tidewaiter.cli.listjudge import judge
from tidewaiter.cli.listsfolder import kept_in
from tidewaiter.cli.listthreshold import kept_in_words, kept_now
from tidewaiter.cli.listupdate import update
from tidewaiter.cli.options import Day
from tidewaiter.lists.archive import Archive, KeptVersion
from tidewaiter.lists.changes import Changes, changes_between
from tidewaiter.lists.definitions import ListDefinition, load_definitions
from tidewaiter.lists.generation import generation_of
from tidewaiter.lists.reading import read_list
from tidewaiter.lists.unpack import read_paths
from tidewaiter.parties.readers.types import EntryRefusal
from tidewaiter.report.characters import visible

_SHOWN = 20  # refusals and changes on the screen
_LATER = MappingProxyType({"calibrate": "tidewaiter.cli.listcalibrate"})
_TWO = 2  # versions that a comparison is of


class _Lists(click.Group):
    """Loads the command that matches parties only where it is called: it takes a second."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """List the commands by name."""
        return sorted([*super().list_commands(ctx), *_LATER])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command."""
        if cmd_name not in _LATER:
            return super().get_command(ctx, cmd_name)
        found: click.Command = getattr(import_module(_LATER[cmd_name]), cmd_name)
        return found


@click.group(name="lists", cls=_Lists)
def lists() -> None:
    """Keep lists of parties: add versions, update them, see what is there and what changed.

    Every version is kept, so that an old alert can be explained; nothing is downloaded unless
    you ask for it.

    Example: tidewaiter lists add sdn.csv add.csv alt.csv
    """


@lists.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--as", "slug", default="", help="Which list it is: ofac-sdn, or a name of yours.")
@click.option("--format", "form", default="", help="Its format, where it cannot be told.")
@click.option("--dated", type=Day(), help="The list's own day, where it does not say it itself.")
@click.option("--force", is_flag=True, help="Take it though entries are missing or unreadable.")
@click.option("--all", "every", is_flag=True, help="Print all that could not be read.")
@kept_in
def add(paths: tuple[Path, ...], **options: Any) -> None:
    """Add a version of a list: its files, a folder of them, or an archive.

    The format is recognised, and where it tells the list, the list too. A version that is not
    whole, or lacks more than a fifth of the entries, is refused; the one in force stays.
    Exit status 1: some entries or fields could not be read. Names that look like several, or that
    are in a script that is not compared with others, are reported and do not change it.

    Example: tidewaiter lists add sdn.csv add.csv alt.csv --as ofac-sdn
    """
    archive = Archive(options["folder"])
    files = read_paths(paths)
    known = load_definitions(archive.definitions)
    read = read_list(files, known, options["slug"], options["form"])
    kept, new = archive.add(
        read,
        files,
        datetime.now(UTC),
        source=", ".join(str(path) for path in paths),
        dated=options["dated"],
        force=options["force"],
    )
    generation_of(archive)  # kept here, as those who screen may not be allowed to write
    click.echo(said_of(kept, new=new))
    show_refusals(read.refusals, len(read.refusals) if options["every"] else _SHOWN)
    tell_doubts(archive, kept)
    sys.exit(1 if read.refusals else 0)


def said_of(kept: KeptVersion, *, new: bool) -> str:
    """Say one version in a line."""
    version = kept.version
    what = "added" if new else "is there already"
    return visible(
        f"{version.slug}: {what}, {version.entries:,} entries, in force since {kept.since}, "
        f"format {kept.format}, SHA-256 {version.sha256[:16]}"
    )


def show_refusals(refusals: Iterable[EntryRefusal], most: int) -> None:
    """Print what could not be read to stderr, a line each."""
    held = list(refusals)
    for each in held[:most]:
        where = ", ".join(part for part in (each.file, each.place) if part)
        what = "" if each.kept else " (refused)"
        text = f'{where}: "{each.value}" {each.problem}{what}; {each.hint}'
        click.echo(visible(text), err=True)
    if len(held) > most:
        click.echo(f"... and {len(held) - most:,} more; --all prints them", err=True)
    if held:
        lost = sum(not each.kept for each in held)
        click.echo(
            f"{lost:,} entries or rows refused, {len(held) - lost:,} fields left out", err=True
        )


lists.add_command(check)
lists.add_command(update)
lists.add_command(judge)


@lists.command()
@click.option("--day", type=Day(), help="What was in force then (today).")
@click.option("--known", is_flag=True, help="Show lists too of which no version is kept.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object for each list.")
@kept_in
def status(folder: Path, day: date | None, *, known: bool, as_json: bool) -> None:
    """Show which lists are there: version in force, day, age, entries, licence, threshold.

    Example: tidewaiter lists status
    """
    archive = Archive(folder)
    day = day or date.today()  # noqa: DTZ011 - the user's own calendar
    held = {slug: archive.at(slug, day) for slug in archive.slugs()}
    definitions = load_definitions(archive.definitions)
    rows = dict(held)
    if known:
        rows |= {slug: None for slug in definitions if slug not in held}
    threshold, changes = kept_now(archive, day)
    if as_json:
        said = {"day": day, "threshold": threshold, "threshold_changes": changes}
        for slug, kept in sorted(rows.items()):
            click.echo(msgspec.json.encode({"slug": slug, "version": kept, **said}))
        return
    if not rows:
        click.echo(f"no list is kept in {folder}; --known shows what can be fetched", err=True)
        return
    table = Table(box=None, header_style="bold")
    table.add_column("list", no_wrap=True)
    for title in ("version", "in force since", "age", "loaded", "entries", "kept"):
        table.add_column(title, overflow="fold")
    for slug, kept in sorted(rows.items()):
        table.add_row(*_cells(slug, kept, day, len(archive.versions(slug))))
    console = Console(highlight=False)
    console.print(table)
    for slug, kept in sorted(rows.items()):
        definition = kept.definition if kept else definitions.get(slug)
        notes = _notes(kept, definition)
        if definition and notes:
            console.print(visible(f"{slug}: {definition.name}. {notes}"), markup=False)
    for text in kept_in_words(threshold, changes) if held else ():
        console.print(visible(text), markup=False)


def _notes(kept: KeptVersion | None, definition: ListDefinition | None) -> str:
    """Say what may be done with a list, what is told beside its matches, and who may see it."""
    if definition is None:
        return ""
    notice = f"Beside matches: {definition.notice}" if definition.notice else ""
    secret = definition.confidential or (kept is not None and kept.version.confidential)
    told = (definition.licence, notice, "Restricted: for its authority alone." if secret else "")
    return " ".join(filter(None, told))


def _cells(slug: str, kept: KeptVersion | None, day: date, count: int) -> tuple[str, ...]:
    if kept is None:
        return (slug, "none", "", "", "", "", str(count))
    version = kept.version
    age = f"{(day - kept.since).days:,} days"
    return (
        slug,
        version.sha256[:8],
        str(kept.since),
        age,
        str(version.read),
        f"{version.entries:,}",
        str(count),
    )


@lists.command()
@click.argument("slug")
@click.argument("versions", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="The whole of it as one JSON object.")
@click.option("--all", "every", is_flag=True, help="Print every change.")
@kept_in
def diff(slug: str, versions: tuple[str, ...], folder: Path, *, as_json: bool, every: bool) -> None:
    """Show what changed in list SLUG: between its last two versions, or between two VERSIONS.

    A version is named by its day or by the beginning of its SHA-256.

    Example: tidewaiter lists diff ofac-sdn 2026-07-11 2026-11-20
    """
    archive = Archive(folder)
    old, new = _two(archive, slug, versions)
    changes = changes_between(archive.load(old).parties, archive.load(new).parties)
    if as_json:
        click.echo(msgspec.json.encode(changes))
        return
    click.echo(
        f"{slug}: {old.since} {old.version.sha256[:8]} to {new.since} {new.version.sha256[:8]}: "
        f"{len(changes.added):,} added, {len(changes.removed):,} removed, "
        f"{len(changes.changed):,} changed"
    )
    lines = list(_lines(changes))
    most = len(lines) if every else _SHOWN
    for line in lines[:most]:
        click.echo(visible(line))
    if len(lines) > most:
        click.echo(f"... and {len(lines) - most:,} more; --all prints them", err=True)


def _two(archive: Archive, slug: str, wanted: tuple[str, ...]) -> tuple[KeptVersion, KeptVersion]:
    if wanted and len(wanted) != _TWO:
        raise click.UsageError("name two versions, or none for the last two")
    if wanted:
        return archive.find(slug, wanted[0]), archive.find(slug, wanted[1])
    versions = archive.versions(slug)
    if len(versions) < _TWO:
        raise InputError(
            f"has {len(versions)} versions", at=slug, hint="a comparison takes two: add another"
        )
    return versions[-2], versions[-1]


def _lines(changes: Changes) -> Iterable[str]:
    for mark, parties in (("+", changes.added), ("-", changes.removed)):
        for party in parties:
            yield f"{mark} {party.id} {party.names[0].text}"
    for entry in changes.changed:
        parts = [
            " ".join([*(f"-[{text}]" for text in each.removed), *(f"+[{t}]" for t in each.added)])
            for each in entry.fields
        ]
        named = (each.field for each in entry.fields)
        shown = "; ".join(
            f"{name}: {part or 'in another order'}" for name, part in zip(named, parts, strict=True)
        )
        yield f"~ {entry.id} {entry.name}: {shown}"
