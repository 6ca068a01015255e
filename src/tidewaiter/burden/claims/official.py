"""The official values of an indicator at a place, of every release, each with what it is."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from tidewaiter.burden.claims.types import Kind, Official
from tidewaiter.burden.claims.words import ADJUSTED
from tidewaiter.burden.types import Release

_TWELVE = 12
_PEOPLE = "population"
_PER = 100_000


def officials(
    releases: Iterable[Release], place: str, indicator: str, measure: str = "deaths"
) -> list[Official]:
    """Return the twelve-month values of all ages, reported and predicted.

    Twelve months that are given one by one are added up where all of them are there.
    """
    found: list[Official] = []
    for release in releases:
        rows = _rows(release.reading.figures, place, indicator, measure)
        found += [each for row in rows if row["months"] == _TWELVE for each in _of(release, row)]
        found += [each for row in _years(rows) for each in _of(release, row)]
    return found


def rates(releases: Sequence[Release], place: str, indicator: str) -> list[tuple[Official, str]]:
    """Return death rates per 100,000 people, each with what it is: as published, or computed.

    Age-adjusted rates are those that publications give, as no release holds people by age. Crude
    rates are computed of deaths and residents of the same place and year.
    """
    found = [(each, "age-adjusted") for each in officials(releases, place, indicator, ADJUSTED)]
    people: dict[int, Official] = {}
    for each in officials(releases, place, _PEOPLE, _PEOPLE):
        newer = each.last not in people or (each.released or 0) >= (people[each.last].released or 0)
        if newer and each.value:
            people[each.last] = each
    for each in officials(releases, place, indicator):
        lived = people.get(each.last)
        if lived:
            rate = msgspec.structs.replace(each, value=_PER * each.value / lived.value)
            how = f"crude: {each.value:,.0f} deaths, {lived.value:,.0f} people ({lived.release})"
            found.append((rate, how))
    return found


def finals(releases: Sequence[Release], place: str, indicator: str) -> dict[int, Official]:
    """Return the newest final count of residents of each calendar year."""
    found: dict[int, Official] = {}
    for each in officials(releases, place, indicator):
        final = each.basis == "residence" and each.kind == "reported" and each.closed is not False
        if final and each.last % _TWELVE == _TWELVE - 1:
            year = each.last // _TWELVE
            if year not in found or (each.released or 0) >= (found[year].released or 0):
                found[year] = each
    return found


def months_of(releases: Iterable[Release], place: str, indicator: str, last: int) -> list[Official]:
    """Return the values of one month."""
    return [
        each
        for release in releases
        for row in _rows(release.reading.figures, place, indicator, "deaths")
        if row["months"] == 1 and row["last"] == last
        for each in _of(release, row)
    ]


def _rows(figures: pa.Table, place: str, indicator: str, measure: str) -> list[dict[str, Any]]:
    wanted = pc.and_(pc.equal(figures["place"], place), pc.equal(figures["indicator"], indicator))
    wanted = pc.and_(wanted, pc.equal(figures["measure"], measure))
    rows: list[dict[str, Any]] = figures.filter(
        pc.and_(wanted, pc.equal(figures["part"], ""))
    ).to_pylist()
    return rows


def _years(rows: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield a row for each calendar year whose twelve months are all there."""
    months: dict[int, dict[str, Any]] = {
        row["last"]: row for row in rows if row["months"] == 1 and row["value"] is not None
    }
    given = {row["last"] for row in rows if row["months"] == _TWELVE}
    years: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for last, row in months.items():
        years[last // _TWELVE].append(row)
    for year, parts in years.items():
        last = year * _TWELVE + _TWELVE - 1
        if len(parts) == _TWELVE and last not in given:
            closed = [part["closed"] for part in parts]
            yield parts[0] | {
                "last": last,
                "months": _TWELVE,
                "value": sum(part["value"] for part in parts),
                "predicted": None,
                "closed": None if None in closed else all(closed),
            }


def _of(release: Release, row: dict[str, Any]) -> Iterator[Official]:
    kinds: tuple[tuple[Kind, str], ...] = (("reported", "value"), ("predicted", "predicted"))
    for kind, column in kinds:
        if row[column] is not None:
            yield Official(
                source=release.reading.source,
                release=release.label,
                address=release.name,
                released=release.reading.released,
                place=row["place"],
                indicator=row["indicator"],
                basis=row["basis"],
                kind=kind,
                last=row["last"],
                months=row["months"],
                closed=row["closed"] if kind == "reported" else False,
                value=row[column],
            )
