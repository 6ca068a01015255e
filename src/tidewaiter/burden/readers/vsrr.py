"""CDC's provisional counts (VSRR, data.cdc.gov xkb8-kh2a): every layout since 2017.

Columns come in any order and under their titles of the download, of the dashboard or of the API.
A value is blank where it is small or of low quality, and blank is not zero.
"""

from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Any

from tidewaiter.base.errors import InputError
from tidewaiter.burden.facts import (
    Indicator,
    Place,
    folded,
    indicators,
    vsrr_indicators,
    vsrr_places,
)
from tidewaiter.burden.months import month_of, named_month
from tidewaiter.burden.readers.building import Gathered
from tidewaiter.burden.readers.cells import Cells, footnoted
from tidewaiter.burden.readers.checks import once
from tidewaiter.burden.readers.columns import columns_of, fits, renamed
from tidewaiter.burden.readers.cut import note_cut_text, note_missing_places
from tidewaiter.burden.readers.newyork import add_new_york
from tidewaiter.burden.readers.plausible import plausible
from tidewaiter.burden.readers.sums import settle_sums
from tidewaiter.burden.readers.tables import Row, read_text, rows_of, titles_at, titles_of
from tidewaiter.burden.types import Missing, Reading

SOURCE = "cdc-vsrr"
_PERIODS = frozenset(("12 month ending", "12 months ending", "12 month", "12 months"))
_A_PLACE = 'write its code or its name, like "OH", "YC" or "US"'
_SIX_MONTHS, _FOUR_MONTHS = 6, 4
_SWITCH = month_of(
    2021, 9
)  # the last period of the release of 2022-02, the first after four months


def is_vsrr(content: bytes) -> bool:
    """Tell whether this is a release of provisional counts, by its titles."""
    return fits(titles_at(content), SOURCE)


def read_vsrr(content: bytes, name: str) -> Reading:
    """Read a release.

    Args:
        content: The file: delimited text, JSON records or a workbook.
        name: Its name, for messages.

    Returns:
        Its figures, all of twelve months; New York as a whole is added, the sum of its parts.

    Raises:
        InputError: It is no such release, or none of its rows could be read, or most cannot be.

    Source:
        https://data.cdc.gov/d/xkb8-kh2a and its technical notes.
    """
    text = read_text(content, name)
    table = titles_of(text)
    gathered, cells = Gathered(), Cells()
    columns = columns_of(table.titles, SOURCE, name, gathered)
    rows = [(number, renamed(row, columns)) for number, row in gathered.whole(rows_of(text, table))]
    told = any(row.get("footnote") or row.get("footnote symbol") for _, row in rows)
    if not told:
        gathered.mended(
            "the file as a whole",
            "",
            "no row has a footnote",
            "which counts are closed is not known; it is inferred from their age where needed",
        )
    for number, row in rows:
        _add(gathered, cells, (number, row), told=told)
    cells.tell(gathered)
    note_cut_text(text, gathered, delimited=bool(table.delimiter))
    return _checked(gathered, name)


def _checked(gathered: Gathered, name: str) -> Reading:
    figures = gathered.table()
    if len(figures):
        note_missing_places(figures, gathered)
        figures = plausible(once(figures, gathered), gathered, name)
        figures = add_new_york(settle_sums(figures, gathered))
    if not len(figures):
        raise InputError("no row could be read", at=name, hint=gathered.first_problem())
    newest = max(figures["last"].to_pylist())
    lag = _FOUR_MONTHS if newest >= _SWITCH else _SIX_MONTHS
    return Reading(
        source=SOURCE,
        figures=figures,
        notes=tuple(gathered.notes),
        released=newest + lag + 1,
        told=False,
    )


