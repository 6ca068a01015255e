"""The query: which release answers a question, and which of its rows."""

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
_HASH = 8  # characters of a hash that tell it from others
_SHOWN = 12  # places that an error names


class Ask(Record, frozen=True, kw_only=True):
    """What is asked of an archive."""

    place: str = ""  # a code or a name; "": the United States, or else the country that is there
    indicator: str = "overdose"
    source: str = ""  # "": the first of data/burden/sources.toml that has figures
    release: str = ""  # its label, its month, or the first characters of its hash; "": the newest
    since: str = msgspec.field(default="", name="from")  # "2022-12"; "": from the first period
    until: str = msgspec.field(default="", name="to")  # "": to the newest period


Estimating = Callable[[Release], pa.Table | None]
"""How the ESTIMATES of a release are found; None: there are none."""


def without(release: Release) -> pa.Table | None:
    """Estimate nothing."""
    del release
    return None


class Caption(Record, frozen=True, kw_only=True):
    """What must stand beside every figure: of what, where, when, on which basis, by whom."""

    place: str
    place_name: str
    indicator: str
    indicator_name: str
    measure: str
    months: int  # length of each period
    basis: Basis
    release: str  # "cdc-vsrr 2025-01"
    released: str  # its month; "": not known
    told: bool  # the release says its month itself
    source_key: str  # of data/burden/sources.toml
    source: str  # its name
    authority: str
    cite: str
    sha256: str
    closed_to: str  # the last month whose count the source changes no more; "": none is known
    closing: bool  # the release tells which periods are closed
    newest: str  # the last month


def pick(releases: Sequence[Release], ask: Ask) -> Release:
    """Return the release that answers: the newest of the first source that has such figures.

    Raises:
        MissingError: None does.
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
    """Return the newest release of the first source; of several the one that holds the most.

    Args:
        holding: At least one release that has such figures.
        size: How many it has.
    """
    order = {key: number for number, key in enumerate(sources())}

    def rank(each: Release) -> tuple[int, int, int]:
        place = order.get(each.reading.source, len(order))
        return -place, each.reading.released or 0, size(each)

    return max(holding, key=rank)


def rows_of(release: Release, ask: Ask, *, part: str = "") -> pa.Table:
    """Return the figures of one place and indicator, as FIGURES, in the order of time.

    Where a release counts it in several ways, one is taken: `one_way`.
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
    """Keep one way of counting, so that no period stands twice.

    That is the one with the most rows, as totals over many years stand beside years; of several
    the one of twelve months.
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
    """Keep the periods that end in the months asked for.

    Raises:
        InputError: A month cannot be read.
    """
    if ask.since:
        found = found.filter(pc.greater_equal(found["last"], parse_month(ask.since)))
    if ask.until:
        found = found.filter(pc.less_equal(found["last"], parse_month(ask.until)))
    return found


def caption(release: Release, ask: Ask, found: pa.Table) -> Caption:
    """Return what stands beside figures.

    Args:
        release: Theirs.
        ask: Place and indicator.
        found: At least one row of FIGURES, of one way of counting.
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
    """Return a question whose place is a code; all views begin with it.

    A code that figures have is that place, though it is a state's too: "DE".

    Raises:
        InputError: It is no place.
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
    """Return the key of an indicator, by its key or its name."""
    return find_indicator(text).key


def is_named(release: Release, name: str) -> bool:
    """Tell whether a release is called so: by label, month or the start of its hash; "": any is."""
    wanted, month = name.strip().casefold(), release.reading.released
    names = {release.label.casefold(), month_text(month) if month is not None else ""}
    return (
        not wanted
        or wanted in names
        or (len(wanted) >= _HASH and release.sha256.startswith(wanted))
    )


def what_there_is(releases: Sequence[Release]) -> str:
    """Say of which places there are figures, in which releases, as a hint."""
    if not releases:
        return "add a release first: tidewaiter burden add FILE"
    found: set[str] = set()
    for each in releases:
        found.update(each.reading.figures["place"].unique().to_pylist())
    shown = sorted(found, key=lambda code: (len(code), code))
    more = f" and {len(shown) - _SHOWN} more" if len(shown) > _SHOWN else ""
    labels = ", ".join(dict.fromkeys(each.label for each in releases))
    return f"there are figures of {', '.join(shown[:_SHOWN])}{more}; releases: {labels}"
