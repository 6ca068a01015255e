"""Leading causes of death: the official ranking, and one with overdoses as a separate cause.

An overdose is no rankable cause: NCHS counts it as an accident, a suicide or a homicide by its
intent, and not at all where the intent is not determined. To ask where overdoses would stand, they
are taken out of these; how many out of which is always said beside the ranking.
"""

from functools import cache

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml
from tidewaiter.burden.deaths.coding import INTENTS, Intent, size, spans, tables
from tidewaiter.burden.deaths.counting import OLDEST, Cells, mask_of
from tidewaiter.burden.deaths.records import AGE_UNKNOWN, FOREIGN
from tidewaiter.burden.indicators import find_indicator, indicators

RANKING_FIELDS = ("status", "age", "overdose", "intent", "drugs", "cause")
"""The fields of cells that a ranking needs."""

NOT_RANKED = "Causes that are not ranked"


class Cause(Record, frozen=True, kw_only=True):
    """A cause of death that NCHS ranks."""

    name: str
    codes: tuple[str, ...]  # of the underlying cause, ICD-10


class Place(Record, frozen=True, kw_only=True):
    """A place in a ranking."""

    rank: int  # causes of as many deaths have the same
    cause: str
    deaths: int


class Taken(Record, frozen=True, kw_only=True):
    """Deaths that were taken out of a cause to make a cause of their own."""

    cause: str  # NOT_RANKED: out of none
    intent: Intent
    deaths: int


class Ranking(Record, frozen=True, kw_only=True):
    """The leading causes at some ages, as they are ranked and as a carve-out ranks them."""

    year: int
    first: int  # completed years of age
    last: int
    deaths: int  # of residents at these ages, of any cause
    unstated: int  # deaths at an age that is not stated, in neither ranking
    official: tuple[Place, ...]
    carved: tuple[Place, ...]  # none: nothing was carved out
    carve: str  # key of the indicator that was carved out; ""
    taken: tuple[Taken, ...]  # what was carved out of what; it adds up to the cause of its own


class _Causes(Record, frozen=True, kw_only=True):
    causes: tuple[Cause, ...]


@cache
def rankable() -> tuple[Cause, ...]:
    """Return the causes that are ranked, in the order of their codes."""
    return read_toml(data("burden", "rankable.toml"), _Causes).causes


@cache
def cause_table() -> npt.NDArray[np.uint8]:
    """Return the number of each code's cause, from 1; 0: it is not ranked."""
    table = np.zeros(size("ICD-10"), np.uint8)
    for number, cause in enumerate(rankable(), 1):
        table[spans(cause.codes, "ICD-10")] = number
    return table


def carveable() -> tuple[str, ...]:
    """Return the indicators that can be a cause of their own: overdoses, and drugs in them."""
    drugs = (key for key in tables("ICD-10").keys if indicators()[key].measure == "deaths")
    return "overdose", *drugs


def by_age(cells: Cells) -> pa.Table:
    """Count the causes of residents by single year of age.

    Args:
        cells: As for `rank`.

    Returns:
        The columns year, age (null: not stated), cause, ranked, deaths, and of each indicator
        that can be carved out, how many of these deaths it counts.
    """
    _check(cells)
    residents = cells.fields["status"] < FOREIGN
    codes = cells.fields["age"].astype(np.int64) * 256 + cells.fields["cause"]
    there, where = np.unique(codes[residents], return_inverse=True)
    counts = {"deaths": residents} | {key: mask_of(cells, key, "residence") for key in carveable()}
    ages, causes = np.divmod(there, 256)
    names = (NOT_RANKED, *(cause.name for cause in rankable()))
    columns: dict[str, pa.Array] = {
        "year": pa.array(np.full(len(there), cells.year, np.int16)),
        "age": pa.array(ages.astype(np.int16), mask=ages == AGE_UNKNOWN),
        "cause": pa.array(names, pa.string()).take(pa.array(causes)),
        "ranked": pa.array(causes > 0),
    }
    for key, rows in counts.items():
        deaths = np.where(rows, cells.deaths, 0)[residents]
        sums = np.bincount(where, deaths, minlength=len(there))
        columns[key] = pa.array(sums.astype(np.int64))
    return pa.table(columns)


def rank(cells: Cells, ages: range, carve: str = "") -> Ranking:
    """Rank the causes of death of residents at some ages.

    Args:
        cells: Counts, with the fields KEEP and the causes of `cause_table`.
        ages: Completed years.
        carve: What to take out as a cause of its own: "overdose", or a drug in it, "T40.4"; "":
            nothing.

    Raises:
        InputError: The file is coded by ICD-9, whose causes are others; or that cannot be taken
            out, as it is no overdose.
    """
    _check(cells)
    residents, age = cells.fields["status"] < FOREIGN, cells.fields["age"]
    unstated = residents & (age == AGE_UNKNOWN)
    here = residents & (age >= ages.start) & (age < ages.stop)
    if ages.start == 0 and ages.stop > OLDEST:
        here |= unstated
    official = _sums(cells, here)
    key, apart = _apart(cells, carve)
    left = _sums(cells, here & ~apart)
    carved = int(cells.deaths[here & apart].sum())
    return Ranking(
        year=cells.year,
        first=ages.start,
        last=ages.stop - 1,
        deaths=int(cells.deaths[here].sum()),
        unstated=int(cells.deaths[unstated & ~here].sum()),
        official=_placed(official),
        carved=_placed(left | {indicators()[key].name: carved}) if key else (),
        carve=key,
        taken=_taken(cells, here & apart),
    )


def _check(cells: Cells) -> None:
    if cells.revision != "ICD-10":
        raise InputError("burden/deaths-coded-by-icd-9", year=cells.year)


def _apart(cells: Cells, carve: str) -> tuple[str, npt.NDArray[np.bool_]]:
    """Return the indicator to carve out, and the cells that it counts."""
    overdose = cells.fields["overdose"] == 1
    if not carve:
        return "", np.zeros_like(overdose)
    key = find_indicator(carve).key
    if key not in carveable():
        raise InputError(
            "burden/not-a-kind-of-overdose", carve=carve, carveable=", ".join(carveable())
        )
    return key, mask_of(cells, key, "occurrence")


def _sums(cells: Cells, rows: npt.NDArray[np.bool_]) -> dict[str, int]:
    causes = cells.fields["cause"][rows]
    sums = np.bincount(causes, cells.deaths[rows], minlength=len(rankable()) + 1)
    return {cause.name: int(sums[number]) for number, cause in enumerate(rankable(), 1)}


def _placed(sums: dict[str, int]) -> tuple[Place, ...]:
    ordered = sorted(((deaths, name) for name, deaths in sums.items() if deaths), reverse=True)
    counts = [deaths for deaths, _ in ordered]
    return tuple(
        Place(rank=counts.index(deaths) + 1, cause=name, deaths=deaths) for deaths, name in ordered
    )


def _taken(cells: Cells, rows: npt.NDArray[np.bool_]) -> tuple[Taken, ...]:
    names = (NOT_RANKED, *(cause.name for cause in rankable()))
    found = []
    for number, intent in enumerate(INTENTS, 1):
        of_intent = rows & (cells.fields["intent"] == number)
        for cause in np.unique(cells.fields["cause"][of_intent]):
            deaths = int(cells.deaths[of_intent & (cells.fields["cause"] == cause)].sum())
            found.append(Taken(cause=names[cause], intent=intent, deaths=deaths))
    return tuple(found)
