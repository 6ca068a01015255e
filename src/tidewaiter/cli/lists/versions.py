"""The command `tidewaiter lists`: add, update, check and compare versions of party lists."""

import getpass
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import Any

import click
import msgspec
from rich.console import Console
from rich.table import Table

from tidewaiter.base.archives import read_paths
from tidewaiter.base.errors import InputError, TidewaiterError
from tidewaiter.base.phrases import english_json
from tidewaiter.base.safe_text import visible
from tidewaiter.cli.core.counts import how_many
from tidewaiter.cli.core.options import Day, Place, json_option, ok_with_refusals, printable
from tidewaiter.cli.core.party_options import kept_in, kept_in_words, kept_now
from tidewaiter.explain.words import not_compared
from tidewaiter.lists.archive import Archive, KeptVersion
from tidewaiter.lists.changes import Changes, changes_between
from tidewaiter.lists.decisions import Judgement, add_judgement, version_of
from tidewaiter.lists.definitions import ListDefinition, load_definitions
from tidewaiter.lists.generation import generation_of
from tidewaiter.lists.reading import ListDoubts, doubts_in, read_list
from tidewaiter.parties.readers.entries import EntryRefusal
from tidewaiter.transport.download import Limits
from tidewaiter.transport.list_updates import update_list

_NAMES_SHOWN = 10  # names on the screen


@click.command()
@click.argument("slugs", nargs=-1)
@click.option("--day", type=Day(), help="Check the lists in force on this date (default: today).")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object for each list.")
@click.option("--all", "every", is_flag=True, help="Print every doubtful name.")
@kept_in
def check(
    slugs: tuple[str, ...], day: date | None, folder: Path, *, as_json: bool, every: bool
) -> None:
    """Check the lists SLUGS, or all lists, for names that matching may miss.

    Reports entries whose name seems to contain several names but is compared as one, and how many
    names are in a script that is not compared with others.
    Exit status 1: a name seems to contain several names.

    Example: tidewaiter lists check ca-sema
    """
    archive = Archive(folder)
    day = day or date.today()  # noqa: DTZ011 - the user's own calendar
    found = {
        slug: doubts_of(archive, kept_on(archive, slug, day)) for slug in slugs or archive.slugs()
    }
    for slug, doubts in found.items():
        if as_json:
            click.echo(english_json({"slug": slug, "doubts": doubts}))
            continue
        lines = doubts_in_words(slug, doubts, len(doubts.several) if every else _NAMES_SHOWN)
        for line in lines or [f"{slug}: no doubtful names"]:
            click.echo(visible(line))
    sys.exit(1 if any(doubts.several for doubts in found.values()) else 0)


def kept_on(archive: Archive, slug: str, day: date) -> KeptVersion:
    """Return the version of a list in force on a day.

    Raises:
        InputError: No version is in force.
    """
    kept = archive.at(slug, day)
    if kept is None:
        raise InputError("cli/no-version-in-force", day=day, at=slug)
    return kept


def doubts_of(archive: Archive, kept: KeptVersion) -> ListDoubts:
    """Find the doubtful names in a stored version."""
    return doubts_in(archive.load(kept).parties, kept.format, kept.definition)


def print_doubts(archive: Archive, kept: KeptVersion) -> None:
    """Print the doubtful names in a version to stderr."""
    for line in doubts_in_words(kept.version.slug, doubts_of(archive, kept), _NAMES_SHOWN):
        click.echo(visible(line), err=True)


