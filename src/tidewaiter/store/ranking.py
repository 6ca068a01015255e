"""Outcomes: stored alerts and what was found out about them, as a ranker learns from them.

A result counts before a decision. Of many alerts that were decided in one act, the first speaks for
all: a model that heard each of them would learn one opinion many times over. What an officer
decided for a reason that says nothing of the goods (wrong data, repeated), what is waiting, and
what rests counts for nothing; nor do alerts on restricted entries, of which a model that many read
would tell.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import chain

from sqlalchemy import ColumnElement, and_, exists, or_, select, true

from tidewaiter.casework.decisions import Decided, standing
from tidewaiter.casework.results import Result, standing_results
from tidewaiter.consignments.points import score_of
from tidewaiter.consignments.types import Alert
from tidewaiter.ranking.features import LEARNED, values_of
from tidewaiter.ranking.settings import load_ranker_settings
from tidewaiter.ranking.training import Example
from tidewaiter.selection.yields import Outcome, result_outcome
from tidewaiter.store import tables
from tidewaiter.store.alerts import alerts_of
from tidewaiter.store.database import Work
from tidewaiter.store.listed import Inspected
from tidewaiter.store.resultrows import results_of
from tidewaiter.store.selecting import Days
from tidewaiter.store.slices import slices

_DAY = 10  # characters of a moment that name its day


def outcomes(
    work: Work, days: Days, listed: Inspected | None = None, *, most: int | None = None
) -> Iterator[Example]:
    """Yield the alerts that came in on some days and have an outcome, then lines that have one.

    Args:
        work: Any.
        days: On which they came in; of lines: their file.
        listed: What lists say; it counts after results, and before decisions.
        most: Of the newest alerts so many alone; None: of all.
    """
    a, d, r = tables.alert.c, tables.decision.c, tables.result.c
    known = or_(exists().where(d.alert == a.id), exists().where(r.alert == a.id))
    said = listed.alerts if listed else {}
    drawn = listed.drawn if listed else frozenset[str]()
    asked = [known, *(and_(a.id.in_(some), ~known) for some in slices(list(said)))]
    came_in = chain.from_iterable(_came_in(work, days, each, most) for each in asked)
    heard: set[int] = set()
    for some, stored in came_in:
        trails, results = _trails(work, some), results_of(work, some)
        for alert in alerts_of(work, some):
            trail = trails.get(alert.id, [])
            told = _told(results.get(alert.id, []), trail, said.get(alert.id))
            if told is not None and (told[1] or _is_first(trail, heard)):
                yield _example(alert, stored[alert.id], told, by_lot=alert.id in drawn)
    for each in listed.lines if listed else ():
        if _within(each.day, days):
            yield each


def _is_first(trail: Sequence[Decided], heard: set[int]) -> bool:
    """Tell whether a decision was not heard yet: one on many alerts in one act is heard once."""
    last = standing(trail)
    if last is None or last.batch is None:
        return True
    fresh = last.batch not in heard
    heard.add(last.batch)
    return fresh


def alerts_in(work: Work, days: Days, *, most: int | None = None) -> Iterator[Alert]:
    """Yield the alerts that came in on some days, without those on restricted entries.

    Args:
        work: Any.
        days: On which they came in.
        most: Of the newest so many alone; None: of all.
    """
    for some, _ in _came_in(work, days, true(), most):
        yield from alerts_of(work, some)


def _within(day: date, days: Days) -> bool:
    return (days.first is None or day >= days.first) and (days.last is None or day <= days.last)


def _came_in(
    work: Work, days: Days, known: ColumnElement[bool], most: int | None = None
) -> Iterator[tuple[Sequence[str], dict[str, date]]]:
    c = tables.alert.c
    wanted = select(c.id, c.stored).where(c.restricted == 0, known)
    wanted = wanted.order_by(c.number if most is None else c.number.desc()).limit(most)
    if days.first is not None:
        wanted = wanted.where(c.stored >= days.first.isoformat())
    if days.last is not None:
        wanted = wanted.where(c.stored < (days.last + timedelta(days=1)).isoformat())
    rows = work.connection.execute(wanted).all()
    stored = {row.id: date.fromisoformat(row.stored[:_DAY]) for row in rows if row.stored}
    for some in slices(list(stored)):
        yield some, stored


def _trails(work: Work, ids: Sequence[str]) -> dict[str, list[Decided]]:
    c = tables.decision.c
    trails: dict[str, list[Decided]] = defaultdict(list)
    wanted = select(tables.decision).where(c.alert.in_(ids)).order_by(c.id)
    for row in work.connection.execute(wanted).mappings():
        trails[row["alert"]].append(Decided(**row))
    return trails


def _told(
    results: Sequence[Result], trail: Sequence[Decided], listed: Outcome | None
) -> tuple[bool, bool] | None:
    """Return whether something was wrong, and whether a result says so; None: it is not known."""
    said = {result_outcome(each) for each in standing_results(results)}
    if not said & {"hit", "nothing"} and listed is not None:
        said = {listed}
    if "hit" in said or "nothing" in said:
        return "hit" in said, True
    settings, last = load_ranker_settings(), standing(trail)
    if last is None or last.reason not in {*settings.hit, *settings.nothing}:
        return None
    return last.reason in settings.hit, False


def _example(alert: Alert, day: date, told: tuple[bool, bool], *, by_lot: bool) -> Example:
    score = score_of(each for each in alert.reasons if each.rule != LEARNED)
    return Example(
        alert=alert.id,
        day=day,
        score=score,
        values=values_of(alert),
        hit=told[0],
        by_result=told[1],
        by_lot=by_lot,
    )
