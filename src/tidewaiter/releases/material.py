"""What months and event cards are made from: releases, base months, and a nowcast."""

from collections.abc import Mapping, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.burden.events.cards import Material
from tidewaiter.burden.events.declaring import digest_of, month_of_event
from tidewaiter.burden.events.facts import base_months
from tidewaiter.burden.events.types import Declaration, Declared, Event
from tidewaiter.burden.facts import places
from tidewaiter.burden.monthly import Months, recovered_months
from tidewaiter.burden.months import parse_month
from tidewaiter.burden.types import Release
from tidewaiter.burden.views.picking import Estimating

_ENOUGH = 36  # figures: a card needs two years before an event and one after
_CONTROLS = ("T40.5", "all-causes")  # the first that a release has, and that is not the series


class Series(Record, frozen=True, kw_only=True):
    """Months, and the release that they come from."""

    months: Months
    release: Release


class SeriesShelf:
    """Releases from which months of places are recovered."""

    def __init__(self, releases: Sequence[Release], estimating: Estimating) -> None:
        self.releases = tuple(releases)
        self._estimating = estimating

    def newest(self, place: str, indicator: str) -> Release:
        """Return the release that came out last of those that hold three years of a series.

        Raises:
            InputError: None holds any of it.
        """
        held = {
            number: count
            for number, each in enumerate(self.releases)
            if (count := figures_in(each, place, indicator))
        }
        if not held:
            raise InputError(
                f"no release has figures of {indicator} in {place}",
                hint="tidewaiter burden figures shows what they have",
            )
        long = [number for number, count in held.items() if count >= _ENOUGH] or list(held)
        return self.releases[max(long, key=lambda at: self.releases[at].reading.released or 0)]

    def series(self, place: str, indicator: str, base: Mapping[int, float] | None = None) -> Series:
        """Recover the months of a series.

        Args:
            place: Its code.
            indicator: Its key.
            base: Months of the first window; None: those that we ship, if any.

        Raises:
            InputError: No release has it, or months cannot be recovered.
        """
        release = self.newest(place, indicator)
        counts = _shipped(place, indicator) if base is None else dict(base)
        months = recovered_months(
            release.reading.figures, place, indicator, counts, self._estimating(release)
        )
        return Series(months=months, release=release)


def material_of(
    wanted: Declaration, shelf: SeriesShelf, known: tuple[Event, ...],
    kept: tuple[Declared, ...] = (), *, base: Mapping[int, float] | None = None,
    dose: Months | None = None,
) -> Material:  # fmt: skip
    """Gather what the card of an event is drawn from.

    Args:
        wanted: What is asked.
        shelf: The releases.
        known: Other events.
        kept: Declarations that were kept before.
        base: Months of the first window of the series.
        dose: A series of supply.

    Raises:
        InputError: No release has the series, or its months cannot be recovered.
    """
    series = shelf.series(wanted.place, wanted.indicator, base)
    digest = digest_of(wanted)
    return Material(
        months=series.months,
        release=series.release.label,
        release_sha256=series.release.sha256,
        kept=next((each for each in kept if each.sha256 == digest), None),
        counted=_counted(wanted, shelf),
        control=_control(wanted, shelf),
        untreated=_untreated(wanted, shelf),
        dose=dose,
        known=known,
    )


def figures_in(release: Release, place: str, indicator: str) -> int:
    """Count the figures that a release has of a place and an indicator."""
    wanted = (pc.field("place") == place) & (pc.field("indicator") == indicator)
    found: pa.Table = release.reading.figures.filter(wanted)
    return len(found)


def _counted(wanted: Declaration, shelf: SeriesShelf) -> int | None:
    """Return the month of the earliest release that counts a month of the window."""
    first = month_of_event(wanted.event.day) + wanted.window.since
    months = [
        each.reading.released
        for each in shelf.releases
        if figures_in(each, wanted.place, wanted.indicator)
        and pc.max(each.reading.figures["last"]).as_py() >= first
    ]
    return min((each for each in months if each is not None), default=None)


def _control(wanted: Declaration, shelf: SeriesShelf) -> Months | None:
    for key in _CONTROLS:
        found = _maybe(shelf, wanted.place, key) if key != wanted.indicator else None
        if found is not None:
            return found
    return None


def _untreated(wanted: Declaration, shelf: SeriesShelf) -> tuple[Months, ...]:
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


def _maybe(shelf: SeriesShelf, place: str, indicator: str) -> Months | None:
    try:
        return shelf.series(place, indicator).months
    except InputError:
        return None


def _shipped(place: str, indicator: str) -> dict[int, float]:
    for each in base_months():
        if (each.place, each.indicator) == (place, indicator):
            first = parse_month(each.first)
            return {first + at: float(count) for at, count in enumerate(each.counts)}
    return {}
