"""The commands `tidewaiter law update` and `tidewaiter law diff`."""

import os
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import click

from tidewaiter.base.phrases import english_json
from tidewaiter.cli.core.counts import how_many
from tidewaiter.cli.core.options import FILE, printable
from tidewaiter.identify import load_lexicon
from tidewaiter.law.pack_changes import Difference, PackChanges, compare_packs
from tidewaiter.law.packs import SETTING, active_version, check_version, sort_key
from tidewaiter.law.registry import Registry, load_pack
from tidewaiter.transport.law_packs.archive import keep_pack, record_switch, switch_to
from tidewaiter.transport.law_packs.fetching import (
    fetch_pack,
    last_source,
    pack_name,
    read_root,
    trust_root,
    trusted_root,
)

_SHOWN = 12  # differences of one kind, without --all


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
        click.echo(f"Fingerprint of the publisher's root:\n  {in_groups(fingerprint)}")
        if not yes:
            click.confirm("Does the publisher confirm this fingerprint?", abort=True)
        trust_root(content)


def in_groups(fingerprint: str) -> str:
    """Return a fingerprint in groups that two people can compare aloud."""
    return " ".join(fingerprint[at : at + 8] for at in range(0, len(fingerprint), 8))


def _switch(version: str, source: str, *, yes: bool, whole: bool) -> None:
    """Show what changes; ask, and switch."""
    if os.environ.get(SETTING):
        raise click.UsageError(f"{SETTING} pins the version; remove this setting first.")
    before = active_version()
    if version == before:
        click.echo(f"Law pack {version} is in use already.")
        return
    old, new = load_pack(before), load_pack(version)
    _print_differences(before, version, compare_packs(old, new), old, new, whole=whole)
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
        checked = how_many(len(changes.checked), "instrument")
        click.echo(f"  compared with the official texts again: {checked}")
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
