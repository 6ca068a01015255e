"""Unusual routes: long detours, and foreign parcels numbered in the destination country.

Ships go round continents, so a long route alone is weak evidence: a detour is reported only if
earlier lines between the same two countries took other routes.
"""

import csv
import io
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cache, lru_cache
from itertools import pairwise
from math import asin, cos, radians, sin, sqrt
from typing import Final, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from tidewaiter.base.countries import find_country
from tidewaiter.base.phrases import Phrase
from tidewaiter.base.resources import data
from tidewaiter.trade.flows import journey_of
from tidewaiter.trade.history.dealings import Book
from tidewaiter.trade.history.trader_changes import Said
from tidewaiter.trade.rules.alert_rules import PastRules
from tidewaiter.trade.types import Line, Stop, days_of

_EARTH: Final = 6371.0  # km, mean radius


class Place(NamedTuple):
    """A point on Earth."""

    lat: float  # degrees, north positive
    lon: float  # degrees, east positive


def place_of(locode: str | None) -> Place | None:
    """Return the coordinates of a UN/LOCODE, to a tenth of a degree; None: unknown.

    Source:
        data/places/SOURCE.txt.
    """
    return _places().get((locode or "").replace(" ", "").upper())


def apart_km(one: Place, other: Place) -> float:
    """Return the great-circle distance between two places in km."""
    lat, lon = radians(other.lat - one.lat), radians(other.lon - one.lon)
    half = sin(lat / 2) ** 2 + cos(radians(one.lat)) * cos(radians(other.lat)) * sin(lon / 2) ** 2
    return 2 * _EARTH * asin(min(1.0, sqrt(half)))


@cache
def _places() -> dict[str, Place]:
    text = data("places", "ports.csv").read_text(encoding="ascii")
    return {
        row["locode"]: Place(float(row["lat"]), float(row["lon"]))
        for row in csv.DictReader(io.StringIO(text))
    }


_Ends = tuple[str, str]


class Detour(NamedTuple):
    """A route with intermediate places."""

    ends: _Ends  # countries
    via: tuple[str, ...]  # transit countries, in order, without duplicates
    length: float  # km, between consecutive known places
    direct: float  # km between the ends


def detour_of(stops: Sequence[Stop]) -> Detour | None:
    """Return the route of the stops; None: no third country, or unknown.

    Args:
        stops: Stops in travel order; unknown UN/LOCODEs are skipped.
    """
    known = [(place, _country(stop)) for stop in stops if (place := place_of(stop.locode))]
    if len(known) < 3:  # noqa: PLR2004 - two ends and a place between
        return None
    ends = (known[0][1], known[-1][1])
    via = tuple(dict.fromkeys(code for _, code in known[1:-1] if code not in ends))
    if not via or "" in ends:
        return None
    places = [place for place, _ in known]
    return Detour(ends, via, _length(places), apart_km(places[0], places[-1]))


