"""Plain CSV for any country, docs/reference/burden-files.md, and its period notation."""

import calendar
import re
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from tidewaiter.base.errors import InputError
from tidewaiter.burden.indicators import coded_place, find_indicator, find_place
from tidewaiter.burden.readers.checks import Gathered, note_cut_text, once, plausible
from tidewaiter.burden.readers.tables import (
    Cells,
    columns_of,
    fits,
    read_text,
    renamed,
    rows_of,
    titles_at,
    titles_of,
)
from tidewaiter.burden.types import Basis, Reading, month_of, month_text, named_month, parse_month

_YEAR_PATTERN = re.compile(r"(\d{4})(?:\.0*)?")
_QUARTER = re.compile(r"(\d{4})[- ]?Q([1-4])", re.IGNORECASE)
_MONTH = re.compile(r"(\d{4})-(\d{1,2})")  # "2010/11" may be a fiscal year
_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[T ].*)?")
_SPAN = re.compile(r"(\S+?)(?:/|\.\.| to | - )(\S+)")
_LONGEST = 120  # maximum months

Period = tuple[int, int]
"""Last month, and number of months."""


def period_of(row: Mapping[str, str]) -> Period:
    """Parse a row's period from "period", "year" and "month", or "from" and "to".

    Args:
        row: Its cells. "months" is the length of the period ending in a month: 12 for a
            twelve-month window; by default, a month is a month and a year a year.

    Raises:
        InputError: Missing, not whole months, or contradictory columns.
    """
    found = [each for each in (_spelled(row), _year(row), _between(row)) if each]
    if not found:
        raise InputError("burden/no-period")
    if len(set(found)) > 1:
        raise InputError("burden/periods-differ")
    return _lengthened(found[0], row.get("months", "").strip())


def _spelled(row: Mapping[str, str]) -> Period | None:
    text = row.get("period", "").strip()
    if not text:
        return None
    quarter = _QUARTER.fullmatch(text)
    if quarter:
        return month_of(int(quarter[1]), 3 * int(quarter[2])), 3
    year = _YEAR_PATTERN.fullmatch(text)
    if year:
        return month_of(int(year[1]), 12), 12
    month = _MONTH.fullmatch(text)
    if month:
        return month_of(int(month[1]), int(month[2])), 1
    span = _SPAN.fullmatch(text)
    if span:
        return _span(span[1], span[2])
    raise InputError("burden/not-a-period", text=text)


def _year(row: Mapping[str, str]) -> Period | None:
    text, named = row.get("year", "").strip(), row.get("month", "").strip()
    if not text:
        return None
    year, month = _YEAR_PATTERN.fullmatch(text), named_month(named)
    if not year or (named and month is None):
        raise InputError("burden/not-a-named-month", text=text, named=named)
    return month_of(int(year[1]), month or 12), 1 if month else 12


def _between(row: Mapping[str, str]) -> Period | None:
    first, last = row.get("from", "").strip(), row.get("to", "").strip()
    if not first and not last:
        return None
    if not first or not last:
        raise InputError("burden/from-and-to-stand-together")
    return _span(first, last)


def _span(first: str, last: str) -> Period:
    start, end = _edge(first, at_end=False), _edge(last, at_end=True)
    if not 0 <= end - start < _LONGEST:
        raise InputError("burden/not-a-period-of-two", first=first, last=last)
    return end, end - start + 1


def _edge(text: str, *, at_end: bool) -> int:
    """Parse the first or last month; a day must be the first or last of its month."""
    month, day = _MONTH.fullmatch(text), _DAY.fullmatch(text)
    if month:
        return month_of(int(month[1]), int(month[2]))
    if not day:
        raise InputError("burden/not-a-month", text=text)
    found = month_of(int(day[1]), int(day[2]))
    edge = calendar.monthrange(int(day[1]), int(day[2]))[1] if at_end else 1
    if int(day[3]) != edge:
        raise InputError("burden/not-the-edge-of-a-month", text=text)
    return found


def _lengthened(period: Period, said: str) -> Period:
    """Apply "months", the length of a period that ends in a month."""
    last, months = period
    if not said:
        return period
    plain = said.partition(".")[0]
    if not plain.isdigit() or not 1 <= int(plain) <= _LONGEST:
        raise InputError("burden/not-a-number-of-months", said=said)
    if months not in {1, int(plain)}:
        raise InputError("burden/period-contradicts-months", months=months, said=said)
    return last, int(plain)


SOURCE = "plain"
_BASES: dict[str, Basis] = {
    "": "",
    "occurrence": "occurrence",
    "occurrences": "occurrence",
    "place of death": "occurrence",
    "residence": "residence",
    "residents": "residence",
    "place of residence": "residence",
}
_CLOSED: dict[str, bool | None] = {
    "": None,
    "true": True,
    "yes": True,
    "1": True,
    "closed": True,
    "final": True,
    "false": False,
    "no": False,
    "0": False,
    "open": False,
    "provisional": False,
}
_PART = re.compile(r"[a-z]+=[^;=]+(;[a-z]+=[^;=]+)*")
_MEASURE = re.compile(r"[a-z][a-z ]{0,30}")
_YEAR = 12
_WINDOWS = 6.0  # multiple of an annual count beyond which twelve months must be windows


