"""Input data of an event card: releases, declarations and known events, joined."""

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.burden.events.cards import Material
from tidewaiter.burden.events.declarations import digest_of, month_of_event
from tidewaiter.burden.events.types import Declaration, Declared, Event
from tidewaiter.burden.indicators import places
from tidewaiter.burden.monthly import MONTHLY, Months
from tidewaiter.burden.releases.dataset_loader import Shelf, figures_in, read_dose

_CONTROLS = ("T40.5", "all-causes")  # negative controls: the first available other than the series


class Beside(Record, frozen=True, kw_only=True):
    """Data besides the series."""

    kept: tuple[Declared, ...] = ()
    known: tuple[Event, ...] = ()
    base: Path | None = None  # months of the first window
    dose: Path | None = None  # pounds by month
    drug: str = "seized-fentanyl"


def material_of(wanted: Declaration, shelf: Shelf, beside: Beside) -> Material:
    """Collect the input of a card.

    Raises:
        InputError: No release has the series, or a file is unreadable.
    """
    series = shelf.series(wanted.place, wanted.indicator, beside.base)
    digest = digest_of(wanted)
    return Material(
        months=series.months,
        release=series.release.label,
        release_sha256=series.release.sha256,
        kept=next((each for each in beside.kept if each.sha256 == digest), None),
        counted=_counted(wanted, shelf),
        control=_control(wanted, shelf),
        untreated=_untreated(wanted, shelf),
        dose=_dose(beside.dose, beside.drug) if beside.dose else None,
        known=beside.known,
    )


def _counted(wanted: Declaration, shelf: Shelf) -> int | None:
    """Return the month of the earliest release with a month of the window."""
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
    """Return whole states for a single state's event; otherwise no place is untreated."""
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


def _dose(file: Path, drug: str) -> Months:
    counts = read_dose(file, drug)
    rows = [
        dict.fromkeys(MONTHLY.names)
        | {
            "place": "US",
            "indicator": drug,
            "measure": "pounds",
            "basis": "",
            "part": "",
            "missing": "",
            "last": month,
            "months": 1,
            "value": value,
        }
        for month, value in sorted(counts.items())
    ]
    figures = pa.Table.from_pylist(rows, schema=MONTHLY)
    return Months(figures=figures, method="as reported", notes=())
