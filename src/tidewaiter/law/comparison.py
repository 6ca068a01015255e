"""Comparison: several laws on the same substances on one day, side by side."""

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
"""Agreement of the jurisdictions that control some substance of the comparison: same answer and
same first day; same answer from different days; same answer with an unknown first day; or different
answers.
"""

ORDER: tuple[Answer, ...] = (
    "controlled",
    "free by amount",
    "proposed",
    "not assessable",
    "not listed",
)
"""Answers in the order in which they are shown: what holds comes first."""


class Cell(Record, frozen=True, kw_only=True):
    """Answer of one instrument for one substance."""

    regime: str  # slug; "": no law of the jurisdiction is loaded
    jurisdiction: str
    answer: Answer
    reason: Phrase
    as_of: date | None = None  # last day, up to that of the question, for which the law is known
    age_days: int = 0
    listings: tuple[Listing, ...] = ()  # in force, or else published
    later: tuple[Listing, ...] = ()  # controls that begin after the day
    ended: tuple[Listing, ...] = ()
    earliest: bool = False  # first in the row to control it, among those with a known day


class Compared(Record, frozen=True, kw_only=True):
    """One substance under each law."""

    slug: str
    name: str
    cas: str  # "": none known
    cells: tuple[Cell, ...]  # one per requested regime, in their order
    agreement: Agreement


class Comparison(Record, frozen=True, kw_only=True):
    """Substances under the laws of several jurisdictions."""

    day: date
    regimes: tuple[str, ...]  # slugs, in the order of the cells
    telling: tuple[str, ...]  # those with a control on some substance, of any date
    rows: tuple[Compared, ...]
    ages: tuple[Age, ...] = ()  # currency of the law; empty: known for the day


def compare(
    substances: Iterable[Substance],
    question: Question,
    registry: Registry,
    book: LawBook,
    members: Members,
) -> Comparison:
    """Compare the law on each substance, with answers as in `assess`.

    Args:
        substances: The substances, as named; no classes.
        question: The day, and the jurisdictions; empty: all loaded ones.
        registry: The controls.
        book: The rules other than controls.
        members: Class memberships of the registry's structures.
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
    """List the substances of an instrument or one of its schedules, in force on a day.

    Args:
        registry: The controls.
        regime: Slug.
        schedule: As the instrument prints it; "": all schedules.
        day: Day of the law.

    Returns:
        The substances by slug, without classes.
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
    """Count the substances of each schedule in force on a day, by instrument, without classes."""
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
    """Compare jurisdictions; of several laws of one, the one that controls the substance counts."""
    laws: defaultdict[str, list[Cell]] = defaultdict(list)
    for cell in cells:
        laws[cell.jurisdiction].append(cell)
    said = [min(own, key=lambda each: ORDER.index(each.answer)) for own in laws.values()]
    if len({each.answer for each in said}) > 1:
        return "answers differ"
    if not said or said[0].answer != "controlled":
        return "same"
    firsts = [min(_days(each), default=None) for each in said]
    if None in firsts:
        return "days not known"
    return "same" if len(set(firsts)) == 1 else "days differ"
