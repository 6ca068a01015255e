"""Exports of CDC WONDER: deaths of residents by state, time, age, sex and cause.

The query is printed after the rows, and determines what is counted: an export by mentioned causes
without an underlying cause counts more than overdose deaths. "Total" rows are separate figures
over the dimensions left blank, and are never added to others.
"""

import re
from collections.abc import Mapping, Sequence

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.burden.deaths.coding import codes_in
from tidewaiter.burden.indicators import Indicator, find_indicator, find_place, folded
from tidewaiter.burden.readers.checks import Gathered, once
from tidewaiter.burden.readers.tables import read_text, rows_of, titles_at, titles_of
from tidewaiter.burden.readers.wonder_query import (
    Causes,
    Query,
    causes_of,
    indicator_of,
    parted,
    read_query,
)
from tidewaiter.burden.types import Basis, Missing, Reading, month_of, month_text, named_month

_PLACES: dict[str, Basis] = {
    "state": "residence",
    "residence state": "residence",
    "occurrence state": "occurrence",
}
_NOT_READ = ("county", "region", "division", "week", "date")  # not converted to figures
_MEASURES = ("notes", "deaths", "population", "crude rate", "age adjusted rate", "% of total")
_AGES = ("age groups", "age group", "single-year ages", "single year ages")
_DIMENSIONS = {"year": "year", "month": "month", "sex": "sex", "gender": "sex"}
_TIME = ("year", "month")


class Columns(Record, frozen=True, kw_only=True):
    """Grouping columns of an export."""

    titles: tuple[str, ...]  # folded
    by: Mapping[str, str]  # dimension -> column: "place" to "state code"
    named: Mapping[str, str]  # dimension -> column of its text: "place" to "state"
    basis: Basis

    @property
    def parts(self) -> tuple[str, ...]:
        """Dimensions other than place, time and mentioned cause."""
        return tuple(each for each in self.by if each not in ("place", "mentioned", *_TIME))


def read_columns(titles: Sequence[str], name: str) -> Columns:
    """Return the grouping of an export.

    Raises:
        InputError: Unsupported grouping: counties, weeks, two places.
    """
    words = [each for each in titles if not each.startswith(_MEASURES) and each]
    by: dict[str, str] = {}
    named: dict[str, str] = {}
    basis: Basis = "residence"
    for title in words:
        bare = title.removesuffix(" code")
        dimension = dimension_of(bare)
        if any(each in bare.split() for each in _NOT_READ):
            raise InputError("burden/grouping-not-read", bare=bare, at=f"{name}, titles")
        if dimension == "place":
            if named.get("place", bare) != bare:
                raise InputError("burden/residence-and-occurrence", at=f"{name}, titles")
            basis = _PLACES[bare]
        if title.endswith(" code") or dimension not in by:
            by[dimension] = title
        named[dimension] = bare
    return Columns(titles=tuple(titles), by=by, named=named, basis=basis)


def dimension_of(title: str) -> str:
    """Return the dimension of a column or query criterion: "Ten-Year Age Groups" is "age"."""
    bare = folded(title).removesuffix(" code")
    single = bare.removesuffix("s")
    if bare in _PLACES or single in _PLACES:
        return "place"
    if bare.endswith(_AGES):
        return "age"
    if bare.startswith(("mcd", "multiple cause")):
        return "mentioned"
    if bare.startswith(("ucd", "cause of death", "icd", "15 leading", "injury")):
        return "cause"
    return _DIMENSIONS.get(bare) or _DIMENSIONS.get(single) or bare


_LEAST = 10  # minimum displayable deaths below national level
_NATION = "US"
_YEAR_MONTH = re.compile(r"(\d{4})/(\d{2})")
_NAMED_MONTH = re.compile(r"([A-Za-z]{3,})\.?,? (\d{4})")
_AGE = re.compile(r"\d{1,3}(?:-\d{1,3}|\+)?|NS")
_YEAR = re.compile(r"\d{4}")
_TWELVE = 12


class _Period(Record, frozen=True, kw_only=True):
    last: int
    months: int


