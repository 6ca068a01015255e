"""CDC's provisional counts (VSRR, data.cdc.gov xkb8-kh2a): every layout since 2017.

Columns come in any order and under their titles of the download, of the dashboard or of the API.
A value is blank where it is small or of low quality, and blank is not zero.
"""

from collections.abc import Mapping
from typing import Any

from tidewaiter.base.errors import InputError
from tidewaiter.burden.facts import Indicator, Place, folded, vsrr_indicators, vsrr_places
from tidewaiter.burden.months import month_of, named_month
from tidewaiter.burden.readers.building import Gathered
from tidewaiter.burden.readers.checks import once
from tidewaiter.burden.readers.newyork import add_new_york
from tidewaiter.burden.readers.tables import Titled, read_text, rows_of, titles_at, titles_of
from tidewaiter.burden.types import Missing, Reading

SOURCE = "cdc-vsrr"
_NEEDED = ("state", "year", "month", "indicator", "data value")
_PERIOD = "12 month-ending"
_SIX_MONTHS, _FOUR_MONTHS = 6, 4
_SWITCH = month_of(
    2021, 9
)  # the last period of the release of 2022-02, the first after four months


def is_vsrr(content: bytes) -> bool:
    """Tell whether this is a release of provisional counts, by its titles."""
    return {"state", "indicator", "month"} <= set(titles_at(content))


def read_vsrr(content: bytes, name: str) -> Reading:
    """Read a release.

    Args:
        content: The file: delimited text or JSON records.
        name: Its name, for messages.

    Returns:
        Its figures, all of twelve months; New York as a whole is added, the sum of its parts.

    Raises:
        InputError: It is no such release, or none of its rows could be read.

    Source:
        https://data.cdc.gov/d/xkb8-kh2a and its technical notes.
    """
    text = read_text(content, name)
    table = titles_of(text)
    missing = [title for title in _NEEDED if title not in table.titles]
    if missing:
        raise InputError(
            f"these columns are missing: {', '.join(missing)}",
            at=name,
            hint="download the release again from https://data.cdc.gov/d/xkb8-kh2a",
        )
    gathered = Gathered()
    told = _footnotes_told(text, table)
    if not told:
        gathered.mended(
            "the file as a whole", "", "no row has a footnote",
            "which counts are closed is not known; it is inferred from their age where needed",
        )  # fmt: skip
    for number, cells in rows_of(text, table):
        if isinstance(cells, Mapping):
            _add(gathered, number, cells, told=told)
        else:
            gathered.refused(
                f"row {number}", ",".join(cells), "it has more or fewer cells than titles",
                "look whether a quote or a delimiter is wrong there",
            )  # fmt: skip
    figures = add_new_york(once(gathered.table(), gathered))
    if not len(figures):
        raise InputError("no row could be read", at=name, hint=_first_problem(gathered))
    newest = max(figures["last"].to_pylist())
    lag = _FOUR_MONTHS if newest >= _SWITCH else _SIX_MONTHS
    return Reading(
        source=SOURCE, figures=figures, notes=tuple(gathered.notes),
        released=newest + lag + 1, told=False,
    )  # fmt: skip


def _footnotes_told(text: str, table: Titled) -> bool:
    return any(
        isinstance(cells, Mapping) and (cells.get("footnote", "") or cells.get("footnote symbol"))
        for _, cells in rows_of(text, table)
    )


def _add(gathered: Gathered, number: int, cells: Mapping[str, str], *, told: bool) -> None:
    try:
        place, indicator, last = _key(cells)
        value = _count(cells.get("data value", ""), "Data Value")
        row: dict[str, Any] = {
            "value": value,
            "predicted": _count(cells.get("predicted value", ""), "Predicted Value"),
            "pending": _percent(cells.get("percent pending investigation", "")),
            "complete": _percent(cells.get("percent complete", "")),
            "missing": "" if value is not None else _missing(cells.get("footnote", "")),
        }
    except InputError as error:
        gathered.refused(f"row {number}", " | ".join(cells.values()), error.message, error.hint)
        return
    gathered.add(
        place=place.code, indicator=indicator.key, measure=indicator.measure,
        basis="occurrence", last=last, months=12, closed=_closed(cells) if told else None, **row,
    )  # fmt: skip


def _key(cells: Mapping[str, str]) -> tuple[Place, Indicator, int]:
    place = vsrr_places().get(cells["state"].strip().upper())
    if not place:
        raise InputError(f'"{cells["state"]}" is no jurisdiction of these counts', hint="see VSRR")
    indicator = vsrr_indicators().get(folded(cells["indicator"]))
    if not indicator:
        raise InputError(
            f'"{cells["indicator"]}" is no indicator that is known', hint="it is left out"
        )
    period = folded(cells.get("period") or _PERIOD)
    if period != _PERIOD:
        raise InputError(
            f'the period "{cells["period"]}" is not "{_PERIOD}"', hint="only these are compared"
        )
    month, year = named_month(cells["month"]), cells["year"].strip()
    if month is None or not year.isdigit():
        raise InputError(f'"{year} {cells["month"]}" is no month', hint='like "2022", "December"')
    return place, indicator, month_of(int(year), month)


def _count(text: str, column: str) -> float | None:
    bare = text.strip().replace(",", "")
    if not bare:
        return None
    try:
        number = float(bare)
    except ValueError:
        raise InputError(f'column {column}: "{text}" is no number', hint="a count") from None
    if not 0 <= number < 1e8:  # noqa: PLR2004 - more than live in any of these places
        raise InputError(f'column {column}: "{text}" is no count of deaths', hint="0 or more")
    return number


def _percent(text: str) -> float | None:
    """Read "99.4", "99.5+" or "100"; what stands there beside is no reason to lose the count."""
    bare = text.strip().rstrip("+%").lstrip("<")
    try:
        number = float(bare)
    except ValueError:
        return None
    return number if 0 <= number <= 100 else None  # noqa: PLR2004


def _missing(footnote: str) -> Missing:
    low, small = "low data quality" in footnote, "suppressed" in footnote
    if low and small:
        return "suppressed, low quality"
    return "low quality" if low else "suppressed" if small else "not shown"


def _closed(cells: Mapping[str, str]) -> bool:
    """Tell whether the period is closed: "**", or no word of being underreported."""
    symbol = cells.get("footnote symbol", "").strip()
    if symbol:
        return symbol == "**"
    return "underreported" not in cells.get("footnote", "").casefold()


def _first_problem(gathered: Gathered) -> str:
    first = next((note for note in gathered.notes if not note.kept), None)
    return f"{first.place}: {first.problem}" if first else "it has titles and nothing else"
