"""The command `tidewaiter law status`."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path

import click
import msgspec
from rich.console import Console
from rich.table import Table
from rich.text import Text

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.base.safe_text import visible
from tidewaiter.cli.core.counts import how_many
from tidewaiter.cli.core.options import Day, own_lists, printable
from tidewaiter.law.changes import changes_of
from tidewaiter.law.completeness import Completeness, completeness_of
from tidewaiter.law.packs import (
    INCLUDED,
    Manifest,
    active_version,
    manifests,
    pack_root,
    packs_folder,
)
from tidewaiter.law.registry import Registry, load_registry
from tidewaiter.report.law.regimes import place_of
from tidewaiter.transport.law_packs.fetching import last_source

_SOON = 90  # days


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
@own_lists
def status(
    day: date | None, places: str | None, *, as_json: bool, own: tuple[Path, ...], street: bool
) -> None:
    """Show which law pack is used, and how complete, verified and old each instrument is.

    Rows are counted against the numbering of the official text where it was counted. "Not listed"
    is answered only by instruments whose list is complete on the day.

    Example: tidewaiter law status --in EU,UN
    """
    del street  # slang has no law of its own
    day = day or date.today()  # noqa: DTZ011 - the user's own calendar
    registry = load_registry(own)
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
    _print_table(found)
    _print_totals(found, day)
    if found:
        _print_coming(registry, frozenset(each.regime for each in found), day)


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


def _print_table(found: Iterable[Completeness]) -> None:
    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column("instrument", no_wrap=True)
    for head in ("listings", "rows", "read", "days", "open", "age"):
        table.add_column(head, justify="right", no_wrap=True)
    table.add_column("complete")
    for each in found:
        classes = f" +{how_many(each.classes, 'class rule')}" if each.classes else ""
        table.add_row(
            Text(visible(each.regime)),
            f"{each.listings:,}{classes}",
            f"{each.numbers:,}/{each.official:,}" if each.official else "",
            _percent(each.read, each.listings),
            _percent(each.days_read, each.listings),
            f"{each.missing + each.amendments or ''}",
            f"{each.age} d",
            "yes" if each.complete else "no",
        )
    Console(highlight=False).print(table)
    click.echo(
        "rows: different official row numbers loaded, of those of the text; open: rows and "
        "amendments known and not loaded; age: since the last comparison with the official text."
    )


def _print_totals(found: Sequence[Completeness], day: date) -> None:
    listings = sum(each.listings for each in found)
    click.echo(
        f"{how_many(len(found), 'instrument')}, {sum(each.complete for each in found):,} complete "
        f"on {day}; {how_many(listings, 'listing')} and "
        f"{how_many(sum(each.classes for each in found), 'class rule')}; read in official texts: "
        f"{_percent(sum(each.read for each in found), listings) or 'none'} of listings, "
        f"{_percent(sum(each.days_read for each in found), listings) or 'none'} of their days."
    )


def _print_coming(registry: Registry, regimes: frozenset[str], day: date) -> None:
    coming = [each for each in changes_of(registry, registry.book, regimes) if each.day > day]
    if coming:
        soon = sum((each.day - day).days <= _SOON for each in coming)
        click.echo(
            f"{how_many(len(coming), 'known change')} after {day}, {soon:,} within {_SOON} days; "
            f"the next on {coming[0].day}: tidewaiter law changes"
        )


def _percent(part: int, whole: int) -> str:
    return f"{part / whole:.0%}" if whole else ""