def doubts_in_words(slug: str, doubts: ListDoubts, most: int) -> list[str]:
    """Describe the doubtful names in a list, one line each.

    Args:
        slug: Slug of the list.
        doubts: The doubtful names.
        most: Maximum number of names to show.
    """
    several, lines = doubts.several, []
    if several:
        held = "1 name seems" if len(several) == 1 else f"{len(several):,} names seem"
        lines.append(f"{slug}: {held} to contain several names, but each is compared as one:")
        lines += [f'  entry {each.entry}, {each.kind}: "{each.name}"' for each in several[:most]]
    if len(several) > most:
        lines.append(f"  ... and {len(several) - most:,} more; use lists check --all to see them")
    for each in doubts.scripts:
        entries = "1 entry has" if each.entries == 1 else f"{each.entries:,} entries have"
        alone = f"; {entries} no other name" if each.entries else ""
        lines += [f"{slug}: {text}{alone}" for text in not_compared({each.script: each.names})]
    return lines


@click.command()
@click.argument("slugs", nargs=-1)
@click.option(
    "--from", "addresses", multiple=True, help="Use this address instead; can be repeated."
)
@click.option(
    "--timeout",
    type=click.FloatRange(0.1),
    default=30.0,
    show_default=True,
    help="Seconds without data before a connection is abandoned.",
)
@click.option(
    "--force", is_flag=True, help="Accept the list even if entries are missing or unreadable."
)
@kept_in
@ok_with_refusals
def update(
    slugs: tuple[str, ...], addresses: tuple[str, ...], timeout: float, folder: Path, *, force: bool
) -> None:
    """Download the lists SLUGS, or all stored lists, from their publishers.

    Only changed files are downloaded, and an interrupted download resumes where it stopped. A new
    version takes effect once it is complete and readable; until then the current version stays in
    force.
    Exit status 1: some lists could not be updated, or some entries not read; 2: none could.

    Example: tidewaiter lists update ofac-sdn un-sc
    """
    archive = Archive(folder)
    known = load_definitions(archive.definitions)
    wanted = _wanted(archive, slugs, addresses, known)
    failed, refused = 0, 0
    for definition in wanted:
        try:
            refused += _update(archive, definition, Limits(timeout=timeout), force=force)
        except TidewaiterError as error:
            failed += 1
            click.echo(visible(f"{definition.slug}: not updated: {error.message}"), err=True)
            lines = (error.at, f"hint: {error.hint}" if error.hint else "")
            for line in filter(None, lines):
                click.echo(visible(f"  {line}"), err=True)
    if failed == len(wanted):
        sys.exit(2)
    sys.exit(1 if failed or refused else 0)


def _wanted(
    archive: Archive,
    slugs: Sequence[str],
    addresses: Sequence[str],
    known: Mapping[str, ListDefinition],
) -> list[ListDefinition]:
    """Find the lists to update, with their addresses."""
    if addresses:
        if len(slugs) != 1:
            raise click.UsageError(
                "--from needs exactly one SLUG: the list that the addresses belong to."
            )
        plain = ListDefinition(slug=slugs[0], name=slugs[0], authority="", licence="", source="")
        found = known.get(slugs[0], plain)
        return [msgspec.structs.replace(found, addresses=tuple(addresses))]
    chosen = slugs or [s for s in archive.slugs() if s in known and known[s].addresses]
    if not chosen:
        raise InputError(
            "cli/no-list-with-address",
            known=", ".join(s for s in sorted(known) if known[s].addresses),
            at=str(archive.folder),
        )
    for slug in chosen:
        if slug not in known or not known[slug].addresses:
            raise InputError("cli/definition-without-address", at=slug)
    return [known[slug] for slug in chosen]


def _update(archive: Archive, definition: ListDefinition, limits: Limits, *, force: bool) -> int:
    """Update one list; return how many of its entries and fields could not be read."""
    done = update_list(archive, definition, datetime.now(UTC), limits=limits, force=force)
    kept = done.kept
    if kept is None:
        click.echo(f"{definition.slug}: unchanged")
        return 0
    what = f"updated, {how_many(kept.version.entries, 'entry')}" if done.new else "unchanged"
    click.echo(f"{definition.slug}: {what}, in force since {kept.since}")
    if done.refused:
        text = f"{definition.slug}: {done.refused:,} entries or fields could not be read"
        click.echo(text, err=True)
    if done.new:
        print_doubts(archive, kept)
    return done.refused


