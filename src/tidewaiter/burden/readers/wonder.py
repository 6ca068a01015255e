"""Exports of CDC WONDER: deaths of residents by state, time, age, sex and cause.

What was asked stands behind the rows, and decides what is counted: an export by causes that are
mentioned, without an underlying cause, holds more than overdose deaths. Rows marked "Total" are
figures of their own, for the whole of what they leave blank, and never add up with the others.
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
_NOT_READ = ("county", "region", "division", "week", "date")  # of these no figure is made
_MEASURES = ("notes", "deaths", "population", "crude rate", "age adjusted rate", "% of total")
_AGES = ("age groups", "age group", "single-year ages", "single year ages")
_DIMENSIONS = {"year": "year", "month": "month", "sex": "sex", "gender": "sex"}
_TIME = ("year", "month")


class Columns(Record, frozen=True, kw_only=True):
    """By which columns the deaths are parted."""

    titles: tuple[str, ...]  # as folded
    by: Mapping[str, str]  # dimension to column: "place" to "state code"
    named: Mapping[str, str]  # dimension to the column of its words: "place" to "state"
    basis: Basis

    @property
    def parts(self) -> tuple[str, ...]:
        """Dimensions that are neither place nor time nor a mentioned cause."""
        return tuple(each for each in self.by if each not in ("place", "mentioned", *_TIME))


def read_columns(titles: Sequence[str], name: str) -> Columns:
    """Tell by what an export parts deaths.

    Raises:
        InputError: It parts them by what no figure here can say: counties, weeks, two places.
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
    """Name what a column, or what a query asks for, is about: "Ten-Year Age Groups" is "age"."""
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


_LEAST = 10  # deaths below the nation that may be shown
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
    """Rows of one export, read one by one."""

    def __init__(
        self, columns: Columns, query: Query | None, causes: Causes, gathered: Gathered
    ) -> None:
        self.small: list[int] = []  # rows whose count is too small to be shown
        self._columns = columns
        self._query = query
        self._causes = causes
        self._gathered = gathered
        self._limited = {dimension_of(key) for key, _ in query.limits} if query else set()

    def add(self, number: int, cells: Mapping[str, str]) -> None:
        """Read a row; what cannot be read is noted."""
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
        """Return what the row says of each dimension; a total leaves some of them out."""
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
        """Return the period of the query, where nothing in the row says it."""
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
    """Return an age as "0", "25-34", "85+" or "NS", from its words where they are there.

    Its code is no help in groups: it is 1 for "< 1 year", and spreadsheets read 5-14 as a day.
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
_NAMED = 5  # rows that a note names
_CODES = 20  # that an error names


def is_wonder(content: bytes) -> bool:
    """Tell whether this is an export of WONDER: deaths, by columns that have a code beside."""
    titles = set(titles_at(content))
    return "deaths" in titles and any(
        title.endswith(" code") and ("notes" in titles or title.removesuffix(" code") in titles)
        for title in titles
    )


def read_wonder(content: bytes, name: str, indicator: str = "") -> Reading:
    """Read an export.

    Args:
        content: The file: text with tabs or commas, with or without what stands behind the rows.
        name: Its name, for messages.
        indicator: What it counts, where the query that would tell is cut off: "overdose".

    Returns:
        Its figures. The release is the month of the query.

    Raises:
        InputError: What it counts is not told, or is no indicator that is known; or no row of it
            could be read.

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
    """Return which deaths are counted, by the query, or as the user names them."""
    said = causes_of(find_indicator(told)) if told else None
    causes = query.causes if query else said
    if not causes:
        raise InputError("burden/query-cut-off", at=name)
    if query:
        _check_limits(columns, query, name)
    if "mentioned" in columns.by and query:
        return causes  # each row names the code that it mentions
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
            "what was asked is cut off behind the rows",
            f"read as {counted.key if counted else ''}, as you name it; "
            "its date, and what is final, are not known",
        )
        return
    gathered.mended(
        "the file as a whole",
        f"{query.title} ({query.dataset.code})",
        f"it answers a query: {counted.name if counted else 'deaths by what they mention'}",
        f"counted by {columns.basis}",
    )
    if query.hidden and "place" in columns.by:
        gathered.mended(
            "the file as a whole",
            "Show Suppressed: False",
            "rows of small counts are left out",
            "a place or month without a row is not zero; sums of places fall short of the nation",
        )
    if not causes.underlying and (causes.mentioned or "mentioned" in columns.by):
        gathered.mended(
            "the file as a whole",
            _listed(causes.mentioned),
            "no underlying cause was asked for: deaths of any cause that mention these codes",
            "they are more than overdose deaths, and are kept apart under names with any-",
        )


def _note_small(rows: list[int], gathered: Gathered) -> None:
    if rows:
        named = ", ".join(map(str, rows[:_NAMED])) + (" and others" if len(rows) > _NAMED else "")
        gathered.mended(
            f"row {named}",
            "",
            f"{len(rows):,} counts below the nation are 9 or fewer",
            "hidden as suppressed: the rules of use of WONDER forbid to publish them",
        )
