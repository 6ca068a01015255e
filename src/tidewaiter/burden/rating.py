"""Rates of a table of deaths and people by age."""

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.burden.ages import Bands, bands, parse_ages
from tidewaiter.burden.facts import folded
from tidewaiter.burden.rates import Rate, age_adjusted_rate, crude_rate
from tidewaiter.burden.readers.tables import read_text, rows_of, titles_of

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
            raise InputError(
                "it has more or fewer cells than titles",
                at=f"{name}, row {place}",
                hint="look whether a delimiter is wrong there",
            )
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
    raise InputError(
        f"there is no column for {what}", at=name, hint="call it " + " or ".join(wanted)
    )


def _band(text: str, title: str, at: str) -> str:
    if text.casefold() in _UNKNOWN:
        return ""
    ages = parse_ages("0" if title == _GROUPS and text == "1" else text)
    ten = bands()["ten-year"]
    for first, last, label in zip(ten.begins, (*ten.begins[1:], 1000), ten.labels, strict=True):
        if first <= ages.start and ages.stop <= last:
            return label
    raise InputError(
        f'the ages "{text}" lie across ten-year bands',
        at=at,
        hint="rates are adjusted by the bands " + ", ".join(ten.labels),
    )


def _number(text: str, at: str) -> float | None:
    bare = text.replace(",", "")
    if bare.casefold() in ("", "suppressed", "not applicable", "missing"):
        return None
    try:
        return float(bare)
    except ValueError:
        raise InputError(f'"{text}" is no number', at=at, hint="a number, or Suppressed") from None
