"""Queries on official counts: selection of release and rows."""

from collections.abc import Callable, Sequence

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
from msgspec import structs

from tidewaiter.base.errors import MissingError
from tidewaiter.base.records import Record
from tidewaiter.burden.indicators import (
    find_indicator,
    find_place,
    indicators,
    place_name,
    sources,
)
from tidewaiter.burden.types import Basis, Release, month_text, parse_month

_YEAR = 12  # months
_FIRST = "US"
_HASH = 8  # characters of a hash prefix
_SHOWN = 12  # places named in an error


class Ask(Record, frozen=True, kw_only=True):
    """A query on an archive."""

    place: str = ""  # code or name; "": the United States, otherwise the available country
    indicator: str = "overdose"
    source: str = ""  # "": the first of data/burden/sources.toml with figures
    release: str = ""  # label, month, or hash prefix; "": newest
    since: str = msgspec.field(default="", name="from")  # "2022-12"; "": no lower limit
    until: str = msgspec.field(default="", name="to")  # "": no upper limit


Estimating = Callable[[Release], pa.Table | None]
"""Provides the ESTIMATES of a release; None: none."""


def without(release: Release) -> pa.Table | None:
    """Provide no estimates."""
    del release
    return None


class Caption(Record, frozen=True, kw_only=True):
    """Mandatory context of a figure: subject, place, time, basis and source."""

    place: str
    place_name: str
    indicator: str
    indicator_name: str
    measure: str
    months: int  # length of a period
    basis: Basis
    release: str  # "cdc-vsrr 2025-01"
    released: str  # month; "": unknown
    told: bool  # the release states its month
    source_key: str  # of data/burden/sources.toml
    source: str  # name
    authority: str
    cite: str
    sha256: str
    closed_to: str  # last final month; "": unknown
    closing: bool  # the release states which periods are closed
    newest: str  # last month


def pick(releases: Sequence[Release], ask: Ask) -> Release:
    """Return the newest release of the first source with such figures.

    Raises:
        MissingError: None.
    """
    fitting = [
        each
        for each in releases
        if ask.source in {"", each.reading.source} and is_named(each, ask.release)
    ]
    holding = [each for each in fitting if len(rows_of(each, ask))]
    if not holding:
        among = f"in the release {ask.release}" if ask.release else "among these releases"
        raise MissingError(
            "burden/no-figures-asked",
            indicator=ask.indicator,
            place=ask.place,
            among=among,
            hint=what_there_is(fitting or releases),
        )
    return first_of(holding, lambda each: len(rows_of(each, ask)))


def first_of(holding: Sequence[Release], size: Callable[[Release], int]) -> Release:
    """Return the newest release of the first source; for ties, the one with most figures.

    Args:
        holding: Releases with such figures, at least one.
        size: Number of figures of each.
    """
    order = {key: number for number, key in enumerate(sources())}

    def rank(each: Release) -> tuple[int, int, int]:
        place = order.get(each.reading.source, len(order))
        return -place, each.reading.released or 0, size(each)

    return max(holding, key=rank)


def rows_of(release: Release, ask: Ask, *, part: str = "") -> pa.Table:
    """Return FIGURES of one place and indicator, in time order.

    If there are several count types, one is selected: `one_way`.
    """
    figures = release.reading.figures
    mask = pc.and_(
        pc.and_(
            pc.equal(figures["place"], ask.place),
            pc.equal(figures["indicator"], indicator_key(ask.indicator)),
        ),
        pc.equal(figures["part"], part),
    )
    return one_way(figures.filter(mask)).sort_by("last")


def one_way(found: pa.Table) -> pa.Table:
    """Select one count type, so that no period occurs twice.

    The one with the most rows, as multi-year totals may accompany years; for ties, twelve-month
    counts.
    """
    if not len(found):
        return found
    ways = found.group_by(["months", "measure", "basis"]).aggregate([("last", "count")])
    best = max(
        ways.to_pylist(),
        key=lambda way: (way["last_count"], way["months"] == _YEAR, way["measure"], way["basis"]),
    )
    mask = pc.and_(
        pc.and_(
            pc.equal(found["months"], best["months"]), pc.equal(found["measure"], best["measure"])
        ),
        pc.equal(found["basis"], best["basis"]),
    )
    return found.filter(mask)


def within(found: pa.Table, ask: Ask) -> pa.Table:
    """Select periods that end within the queried months.

    Raises:
        InputError: Invalid month.
    """
    if ask.since:
        found = found.filter(pc.greater_equal(found["last"], parse_month(ask.since)))
    if ask.until:
        found = found.filter(pc.less_equal(found["last"], parse_month(ask.until)))
    return found


def caption(release: Release, ask: Ask, found: pa.Table) -> Caption:
    """Return the context of figures.

    Args:
        release: Their release.
        ask: Place and indicator.
        found: FIGURES of one count type, at least one row.
    """
    reading = release.reading
    source, key = sources().get(reading.source), indicator_key(ask.indicator)
    known = indicators().get(key)
    closed = found.filter(pc.fill_null(found["closed"], False))["last"]
    return Caption(
        place=ask.place,
        place_name=place_name(ask.place),
        indicator=key,
        indicator_name=known.name if known else key,
        measure=found["measure"][0].as_py(),
        months=found["months"][0].as_py(),
        basis=found["basis"][0].as_py(),
        release=release.label,
        released=month_text(reading.released) if reading.released is not None else "",
        told=reading.told,
        source_key=reading.source,
        source=source.name if source else reading.source,
        authority=source.authority if source else "",
        cite=source.cite if source else reading.source,
        sha256=release.sha256,
        closed_to=month_text(pc.max(closed).as_py()) if len(closed) else "",
        closing=found["closed"].null_count < len(found),
        newest=month_text(pc.max(found["last"]).as_py()),
    )


def settled(releases: Sequence[Release], ask: Ask) -> Ask:
    """Return a query with its place as a code; first step of all views.

    A code with figures is that place, even if it is also a state's: "DE".

    Raises:
        InputError: Unknown place.
    """
    code = ask.place.strip().upper() or _usual(releases)
    there = any(pc.any(pc.equal(each.reading.figures["place"], code)).as_py() for each in releases)
    return structs.replace(ask, place=code if there else find_place(ask.place or code).code)


def _usual(releases: Sequence[Release]) -> str:
    found = {
        code for each in releases for code in each.reading.figures["place"].unique().to_pylist()
    }
    countries = sorted(code for code in found if "-" not in code)
    return _FIRST if _FIRST in found or not countries else countries[0]


def indicator_key(text: str) -> str:
    """Return the key of an indicator, from its key or name."""
    return find_indicator(text).key


def is_named(release: Release, name: str) -> bool:
    """Return whether a release matches a label, month or hash prefix; "": any."""
    wanted, month = name.strip().casefold(), release.reading.released
    names = {release.label.casefold(), month_text(month) if month is not None else ""}
    return (
        not wanted
        or wanted in names
        or (len(wanted) >= _HASH and release.sha256.startswith(wanted))
    )


def what_there_is(releases: Sequence[Release]) -> str:
    """Return a hint that lists places with figures, and their releases."""
    if not releases:
        return "add a release first: tidewaiter burden add FILE"
    found: set[str] = set()
    for each in releases:
        found.update(each.reading.figures["place"].unique().to_pylist())
    shown = sorted(found, key=lambda code: (len(code), code))
    more = f" and {len(shown) - _SHOWN} more" if len(shown) > _SHOWN else ""
    labels = ", ".join(dict.fromkeys(each.label for each in releases))
    return f"there are figures of {', '.join(shown[:_SHOWN])}{more}; releases: {labels}"
