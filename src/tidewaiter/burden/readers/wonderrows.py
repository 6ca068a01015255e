"""A row of a WONDER export: which place, period and part of the deaths it counts."""

import re
from collections.abc import Mapping

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.burden.facts import Indicator, find_place
from tidewaiter.burden.icd import codes_in
from tidewaiter.burden.months import month_of, month_text, named_month
from tidewaiter.burden.readers.building import Gathered
from tidewaiter.burden.readers.wondercolumns import Columns, dimension_of
from tidewaiter.burden.readers.wonderquery import Causes, Query, indicator_of
from tidewaiter.burden.types import Missing

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
            raise InputError(f'its note is "{note}"', hint="only rows and totals are read")
        blank = [each for each, value in values.items() if not value]
        if blank and not note:
            raise InputError(
                f"it leaves out {', '.join(blank)} and is not marked as a total",
                hint="export it again, with its column Notes",
            )
        if limited := sorted(self._limited.intersection(blank)):
            raise InputError(
                f"it is a total of a part: {', '.join(limited)} was limited by the query",
                hint="ask for all to have the total",
            )
        return values

    def _indicator(self, values: Mapping[str, str]) -> Indicator:
        named = values.get("mentioned", "")
        mentioned = codes_in(named) or self._causes.mentioned
        if not self._query and mentioned != self._causes.mentioned:
            raise InputError(
                f'it counts "{named}", which the indicator that is named does not',
                hint="name the indicator that it counts",
            )
        found = indicator_of(Causes(underlying=self._causes.underlying, mentioned=mentioned))
        if not found:
            raise InputError(
                f'its causes are those of no indicator: mentioned "{named}"',
                hint="ask for one of the codes that are known",
            )
        return found

    def _period(self, cells: Mapping[str, str], values: Mapping[str, str]) -> _Period:
        if values.get("month"):
            period = _Period(last=_month(values["month"]), months=1)
        elif values.get("year"):
            if "partial" in self._label(cells):
                raise InputError("the year is not whole", hint="take its months")
            period = _year(values["year"])
        else:
            period = self._whole()
        query = self._query
        if not query:
            return period
        if period.months > 1 and not query.whole_years:
            raise InputError("months were chosen, so the year is not whole", hint="take its months")
        ended = [each for each in (query.whole_to, query.released) if each is not None]
        if any(period.last > each for each in ended) or period.last == query.released:
            raise InputError(
                f"{month_text(period.last)} had not ended when deaths were counted",
                hint="a later export has it whole",
            )
        return period

    def _whole(self) -> _Period:
        """Return the period of the query, where nothing in the row says it."""
        if not self._query or self._query.first is None or self._query.last is None:
            raise InputError(
                "of which years it tells is not known", hint="group by year, or by month"
            )
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
        raise InputError(f'"{code}" is no age', hint='like "25-34"; export it again, as text')
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
        raise InputError(f'"{text}" is no month', hint='like "2022/12"')
    return month_of(int(found[2]), number)


def _year(text: str) -> _Period:
    found = _YEAR.match(text)
    if not found:
        raise InputError(f'"{text}" is no year', hint='like "2022"')
    return _Period(last=month_of(int(found[0]), _TWELVE), months=_TWELVE)


def _count(text: str) -> tuple[float | None, Missing]:
    bare = text.strip().replace(",", "")
    if bare.isdecimal():
        return float(bare), ""
    if bare.casefold() == "suppressed":
        return None, "suppressed"
    if bare.casefold() in ("", "missing", "not available", "not applicable"):
        return None, "not shown"
    raise InputError(f'column Deaths: "{text}" is no number', hint="a count, or Suppressed")