class Ways:
    """Counts the routes of lines between requested pairs of countries."""

    def __init__(self, book: Book, rules: PastRules) -> None:
        """Set the source of line dates, and the parameters.

        Args:
            book: History of the screening.
            rules: History rules.
        """
        self._day, self._numbers = book.day, rules.rules["detour"].numbers
        self._all: dict[_Ends, Counter[date]] = {}
        self._via: dict[tuple[_Ends, str], Counter[date]] = {}

    @property
    def wanted(self) -> Collection[tuple[str, str]]:
        """Return the requested pairs of countries, as in `code_of`."""
        return self._all.keys()

    def ask(self, ends: Iterable[tuple[str, str]]) -> None:
        """Request routes between pairs of countries, as in `code_of`."""
        for each in ends:
            self._all.setdefault(each, Counter())

    def want(self, line: Line) -> None:
        """Request the routes between the ends of a line with a long route."""
        detour = self._long(line)
        if detour is not None:
            self._all.setdefault(detour.ends, Counter())

    def look(self, batch: pa.RecordBatch, *, earlier: bool) -> None:
        """Count the routes of lines between requested ends.

        Args:
            batch: Batch with the schema LINES.
            earlier: From an earlier file: undated lines precede all others.
        """
        routes = batch.column("route")
        if not self._all or routes.null_count == len(routes):
            return
        days = pc.fill_null(days_of(batch), date.min if earlier else self._day)
        long = pc.fill_null(pc.greater(pc.list_value_length(routes), 1), False)
        rows = zip(routes.filter(long).to_pylist(), days.filter(long).to_pylist(), strict=True)
        for stops, day in rows:
            countries = [code_of(stop["country"], stop["locode"]) for stop in stops]
            ends = (countries[0], countries[-1])
            counts = self._all.get(ends)
            if counts is None:
                continue
            counts[day] += 1
            for code in set(countries[1:-1]) - set(ends):
                self._via.setdefault((ends, code), Counter())[day] += 1

    def of(self, line: Line, day: date) -> Iterator[Said]:
        """Yield a finding if the route of a line is long, and was rarely used before.

        Args:
            line: Requested line.
            day: Day on which it counts.
        """
        detour = self._long(line)
        if detour is None:
            return
        all_ = _before(self._all.get(detour.ends, Counter()), day)
        if all_ < self._numbers["lines"]:
            return
        rare = [
            (code, took)
            for code in detour.via
            if (took := _before(self._via.get((detour.ends, code), Counter()), day))
            <= self._numbers["share"] * all_
        ]
        if rare:
            code, took = rare[0]
            yield Said(
                "detour",
                {
                    "via": code,
                    "length": Phrase("quantity/km", figure=f"{detour.length:.0f}"),
                    "direct": Phrase("quantity/km", figure=f"{detour.direct:.0f}"),
                    "why": Phrase("passed/rare", figure=took, figure2=all_),
                },
            )

    def _long(self, line: Line) -> Detour | None:
        detour = detour_of(line.route or ())
        if detour is None:
            return None
        more = detour.length - detour.direct
        enough = detour.length >= self._numbers["ratio"] * detour.direct
        return detour if enough and more >= self._numbers["km"] else None


def _length(places: Sequence[Place]) -> float:
    return sum(apart_km(*pair) for pair in pairwise(places))


def _before(counts: Mapping[date, int], day: date) -> int:
    return sum(count for when, count in counts.items() if when < day)


def _country(stop: Stop) -> str:
    return code_of(stop.country, stop.locode)


@lru_cache(maxsize=65_536)
def code_of(country: str | None, locode: str | None) -> str:
    """Return the country of a stop; "": unknown."""
    return find_country(country or "") or find_country((locode or "")[:2]) or ""


_NUMBER = re.compile(r"[A-Z]{2}(\d{8})(\d)([A-Z]{2})")
_WEIGHTS: Final = (8, 6, 4, 2, 3, 5, 9, 7)
_ELEVEN: Final = 11


def issued_in(number: str) -> str:
    """Return the country that issued a parcel number; "": not such a number.

    Args:
        number: Number as written.

    Source:
        UPU standard S10: two letters, eight digits, a check digit modulo 11 with the weights
        8 6 4 2 3 5 9 7, and the ISO 3166-1 code of the country that issued it.
    """
    found = _NUMBER.fullmatch(number.replace(" ", "").upper())
    if found is None:
        return ""
    sum_ = sum(int(digit) * weight for digit, weight in zip(found[1], _WEIGHTS, strict=True))
    rest = _ELEVEN - sum_ % _ELEVEN
    check = {10: 0, 11: 5}.get(rest, rest)
    return found[3] if int(found[2]) == check else ""


def of_label(line: Line) -> Said | None:
    """Report a line from abroad whose number was issued in its own destination country.

    A number of a third country's post is normal: posts forward items for each other.
    """
    country = issued_in(line.consignment)
    if not country:
        return None
    journey = journey_of(line)
    if journey.destination != country or journey.origin in {country, ""}:
        return None
    return Said("label-domestic", {"label": line.consignment, "country": country})
