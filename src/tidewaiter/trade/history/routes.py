"""Unusual routes: long detours, and foreign parcels numbered in the destination country.

Ships go round continents, so a long way alone means little: a detour is told only where the
earlier lines between the same two countries went other ways.
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

_EARTH: Final = 6371.0  # kilometres, mean radius


class Place(NamedTuple):
    """A point on Earth."""

    lat: float  # degrees, north is positive
    lon: float  # degrees, east is positive


def place_of(locode: str | None) -> Place | None:
    """Return where a place is, to a tenth of a degree; None: it is none that we know.

    Source:
        data/places/SOURCE.txt.
    """
    return _places().get((locode or "").replace(" ", "").upper())


def apart_km(one: Place, other: Place) -> float:
    """Return the great-circle distance between two places in kilometres."""
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
    """A way with a place between its ends."""

    ends: _Ends  # countries
    via: tuple[str, ...]  # countries between, in order, each once
    length: float  # kilometres, from each known place to the next
    direct: float  # kilometres between the ends


def detour_of(stops: Sequence[Stop]) -> Detour | None:
    """Return the way that stops make; None: it goes through no third country, or is not known.

    Args:
        stops: In the order of travel; those whose UN/LOCODE we do not know are passed over.
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
    """Counts which ways lines between two countries take, for pairs that are asked for."""

    def __init__(self, book: Book, rules: PastRules) -> None:
        """Take what tells the days of lines, and the numbers.

        Args:
            book: Of the screening.
            rules: Of the past.
        """
        self._day, self._numbers = book.day, rules.rules["detour"].numbers
        self._all: dict[_Ends, Counter[date]] = {}
        self._via: dict[tuple[_Ends, str], Counter[date]] = {}

    @property
    def wanted(self) -> Collection[tuple[str, str]]:
        """Return the ends between which ways are asked for, as `code_of` tells them."""
        return self._all.keys()

    def ask(self, ends: Iterable[tuple[str, str]]) -> None:
        """Ask for the ways between ends, as `code_of` tells them."""
        for each in ends:
            self._all.setdefault(each, Counter())

    def want(self, line: Line) -> None:
        """Ask for the ways between the ends of a line, where its own is long."""
        detour = self._long(line)
        if detour is not None:
            self._all.setdefault(detour.ends, Counter())

    def look(self, batch: pa.RecordBatch, *, earlier: bool) -> None:
        """Count the ways of lines between ends that are asked for.

        Args:
            batch: Of the schema LINES.
            earlier: They are of an earlier file: one without a day is before all others.
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
        """Yield that the way of a line is long, and hardly any other line took it before.

        Args:
            line: That was asked for.
            day: On which it counts.
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
    """Return the country of a stop; "": none that we know."""
    return find_country(country or "") or find_country((locode or "")[:2]) or ""


_NUMBER = re.compile(r"[A-Z]{2}(\d{8})(\d)([A-Z]{2})")
_WEIGHTS: Final = (8, 6, 4, 2, 3, 5, 9, 7)
_ELEVEN: Final = 11


def issued_in(number: str) -> str:
    """Return the country whose post gave a parcel its number; "": it is no such number.

    Args:
        number: As written.

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
    """Tell that a line comes from abroad under a number that its own destination issued.

    A number of the post of a third country is none of this: posts send on for each other.
    """
    country = issued_in(line.consignment)
    if not country:
        return None
    journey = journey_of(line)
    if journey.destination != country or journey.origin in {country, ""}:
        return None
    return Said("label-domestic", {"label": line.consignment, "country": country})
