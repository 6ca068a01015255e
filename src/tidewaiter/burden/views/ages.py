"""Ages: deaths by age and sex in one period, from a release that tells them apart."""

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from tidewaiter.base.errors import MissingError
from tidewaiter.base.records import Record
from tidewaiter.burden.types import Release, month_text
from tidewaiter.burden.views.query import (
    Ask,
    Caption,
    caption,
    first_of,
    indicator_key,
    is_named,
    one_way,
    pick,
    settled,
    within,
)

_PEOPLE = "population"
_YEAR = 12  # months


class Band(Record, frozen=True, kw_only=True):
    """Deaths at some ages."""

    age: str  # "25-34"
    sex: str  # "F", "M"; "": both
    deaths: float | None
    missing: str
    people: float | None
    rate: float | None  # per 100,000 people of that age and sex


class Ages(Record, frozen=True, kw_only=True):
    """Deaths by age in one period."""

    caption: Caption
    last: str
    bands: tuple[Band, ...]  # by sex, both first; then by age
    others: tuple[str, ...]  # other indicators with ages in the same release


def ages(releases: Sequence[Release], ask: Ask) -> Ages:
    """Return deaths by age.

    Args:
        releases: Of any sources.
        ask: Place and indicator; `until` is the period. Years go before sums of many years.

    Raises:
        MissingError: No release tells ages there.
    """
    ask = settled(releases, ask)
    holding = [(each, _by_age(each, ask)) for each in releases]
    holding = [(each, found) for each, found in holding if len(found) and _wanted(each, ask)]
    if not holding:
        plain = [each for each in releases if _wanted(each, ask)]
        if plain and not any(_tells_ages(each) for each in plain):
            raise MissingError("burden/no-ages")
        pick([each for each in plain if _tells_ages(each)], ask)  # which says what there is
        raise MissingError("burden/no-ages-of-indicator", indicator=ask.indicator, place=ask.place)
    holding = _of_years(holding)
    found_in = {each.sha256: found for each, found in holding}
    release = first_of([each for each, _ in holding], lambda each: len(found_in[each.sha256]))
    found = found_in[release.sha256]
    chosen = within(found, ask)
    last = pc.max((chosen if len(chosen) else found)["last"]).as_py()
    shown = one_way(found.filter(pc.equal(found["last"], last)))
    people = _people(release, ask, last)
    bands = tuple(_band(row["part"], row, people) for row in shown.to_pylist())
    return Ages(
        caption=caption(release, ask, shown),
        last=month_text(last),
        bands=tuple(sorted(bands, key=lambda band: (band.sex, first_age(band.age)))),
        others=_others(release, indicator_key(ask.indicator)),
    )


def _of_years(holding: list[tuple[Release, pa.Table]]) -> list[tuple[Release, pa.Table]]:
    """Leave out periods of more than a year, which hide the last one, where any has others."""
    years = [(each, found.filter(pc.less_equal(found["months"], _YEAR))) for each, found in holding]
    return [(each, found) for each, found in years if len(found)] or holding


def first_age(text: str) -> int:
    """Return the first age of a band: 25 of "25-34", 0 of "<1"."""
    digits = "".join(c if c.isdigit() else " " for c in text).split()
    return 0 if text.startswith("<") else int(digits[0]) if digits else 999


def _wanted(release: Release, ask: Ask) -> bool:
    return ask.source in {"", release.reading.source} and is_named(release, ask.release)


def _by_age(release: Release, ask: Ask) -> pa.Table:
    return _rows(release, ask.place, indicator_key(ask.indicator))


def _rows(release: Release, place: str, indicator: str) -> pa.Table:
    """Return the figures whose part tells the age, or age and sex, and nothing else."""
    figures = release.reading.figures
    mask = pc.and_(
        pc.and_(pc.equal(figures["place"], place), pc.equal(figures["indicator"], indicator)),
        pc.match_substring_regex(figures["part"], "^age=[^;]+(;sex=[^;]+)?$"),
    )
    return figures.filter(mask)


def _tells_ages(release: Release) -> bool:
    parts = release.reading.figures["part"]
    return bool(pc.any(pc.starts_with(parts, "age=")).as_py())


def _people(release: Release, ask: Ask, last: int) -> dict[str, float]:
    found = _rows(release, ask.place, _PEOPLE)
    return {row["part"]: row["value"] for row in found.to_pylist() if row["last"] == last}


def _band(part: str, row: dict[str, object], people: dict[str, float]) -> Band:
    told = dict(each.split("=", 1) for each in part.split(";"))
    value, living = row["value"], people.get(part)
    deaths = value if isinstance(value, float) else None
    return Band(
        age=told["age"],
        sex=told.get("sex", ""),
        deaths=deaths,
        missing=str(row["missing"]),
        people=living,
        rate=100_000 * deaths / living if living and deaths is not None else None,
    )


def _others(release: Release, shown: str) -> tuple[str, ...]:
    figures = release.reading.figures
    found = figures.filter(pc.starts_with(figures["part"], "age="))["indicator"].unique()
    return tuple(sorted(set(found.to_pylist()) - {shown, _PEOPLE}))
