"""Supply: drug seizures by month and laboratory reports by year.

Each number comes from the newest release with it. Releases of a source overlap and revise each
other, so they are never added. Two general limits: seizures reflect enforcement as well as supply,
and a laboratory report is not a seizure.
"""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml
from tidewaiter.burden.indicators import folded
from tidewaiter.burden.types import Release

SOURCES = ("cbp-seizures", "dea-nflis")
LIMITS = (
    "Seizures mix enforcement with supply: more seized is not more on the market.",
    "A laboratory report is no seizure: it counts drugs found in tested items, and comes late.",
)

Key = tuple[str, str, str, int, int]  # place, indicator, measure, last month, months


class Said(Record, frozen=True, kw_only=True):
    """Another release's value for the same period."""

    release: str
    value: float | None


class Supplied(Record, frozen=True, kw_only=True):
    """A supply value and its release."""

    place: str
    indicator: str  # "seized-fentanyl", "reported-fentanyl"
    measure: str  # "events", "pounds", "reports"
    last: int  # last month of the period: burden.types
    months: int
    value: float | None
    closed: bool | None  # False: running fiscal year; null: unknown
    release: str  # its label
    file: str
    earlier: tuple[Said, ...]  # values of older releases, newest first

    @property
    def revised(self) -> Said | None:
        """Return the latest differing earlier value."""
        for said in self.earlier[:1]:
            if not _alike(said.value, self.value):
                return said
        return None


def supplied(releases: Iterable[Release]) -> tuple[Supplied, ...]:
    """Build series from releases of seizures and reports.

    Only totals of a whole place are used, not its parts; other sources are ignored.

    Args:
        releases: In any order; within a month, later ones count as newer.

    Returns:
        One value per period, by indicator, measure, place and time.
    """
    found: dict[Key, Supplied] = {}
    ordered = sorted(
        (each for each in releases if each.reading.source in SOURCES),
        key=lambda each: each.reading.released or 0,
    )
    for release in ordered:
        for row in _wholes(release.reading.figures):
            key = (row["place"], row["indicator"], row["measure"], row["last"], row["months"])
            before = found.get(key)
            said = () if before is None else (Said(release=before.release, value=before.value),)
            earlier = said + (before.earlier if before else ())
            found[key] = Supplied(
                place=key[0],
                indicator=key[1],
                measure=key[2],
                last=key[3],
                months=key[4],
                value=row["value"],
                closed=row["closed"],
                release=release.label,
                file=release.name,
                earlier=earlier,
            )
    keys = sorted(found, key=lambda key: (key[1], key[2], key[0], key[4], key[3]))
    return tuple(found[key] for key in keys)


def chosen(
    series: Sequence[Supplied],
    indicators: Sequence[str] = (),
    measure: str = "",
    place: str = "",
    since: int | None = None,
) -> tuple[Supplied, ...]:
    """Filter series.

    Args:
        series: From `supplied`.
        indicators: Keys; empty: all.
        measure: "": all.
        place: "": all.
        since: First month; null: no limit.
    """
    return tuple(
        each
        for each in series
        if (not indicators or each.indicator in indicators)
        and measure in {"", each.measure}
        and place in {"", each.place}
        and (since is None or each.last >= since)
    )


def _wholes(figures: pa.Table) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = figures.filter(pc.equal(figures["part"], "")).to_pylist()
    return rows


def _alike(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is other
    return math.isclose(one, other, rel_tol=1e-9)


REPORTED = "reported-"
_WORDS = re.compile(r"[^a-z0-9]+")


class Drug(Record, frozen=True, kw_only=True):
    """A drug category of CBP."""

    key: str
    name: str
    cbp: str


class Seizures(Record, frozen=True, kw_only=True):
    """Names in CBP's file."""

    components: Mapping[str, str]  # with short names
    regions: tuple[str, ...]
    lands: tuple[str, ...]
    drugs: tuple[Drug, ...]


class Class(Record, frozen=True, kw_only=True):
    """A substance group of NFLIS."""

    key: str
    name: str
    category: str  # code in the query system
    subject: str  # subject of the annual report's table
    sums: tuple[str, ...]  # rows of that table that are sums of isomers, by name


class Reports(Record, frozen=True, kw_only=True):
    """Names in NFLIS's files."""

    classes: tuple[Class, ...]
    territories: Mapping[str, str]


@cache
def seizures() -> Seizures:
    """Return the names of CBP's file."""
    return read_toml(data("burden", "seizures.toml"), Seizures)


@cache
def reports() -> Reports:
    """Return the names of NFLIS's files."""
    return read_toml(data("burden", "reports.toml"), Reports)


def reported_key(substance: str) -> str:
    """Return the key of a reported substance: "Acetyl fentanyl"."""
    return REPORTED + _WORDS.sub("-", substance.casefold()).strip("-")


def supply_name(key: str) -> str:
    """Return the name of an indicator that is not about deaths.

    >>> supply_name("seized-lsd")
    'LSD seized by CBP'
    >>> supply_name("reported-acetyl-fentanyl")
    'Laboratory reports of acetyl fentanyl'
    """
    named = _names().get(key)
    if named:
        return named
    if not key.startswith(REPORTED):
        return key
    return "Laboratory reports of " + key.removeprefix(REPORTED).replace("-", " ")


def find_drug(text: str) -> Drug:
    """Find a drug by CBP's name.

    Raises:
        InputError: Unknown name.
    """
    for each in seizures().drugs:
        if folded(each.cbp) == folded(text):
            return each
    raise InputError("burden/not-a-drug", text=text)


@cache
def _names() -> dict[str, str]:
    classes = {each.key: each.name for each in reports().classes}
    drugs = {each.key: each.name for each in seizures().drugs}
    return drugs | classes | {"population": "Residents on 1 July"}