class Rows:
    """Row reader of one export."""

    def __init__(
        self, columns: Columns, query: Query | None, causes: Causes, gathered: Gathered
    ) -> None:
        self.small: list[int] = []  # suppressed rows
        self._columns = columns
        self._query = query
        self._causes = causes
        self._gathered = gathered
        self._limited = {dimension_of(key) for key, _ in query.limits} if query else set()

    def add(self, number: int, cells: Mapping[str, str]) -> None:
        """Read a row; note it if unreadable."""
        try:
            values = self._values(cells)
            place = find_place(_fips(values["place"])).code if values.get("place") else _NATION
            indicator = self._indicator(values)
            period, label = self._period(cells, values), self._label(cells)
            value, missing = _count(cells["deaths"])
            part = self._part(values, cells)
        except InputError as error:
            self._gathered.unread(number, cells.values(), error)
            return
        if value is not None and value < _LEAST and place != _NATION:
            self.small.append(number)
            value, missing = None, "suppressed"
        self._gathered.add(
            place=place,
            indicator=indicator.key,
            basis=self._columns.basis,
            last=period.last,
            months=period.months,
            part=part,
            value=value,
            missing=missing,
            closed=self._closed(period, label),
        )

    def _values(self, cells: Mapping[str, str]) -> dict[str, str]:
        """Return the row's dimension values; a total omits some of them."""
        values = {each: cells[title].strip() for each, title in self._columns.by.items()}
        note = cells.get("notes", "").strip()
        if note and note.casefold() != "total":
            raise InputError("burden/row-has-a-note", note=note)
        blank = [each for each, value in values.items() if not value]
        if blank and not note:
            raise InputError("burden/total-not-marked", blank=", ".join(blank))
        if limited := sorted(self._limited.intersection(blank)):
            raise InputError("burden/total-of-a-part", limited=", ".join(limited))
        return values

    def _indicator(self, values: Mapping[str, str]) -> Indicator:
        named = values.get("mentioned", "")
        mentioned = codes_in(named) or self._causes.mentioned
        if not self._query and mentioned != self._causes.mentioned:
            raise InputError("burden/counts-another-indicator", named=named)
        found = indicator_of(Causes(underlying=self._causes.underlying, mentioned=mentioned))
        if not found:
            raise InputError("burden/mentioned-of-no-indicator", named=named)
        return found

    def _period(self, cells: Mapping[str, str], values: Mapping[str, str]) -> _Period:
        if values.get("month"):
            period = _Period(last=_month(values["month"]), months=1)
        elif values.get("year"):
            if "partial" in self._label(cells):
                raise InputError("burden/year-not-whole")
            period = _year(values["year"])
        else:
            period = self._whole()
        query = self._query
        if not query:
            return period
        if period.months > 1 and not query.whole_years:
            raise InputError("burden/months-chosen")
        ended = [each for each in (query.whole_to, query.released) if each is not None]
        if any(period.last > each for each in ended) or period.last == query.released:
            raise InputError("burden/period-not-ended-when-counted", last=month_text(period.last))
        return period

    def _whole(self) -> _Period:
        """Return the period of the query, if the row has none."""
        if not self._query or self._query.first is None or self._query.last is None:
            raise InputError("burden/years-not-known")
        first, last = self._query.first, self._query.last
        return _Period(last=last, months=last - first + 1)

    def _label(self, cells: Mapping[str, str]) -> str:
        titles = [self._columns.named.get(each, "") for each in ("year", "month")]
        return " ".join(cells.get(title, "") for title in titles).casefold()

    def _closed(self, period: _Period, label: str) -> bool | None:
        if "provisional" in label:
            return False
        final_to = self._query.final_to if self._query else None
        return None if final_to is None else period.last <= final_to

    def _part(self, values: Mapping[str, str], cells: Mapping[str, str]) -> str:
        told = {each: values[each] for each in self._columns.parts if values[each]}
        if "age" in told:
            told["age"] = _age(cells.get(self._columns.named["age"], ""), told["age"])
        return ";".join(f"{key}={_plain(value)}" for key, value in sorted(told.items()))


def _age(words: str, code: str) -> str:
    """Return an age as "0", "25-34", "85+" or "NS", preferably from its text.

    Group codes are ambiguous: "< 1 year" has code 1, and spreadsheets read 5-14 as a date.
    """
    if words.strip().startswith("<"):
        return "0"
    if words.strip() and words[0].isdecimal():
        return words.split(" ", 1)[0]
    if not _AGE.fullmatch(code):
        raise InputError("burden/not-an-age", code=code)
    return code


def _fips(text: str) -> str:
    return text.zfill(2) if text.isdecimal() else text


def _plain(value: str) -> str:
    return value.replace(";", ",").replace("=", ":")


def _month(text: str) -> int:
    if coded := _YEAR_MONTH.fullmatch(text):
        return month_of(int(coded[1]), int(coded[2]))
    found = _NAMED_MONTH.match(text)
    number = named_month(found[1]) if found else None
    if not found or number is None:
        raise InputError("burden/not-a-month-with-slash", text=text)
    return month_of(int(found[2]), number)


def _year(text: str) -> _Period:
    found = _YEAR.match(text)
    if not found:
        raise InputError("burden/not-a-written-year", text=text)
    return _Period(last=month_of(int(found[0]), _TWELVE), months=_TWELVE)