@click.command()
@click.argument("slug", metavar="LIST")
@click.argument("entry")
@click.argument("name")
@click.option("--other", "verdict", flag_value="other", help="The party is not the listed party.")
@click.option(
    "--same", "verdict", flag_value="same", help="The party is, or may be, the listed party."
)
@click.option(
    "--country",
    type=Place(),
    help="Country of the party; without it, the decision applies to any country.",
)
@click.option("--why", required=True, help="Reason, for the record.")
@click.option("--by", help="Person who decided (default: the current user).")
@kept_in
def judge(slug: str, entry: str, name: str, folder: Path, **said: str | None) -> None:
    """Record whether the party NAME is the ENTRY of LIST that it matches.

    A party decided to be different is shown with that decision and adds no points, for as long as
    the entry is unchanged. Nothing is deleted: a later decision replaces an earlier one.

    Example: tidewaiter lists judge ofac-sdn 306 "Example Airlines" --other --why "other owner"
    """
    if said["verdict"] is None:
        raise click.UsageError("Give --other or --same.")
    kept = Archive(folder).at(slug, date.today())  # noqa: DTZ011 - the user's own calendar
    if kept is None:
        raise InputError("cli/no-version-kept", at=slug)
    parties = Archive(folder).load(kept).parties
    listed = next((party for party in parties if party.id == entry), None)
    if listed is None:
        raise InputError("cli/no-such-entry", entry=printable(entry), at=slug)
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
    word = "different from" if made.verdict == "other" else "the same as"
    told = (
        f"{printable(name)} is recorded as {word} {printable(listed.names[0].text)} "
        f"({slug} {entry})"
    )
    click.echo(told, err=True)


_SHOWN = 20  # refusals and changes on the screen
_LATER = MappingProxyType(
    {"calibrate": "tidewaiter.cli.lists.calibration", "owners": "tidewaiter.cli.lists.owners"}
)
_TWO = 2  # versions that a comparison is of


class _Lists(click.Group):
    """Loads some commands only when they are called: importing them takes a second."""

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
    """Manage party lists: add and update versions, and see what changed.

    Every version is kept, so that old alerts can be explained. Lists are downloaded only on
    request.

    Example: tidewaiter lists add sdn.csv add.csv alt.csv
    """


@lists.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--as", "slug", default="", help="Name of the list: ofac-sdn, or a name of your own.")
@click.option("--format", "form", default="", help="Format, if it is not recognised.")
@click.option("--dated", type=Day(), help="Publication date, if the list does not state it.")
@click.option(
    "--ownership",
    is_flag=True,
    help="Ownership data: its parties are not listed themselves, unless it gives an action.",
)
@click.option(
    "--force", is_flag=True, help="Accept the list even if entries are missing or unreadable."
)
@click.option(
    "--all", "every", is_flag=True, help="Print every entry and field that could not be read."
)
@kept_in
@ok_with_refusals
def add(paths: tuple[Path, ...], **options: Any) -> None:
    """Add a version of a list: its files, a folder of them, or an archive.

    The format, and usually the list, are recognised. A version that is incomplete, or lacks more
    than a fifth of the entries, is rejected, and the current version stays in force. Names that
    seem to contain several names, or are in a script that is not compared with others, are
    reported.
    Exit status 1: some entries or fields could not be read.

    Example: tidewaiter lists add sdn.csv add.csv alt.csv --as ofac-sdn
    """
    archive = Archive(options["folder"])
    files = read_paths(paths)
    known: Mapping[str, ListDefinition] = load_definitions(archive.definitions)
    if options["ownership"]:
        known = _as_ownership(options["slug"], known)
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
    print_doubts(archive, kept)
    sys.exit(1 if read.refusals else 0)


