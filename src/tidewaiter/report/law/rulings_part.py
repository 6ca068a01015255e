"""Answers of the law as flat rows: one for each compound and regime."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from types import MappingProxyType

from tidewaiter.base.records import Record
from tidewaiter.report.cells import neutralise
from tidewaiter.report.words import OUTCOMES, duty_in_words, roles_in_words
from tidewaiter.substances.questions import Route
from tidewaiter.substances.rulings import Assessment, Check, Compound, Listing, Ruling
from tidewaiter.substances.types import Mark

_KEPT = 500  # characters of a cell that is kept for the next row that has it

_OWN = frozenset({"place", "id", "name", "how"})  # columns that hardly repeat themselves


class Row(Record, frozen=True, kw_only=True):
    """What a row is read from."""

    compound: Compound
    answer: Assessment | None = None  # None: the compound is not assessable
    ruling: Ruling | None = None  # None: no regime was asked

    @property
    def listings(self) -> tuple[Listing, ...]:
        """Return what the answer rests on: what is in force, or else what is published."""
        return (self.ruling.held or self.ruling.proposed) if self.ruling else ()


def flat_rulings(compound: Compound) -> Iterator[list[str]]:
    """Yield cells, one per column of `RULINGS`; every compound has a row at least."""
    rows = [
        Row(compound=compound, answer=answer, ruling=ruling)
        for answer in compound.answers
        for ruling in answer.rulings or (None,)
    ]
    for row in rows or [Row(compound=compound)]:
        yield [_cell(name, read(row)) for name, read in RULINGS.items()]


def route_in_places(route: Route) -> str:
    """Return a route as "CN > PA > MX", "?" for an end that is not said; "": it is not given."""
    ends = (route.origin or "?", *route.transit, route.destination or "?")
    return " > ".join(ends) if route.given else ""


def doubts_in_words(mark: Mark, dates: Mark) -> str:
    """Say what of a listing was not read in an official text; "": nothing.

    Args:
        mark: Of the listing itself.
        dates: Of its days.
    """
    marks = {"listing": mark, "days": dates}
    return ", ".join(f"{what} {mark}" for what, mark in marks.items() if mark != "read")


def check_in_words(check: Check) -> str:
    """Say what a limit is, what it was compared with, and how that came out."""
    reckoned = f": {check.reckoned}" if check.reckoned else ""
    return f"{check.limit}{reckoned} ({check.clause}; {OUTCOMES[check.outcome]})"


def _cell(column: str, text: str) -> str:
    repeated = column not in _OWN and len(text) < _KEPT
    return _safe(text) if repeated else neutralise(text)


@lru_cache(4_000)
def _safe(text: str) -> str:
    return neutralise(text)


def _several(parts: Iterable[object]) -> str:
    return "; ".join(dict.fromkeys(str(part) for part in parts if part))


def _of_answer(read: Callable[[Assessment], object]) -> Callable[[Row], str]:
    return lambda row: str(read(row.answer) or "") if row.answer else ""


def _of_ruling(read: Callable[[Ruling], str]) -> Callable[[Row], str]:
    return lambda row: read(row.ruling) if row.ruling else ""


def _of_listings(read: Callable[[Listing], Iterable[object]]) -> Callable[[Row], str]:
    return lambda row: _several(part for each in row.listings for part in read(each))


def _answer(row: Row) -> str:
    return row.ruling.answer if row.ruling else "not assessable"


def _marks(row: Row) -> str:
    return _several(doubts_in_words(each.mark, each.dates) or "read" for each in row.listings)


def _why_not(row: Row) -> str:
    """Say why it is not assessable; "": it is."""
    if row.ruling is None:
        return row.compound.not_assessable or "no law was asked"
    return row.ruling.reason if row.ruling.answer == "not assessable" else ""


RULINGS: Mapping[str, Callable[[Row], str]] = MappingProxyType(
    {
        "place": lambda row: row.compound.place,
        "id": lambda row: row.compound.id,
        "name": _of_answer(lambda a: a.name),
        "substance": _of_answer(lambda a: a.substance),
        "form": _of_answer(lambda a: a.form),
        "match": _of_answer(lambda a: a.match),
        "how": _of_answer(lambda a: a.how),
        "day": _of_answer(lambda a: a.day),
        "route": _of_answer(lambda a: route_in_places(a.route)),
        "regime": _of_ruling(lambda r: r.regime),
        "jurisdiction": _of_ruling(lambda r: r.jurisdiction),
        "role": _of_ruling(lambda r: roles_in_words(r.roles)),
        "answer": _answer,
        "as_of": _of_ruling(lambda r: str(r.as_of or "")),
        "age_days": _of_ruling(lambda r: str(r.age_days) if r.as_of else ""),
        "reason": _of_ruling(lambda r: r.reason),
        "listing": _of_listings(lambda each: [each.schedule]),
        "clauses": _of_listings(lambda each: each.clauses),
        "since": _of_listings(lambda each: [each.since]),
        "until": _of_listings(lambda each: [each.until]),
        "marks": _marks,
        "source": _of_listings(lambda each: [each.source]),
        "amounts": _of_ruling(lambda r: _several(map(check_in_words, r.checks))),
        "demands": _of_ruling(lambda r: _several(map(duty_in_words, r.duties))),
        "remarks": _of_ruling(lambda r: _several(f"{m.text} ({m.clause})" for m in r.remarks)),
        "doubts": _of_ruling(lambda r: _several(r.doubts)),
        "versions": _of_ruling(lambda r: _several(r.versions)),
        "not_assessable": _why_not,
        "hint": lambda row: row.compound.hint,
    }
)
"""Each column of the rows, in order, and how it is read."""