def _add(gathered: Gathered, cells: Cells, numbered: Row, *, told: bool) -> None:
    number, row = numbered
    try:
        place, indicator, last = _key(row)
        read = _values(cells, row, whole=indicator.measure == "deaths")
    except InputError as error:
        gathered.unread(number, row.values(), error)
        return
    gathered.add(
        place=place.code,
        indicator=indicator.key,
        measure=indicator.measure,
        basis="occurrence",
        last=last,
        months=12,
        closed=_closed(row) if told else None,
        **read,
    )


def _values(cells: Cells, row: Mapping[str, str], *, whole: bool) -> dict[str, Any]:
    value, word = cells.count(row["data value"], "Data Value", whole=whole)
    predicted, _ = cells.count(row.get("predicted value", ""), "Predicted Value", whole=whole)
    footnote = footnoted(row.get("footnote", ""))
    if value == 0 and footnote != "not shown":
        raise InputError(
            "the value is 0, and its footnote says that it is hidden",
            hint="a hidden count is not zero: download the release again",
        )
    missing: Missing = "" if value is not None else footnote if word == "not shown" else word
    return {
        "value": value,
        "predicted": predicted,
        "pending": cells.percent(
            row.get("percent pending investigation", ""), "Percent Pending Investigation"
        ),
        "complete": cells.percent(row.get("percent complete", ""), "Percent Complete"),
        "missing": missing,
    }


def _key(row: Mapping[str, str]) -> tuple[Place, Indicator, int]:
    place = _place(row["state"], row.get("state name", ""))
    if not place:
        raise InputError(f'"{row["state"]}" is no jurisdiction of these counts', hint=_A_PLACE)
    indicator = _indicator(row["indicator"])
    if not indicator:
        raise InputError(
            f'"{row["indicator"]}" is no indicator that is known', hint="it is left out"
        )
    period = folded(row.get("period", "")).replace("-", " ")
    if period and period not in _PERIODS:
        raise InputError(
            f'the period "{row["period"]}" is not "12 month-ending"', hint="only these are compared"
        )
    return place, indicator, _month(row["year"], row["month"])


@lru_cache(maxsize=4096)
def _place(code: str, name: str) -> Place | None:
    return _place_names().get(folded(code)) or _place_names().get(folded(name))


@lru_cache(maxsize=4096)
def _indicator(text: str) -> Indicator | None:
    return _indicator_names().get(_plain(text))


@lru_cache(maxsize=4096)
def _month(year: str, month: str) -> int:
    number, plain = named_month(month), year.strip().replace(",", "").partition(".")[0]
    if number is None or not plain.isdigit():
        raise InputError(f'"{year} {month}" is no month', hint='like "2022", "December"')
    return month_of(int(plain), number)


@cache
def _place_names() -> dict[str, Place]:
    """Return the jurisdictions by code, name and FIPS; "New York" is here without its City."""
    held = vsrr_places()
    by_name = {folded(each.name): each for each in held.values()}
    by_fips = {each.fips: each for each in held.values() if each.fips}
    rest = held["NY"]
    own = {"new york": rest, "new york state": rest, "nyc": held["YC"], "usa": held["US"]}
    return by_name | by_fips | own | {code.casefold(): each for code, each in held.items()}


@cache
def _indicator_names() -> dict[str, Indicator]:
    """Return the indicators by CDC's name for them, ours, and our key."""
    ours = {_plain(each.name): each for each in indicators().values()}
    keys = {_plain(each.key): each for each in indicators().values()}
    return ours | keys | {_plain(name): each for name, each in vsrr_indicators().items()}


def _plain(text: str) -> str:
    """Fold the name of an indicator further: what stands between its words, "&" and "and"."""
    return folded(text.replace("&", " and ").replace("–", "-").replace(";", " "))


def _closed(row: Mapping[str, str]) -> bool:
    """Tell whether the period is closed: "**", or no word of being underreported."""
    symbol = row.get("footnote symbol", "").strip()
    if symbol:
        return symbol == "**"
    return "underreported" not in row.get("footnote", "").casefold()
