"""The commands `tidewaiter law update`, `law status`, `law diff` and `law publish`."""

import os
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import click
import msgspec
from rich.console import Console
from rich.table import Table
from rich.text import Text

from tidewaiter.base.errors import InputError
from tidewaiter.base.phrases import english_json
from tidewaiter.base.records import Record
from tidewaiter.base.safe_text import visible
from tidewaiter.cli.core.options import FILE, Day, printable
from tidewaiter.identify import load_lexicon
from tidewaiter.law.changes import changes_of
from tidewaiter.law.completeness import Completeness, completeness_of
from tidewaiter.law.pack_changes import Difference, PackChanges, compare_packs
from tidewaiter.law.packs import (
    INCLUDED,
    Manifest,
    active_version,
    check_version,
    keep_pack,
    manifests,
    pack_root,
    packs_folder,
    record_switch,
    sort_key,
    switch_to,
)
from tidewaiter.law.registry import Registry, load_pack, load_registry
from tidewaiter.report.law.regimes import place_of
from tidewaiter.transport.law_pack_repository import (
    PackRepository,
    Published,
    make_keys,
    read_keys,
)
from tidewaiter.transport.law_packs import (
    fetch_pack,
    last_source,
    pack_name,
    read_root,
    trust_root,
    trusted_root,
)

_SHOWN = 12  # differences of one kind, without --all
_SOON = 90  # days
_PASSPHRASE = "TIDEWAITER_LAW_PASSPHRASE"  # noqa: S105 - the name of a setting
_FOLDER = click.Path(file_okay=False, path_type=Path)


@click.command()
@click.option(
    "--from",
    "source",
    metavar="ADDRESS|FOLDER|ZIP",
    help="Publisher: an address, or a copy in a folder or a .zip archive (default: as last time).",
)
@click.option(
    "--root", type=FILE, help="Trust the publisher with this root.json (first time only)."
)
@click.option("--version", "wanted", help="Version to use, for example 2026.12.02.")
@click.option(
    "--use",
    help='Switch to a version that is kept here, or to "included", the law of the program itself.',
)
@click.option(
    "--yes", is_flag=True, help="Do not ask: neither about the root nor about the switch."
)
@click.option("--all", "whole", is_flag=True, help="Show every difference.")
def update(
    source: str | None, root: Path | None, wanted: str | None, use: str | None, **options: Any
) -> None:
    """Get the newest law pack, verify its signatures, show what changes, and switch to it.

    Packs come from a publisher whose root you trust, and are refused if they are not signed, have
    expired, or are older than what was seen before. Older packs are kept. A web server uses a new
    pack after a restart; tidewaiter screen --again applies it to stored consignments.

    Example: tidewaiter law update --from /media/stick/law --root root.json
    """
    if use:
        if source or root or wanted:
            raise click.UsageError("--use takes what is kept here; leave out the other options.")
        _switch(use, "kept here", yes=options["yes"], whole=options["whole"])
        return
    source = source or last_source()
    if not source:
        raise click.UsageError("Name the publisher once: tidewaiter law update --from ADDRESS")
    if root:
        _trust(root, yes=options["yes"])
    found = fetch_pack(source, check_version(wanted) if wanted else None)
    if found is None:
        click.echo(f"{printable(source)} has no law packs yet.")
        return
    version = found.manifest.version
    if version == active_version():
        click.echo(f"Law pack {version} is in use already.")
        return
    if not wanted and sort_key(version) < sort_key(active_version()):
        click.echo(
            f"Law pack {active_version()} is in use; the newest there is older: {version}. "
            f"To switch to it, use --version {version}."
        )
        return
    keep_pack(found.content, pack_name(version), found.manifest)
    _switch(version, source, yes=options["yes"], whole=options["whole"])


