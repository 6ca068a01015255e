"""Comparison: what several laws say about the same substances on a day, side by side."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from datetime import date
from typing import Literal

from msgspec.structs import replace

from tidewaiter.base.phrases import Phrase
from tidewaiter.base.records import Record
from tidewaiter.law.answers import Age, Answer, Found, Listing, Question, Ruling
from tidewaiter.law.assessment import assess
from tidewaiter.law.class_membership import Members
from tidewaiter.law.controls import controls_on
from tidewaiter.law.registry import Registry
from tidewaiter.law.rules import LawBook
from tidewaiter.law.types import Substance

Agreement = Literal["same", "days differ", "days not known", "answers differ"]
"""Of the jurisdictions that list some substance of the comparison: all give one answer and hold
it from the same day; from several days; from days of which one at least is not known; or their
answers are not the same."""

_ORDER: tuple[Answer, ...] = (
    "controlled",
    "free by amount",
    "proposed",
    "not assessable",
    "not listed",
)


class Cell(Record, frozen=True, kw_only=True):
    """What one regime says of one substance."""

    regime: str  # slug; "": no law of the jurisdiction is loaded
    jurisdiction: str
    answer: Answer
    reason: Phrase
    as_of: date | None = None  # last day, up to that of the question, whose law is known
    age_days: int = 0
    listings: tuple[Listing, ...] = ()  # in force, or else published
    later: tuple[Listing, ...] = ()  # that came after the day
    ended: tuple[Listing, ...] = ()
    earliest: bool = False  # of all cells of the row, that hold it from a known day


class Compared(Record, frozen=True, kw_only=True):
    """One substance under each law."""

    slug: str
    name: str
    cas: str  # "": none is known
    cells: tuple[Cell, ...]  # one for each regime that was asked, in their order
    agreement: Agreement


class Comparison(Record, frozen=True, kw_only=True):
    """Substances under the laws of several jurisdictions."""

    day: date
    regimes: tuple[str, ...]  # slugs, in the order of the cells
    telling: tuple[str, ...]  # those of them that have a listing of some substance, of any day
    rows: tuple[Compared, ...]
    ages: tuple[Age, ...] = ()  # how old the law is; empty: it is known for the day


def compare(
    substances: Iterable[Substance],
    question: Question,
    registry: Registry,
    book: LawBook,
    members: Members,
) -> Comparison:
    """Ask each law about each substance, as `assess` answers.

    Args:
        substances: Each is asked about as it is named; classes are none of them.
        question: The day, and the jurisdictions; empty: all that are loaded.
        registry: The listings.
        book: The rules beside them.
        members: What the class rules say of the registry's structures.
    """
    rows: list[tuple[Substance, list[Cell]]] = []
    ages: tuple[Age, ...] = ()
    for each in substances:
        found = members.judge(Found(name=each.name, substance=each), question.day)
        answer = assess(question, registry, book, found)
        ages = answer.ages
        rows.append((each, [_cell(ruling) for ruling in answer.rulings]))
    regimes = tuple(cell.regime for cell in rows[0][1]) if rows else ()
    telling = {cell.regime for _, cells in rows for cell in cells if _tells(cell)}
    return Comparison(
        day=question.day,
        regimes=regimes,
        telling=tuple(each for each in regimes if each in telling),
        rows=tuple(_row(each, cells, telling) for each, cells in rows),
        ages=ages,
    )


def of_schedule(registry: Registry, regime: str, schedule: str, day: date) -> list[Substance]:
    """List the substances of a regime or of one of its schedules, as in force on a day.

    Args:
        registry: The listings.
        regime: Slug.
        schedule: As the instrument prints it; "": all of the regime.
        day: The day.

    Returns:
        By slug; the classes that it holds are not among them.
    """
    return [
        each
        for each in registry.substances
        if each.kind != "class"
        and any(
            control.regime == regime and schedule in {"", control.schedule}
            for control in controls_on(each, day)
        )
    ]


def schedules_on(registry: Registry, day: date) -> dict[str, dict[str, int]]:
    """Count the substances of each schedule in force on a day, by regime; classes are left out."""
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for each in registry.substances:
        if each.kind != "class":
            for regime, schedule in {(c.regime, c.schedule) for c in controls_on(each, day)}:
                counts[regime][schedule] += 1
    return {regime: dict(sorted(named.items())) for regime, named in counts.items()}


def _row(substance: Substance, cells: list[Cell], telling: AbstractSet[str]) -> Compared:
    days = [day for cell in cells if cell.answer == "controlled" for day in _days(cell)]
    marked = [_marked(cell, min(days)) for cell in cells] if len(set(days)) > 1 else cells
    return Compared(
        slug=substance.slug,
        name=substance.name,
        cas=next(iter(substance.cas), ""),
        cells=tuple(marked),
        agreement=_agreement(cell for cell in cells if cell.regime in telling),
    )


def _tells(cell: Cell) -> bool:
    return bool(cell.listings or cell.later or cell.ended)


def _cell(ruling: Ruling) -> Cell:
    return Cell(
        regime=ruling.regime,
        jurisdiction=ruling.jurisdiction,
        answer=ruling.answer,
        reason=ruling.reason,
        as_of=ruling.as_of,
        age_days=ruling.age_days,
        listings=ruling.held or ruling.proposed,
        later=ruling.later,
        ended=ruling.ended,
    )


def _marked(cell: Cell, first: date) -> Cell:
    earliest = cell.answer == "controlled" and first in _days(cell)
    return replace(cell, earliest=earliest)


def _days(cell: Cell) -> Iterator[date]:
    yield from (each.since for each in cell.listings if each.since is not None)


def _agreement(cells: Iterable[Cell]) -> Agreement:
    """Compare jurisdictions: of several laws of one, that which holds the substance speaks."""
    laws: defaultdict[str, list[Cell]] = defaultdict(list)
    for cell in cells:
        laws[cell.jurisdiction].append(cell)
    said = [min(own, key=lambda each: _ORDER.index(each.answer)) for own in laws.values()]
    if len({each.answer for each in said}) > 1:
        return "answers differ"
    if not said or said[0].answer != "controlled":
        return "same"
    firsts = [min(_days(each), default=None) for each in said]
    if None in firsts:
        return "days not known"
    return "same" if len(set(firsts)) == 1 else "days differ"
