"""CDC provisional counts (VSRR) by state and county, checked against the national total.

In CDC's counts the fifty states, DC and New York City sum to the United States exactly, and the
state of New York excludes the City. Files in circulation add the City back, or list the nation
among its states.

Columns have any order and the titles of the download, the dashboard or the API. A value is blank
if small or of low quality; blank is not zero.

County counts are by county of residence, for twelve-month periods ending each month, updated
quarterly, without predictions. Counts of 1 to 9 are hidden. Closed periods are not marked.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from tidewaiter.base.errors import InputError
from tidewaiter.burden.indicators import (
    Indicator,
    Place,
    coded_place,
    folded,
    indicators,
    vsrr_indicators,
    vsrr_places,
)
from tidewaiter.burden.readers.checks import (
    Gathered,
    note_cut_text,
    note_missing_places,
    once,
    plausible,
)
from tidewaiter.burden.readers.tables import (
    Cells,
    Row,
    columns_of,
    fits,
    footnoted,
    read_text,
    renamed,
    rows_of,
    titles_at,
    titles_of,
)
from tidewaiter.burden.types import FIGURES, Missing, Reading, month_of, month_text, named_month

_US, _CITY, _REST, _WHOLE = "US", "US-NY-NYC", "US-NY-REST", "US-NY"
_SLACK = 0.005  # tolerance relative to the nation; actual releases are within 0.0003
_WRONG = 0.02  # relative to the nation: beyond rounding and late amendments
_JUMP = 0.6  # relative to the City's deaths, between two windows that share eleven months
_FEWEST = 100.0  # deaths of the City, below which a leap may be chance
_APART, _INSIDE, _ALONE = "apart", "inside", "alone"

_BESIDE = frozenset((_US, "US-PR"))  # places outside the national sum

FigureRow = dict[str, Any]
Key = tuple[Any, ...]
Values = dict[str, float | None]


def settle_sums(figures: pa.Table, gathered: Gathered) -> pa.Table:
    """Subtract the City from New York where included; refuse an inconsistent nation.

    Args:
        figures: Distinct FIGURES.
        gathered: Receives notes.
    """
    rows = figures.to_pylist()
    counts = [row for row in rows if row["measure"] == "deaths" and not row["part"]]
    groups: dict[Key, Values] = defaultdict(dict)
    for row in counts:
        groups[_key(row)][row["place"]] = row["value"]
    verdicts = {key: found for key, values in groups.items() if (found := _verdict(values))}
    if not verdicts:
        verdicts = _by_history(groups)
    told = Counter(verdicts.values())
    if set(told) - {_APART}:
        rows = _new_york(rows, verdicts, gathered)
        groups = defaultdict(dict)
        for row in rows:
            if row["measure"] == "deaths" and not row["part"]:
                groups[_key(row)][row["place"]] = row["value"]
    wrong = {key: said for key, values in groups.items() if (said := _not_its_sum(values))}
    for key, said in sorted(wrong.items()):
        gathered.refused(
            f"{_US} {key[0]} {month_text(key[1])}",
            f"{groups[key][_US]:,.10g}",
            said,
        )
    if not wrong and not set(told) - {_APART}:
        return figures
    kept = [row for row in rows if row["place"] != _US or _key(row) not in wrong]
    return pa.Table.from_pylist(kept, schema=FIGURES)


def _verdict(values: Values) -> str:
    """Determine from the nation whether New York includes its City; "": unknown."""
    nation = values.get(_US)
    if not nation or not values.get(_REST):
        return ""
    city = values.get(_CITY)
    known = sum(values.get(place) or 0.0 for place in _parts())
    whole = all(values.get(place) is not None for place in _parts() if place != _CITY)
    excess = known - nation
    if _CITY not in values:
        return _ALONE if whole and abs(excess) <= _SLACK * nation / 2 else ""
    if city and excess > _SLACK * nation and abs(excess - city) <= _SLACK * nation:
        return _INSIDE
    return _APART if whole and city is not None and abs(excess) <= _SLACK * nation else ""


def _by_history(groups: Mapping[Key, Values]) -> dict[Key, str]:
    """Determine it from leaps of New York by the City's deaths, if the nation does not tell."""
    found: dict[Key, str] = {}
    series: dict[Key, list[Key]] = defaultdict(list)
    for key, values in sorted(groups.items()):
        if values.get(_REST) is not None and values.get(_CITY):
            series[key[0], *key[2:]].append(key)
    for keys in series.values():
        rest = [groups[key][_REST] or 0.0 for key in keys]
        city = [groups[key][_CITY] or 0.0 for key in keys]
        leaps = [
            (n, rest[n] - rest[n - 1])
            for n in range(1, len(keys))
            if keys[n][1] - keys[n - 1][1] == 1 and abs(rest[n] - rest[n - 1]) > _JUMP * city[n]
        ]
        if not leaps or min(city) < _FEWEST:
            continue
        inside = leaps[0][1] < 0  # a fall by the City's deaths means it was included before
        leap_at = {n: change > 0 for n, change in leaps}
        for n, key in enumerate(keys):
            inside = leap_at.get(n, inside)
            found[key] = _INSIDE if inside else _APART
    return found