def _trust(root: Path, *, yes: bool) -> None:
    content = root.read_bytes()
    fingerprint = read_root(content, str(root))
    if fingerprint != trusted_root():
        click.echo(f"Fingerprint of the publisher's root:\n  {_in_groups(fingerprint)}")
        if not yes:
            click.confirm("Does the publisher confirm this fingerprint?", abort=True)
        trust_root(content)


def _in_groups(fingerprint: str) -> str:
    return " ".join(fingerprint[at : at + 8] for at in range(0, len(fingerprint), 8))


def _switch(version: str, source: str, *, yes: bool, whole: bool) -> None:
    """Show what changes; ask, and switch."""
    before = active_version()
    if version == before:
        click.echo(f"Law pack {version} is in use already.")
        return
    old, new = load_pack(before), load_pack(version)
    _print_differences(before, version, compare_packs(old, new), old, new, whole=whole)
    if os.environ.get("TIDEWAITER_LAW_PACK"):
        raise click.UsageError("TIDEWAITER_LAW_PACK pins the version; remove this setting first.")
    if not yes:
        click.confirm(f"Use law pack {version} from now on?", abort=True)
    switch_to(version)
    record_switch(before, version, source, datetime.now(UTC))
    load_lexicon(compiling=lambda: click.echo("Preparing the names of the new pack …", err=True))
    click.echo(f"Law pack {version} is in use.")


