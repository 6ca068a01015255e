"""Places compared: the states of a country in one period, as counts or as rates."""

from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from msgspec import structs

from tidewaiter.base.errors import MissingError
from tidewaiter.base.records import Record
from tidewaiter.burden.indicators import place_name, places
from tidewaiter.burden.types import Release, month_text
from tidewaiter.burden.views.query import (
    Ask,
    Caption,
    Estimating,
    caption,
    first_of,
    indicator_key,
    is_named,
    one_way,
    settled,
    what_there_is,
    within,
    without,
)
from tidewaiter.burden.views.trends import Measured, Point, Status, best_of, point_of

PEOPLE = "population"
_YEAR = 12
_HALF = 6
_COUNTY = "^US-[0-9]{5}$"  # counties lie in states, where there are such


class Where(Record, frozen=True, kw_only=True):
    """One place in one period."""

    place: str
    name: str
    value: float | None  # the best number: closed, else estimate, else reported, else predicted
    by: Measured
    status: Status
    missing: str
    low: float | None
    high: float | None
    people: float | None
    rate: float | None  # deaths per 100,000 people, not adjusted for age


class Across(Record, frozen=True, kw_only=True):
    """Places of one country in one period."""

    caption: Caption
    last: str  # the period's last month
    rows: tuple[Where, ...]  # the largest rate, or else the largest count, first
    population: str  # which release people are counted by; "": no rates
    population_year: str


def across(releases: Sequence[Release], ask: Ask, estimating: Estimating = without) -> Across:
    """Return the places of a country side by side.

    Args:
        releases: Of any sources; one with figures of the population makes rates.
        ask: The country or any of its places; `until` is the period.
        estimating: How the release that answers is estimated.

    Raises:
        MissingError: No release has a figure of a place of that country.
        InputError: A place, an indicator or a month cannot be read.
    """
    country = settled(releases, ask).place[:2]
    release = _release(releases, ask, country)
    estimates = estimating(release)
    table = _parts_of(release, ask, country)
    wanted = within(table, ask)
    table = wanted if len(wanted) else table
    last: int = (
        pc.max(table.filter(pc.is_valid(table["value"]))["last"]).as_py()
        or pc.max(table["last"]).as_py()
    )
    people, counted_by, year = _people(releases, country, last)
    own = _estimates_at(estimates, ask, last) if table["months"][0].as_py() == _YEAR else {}
    text = month_text(last)
    rows = [
        _where(row["place"], point_of(row, own.get(row["place"])), people.get(row["place"]))
        for row in table.filter(pc.equal(table["last"], last)).to_pylist()
    ]
    told = caption(release, structs.replace(ask, place=country), table)
    return Across(
        caption=told,
        last=text,
        population=counted_by,
        population_year=year,
        rows=tuple(sorted(rows, key=_order)),
    )


def _order(row: Where) -> tuple[float, float, str]:
    return (-(row.rate or 0.0), -(row.value if row.value is not None else -1.0), row.name)


def _release(releases: Sequence[Release], ask: Ask, country: str) -> Release:
    fitting = [
        each
        for each in releases
        if ask.source in {"", each.reading.source} and is_named(each, ask.release)
    ]
    sizes = {each.sha256: len(_parts_of(each, ask, country)) for each in fitting}
    holding = [each for each in fitting if sizes[each.sha256]]
    if not holding:
        raise MissingError(
            "burden/no-figures-within-country",
            indicator=ask.indicator,
            country=country,
            fitting=what_there_is(fitting or releases),
        )
    return first_of(holding, lambda each: sizes[each.sha256])


def _parts_of(release: Release, ask: Ask, country: str) -> pa.Table:
    """Return the figures of the places of a country that lie in no other place of it."""
    figures = release.reading.figures
    mask = pc.and_(
        pc.and_(
            pc.starts_with(figures["place"], f"{country}-"),
            pc.equal(figures["indicator"], indicator_key(ask.indicator)),
        ),
        pc.equal(figures["part"], ""),
    )
    found = figures.filter(mask)
    inner = [code for code, each in places().items() if each.within]
    deep = pc.match_substring_regex(found["place"], "^[A-Z]{2}-[A-Z0-9]+-")
    whole = found.filter(pc.invert(pc.or_(pc.is_in(found["place"], pa.array(inner)), deep)))
    states = whole.filter(pc.invert(pc.match_substring_regex(whole["place"], _COUNTY)))
    return one_way(states if len(states) else whole)


def _estimates_at(estimates: pa.Table | None, ask: Ask, last: int) -> dict[str, dict[str, Any]]:
    """Return the estimates of one period that are not closed, by place."""
    if estimates is None:
        return {}
    mask = pc.and_(
        pc.equal(estimates["indicator"], indicator_key(ask.indicator)),
        pc.equal(estimates["last"], last),
    )
    found = estimates.filter(pc.and_(mask, pc.not_equal(estimates["method"], "closed")))
    return {row["place"]: row for row in found.to_pylist()}


def _where(place: str, point: Point, living: float | None) -> Where:
    value, by = best_of(point)
    own = by == "estimate"
    return Where(
        place=place,
        name=place_name(place),
        value=value,
        by=by,
        status=point.status,
        missing=point.missing if value is None else "",
        low=point.low if own else None,
        high=point.high if own else None,
        people=living,
        rate=100_000 * value / living if living and value is not None else None,
    )


def _people(
    releases: Sequence[Release], country: str, last: int
) -> tuple[dict[str, float], str, str]:
    """Return residents by place in the year of the middle of a period, or the nearest before it."""
    middle = (last - _HALF + 1) // _YEAR
    best: tuple[int, Release, pa.Table] | None = None
    for release in releases:
        figures: pa.Table = release.reading.figures
        mask = pc.and_(
            pc.and_(
                pc.equal(figures["indicator"], PEOPLE), pc.starts_with(figures["place"], country)
            ),
            pc.equal(figures["part"], ""),
        )
        found = figures.filter(mask)
        years = {row // _YEAR for row in found["last"].to_pylist()}
        year = max((each for each in years if each <= middle), default=None)
        if year is not None and (best is None or year >= best[0]):
            best = (year, release, found)
    if best is None:
        return {}, "", ""
    year, release, found = best
    rows: list[dict[str, Any]] = [
        row for row in found.to_pylist() if row["last"] // _YEAR == year and row["value"]
    ]
    return {row["place"]: row["value"] for row in rows}, release.label, str(year)