def _count(text: str) -> tuple[float | None, Missing]:
    bare = text.strip().replace(",", "")
    if bare.isdecimal():
        return float(bare), ""
    if bare.casefold() == "suppressed":
        return None, "suppressed"
    if bare.casefold() in ("", "missing", "not available", "not applicable"):
        return None, "not shown"
    raise InputError("burden/deaths-not-a-number", text=text)


SOURCE = "cdc-wonder"
_NAMED = 5  # rows named in a note
_CODES = 20  # codes named in an error


def is_wonder(content: bytes) -> bool:
    """Return whether this is a WONDER export: deaths, with columns that have a code column."""
    titles = set(titles_at(content))
    return "deaths" in titles and any(
        title.endswith(" code") and ("notes" in titles or title.removesuffix(" code") in titles)
        for title in titles
    )


def read_wonder(content: bytes, name: str, indicator: str = "") -> Reading:
    """Read an export.

    Args:
        content: File content: tab- or comma-separated text, with or without the notes.
        name: File name, for error messages.
        indicator: Indicator, if the query is cut off: "overdose".

    Returns:
        The figures. The release is the month of the query.

    Raises:
        InputError: The count is unspecified or not a known indicator; or no readable rows.

    Source:
        https://wonder.cdc.gov/wonder/help/mcd.html
    """
    text, footer = parted(read_text(content, name))
    table = titles_of(text)
    if "deaths" not in table.titles:
        raise InputError("burden/deaths-column-missing", at=name)
    columns = read_columns(table.titles, name)
    query = read_query(footer, name) if footer else None
    gathered = Gathered()
    causes = _counted(columns, query, indicator, name)
    rows = Rows(columns, query, causes, gathered)
    _note_query(query, causes, columns, gathered)
    for number, cells in gathered.whole(rows_of(text, table)):
        rows.add(number, cells)
    _note_small(rows.small, gathered)
    figures = once(gathered.table(), gathered)
    if not len(figures):
        raise InputError("burden/no-readable-row", gathered=gathered.first_problem(), at=name)
    released = query.released if query else None
    return Reading(
        source=SOURCE,
        figures=figures,
        notes=tuple(gathered.notes),
        released=released,
        told=released is not None,
    )


def _counted(columns: Columns, query: Query | None, told: str, name: str) -> Causes:
    """Return the causes counted, from the query or as given by the user."""
    said = causes_of(find_indicator(told)) if told else None
    causes = query.causes if query else said
    if not causes:
        raise InputError("burden/query-cut-off", at=name)
    if query:
        _check_limits(columns, query, name)
    if "mentioned" in columns.by and query:
        return causes  # each row names its mentioned code
    found = indicator_of(causes)
    if not found:
        raise InputError(
            "burden/causes-of-no-indicator",
            underlying=_listed(causes.underlying),
            mentioned=_listed(causes.mentioned),
            at=f"{name}, Query Parameters",
        )
    if said and said != causes:
        raise InputError(
            "burden/query-asked-for-another",
            told=told,
            key=found.key,
            at=f"{name}, Query Parameters",
        )
    return causes


def _check_limits(columns: Columns, query: Query, name: str) -> None:
    for key, value in query.limits:
        if dimension_of(key) not in columns.by:
            raise InputError(
                "burden/part-of-deaths-not-said",
                key=key,
                value=value,
                at=f"{name}, Query Parameters",
            )


def _listed(codes: frozenset[str]) -> str:
    named = sorted(codes)
    more = f" and {len(named) - _CODES} more" if len(named) > _CODES else ""
    return (", ".join(named[:_CODES]) or "any") + more


def _note_query(query: Query | None, causes: Causes, columns: Columns, gathered: Gathered) -> None:
    counted = indicator_of(causes)
    if query is None:
        gathered.mended(
            "the file as a whole",
            "",
            InputError("burden/query-missing", indicator=counted.key if counted else ""),
        )
        return
    gathered.mended(
        "the file as a whole",
        f"{query.title} ({query.dataset.code})",
        InputError(
            "burden/result-of-query",
            indicator=counted.name if counted else "deaths by mentioned causes",
            basis=columns.basis,
        ),
    )
    if query.hidden and "place" in columns.by:
        gathered.mended(
            "the file as a whole",
            "Show Suppressed: False",
            InputError("burden/small-counts-left-out"),
        )
    if not causes.underlying and (causes.mentioned or "mentioned" in columns.by):
        gathered.mended(
            "the file as a whole",
            _listed(causes.mentioned),
            InputError("burden/no-underlying-cause"),
        )


def _note_small(rows: list[int], gathered: Gathered) -> None:
    if rows:
        named = ", ".join(map(str, rows[:_NAMED])) + (" and others" if len(rows) > _NAMED else "")
        gathered.mended(
            f"row {named}",
            "",
            InputError("burden/counts-of-9-or-fewer", count=len(rows)),
        )
