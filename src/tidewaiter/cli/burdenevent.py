"""The command `tidewaiter burden event`."""

from pathlib import Path
from typing import Any

import click
import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from tidewaiter.base.errors import InputError
from tidewaiter.burden.events.cards import Material, event_card
from tidewaiter.burden.events.declaring import digest_of, month_of_event
from tidewaiter.burden.events.types import Declaration, Declared, Event
from tidewaiter.burden.facts import places
from tidewaiter.burden.monthly import MONTHLY, Months
from tidewaiter.cli.burdencards import card_text, placebo_text
from tidewaiter.cli.burdendeclare import asked, declaration_of, known_of
from tidewaiter.cli.burdenmaterial import FILE, Shelf, figures_in, read_base, releases_of
from tidewaiter.cli.releasesfolder import archived_in
from tidewaiter.releases.declarations import declarations, find_declared

_CONTROLS = ("T40.5", "all-causes")  # the first that a release has, and that is not the series


@click.command()
@click.argument("event", required=False)
@asked
@click.option("--release", "file", type=FILE, help="A release; else the archive's newest.")
@click.option("--base", type=FILE, help="Months of the first window: a release by month, or CSV.")
@click.option("--declared", type=click.Path(dir_okay=False, path_type=Path),
              help="The file of declarations; EVENT may then be the hash of one.")  # fmt: skip
@click.option("--dose", type=FILE, help="Pounds by month, CSV; shown in differences only.")
@click.option("--placebos", is_flag=True, help="List the dates that it is ranked among.")
@click.option("--json", "as_json", is_flag=True, help="The card as JSON, nothing left out.")
@archived_in
def event(event: str | None, folder: Path, **options: Any) -> None:
    """Set an event beside its series: its gap, and its rank among dates without an event.

    A card estimates no effect. It says "compatible with", "not distinguishable from ordinary
    variation" or "opposite to declared direction", and is wrong at most at 1 date in 20.

    Example: tidewaiter burden event us-fentanyl-class --direction down --release release.csv
    """
    known = known_of(options["events"])
    kept = declarations(options["declared"]) if options["declared"] else ()
    named = find_declared(event, kept) if event else None
    wanted = named.declaration if named else declaration_of(event, known, options)
    material = _material(wanted, Shelf(releases_of(options["file"], folder)), kept, known, options)
    card = event_card(wanted, material)
    if options["as_json"]:
        click.echo(msgspec.json.encode(card))
    else:
        click.echo(placebo_text(card) if options["placebos"] else card_text(card))


def _material(
    wanted: Declaration, shelf: Shelf, kept: tuple[Declared, ...],
    known: tuple[Event, ...], options: dict[str, Any],
) -> Material:  # fmt: skip
    series = shelf.series(wanted.place, wanted.indicator, options["base"])
    digest = digest_of(wanted)
    return Material(
        months=series.months,
        release=series.release.label,
        release_sha256=series.release.sha256,
        kept=next((each for each in kept if each.sha256 == digest), None),
        counted=_counted(wanted, shelf),
        control=_control(wanted, shelf),
        untreated=_untreated(wanted, shelf),
        dose=_dose(options["dose"]) if options["dose"] else None,
        known=known,
    )


def _counted(wanted: Declaration, shelf: Shelf) -> int | None:
    """Return the month of the earliest release that counts a month of the window."""
    first = month_of_event(wanted.event.day) + wanted.window.since
    months = [
        each.reading.released
        for each in shelf.releases
        if figures_in(each, wanted.place, wanted.indicator)
        and pc.max(each.reading.figures["last"]).as_py() >= first
    ]
    return min((each for each in months if each is not None), default=None)


def _control(wanted: Declaration, shelf: Shelf) -> Months | None:
    for key in _CONTROLS:
        found = _maybe(shelf, wanted.place, key) if key != wanted.indicator else None
        if found is not None:
            return found
    return None


def _untreated(wanted: Declaration, shelf: Shelf) -> tuple[Months, ...]:
    """Return whole states, where the event was one state's own; else none is untreated."""
    if wanted.event.where != wanted.place or "-" not in wanted.place:
        return ()
    states = [
        each.code
        for each in places().values()
        if "-" in each.code and not each.within and each.code != wanted.place
    ]
    found = (_maybe(shelf, code, wanted.indicator) for code in states)
    return tuple(months for months in found if months is not None)


def _maybe(shelf: Shelf, place: str, indicator: str) -> Months | None:
    try:
        return shelf.series(place, indicator).months
    except InputError:
        return None


def _dose(file: Path) -> Months:
    counts = read_base(file, "US", "dose")
    rows = [
        dict.fromkeys(MONTHLY.names) | {
            "place": "US", "indicator": file.stem, "measure": "pounds", "basis": "", "part": "",
            "missing": "", "last": month, "months": 1, "value": value,
        }
        for month, value in sorted(counts.items())
    ]  # fmt: skip
    figures = pa.Table.from_pylist(rows, schema=MONTHLY)
    return Months(figures=figures, method="as reported", notes=())
