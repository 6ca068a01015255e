"""Death rates per 100,000: crude, age-adjusted, with gamma intervals, from tables by age."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.burden.deaths.counting import Bands, bands, parse_ages
from tidewaiter.burden.indicators import folded
from tidewaiter.burden.readers.tables import read_text, rows_of, titles_of

_SMALL = 1e-15
_STEPS = 200
_HALVINGS = 120


def gamma_quantile(share: float, shape: float) -> float:
    """Return the quantile of a gamma distribution of scale 1.

    Args:
        share: Of the distribution below it, between 0 and 1.
        shape: Greater than 0.

    Source:
        Press et al., Numerical Recipes, 3rd ed., 6.2; found by halving, to 12 digits.
    """
    low, high = 0.0, shape + 20 * math.sqrt(shape) + 20
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if _below(middle, shape) < share:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _below(value: float, shape: float) -> float:
    """Return the share of the distribution below a value: the regularised incomplete gamma."""
    if value <= 0:
        return 0.0
    scale = math.exp(shape * math.log(value) - value - math.lgamma(shape))
    if value < shape + 1:
        return scale * _series(value, shape)
    return 1 - scale * _fraction(value, shape)


def _series(value: float, shape: float) -> float:
    term = total = 1 / shape
    for step in range(1, _STEPS * 10):
        term *= value / (shape + step)
        total += term
        if term < total * _SMALL:
            break
    return total


def _fraction(value: float, shape: float) -> float:
    """Sum the continued fraction by Lentz's method."""
    base = value + 1 - shape
    upper, lower = 1e300, 1 / base
    total = lower
    for step in range(1, _STEPS * 10):
        factor = -step * (step - shape)
        base += 2
        lower = 1 / (factor * lower + base)
        upper = base + factor / upper
        change = lower * upper
        total *= change
        if abs(change - 1) < _SMALL:
            break
    return total


PER = 100_000
FEW = 100
"""Below so many deaths an interval is made by the gamma distribution, else by the normal one."""
UNRELIABLE = 20
"""Below so many deaths NCHS calls a rate unreliable, as its interval is as wide as itself."""

_TAIL = 0.025
_NORMAL = 1.959963984540054  # quantile 0.975 of the normal distribution


class Rate(Record, frozen=True, kw_only=True):
    """A death rate, and how sure it is."""

    deaths: int
    value: float  # deaths per 100,000 people
    low: float  # 95 % interval
    high: float

    @property
    def unreliable(self) -> bool:
        """Tell whether it rests on fewer than 20 deaths."""
        return self.deaths < UNRELIABLE


def crude_rate(deaths: int, people: float) -> Rate:
    """Compute a crude or age-specific death rate.

    Args:
        deaths: In a year.
        people: Residents at mid-year; of several years, their sum.

    Raises:
        InputError: There are no people, or fewer than no deaths.
    """
    return age_adjusted_rate([deaths], [people], [1.0])


def age_adjusted_rate(
    deaths: Sequence[int], people: Sequence[float], weights: Sequence[float]
) -> Rate:
    """Compute a directly age-adjusted death rate.

    Args:
        deaths: Deaths in a year per age band, shape ``(bands,)``.
        people: Residents at mid-year per age band, shape ``(bands,)``.
        weights: Shares of the standard population, shape ``(bands,)``, sum 1.

    Raises:
        InputError: An age band has no residents, or fewer than no deaths.

    Source:
        Klein and Schoenborn 2001, NCHS Statistical Notes 20; the interval of fewer than 100 deaths
        is that of Fay and Feuer, Statistics in Medicine 16:791, 1997, which Talih, Anderson and
        Parker (Population Health Metrics 20:13, 2022) of NCHS call the gold standard. NCHS prints
        the one of Anderson and Rosenberg, which is slightly narrower.
    """
    for band, (died, lived) in enumerate(zip(deaths, people, strict=True)):
        if lived <= 0:
            raise InputError("burden/age-band-without-residents", band=band + 1)
        if died < 0:
            raise InputError("burden/deaths-out-of-bounds", band=band + 1, died=died)
    steps = [weight / lived for lived, weight in zip(people, weights, strict=True)]
    value = sum(step * died for died, step in zip(deaths, steps, strict=True))
    variance = sum(step**2 * died for died, step in zip(deaths, steps, strict=True))
    total = sum(deaths)
    if total >= FEW:
        half = _NORMAL * math.sqrt(variance)
        low, high = value - half, value + half
    else:
        low, high = _gamma_interval(value, variance, max(steps))
    return Rate(deaths=total, value=PER * value, low=PER * low, high=PER * high)