def _new_york(
    rows: list[FigureRow], verdicts: Mapping[Key, str], gathered: Gathered
) -> list[FigureRow]:
    """Correct the rows of New York; refuse undetermined ones."""
    by_month: dict[int, set[str]] = defaultdict(set)
    for key, verdict in verdicts.items():
        by_month[key[1]].add(verdict)
    one = set(verdicts.values())
    cities = {_key(row): row for row in rows if row["place"] == _CITY}
    kept: list[FigureRow] = []
    mended: Counter[str] = Counter()
    for row in rows:
        if row["place"] != _REST or row["measure"] != "deaths":
            kept.append(row)
            continue
        key = _key(row)
        said = verdicts.get(key) or _single(by_month[row["last"]]) or _single(one)
        if said == _INSIDE and _key(row) in cities:
            kept.append(_without(row, cities[key]))
        elif said == _ALONE:
            kept.append(row | {"place": _WHOLE})
        elif said == _APART:
            kept.append(row)
            continue
        else:
            gathered.refused(
                f"{_REST} {key[0]} {month_text(key[1])}",
                f"{row['value']}",
                InputError("burden/new-york-uncertain"),
            )
            continue
        mended[said] += 1
    if mended[_INSIDE]:
        gathered.mended(
            "New York",
            f"{mended[_INSIDE]:,} figures",
            InputError("burden/new-york-city-subtracted"),
        )
    if mended[_ALONE]:
        gathered.mended(
            "New York",
            f"{mended[_ALONE]:,} figures",
            InputError("burden/new-york-as-a-whole"),
        )
    return kept


def _single(verdicts: set[str]) -> str:
    return next(iter(verdicts)) if len(verdicts) == 1 else ""


def _without(row: FigureRow, city: FigureRow) -> FigureRow:
    """Subtract the City from a row of New York; if either is hidden, so is the result."""
    value, predicted = (
        None if row[name] is None or city[name] is None else max(row[name] - city[name], 0.0)
        for name in ("value", "predicted")
    )
    missing = row["missing"] or city["missing"] if value is None else ""
    return row | {"value": value, "predicted": predicted, "missing": missing}


def _not_its_sum(values: Values) -> InputError | None:
    """Return why the nation is not the sum of its parts; None: it is, or unknown."""
    nation = values.get(_US)
    if not nation:
        return None
    parts = dict(values)
    if values.get(_WHOLE) is not None:
        parts |= {_REST: values[_WHOLE], _CITY: 0.0}
    known = sum(parts.get(place) or 0.0 for place in _parts())
    if all(parts.get(place) is not None for place in _parts()):
        if abs(nation - 2 * known) <= _WRONG * nation:
            return InputError("burden/nation-counted-twice")
        if abs(nation - known) > _WRONG * nation:
            return InputError("burden/nation-unlike-parts", parts=f"{known:,.10g}")
    less = known > (1 + _WRONG) * nation
    return InputError("burden/nation-below-parts", parts=f"{known:,.10g}") if less else None


def _key(row: FigureRow) -> Key:
    return row["indicator"], row["last"], row["months"], row["basis"]


@cache
def _parts() -> tuple[str, ...]:
    return tuple(place.code for place in vsrr_places().values() if place.code not in _BESIDE)


_NEW_YORK_STATE, _NEW_YORK_CITY, _REST_OF_NEW_YORK = "US-NY", "US-NY-NYC", "US-NY-REST"