@click.command()
@click.argument("before")
@click.argument("after", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object for each difference.")
@click.option("--all", "whole", is_flag=True, help="Show every difference.")
def diff(before: str, after: str | None, *, as_json: bool, whole: bool) -> None:
    """Show the differences between two law packs: BEFORE, and AFTER (default: the one in use).

    A pack is named by its version; "included" is the law of the program itself.

    Example: tidewaiter law diff included 2026.12.02
    """
    after = after or active_version()
    old, new = load_pack(before), load_pack(after)
    changes = compare_packs(old, new)
    if as_json:
        for each in changes.found:
            click.echo(english_json(each))
        return
    _print_differences(before, after, changes, old, new, whole=whole)


def _print_differences(
    before: str, after: str, changes: PackChanges, old: Registry, new: Registry, *, whole: bool
) -> None:
    click.echo(f"From law pack {before} to {after}:")
    if not changes.found and not changes.checked:
        click.echo("  no differences")
        return
    named = {**_names(old), **_names(new)}
    kinds: dict[str, list[Difference]] = {}
    for each in changes.found:
        kinds.setdefault(_TITLES[each.subject], []).append(each)
    for title, found in kinds.items():
        counts = Counter(each.step for each in found)
        told = ", ".join(f"{counts[step]:,} {step}" for step in counts)
        click.echo(f"  {title}: {told}")
        shown = found if whole else found[:_SHOWN]
        for each in shown:
            click.echo(printable(f"    {_in_words(each, named, new)}"))
        if len(found) > len(shown):
            click.echo(f"    and {len(found) - len(shown):,} more: use --all")
    if changes.checked:
        click.echo(f"  compared with the official texts again: {len(changes.checked)} instruments")
    coming = [e for e in changes.found if e.since and e.since > date.today()]  # noqa: DTZ011
    if coming:
        first = min(each.since for each in coming if each.since)
        click.echo(f"  {len(coming):,} of these are not in force yet; the first begins on {first}")


_TITLES = {
    "listing": "listings",
    "class": "class rules",
    "rule": "thresholds, obligations and other rules",
    "request": "requests for pre-export notifications",
    "instrument": "legal instruments",
    "substance": "names, numbers and structures of substances",
    "union": "unions of countries",
}
_SIGNS = {"added": "+", "removed": "-", "changed": "~"}


def _in_words(each: Difference, named: dict[str, str], registry: Registry) -> str:
    regime = registry.regimes.get(each.regime)
    law = regime.name if regime else each.regime
    what = named.get(each.what, each.what)
    place = ", ".join(filter(None, (law, *each.schedules)))
    if each.subject == "instrument":
        told = place
    elif each.regime:
        told = f"{place}: {what}"
    else:
        told = what
    since = f" (since {each.since})" if each.since else ""
    fields = f" [{', '.join(each.fields)}]" if each.fields and each.step == "changed" else ""
    return f"{_SIGNS[each.step]} {told}{since}{fields}"


def _names(registry: Registry) -> dict[str, str]:
    return {each.slug: each.name for each in registry.substances}


class Status(Record, frozen=True, kw_only=True):
    """Which law is used, with the completeness of each instrument."""

    pack: str
    kept: tuple[Manifest, ...]
    source: str
    instruments: tuple[Completeness, ...]


@click.command()
@click.option("--day", type=Day(), help="Day of the law (default: today).")
@click.option("--in", "places", help="Only these jurisdictions, for example US,EU,UN.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def status(day: date | None, places: str | None, *, as_json: bool) -> None:
    """Show which law pack is used, and how complete, verified and old each instrument is.

    Rows are counted against the numbering of the official text where it was counted. "Not listed"
    is answered only by instruments whose list is complete on the day.

    Example: tidewaiter law status --in EU,UN
    """
    day = day or date.today()  # noqa: DTZ011 - the user's own calendar
    registry = load_registry()
    wanted = {each.strip().upper() for each in places.split(",")} if places else None
    known = {each.jurisdiction for each in registry.regimes.values()}
    if wanted and wanted - known:
        raise InputError("cli/no-such-jurisdiction", places=", ".join(sorted(wanted - known)))
    found = sorted(
        (e for e in completeness_of(registry, day) if wanted is None or e.jurisdiction in wanted),
        key=lambda each: place_of(registry.regimes[each.regime]),
    )
    if as_json:
        told = Status(
            pack=active_version(),
            kept=manifests(),
            source=last_source(),
            instruments=tuple(found),
        )
        click.echo(msgspec.json.encode(told).decode())
        return
    for line in _pack_lines():
        click.echo(printable(line))
    _print_status(found, registry, day)


def _pack_lines() -> Iterator[str]:
    version = active_version()
    pack_root(version)
    said = "the law of this program" if version == INCLUDED else f"in {packs_folder()}"
    yield f"Law pack: {version} ({said})"
    kept = [each.version for each in manifests() if each.version != version]
    if kept:
        yield f"Also kept: {', '.join(kept)}"
    if last_source():
        yield f"Publisher: {last_source()}"


def _print_status(found: Iterable[Completeness], registry: Registry, day: date) -> None:
    table = Table(box=None, header_style="bold", pad_edge=False)
    for head, justify in (
        ("instrument", "left"),
        ("listings", "right"),
        ("rows", "right"),
        ("read", "right"),
        ("days", "right"),
        ("open", "right"),
        ("age", "right"),
        ("complete", "left"),
    ):
        table.add_column(head, justify=justify, no_wrap=True)  # type: ignore[arg-type]
    total: Counter[str] = Counter()
    for each in found:
        total.update(
            listings=each.listings,
            classes=each.classes,
            read=each.read,
            days=each.days_read,
            instruments=1,
            complete=each.complete,
        )
        rows = f"{each.numbers:,}/{each.official:,}" if each.official else ""
        classes = f" +{each.classes} classes" if each.classes else ""
        table.add_row(
            Text(visible(registry.regimes[each.regime].slug)),
            f"{each.listings:,}{classes}",
            rows,
            _percent(each.read, each.listings),
            _percent(each.days_read, each.listings),
            f"{each.missing + each.amendments or ''}",
            f"{each.age} d",
            "yes" if each.complete else "no",
        )
    Console(highlight=False).print(table)
    click.echo(
        f"{total['instruments']:,} instruments, {total['complete']:,} complete on {day}; "
        f"{total['listings']:,} listings and {total['classes']:,} class rules; read in official "
        f"texts: {_percent(total['read'], total['listings'])} of listings, "
        f"{_percent(total['days'], total['listings'])} of their days."
    )
    coming = [each for each in changes_of(registry, registry.book) if each.day > day]
    soon = [each for each in coming if (each.day - day).days <= _SOON]
    if coming:
        click.echo(
            f"{len(coming):,} known changes after {day}, {len(soon):,} within {_SOON} days; the "
            f"next on {coming[0].day}: tidewaiter law changes"
        )
    click.echo(
        "rows: different official row numbers loaded, of those of the text; open: rows and "
        "amendments known and not loaded; age: since the last comparison with the official text."
    )


def _percent(part: int, whole: int) -> str:
    return f"{part / whole:.0%}" if whole else ""


@click.command()
@click.argument("repository", type=_FOLDER)
@click.option(
    "--keys", "folder", type=_FOLDER, required=True, help="Folder with the keys of the publisher."
)
@click.option("--new-keys", is_flag=True, help="Make the keys, and create the repository.")
@click.option(
    "--root-keys",
    type=click.IntRange(1, 15),
    default=3,
    show_default=True,
    help="With --new-keys: number of root keys.",
)
@click.option(
    "--threshold",
    type=click.IntRange(1, 15),
    default=2,
    show_default=True,
    help="With --new-keys: number of root keys that must sign.",
)
@click.option("--version", help="Version of the pack (default: today's).")
@click.option("--note", default="", help="A line about the pack.")
@click.option("--refresh", is_flag=True, help="Only say again that the repository is current.")
@click.option(
    "--renew-root", is_flag=True, help="Only sign a new root, with the keys that are here."
)
def publish(repository: Path, folder: Path, **options: Any) -> None:
    """Publish the law in use as a signed pack in REPOSITORY, a folder for a web server or a stick.

    With --new-keys, root keys are made too: keep each apart and offline. Passphrase of the keys:
    asked for, or the setting TIDEWAITER_LAW_PASSPHRASE. The signatures expire after 90 days: renew
    them with --refresh, which needs the key "online" alone.

    Example: tidewaiter law publish law-packs --keys keys --new-keys
    """
    now = datetime.now(UTC)
    if options["new_keys"]:
        if options["threshold"] > options["root_keys"]:
            raise click.UsageError("--threshold cannot be larger than --root-keys.")
        secret = _passphrase(new=True)
        make_keys(folder, options["root_keys"], secret)
        keys = read_keys(folder, lambda: secret)
        root = PackRepository(repository, keys, now).create(options["threshold"])
        click.echo(f"Keys in {folder}: move the root keys apart and offline.")
        _tell_root(root)
        return
    place = PackRepository(repository, read_keys(folder, _passphrase), now)
    if options["renew_root"]:
        _tell_root(place.renew_root())
    elif options["refresh"]:
        _tell(place.refresh(), repository)
    else:
        version = check_version(options["version"] or f"{now:%Y.%m.%d}")
        load_pack(active_version())  # nothing is published that cannot be read
        manifest = Manifest(version=version, made=now.date(), note=options["note"])
        _tell(place.publish(manifest), repository)


def _passphrase(*, new: bool = False) -> str:
    named = os.environ.get(_PASSPHRASE)
    if named is not None:
        return named
    said: str = click.prompt(
        "Passphrase of the keys",
        hide_input=True,
        confirmation_prompt=new,
        default="" if new else None,
    )
    return said


def _tell_root(root: Path) -> None:
    fingerprint = read_root(root.read_bytes(), str(root))
    click.echo(f"Root: {root}\nFingerprint, to be told to users by another way:")
    click.echo(f"  {_in_groups(fingerprint)}")


def _tell(done: Published, repository: Path) -> None:
    click.echo(f"Packs in {repository}: {', '.join(done.packs) or 'none'}")
    click.echo(f"The signatures expire on {done.expires:%Y-%m-%d}.")