def _gamma_interval(value: float, variance: float, step: float) -> tuple[float, float]:
    low = _scaled(_TAIL, value, variance) if value else 0.0
    return low, _scaled(1 - _TAIL, value + step, variance + step**2)


def _scaled(share: float, mean: float, variance: float) -> float:
    return gamma_quantile(share, mean**2 / variance) * variance / mean


ALL, ADJUSTED = "all ages, crude", "all ages, age-adjusted"
_TITLES = {
    "age": ("band", "age", "ten-year age groups code", "single-year ages code"),
    "deaths": ("deaths",),
    "people": ("people", "population", "residents"),
}
_LOCAL = ("state", "county", "place", "region")
_UNKNOWN = frozenset(("", "ns", "not stated", "unknown", "null"))
_GROUPS = "ten-year age groups code"  # in which WONDER writes 1 for less than a year
_END = "---"

RATES = pa.schema(
    [
        pa.field("ages", pa.string(), nullable=False),
        pa.field("deaths", pa.int64()),  # null: suppressed
        pa.field("people", pa.float64()),
        pa.field("rate", pa.float64()),  # per 100,000; null: it cannot be told
        pa.field("low", pa.float64()),  # 95 % interval
        pa.field("high", pa.float64()),
        pa.field("note", pa.string(), nullable=False),  # "unreliable", "suppressed", why not told
    ]
)
"""The columns of a table of rates, behind those that it is grouped by."""


class Counted(Record, frozen=True, kw_only=True):
    """Deaths or people of one age range, in one group."""

    group: tuple[str, ...]
    ages: str  # label of the ten-year band; "": not stated
    number: float | None  # null: suppressed


def rate_table(deaths: bytes, people: bytes | None, name: str, by: Sequence[str]) -> pa.Table:
    """Compute the rates of each group of a table.

    Args:
        deaths: Delimited text with columns for the ages and the deaths.
        people: The same for the people; None: they stand in the same table.
        name: Of the file of deaths, for messages.
        by: Columns that make groups; a column of the deaths that the people lack joins them all.

    Returns:
        Of each group the rates of ten-year age bands, of all, and adjusted; by, and RATES. In a
        table of places, rates of 1 to 9 deaths are suppressed.

    Raises:
        InputError: A column is missing, or a value is none.
    """
    died = _read(deaths, name, "deaths", by)
    lived_by = by if people is None else [each for each in by if _has(people, each)]
    lived = _read(deaths if people is None else people, name, "people", lived_by)
    places = [by.index(each) for each in lived_by]
    local = any(folded(each).startswith(_LOCAL) for each in by)
    rows: list[dict[str, Any]] = []
    for group in dict.fromkeys(each.group for each in died):
        there = tuple(group[place] for place in places)
        rates = _rates(_sums(died, group), _sums(lived, there), local=local)
        rows += [dict(zip(by, group, strict=True)) | rate for rate in rates]
    schema = pa.schema([*(pa.field(each, pa.string()) for each in by), *RATES])
    return pa.Table.from_pylist(rows, schema=schema)


def _rates(
    died: Mapping[str, float | None], lived: Mapping[str, float | None], *, local: bool
) -> list[dict[str, Any]]:
    ten = bands()["ten-year"]
    rows = [_row(label, died.get(label, 0), lived.get(label), local=local) for label in ten.labels]
    all_people = _total([lived.get(label) for label in ten.labels])
    rows.append(
        _row(
            ALL,
            _total([*(row["deaths"] for row in rows), died.get("", 0)]),
            all_people,
            local=local,
        )
    )
    return [*rows, _adjusted(rows[:-1], ten, all_people, local=local)]


