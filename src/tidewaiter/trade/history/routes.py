"""Routes: a way that is much longer than it need be, and that others do not take.

Ships go round continents, so a long way alone means little: a detour is told only where the
earlier lines between the same two countries went other ways.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from tidewaiter.base.countries import country_name, find_country
from tidewaiter.consignments.lines import days_of
from tidewaiter.consignments.past.book import Book
from tidewaiter.consignments.past.places import Place, apart_km, place_of
from tidewaiter.consignments.past.trading import Said
from tidewaiter.consignments.past.types import PastRules
from tidewaiter.consignments.types import Line, Stop

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
                    "via": country_name(code),
                    "length": f"{detour.length:,.0f} km",
                    "direct": f"{detour.direct:,.0f} km",
                    "why": f"{took:,} of {all_:,} earlier lines between its ends "
                    "went through there",
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
