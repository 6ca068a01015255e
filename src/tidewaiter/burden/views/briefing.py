"""Briefing: one page for a decision, on one place and one count."""

from collections.abc import Sequence

from tidewaiter.base.errors import MissingError
from tidewaiter.base.records import Record
from tidewaiter.burden.indicators import sources
from tidewaiter.burden.types import Release
from tidewaiter.burden.views.places import Across, across
from tidewaiter.burden.views.query import Ask, Caption, Estimating, without
from tidewaiter.burden.views.trends import Mix, Trend, mix, trend


class Cited(Record, frozen=True, kw_only=True):
    """A release cited by a briefing."""

    release: str
    cite: str
    about: str  # address
    licence: str
    sha256: str


class Brief(Record, frozen=True, kw_only=True):
    """Content of a briefing."""

    trend: Trend
    drugs: Mix | None  # None: no release has drug classes there
    places: Across | None  # None: no release has parts of that country
    cited: tuple[Cited, ...]


def brief(releases: Sequence[Release], ask: Ask, estimating: Estimating = without) -> Brief:
    """Assemble a briefing.

    Raises:
        MissingError: No release has the figures.
        InputError: Invalid place, indicator or month.
    """
    main = trend(releases, ask, estimating)
    drugs, side = _mix(releases, ask, estimating), _across(releases, ask, estimating)
    captions = [main.caption, *(each.caption for each in (drugs, side) if each)]
    cited = {each.sha256: _cited(each) for each in captions}
    if side and side.population:
        people = next((each for each in releases if each.label == side.population), None)
        if people:
            told = sources().get(people.reading.source)
            cited[people.sha256] = Cited(
                release=people.label,
                cite=told.cite if told else "",
                sha256=people.sha256,
                about=told.about if told else "",
                licence=told.licence if told else "",
            )
    return Brief(trend=main, drugs=drugs, places=side, cited=tuple(cited.values()))


def _mix(releases: Sequence[Release], ask: Ask, estimating: Estimating) -> Mix | None:
    try:
        return mix(releases, ask, estimating)
    except MissingError:
        return None


def _across(releases: Sequence[Release], ask: Ask, estimating: Estimating) -> Across | None:
    try:
        return across(releases, ask, estimating)
    except MissingError:
        return None


def _cited(caption: Caption) -> Cited:
    told = sources().get(caption.source_key)
    return Cited(
        release=caption.release,
        cite=caption.cite,
        sha256=caption.sha256,
        about=told.about if told else "",
        licence=told.licence if told else "",
    )