def _adjusted(
    rows: Sequence[Mapping[str, Any]], ten: Bands, people: float | None, *, local: bool
) -> dict[str, Any]:
    missing = [row["ages"] for row in rows if row["people"] is None]
    hidden = [row["ages"] for row in rows if row["deaths"] is None]
    if missing or hidden:
        lacks = f"no people of ages {', '.join(missing)}" if missing else "suppressed ages"
        return _filled(ADJUSTED, None, people, None, lacks)
    deaths = [int(row["deaths"]) for row in rows]
    rate = age_adjusted_rate(deaths, [row["people"] for row in rows], ten.weights)
    return _told(ADJUSTED, rate, people, local=local)


def _row(ages: str, died: float | None, lived: float | None, *, local: bool) -> dict[str, Any]:
    if died is None:
        return _filled(ages, None, lived, None, "suppressed")
    if not lived:
        return _filled(ages, int(died), None, None, "no people")
    return _told(ages, crude_rate(int(died), lived), lived, local=local)


def _told(ages: str, rate: Rate, people: float | None, *, local: bool) -> dict[str, Any]:
    if local and 1 <= rate.deaths <= 9:  # noqa: PLR2004
        return _filled(ages, None, people, None, "suppressed")
    return _filled(ages, rate.deaths, people, rate, "unreliable" if rate.unreliable else "")


def _filled(
    ages: str, deaths: int | None, people: float | None, rate: Rate | None, note: str
) -> dict[str, Any]:
    values = (rate.value, rate.low, rate.high) if rate else (None, None, None)
    return dict(zip(RATES.names, (ages, deaths, people, *values, note), strict=True))


def _sums(rows: Sequence[Counted], group: tuple[str, ...]) -> dict[str, float | None]:
    found: dict[str, list[float | None]] = {}
    for row in rows:
        if row.group == group:
            found.setdefault(row.ages, []).append(row.number)
    return {ages: _total(numbers) for ages, numbers in found.items()}


def _total(numbers: Sequence[float | None]) -> float | None:
    told = [each for each in numbers if each is not None]
    return sum(told) if len(told) == len(numbers) else None


def _has(content: bytes, column: str) -> bool:
    return folded(column) in titles_of(read_text(content, "")).titles


def _read(content: bytes, name: str, what: str, by: Sequence[str]) -> list[Counted]:
    text = read_text(content, name)
    table = titles_of(text)
    age, number = (_column(table.titles, each, name) for each in ("age", what))
    groups = [_column(table.titles, each, name) for each in by]
    found = []
    for place, cells in rows_of(text, table):
        if not isinstance(cells, Mapping):
            if cells[0].startswith(_END):  # notes of WONDER follow
                break
            raise InputError("burden/cells-do-not-fit-titles", at=f"{name}, row {place}")
        if cells.get("notes", "").strip().casefold() == "total":
            continue
        at = f"{name}, row {place}"
        found.append(
            Counted(
                group=tuple(cells[each].strip() for each in groups),
                ages=_band(cells[age].strip(), age, at),
                number=_number(cells[number].strip(), at),
            )
        )
    return found


def _column(titles: Sequence[str], what: str, name: str) -> str:
    wanted = _TITLES.get(what, (folded(what),))
    for title in wanted:
        if title in titles:
            return title
    raise InputError("burden/no-column-for-it", what=what, wanted=" or ".join(wanted), at=name)


def _band(text: str, title: str, at: str) -> str:
    if text.casefold() in _UNKNOWN:
        return ""
    ages = parse_ages("0" if title == _GROUPS and text == "1" else text)
    ten = bands()["ten-year"]
    for first, last, label in zip(ten.begins, (*ten.begins[1:], 1000), ten.labels, strict=True):
        if first <= ages.start and ages.stop <= last:
            return label
    raise InputError("burden/ages-across-bands", text=text, labels=", ".join(ten.labels), at=at)


def _number(text: str, at: str) -> float | None:
    bare = text.replace(",", "")
    if bare.casefold() in ("", "suppressed", "not applicable", "missing"):
        return None
    try:
        return float(bare)
    except ValueError:
        raise InputError("burden/not-a-number", text=text, at=at) from None