def add_new_york(figures: pa.Table) -> pa.Table:
    """Add rows of the whole state if both parts are available.

    Sums need both values; percentages are weighted by the counts; a row is closed if both parts
    are.
    """
    parts = figures.filter(
        pc.is_in(figures["place"], pa.array([_NEW_YORK_CITY, _REST_OF_NEW_YORK]))
    )
    pairs: dict[tuple[Any, ...], dict[str, dict[str, Any]]] = {}
    for row in parts.to_pylist():
        key = (row["indicator"], row["measure"], row["last"], row["months"], row["part"])
        pairs.setdefault(key, {})[row["place"]] = row
    whole = [
        _joined(*pair.values())
        for pair in pairs.values()
        if len(pair) == len((_NEW_YORK_CITY, _REST_OF_NEW_YORK))
    ]
    summed = [row for row in whole if row["measure"] != "percent"]
    if not summed:
        return figures
    return pa.concat_tables([figures, pa.Table.from_pylist(summed, schema=FIGURES)])


def _joined(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    closed = None if None in (one["closed"], other["closed"]) else one["closed"] and other["closed"]
    missing = ", ".join(sorted({row["missing"] for row in (one, other)} - {""}))
    return one | {
        "place": _NEW_YORK_STATE,
        "value": _sum(one["value"], other["value"]),
        "predicted": _sum(one["predicted"], other["predicted"]),
        "pending": _mean(one, other, "pending"),
        "complete": _mean(one, other, "complete"),
        "closed": closed,
        "missing": missing if None in (one["value"], other["value"]) else "",
    }


def _sum(one: float | None, other: float | None) -> float | None:
    return None if one is None or other is None else one + other


def _mean(one: dict[str, Any], other: dict[str, Any], name: str) -> float | None:
    if one[name] is None or other[name] is None:
        return None
    sizes = [row["value"] or 0.0 for row in (one, other)]
    if not sum(sizes):
        return float(one[name] + other[name]) / 2
    return float((one[name] * sizes[0] + other[name] * sizes[1]) / sum(sizes))


SOURCE = "cdc-vsrr"
_PERIODS = frozenset(("12 month ending", "12 months ending", "12 month", "12 months"))
_SIX_MONTHS, _FOUR_MONTHS = 6, 4
_SWITCH = month_of(
    2021, 9
)  # last period of the release of 2022-02, the first with a four-month lag


def is_vsrr(content: bytes) -> bool:
    """Return whether this is a provisional counts release, by its titles."""
    return fits(titles_at(content), SOURCE)


def read_vsrr(content: bytes, name: str) -> Reading:
    """Read a release.

    Args:
        content: File content: delimited text, JSON records or a workbook.
        name: File name, for error messages.

    Returns:
        Twelve-month figures; all of New York is added as the sum of its parts.

    Raises:
        InputError: Not such a release, no readable rows, or mostly impossible counts.

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
            InputError("burden/no-footnotes"),
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
        raise InputError("burden/no-readable-row", gathered=gathered.first_problem(), at=name)
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
        place, indicator, last = _parse_key(row)
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
        raise InputError("burden/zero-is-hidden")
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


def _parse_key(row: Mapping[str, str]) -> tuple[Place, Indicator, int]:
    place = _place(row["state"], row.get("state name", ""))
    if not place:
        raise InputError("burden/not-a-jurisdiction", state=row["state"])
    indicator = _indicator(row["indicator"])
    if not indicator:
        raise InputError("burden/not-a-known-indicator", indicator=row["indicator"])
    period = folded(row.get("period", "")).replace("-", " ")
    if period and period not in _PERIODS:
        raise InputError("burden/not-12-month-ending", period=row["period"])
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
        raise InputError("burden/not-a-year-and-month", year=year, month=month)
    return month_of(int(plain), number)


@cache
def _place_names() -> dict[str, Place]:
    """Return the jurisdictions by code, name and FIPS; "New York" excludes its City here."""
    held = vsrr_places()
    by_name = {folded(each.name): each for each in held.values()}
    by_fips = {each.fips: each for each in held.values() if each.fips}
    rest = held["NY"]
    own = {"new york": rest, "new york state": rest, "nyc": held["YC"], "usa": held["US"]}
    return by_name | by_fips | own | {code.casefold(): each for code, each in held.items()}


@cache
def _indicator_names() -> dict[str, Indicator]:
    """Return the indicators by CDC's name, our name and our key."""
    ours = {_plain(each.name): each for each in indicators().values()}
    keys = {_plain(each.key): each for each in indicators().values()}
    return ours | keys | {_plain(name): each for name, each in vsrr_indicators().items()}


def _plain(text: str) -> str:
    """Normalise an indicator's name further: separators, "&" and "and"."""
    return folded(text.replace("&", " and ").replace("–", "-").replace(";", " "))


def _closed(row: Mapping[str, str]) -> bool:
    """Return whether the period is closed: "**", or no mention of underreporting."""
    symbol = row.get("footnote symbol", "").strip()
    if symbol:
        return symbol == "**"
    return "underreported" not in row.get("footnote", "").casefold()


COUNTY_SOURCE = "cdc-vsrr-county"
_DAY = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})(?: .*)?")  # of the download
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[T ].*)?")  # of the API
_LAG = 7  # months from the last period to the release: data as of July cover December
_FIPS = re.compile(r"(\d{4,5})(?:\.0*)?")