def is_plain(content: bytes) -> bool:
    """Return whether this is the plain CSV, by its titles."""
    return fits(titles_at(content), SOURCE)


def read_plain(content: bytes, name: str) -> Reading:
    """Read the plain CSV.

    Args:
        content: File content: delimited text, JSON records or a workbook.
        name: File name, for error messages.

    Returns:
        The figures; the source is "plain" plus the country, "plain-zz", or the column "source", so
        that releases of two countries are not taken for one series.

    Raises:
        InputError: A required column is missing, or no readable rows.
    """
    text = read_text(content, name)
    table = titles_of(text)
    gathered, cells = Gathered(), Cells()
    columns = columns_of(table.titles, SOURCE, name, gathered)
    sources: set[str] = set()
    released: set[int] = set()
    for number, cut in gathered.whole(rows_of(text, table)):
        row = renamed(cut, columns)
        try:
            month = row.get("released", "").strip()[:7]
            told = {parse_month(month)} if month else set()
            gathered.add(**_figure(cells, row))
        except InputError as error:
            gathered.unread(number, cut.values(), error)
            continue
        released |= told
        sources.add(_slug(row.get("source", "")))
    cells.tell(gathered)
    note_cut_text(text, gathered, delimited=bool(table.delimiter))
    figures = plausible(once(gathered.table(), gathered), gathered, name)
    figures = _no_windows_as_months(figures, gathered)
    if not len(figures):
        raise InputError("burden/no-readable-row", gathered=gathered.first_problem(), at=name)
    if len(released) > 1:
        raise InputError(
            "burden/several-months-of-release",
            released=", ".join(map(month_text, sorted(released))),
            at=name,
        )
    return Reading(
        source=_source(sources, figures),
        figures=figures,
        notes=tuple(gathered.notes),
        released=max(released, default=None),
        told=bool(released),
    )


def _figure(cells: Cells, row: Mapping[str, str]) -> dict[str, Any]:
    indicator = find_indicator(row["indicator"])
    last, months = period_of(row)
    measure = row.get("measure", "").strip().casefold() or indicator.measure
    if not _MEASURE.fullmatch(measure):
        raise InputError("burden/not-a-measure", measure=measure)
    value, missing = cells.count(row["value"], "value", whole=measure == "deaths")
    predicted, _ = cells.count(row.get("predicted", ""), "predicted", whole=False)
    return {
        "place": _place(row["place"]),
        "indicator": indicator.key,
        "measure": measure,
        "basis": _word(row, "basis", _BASES),
        "last": last,
        "months": months,
        "part": _part(row.get("part", "")),
        "value": value,
        "predicted": predicted,
        "closed": _word(row, "closed", _CLOSED),
        "missing": missing,
    }


def _place(text: str) -> str:
    """Find a place; two letters are a country, never a state: CA is Canada, California US-CA."""
    plain = text.strip()
    place = coded_place(plain)
    if not place and len(plain) > 2:  # noqa: PLR2004 - letters of a country
        place = find_place(plain)
    if not place:
        raise InputError("burden/not-a-place", text=text)
    return place.code


def _word(row: Mapping[str, str], column: str, known: Mapping[str, Any]) -> Any:
    text = " ".join(row.get(column, "").casefold().split())
    if text not in known:
        raise InputError(
            "burden/column-value-not-known",
            column=column,
            text=row[column],
            known=", ".join(filter(None, known)),
        )
    return known[text]


def _part(text: str) -> str:
    plain = text.strip()
    if plain.casefold() in {"", "all", "total"}:
        return ""
    if not _PART.fullmatch(plain):
        raise InputError("burden/not-a-part", text=text)
    return ";".join(sorted(plain.split(";")))


def _no_windows_as_months(figures: pa.Table, gathered: Gathered) -> pa.Table:
    """Refuse months that are twelve-month windows: twelve of them far exceed the annual count."""
    rows = figures.to_pylist()
    months: dict[tuple[Any, ...], dict[int, int]] = defaultdict(dict)
    for number, row in enumerate(rows):
        if row["months"] == 1 and row["value"] is not None:
            months[_series(row)][row["last"]] = number
    wrong: set[int] = set()
    for row in rows:
        if row["months"] == _YEAR and row["value"]:
            found = months[_series(row)]
            of_year = [
                found[m] for m in range(row["last"] - _YEAR + 1, row["last"] + 1) if m in found
            ]
            if sum(rows[n]["value"] for n in of_year) > _WINDOWS * row["value"]:
                wrong.update(found.values())
    if not wrong:
        return figures
    first = rows[min(wrong)]
    gathered.refused(
        f"{first['place']} {first['indicator']} {month_text(first['last'])} and others",
        f"{len(wrong):,} figures",
        InputError("burden/windows-given-as-months"),
    )
    kept = np.ones(len(rows), bool)
    kept[sorted(wrong)] = False
    return figures.filter(pa.array(kept))


def _series(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(row[name] for name in ("place", "indicator", "measure", "basis", "part"))


def _source(named: set[str], figures: pa.Table) -> str:
    if len(named) == 1 and "" not in named:
        return f"{SOURCE}-{next(iter(named))}"
    countries = {place[:2].lower() for place in figures["place"].unique().to_pylist()}
    return f"{SOURCE}-{countries.pop()}" if len(countries) == 1 else SOURCE


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.casefold()).strip("-")[:40]
