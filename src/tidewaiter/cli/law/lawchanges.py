"""The command `tidewaiter law changes`."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import click
import msgspec
from rich.console import Console
from rich.table import Table
from rich.text import Text

from tidewaiter.base.errors import InputError
from tidewaiter.base.files import replacing
from tidewaiter.base.records import Record
from tidewaiter.cli.options import Day, own_lists
from tidewaiter.report.characters import visible
from tidewaiter.report.lawchanges import ChangeView, calendar_of, change_in_words, change_views
from tidewaiter.report.library import words_of
from tidewaiter.substances.changes import changes_of, undated
from tidewaiter.substances.lawbook import load_lawbook
from tidewaiter.substances.registry import Registry, load_registry

_BACK = 365  # days


class Wanted(Record, frozen=True, kw_only=True):
    """The options of the command."""

    day: date | None
    since: date | None
    regimes: tuple[str, ...]
    ics: Path | None
    as_json: bool
    own: tuple[Path, ...]
    street: bool


@click.command()
@click.option("--day", type=Day(), help="What comes after this day (today), and what came before.")
@click.option("--since", type=Day(), help="The first day that is told (a year before --day).")
@click.option("--regime", "regimes", multiple=True, help="Of this law alone; may be given again.")
@click.option(
    "--ics", type=click.Path(dir_okay=False, path_type=Path), help="Write what comes: .ics."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object for each change.")
@own_lists
def changes(**options: Any) -> None:
    """Say on which days the law that is loaded changes: listings, classes, limits and duties.

    What comes after the day stands first. Listings whose first day nobody read stand on no day;
    they are counted. Only what is loaded is told.

    Example: tidewaiter law changes --day 2024-06-01 --regime un-1988
    """
    wanted = Wanted(**options)
    day = wanted.day or date.today()  # noqa: DTZ011 - the user's own calendar
    since = wanted.since or max(day, date.min + timedelta(_BACK)) - timedelta(_BACK)
    registry = load_registry(wanted.own)
    _check(wanted.regimes, registry)
    found = changes_of(registry, load_lawbook(registry), wanted.regimes)
    views = [e for e in change_views(found, words_of(registry)) if e.day >= since]
    coming = [each for each in views if each.day > day]
    if wanted.ics:
        with replacing(wanted.ics, "law") as part:
            part.write_bytes(calendar_of(coming, datetime.now(UTC)))
    if wanted.as_json:
        for each in views:
            click.echo(msgspec.json.encode(each))
        return
    console = Console(highlight=False)
    _print(console, f"After {day}", coming)
    _print(console, f"From {since} to {day}", [each for each in reversed(views) if each.day <= day])
    count = sum(undated(registry, wanted.regimes).values())
    console.print(f"{count:,} listings have no first day that was read, and stand on no day here.")


def _check(regimes: Iterable[str], registry: Registry) -> None:
    for slug in regimes:
        if slug not in registry.regimes:
            raise InputError(
                f'no regime is called "{slug}"',
                hint=f"it is one of: {', '.join(registry.regimes)}",
            )


def _print(console: Console, title: str, found: Iterable[ChangeView]) -> None:
    table = Table(
        title=Text(title, style="bold"), title_justify="left", box=None, header_style="bold"
    )
    for head in ("day", "what", "source"):
        table.add_column(head, overflow="fold")
    for each in found:
        mark = "" if each.mark == "read" else f" [{each.mark}]"
        said = Text(visible(f"{change_in_words(each)}{mark}"))
        table.add_row(f"{each.day}", said, Text(visible(each.source.title)))
    console.print(table if table.row_count else Text(f"{title}: nothing that is loaded changes."))