def _as_ownership(slug: str, known: Mapping[str, ListDefinition]) -> Mapping[str, ListDefinition]:
    """Return the definitions, with that of a list as ownership data."""
    if not slug:
        raise click.UsageError("Give the ownership data a name with --as.")
    plain = ListDefinition(slug=slug, name=slug, authority="", licence="", source="")
    own = msgspec.structs.replace(known.get(slug, plain), action="unlisted")
    return {**known, slug: own}


def said_of(kept: KeptVersion, *, new: bool) -> str:
    """Describe a version in one line."""
    version = kept.version
    what = "added" if new else "already stored"
    return visible(
        f"{version.slug}: {what}, {how_many(version.entries, 'entry')}, "
        f"in force since {kept.since}, format {kept.format}, SHA-256 {version.sha256[:16]}"
    )


def show_refusals(refusals: Iterable[EntryRefusal], most: int) -> None:
    """Print what could not be read to stderr, one line each."""
    held = list(refusals)
    for each in held[:most]:
        where = ", ".join(part for part in (each.file, each.place) if part)
        what = "" if each.kept else " (refused)"
        text = f'{where}: "{each.value}": {each.problem}{what}; {each.hint}'
        click.echo(visible(text), err=True)
    if len(held) > most:
        click.echo(f"... and {len(held) - most:,} more; use --all to see them", err=True)
    if held:
        lost = sum(not each.kept for each in held)
        click.echo(
            f"{lost:,} entries or rows rejected, {len(held) - lost:,} fields omitted", err=True
        )


lists.add_command(check)
lists.add_command(update)
lists.add_command(judge)


@lists.command()
@click.option("--day", type=Day(), help="Show the versions in force on this date (default: today).")
@click.option("--known", is_flag=True, help="Include known lists that are not stored.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object for each list.")
@kept_in
def status(folder: Path, day: date | None, *, known: bool, as_json: bool) -> None:
    """Show the stored lists: version in force, date, age, entries, licence and threshold.

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
            click.echo(english_json({"slug": slug, "version": kept, **said}))
        return
    if not rows:
        click.echo(
            f"There are no party lists in {folder}. Add one with tidewaiter lists add "
            "FILE; tidewaiter lists status --known shows lists that can be downloaded.",
            err=True,
        )
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
    """Describe the licence of a list, the notice shown with its matches, and access limits."""
    if definition is None:
        return ""
    notice = f"Shown with matches: {definition.notice}" if definition.notice else ""
    secret = definition.confidential or (kept is not None and kept.version.confidential)
    told = (definition.licence, notice, "Restricted: authority-only." if secret else "")
    return " ".join(filter(None, told))


def _cells(slug: str, kept: KeptVersion | None, day: date, count: int) -> tuple[str, ...]:
    if kept is None:
        return (slug, "none", "", "", "", "", str(count))
    version = kept.version
    age = how_many((day - kept.since).days, "day")
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
@json_option
@click.option("--all", "every", is_flag=True, help="Print every change.")
@kept_in
def diff(slug: str, versions: tuple[str, ...], folder: Path, *, as_json: bool, every: bool) -> None:
    """Show changes in the list SLUG: between its last two versions, or between two VERSIONS.

    Name a version by its date or by the first characters of its SHA-256.

    Example: tidewaiter lists diff ofac-sdn 2026-07-11 2026-11-20
    """
    archive = Archive(folder)
    old, new = _two(archive, slug, versions)
    changes = changes_between(archive.load(old).parties, archive.load(new).parties)
    if as_json:
        click.echo(english_json(changes))
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
        click.echo(f"... and {len(lines) - most:,} more; use --all to see them", err=True)


def _two(archive: Archive, slug: str, wanted: tuple[str, ...]) -> tuple[KeptVersion, KeptVersion]:
    if wanted and len(wanted) != _TWO:
        raise click.UsageError("Name two versions, or none to compare the last two.")
    if wanted:
        return archive.find(slug, wanted[0]), archive.find(slug, wanted[1])
    versions = archive.versions(slug)
    if len(versions) < _TWO:
        raise InputError("cli/too-few-versions", count=len(versions), at=slug)
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