def is_county(content: bytes) -> bool:
    """Return whether this is a county counts release, by its titles."""
    return fits(titles_at(content), COUNTY_SOURCE)


def read_county(content: bytes, name: str) -> Reading:
    """Read a release.

    Args:
        content: File content: delimited text, JSON records or a workbook.
        name: File name, for error messages.

    Returns:
        Twelve-month figures by county of residence.

    Raises:
        InputError: Not such a release, or no readable rows.

    Source:
        https://data.cdc.gov/d/gb4e-yj24 and its technical notes,
        https://www.cdc.gov/nchs/nvss/vsrr/prov-county-drug-overdose.htm
    """
    text = read_text(content, name)
    table = titles_of(text)
    gathered, cells = Gathered(), Cells()
    columns = columns_of(table.titles, COUNTY_SOURCE, name, gathered)
    as_of: set[int] = set()
    for number, cut in gathered.whole(rows_of(text, table)):
        row = renamed(cut, columns)
        try:
            _add_county(gathered, cells, row)
            if row.get("data as of", "").strip():
                as_of.add(_month_of_day(row["data as of"], "Data as of"))
        except InputError as error:
            gathered.unread(number, cut.values(), error)
    cells.tell(gathered)
    note_cut_text(text, gathered, delimited=bool(table.delimiter))
    figures = plausible(once(gathered.table(), gathered), gathered, name)
    if not len(figures):
        raise InputError("burden/no-readable-row", gathered=gathered.first_problem(), at=name)
    newest = max(figures["last"].to_pylist())
    if len(as_of) > 1:
        gathered.mended(
            "column Data as of",
            ", ".join(map(month_text, sorted(as_of))),
            InputError("burden/several-release-months"),
        )
    return Reading(
        source=COUNTY_SOURCE,
        figures=figures,
        notes=tuple(gathered.notes),
        released=max(as_of) if as_of else newest + _LAG,
        told=bool(as_of),
    )


def _add_county(gathered: Gathered, cells: Cells, row: Mapping[str, str]) -> None:
    last = _month_of_day(row["monthendingdate"], "MonthEndingDate")
    value, word = cells.count(
        row["provisional drug overdose deaths"], "Provisional Drug Overdose Deaths"
    )
    footnote = footnoted(row.get("footnote", ""))
    if value == 0 and footnote == "suppressed":
        raise InputError("burden/zero-is-hidden-by-cdc")
    missing: Missing = "" if value is not None else footnote if word == "not shown" else word
    gathered.add(
        place=_county_code(row["fips"]),
        indicator="overdose",
        measure="deaths",
        basis="residence",
        last=last,
        months=12,
        value=value,
        missing=missing,
        pending=cells.percent(
            row.get("percentage of records pending investigation", ""),
            "Percentage Of Records Pending Investigation",
        ),
    )


def _county_code(text: str) -> str:
    """Return the place of a FIPS code; spreadsheets drop its leading zero."""
    found = _FIPS.fullmatch(text.strip())
    place = coded_place(f"US-{found[1].zfill(5)}") if found else None
    if not place:
        raise InputError("burden/not-a-county", text=text)
    return place.code


def _month_of_day(text: str, column: str) -> int:
    plain = text.strip()
    day, iso = _DAY.fullmatch(plain), _ISO.fullmatch(plain)
    if day:
        return month_of(int(day[3]), int(day[1]))
    if iso:
        return month_of(int(iso[1]), int(iso[2]))
    raise InputError("burden/column-not-a-day", column=column, text=text)
