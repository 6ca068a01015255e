"""Supply: drug seizures by month and laboratory reports by year.

Each number is that of the newest release that holds it. Releases of one source overlap and are
revisions of each other, so they are never added. Two limits hold for all of it: a seizure tells of
enforcement as well as of supply, and a report of a laboratory is no seizure.
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
    """What another release says of the same period."""

    release: str
    value: float | None


class Supplied(Record, frozen=True, kw_only=True):
    """A number of supply, with the release that it is taken from."""

    place: str
    indicator: str  # "seized-fentanyl", "reported-fentanyl"
    measure: str  # "events", "pounds", "reports"
    last: int  # last month of the period: burden.types
    months: int
    value: float | None
    closed: bool | None  # False: the fiscal year is running; null: not told
    release: str  # its label
    file: str
    earlier: tuple[Said, ...]  # what older releases say, the newest of them first

    @property
    def revised(self) -> Said | None:
        """Return what the newest of the older releases said, where it differs."""
        for said in self.earlier[:1]:
            if not _alike(said.value, self.value):
                return said
        return None


def supplied(releases: Iterable[Release]) -> tuple[Supplied, ...]:
    """Make series of what releases of seizures and reports say.

    Only sums of a whole place are taken, not its parts; other sources are passed over.

    Args:
        releases: In any order; of two of the same month, the later one counts as newer.

    Returns:
        A number for each period, by indicator, measure, place and time.
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
    """Choose from series.

    Args:
        series: From `supplied`.
        indicators: Keys; none: all.
        measure: "": all.
        place: "": all.
        since: The first month; null: from the beginning.
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
    """A drug as CBP counts it."""

    key: str
    name: str
    cbp: str


class Seizures(Record, frozen=True, kw_only=True):
    """The names of CBP's file."""

    components: Mapping[str, str]  # with their short names
    regions: tuple[str, ...]
    lands: tuple[str, ...]
    drugs: tuple[Drug, ...]


class Class(Record, frozen=True, kw_only=True):
    """Substances that NFLIS counts together."""

    key: str
    name: str
    category: str  # NFLIS's code, in its query system
    subject: str  # what the table of its annual report counts
    sums: tuple[str, ...]  # rows of that table that are sums of the isomers below, by name


class Reports(Record, frozen=True, kw_only=True):
    """The names of NFLIS's files."""

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
    """Make the key of a substance that laboratories report: "Acetyl fentanyl"."""
    return REPORTED + _WORDS.sub("-", substance.casefold()).strip("-")


def supply_name(key: str) -> str:
    """Name what a figure counts that is no death.

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
    """Find a drug by CBP's name for it.

    Raises:
        InputError: There is none of that name.
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
